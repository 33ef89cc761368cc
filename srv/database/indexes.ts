/** The indexes that the model asks for: see db/indexes.cds. */
import { findColumn, queryOf, type Definition, type Model } from '../cqn/csn.ts'
import { tableOf } from './tables.ts'

/** Elements, those of structures with their paths. */
type Elements = { '=': string }[]

/**
 * The condition of indexes over all tenants. It is true of every row. A database uses a partial index only for a query
 * that states the condition of the index, and queries of one tenant do not state it (access/tenants.ts). So the time
 * they take does not depend on what other tenants have.
 */
export const ofAllTenants = (tenant: string) => `length(${tenant}) >= 0`

const OF_ALL_TENANTS = ` WHERE ${ofAllTenants('tenant')}`

/** Whether an index spans all tenants: it is there only where it is asked for. */
export const isOfAllTenants = (sql: string) => sql.includes(OF_ALL_TENANTS)

export interface Index {
  entity: Definition
  table: string
  columns: string[]
  /** That of {@link isOfAllTenants}, or empty. */
  condition: string
}

/** The indexes of all entities, with `@indexesForAllTenants` if wanted. */
export const wantedIndexes = (definitions: Model['definitions'], forAllTenants: boolean): Index[] =>
  Object.entries(definitions).flatMap(([name, entity]) => indexesOf(tableOf(name), entity, forAllTenants))

/** None of a view, which reads by its table's. */
function indexesOf(table: string, entity: Definition, forAllTenants: boolean): Index[] {
  if (queryOf(entity)) return []
  const { '@indexes': lists = [], '@indexesForAllTenants': others = [] } = entity
  const tenant = findColumn(entity, 'tenant')
  return [lists, ...(forAllTenants ? [others] : [])].flat().map((elements) => {
    const columns = (elements as Elements).map(columnOf)
    return { entity, table, columns, condition: columns[0] === tenant ? '' : OF_ALL_TENANTS }
  })
}

/** The columns that indexes have regardless of the case of ASCII letters. */
export const columnsInAnyCase = (entity: Definition) => ((entity['@indexedInAnyCase'] ?? []) as Elements).map(columnOf)

/** The columns by whose values indexes find rows, besides those of the key. */
export function columnsThatFind(entity: Definition): string[] {
  const tenant = findColumn(entity, 'tenant')
  const lists = ((entity['@indexes'] ?? []) as Elements[]).map((elements) => elements.map(columnOf))
  return [...lists.flatMap((columns) => columns.find((column) => column !== tenant) ?? []), ...columnsInAnyCase(entity)]
}

/** The columns that are indexed by the parts of their values. */
export const columnsByParts = (entity: Definition) => ((entity['@indexedByParts'] ?? []) as Elements).map(columnOf)

const columnOf = (element: Elements[number]) => element['='].replaceAll('.', '_')
