/**
 * The indexes that the model asks for (see db/indexes.cds). PostgreSQL cannot index values of any length, so texts
 * whose length clients decide are indexed by their first characters. The renderer adds a condition on these to each
 * comparison of such a column, and the order of these to its order: see rendering.ts.
 */
import { hash } from 'node:crypto'
import { findColumn, type Definition, type Model } from '../../cqn/csn.ts'
import { columnsInAnyCase, wantedIndexes, type Index } from '../indexes.ts'

/** How many characters of a text are indexed. An entry has 2,700 bytes at most, with tenant and id. */
const MOST = 200

/** The beginning of a text, which orders as the text does. */
export const beginning = (text: string) => `beginning(${text},${MOST})`

/** What {@link beginning} gives for a value of a request. The server takes 4 µs to call it, for each partition. */
export function beginningOf(text: string): string {
  return text.length <= MOST ? text : [...text.slice(0, 2 * MOST)].slice(0, MOST).join('') // in characters, as the server
}

/** What {@link beginningInAnyCase} gives for a value of a request. */
export const beginningInAnyCaseOf = (text: string): string =>
  beginningOf(text).replaceAll(/[A-Z]+/g, (letters) => letters.toLowerCase())

/** Whether a text is its own beginning, and that of no longer text. */
export const isBeginning = (text: string) => `length(${text}) < ${MOST}`

/** The beginning of a text, without regard to the case of ASCII letters. */
export const beginningInAnyCase = (text: string) =>
  `translated(${beginning(text)},'ABCDEFGHIJKLMNOPQRSTUVWXYZ','abcdefghijklmnopqrstuvwxyz')`

type Definitions = Model['definitions']

/** Whether clients decide how long the values of a column are. The tenant, part of the key, is indexed as a whole. */
function isOfAnyLength(entity: Definition, column: string) {
  const element = entity.elements?.[column]
  const isText = !element || element.type === 'cds.String' // those of structures are not elements of the entity
  return isText && !element?.length && column !== findColumn(entity, 'tenant')
}

/** The names of the columns that are indexed by their beginnings, but not those that are so in any case. */
export function columnsByBeginning(definitions: Definitions): Set<string> {
  const all = wantedIndexes(definitions, true).flatMap(({ entity, columns }) => {
    const inAnyCase = columnsInAnyCase(entity)
    return columns.filter((column) => isOfAnyLength(entity, column) && !inAnyCase.includes(column))
  })
  return new Set(all)
}

/**
 * A statement that creates a table has the columns that are indexed before the others: PostgreSQL decodes a row up to
 * the last column that a condition needs, and these are in most of them.
 */
export function indexedFirst(sql: string, definitions: Definitions): string {
  const [start = '', ...lines] = sql.split('\n')
  const [, table] = /^CREATE TABLE "?(\w+)/.exec(start) ?? []
  if (!sql.includes('PRIMARY KEY(')) return sql // which comes last, so that a comma is behind each column
  const columns = wantedIndexes(definitions, true).flatMap((each) => (each.table === table ? each.columns : []))
  const isIndexed = (line: string) => columns.includes(/^ *"?(\w+)/.exec(line)?.[1] ?? '')
  return [start, ...lines.filter(isIndexed), ...lines.filter((line) => !isIndexed(line))].join('\n')
}

/** The statements that create all indexes, by their names. @param forAllTenants whether to have those of all tenants */
export const indexesIn = (definitions: Definitions, forAllTenants: boolean): Map<string, string> =>
  new Map(wantedIndexes(definitions, forAllTenants).map(indexOf))

function indexOf({ entity, table, columns, condition }: Index): [name: string, sql: string] {
  const keys = Object.entries(entity.elements ?? {}).flatMap(([each, { key }]) => (key ? [each] : []))
  const indexed = (column: string) => {
    if (!isOfAnyLength(entity, column)) return column
    return `(${columnsInAnyCase(entity).includes(column) ? beginningInAnyCase(column) : beginning(column)})`
  }
  // what follows the key adds nothing to the order, and a beginning does not spare reading the row
  const isTotal = keys.length && keys.every((each) => columns.includes(each))
  const end = isTotal ? Math.max(...keys.map((each) => columns.indexOf(each))) : columns.length
  const used = columns.filter((column, index) => index <= end || !isOfAnyLength(entity, column))
  const parts = used.map((column) => `${indexed(column)} NULLS FIRST`).join() // as in the order of OData
  const definition = `ON ${table} (${parts})${condition}`
  // names have 63 bytes at most
  const id = `by_${hash('sha256', definition).slice(0, 16)}`
  return [id, `CREATE INDEX IF NOT EXISTS ${id} ${definition}`]
}
