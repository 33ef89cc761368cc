/** The indexes that the model asks for: see db/indexes.cds. */
import { findColumn } from '../cqn/columns.ts'

/** An entity with the indexes it asks for: lists of elements, those of structures with their paths. */
export interface Indexed {
  kind?: string
  '@cds.persistence.skip'?: unknown
  elements?: object
  /** What a projection, which has no table, is written as. */
  query?: object
  projection?: object
  '@indexes'?: { '=': string }[][]
  /** Further ones, for queries of all tenants. */
  '@indexesForAllTenants'?: { '=': string }[][]
  /** Elements that indexes begin with, perhaps after the tenant, regardless of the case of ASCII letters. */
  '@indexedInAnyCase'?: { '=': string }[]
}

/**
 * The condition of indexes over all tenants. It is true of every row. A database uses a partial index only for a query
 * that states the condition of the index, and queries of one tenant do not state it (access/tenants.ts). So the time
 * they take does not depend on what other tenants have.
 */
export const ofAllTenants = (tenant: string) => `length(${tenant}) >= 0`

const OF_ALL_TENANTS = ` WHERE ${ofAllTenants('tenant')}`

/** Whether an index spans all tenants: it is there only where it is asked for. */
export const isOfAllTenants = (sql: string) => sql.includes(OF_ALL_TENANTS)

/** An index. The condition is that of {@link isOfAllTenants}, or empty. */
interface Index {
  columns: string[]
  condition: string
}

/**
 * The indexes of an entity; none if it is a view, which reads by those of its table.
 * @param forAllTenants whether to have `@indexesForAllTenants`, too
 */
export function wantedIndexes(entity: Indexed, forAllTenants: boolean): Index[] {
  const { query, projection, '@indexes': lists = [], '@indexesForAllTenants': others = [] } = entity
  if (query || projection) return []
  const tenant = findColumn(entity, 'tenant')
  return [...lists, ...(forAllTenants ? others : [])].map((elements) => {
    const columns = elements.map(columnOf)
    return { columns, condition: columns[0] === tenant ? '' : OF_ALL_TENANTS }
  })
}

/** The columns that indexes have regardless of the case of ASCII letters. */
export const columnsInAnyCase = (entity: Indexed) => (entity['@indexedInAnyCase'] ?? []).map(columnOf)

const columnOf = (element: { '=': string }) => element['='].replaceAll('.', '_')
