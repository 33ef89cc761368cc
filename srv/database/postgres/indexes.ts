/**
 * The indexes that the model asks for (see db/indexes.cds). PostgreSQL cannot index values of any length, so
 * texts whose length clients decide are indexed by their first characters. The renderer adds a condition on these to each
 * comparison of such a column, and the order of these to its order: see rendering.ts.
 */
import { createHash } from 'node:crypto'
import { findColumn } from '../../cqn/columns.ts'
import type { Indexed } from '../engine.ts'

/** How many characters of a text are indexed. An entry has 2,700 bytes at most, with tenant and id. */
const MOST = 200

/** The beginning of a text, which orders as the text does. */
export const beginning = (text: string) => `beginning(${text},${MOST})`

/** Whether a text is its own beginning, and that of no longer text. */
export const isBeginning = (text: string) => `length(${text}) < ${MOST}`

/** The beginning of a text, without regard to the case of ASCII letters. */
export const beginningInAnyCase = (text: string) =>
  `translated(${beginning(text)},'ABCDEFGHIJKLMNOPQRSTUVWXYZ','abcdefghijklmnopqrstuvwxyz')`

/**
 * The condition of indexes over all tenants, which queries of all tenants state and others do not: see access/tenants.ts.
 * So queries of one tenant never read by the rows of others.
 */
const OF_ALL_TENANTS = 'length(tenant) >= 0'

type Definitions = Record<string, Indexed>

const columnOf = (element: { '=': string }) => element['='].replaceAll('.', '_')

/** The lists of columns that an entity is to be indexed by. A view reads by the indexes of its table. */
function listsOf(entity: Indexed, forAllTenants: boolean) {
  const { query, projection, '@indexes': lists = [], '@indexesForAllTenants': others = [] } = entity
  if (query || projection) return []
  return [...lists, ...(forAllTenants ? others : [])].map((list) => list.map(columnOf))
}

const inAnyCase = (entity: Indexed) => (entity['@indexedInAnyCase'] ?? []).map(columnOf)

/** Whether clients decide how long the values of a column are. The tenant is indexed as a whole: it is part of the key. */
function isOfAnyLength(entity: Indexed, column: string) {
  const element = (entity.elements as Record<string, { length?: number; type?: string } | undefined>)[column]
  const isText = !element || element.type === 'cds.String' // those of structures are not elements of the entity
  return isText && !element?.length && column !== findColumn(entity, 'tenant')
}

/** The names of the columns that are indexed by their beginnings, but not those that are so in any case. */
export function columnsByBeginning(definitions: Definitions): Set<string> {
  const columns = Object.values(definitions).flatMap((entity) => {
    const all = listsOf(entity, true).flat()
    return all.filter((column) => isOfAnyLength(entity, column) && !inAnyCase(entity).includes(column))
  })
  return new Set(columns)
}

/**
 * The statements that create all indexes, by their names.
 * @param forAllTenants whether to have `@indexesForAllTenants`, too
 */
export const indexesIn = (definitions: Definitions, forAllTenants: boolean): Map<string, string> =>
  new Map(Object.entries(definitions).flatMap(([name, entity]) => indexesOf(name, entity, forAllTenants)))

/** Whether an index spans all tenants: it is there only where it is asked for. */
export const isOfAllTenants = (sql: string) => sql.includes(` WHERE ${OF_ALL_TENANTS}`)

function indexesOf(name: string, entity: Indexed, forAllTenants: boolean): [name: string, sql: string][] {
  const table = name.replaceAll('.', '_')
  const tenant = findColumn(entity, 'tenant')
  const elements = Object.entries((entity.elements ?? {}) as Record<string, { key?: boolean }>)
  const keys = elements.flatMap(([each, { key }]) => (key ? [each] : []))
  const indexed = (column: string) => {
    if (!isOfAnyLength(entity, column)) return column
    return `(${inAnyCase(entity).includes(column) ? beginningInAnyCase(column) : beginning(column)})`
  }
  return listsOf(entity, forAllTenants).map((columns) => {
    // what follows the key adds nothing to the order, and a beginning does not spare reading the row
    const isTotal = keys.length && keys.every((each) => columns.includes(each))
    const end = isTotal ? Math.max(...keys.map((each) => columns.indexOf(each))) : columns.length
    const used = columns.filter((column, index) => index <= end || !isOfAnyLength(entity, column))
    const parts = used.map((column) => `${indexed(column)} NULLS FIRST`).join() // as in the order of OData
    const condition = columns[0] === tenant ? '' : ` WHERE ${OF_ALL_TENANTS}`
    const definition = `ON ${table} (${parts})${condition}`
    // names have 63 bytes at most
    const id = `by_${createHash('sha256').update(definition).digest('hex').slice(0, 16)}`
    return [id, `CREATE INDEX IF NOT EXISTS ${id} ${definition}`]
  })
}
