/** Reads and inserts rows as they are stored, whatever their size and number. */
import { isUtf8 } from 'node:buffer'
import type { DatabaseSync, SQLInputValue } from 'node:sqlite'
import { setImmediate } from 'node:timers/promises'
import type { StoredRow } from '../log.ts'
import { sizeOfRow } from '../result-size.ts'

/** How much is read before the thread does other work, in characters, and what each row adds to that of its text. */
const MOST_AT_ONCE = 2 ** 18
const ROW = 1000

/** Runs a query. Integers are returned as `bigint`, as SQLite stores some that JavaScript's numbers cannot hold. */
export function rows(database: DatabaseSync, sql: string, ...values: SQLInputValue[]): Iterable<StoredRow> {
  const statement = database.prepare(sql)
  statement.setReadBigInts(true)
  return statement.iterate(...values) as Iterable<StoredRow>
}

/** Runs a query that returns few rows. */
export function query<Row>(...args: Parameters<typeof rows>): Promise<Row[]> {
  return Promise.try(() => Array.from(rows(...args), withNumbers<Row>))
}

export const first = async <Row>(...args: Parameters<typeof rows>): Promise<Row | undefined> =>
  (await query<Row>(...args))[0]

/** Yields rows one by one, each mapped to an item. Lets the thread do other work in between. */
export async function* items<Item>(all: Iterable<StoredRow>, item: (row: StoredRow) => Item): AsyncGenerator<Item> {
  let size = 0
  for (const row of all) {
    yield item(row)
    size += ROW + sizeOfRow(row)
    if (size < MOST_AT_ONCE) continue
    size = 0
    await setImmediate()
  }
}

export function insert(database: DatabaseSync, table: string, row: Record<string, string | number | null>) {
  const names = Object.keys(row)
  const values = names.map((name) => `:${name}`)
  database.prepare(`INSERT INTO ${table} ("${names.join('", "')}") VALUES (${values.join()})`).run(row)
}

/** Converts the integers of a row to numbers. Those above 2^53 lose digits. */
export function withNumbers<Row>(row: StoredRow): Row {
  const entries = Object.entries(row).map(([name, value]) => [name, typeof value === 'bigint' ? Number(value) : value])
  return Object.fromEntries(entries) as Row
}

/**
 * Prepares a search for text that is not UTF-8. Decoded, such text has U+FFFD in it.
 * @returns a function that takes a decoded row and its rowid, and returns the name of a column with such text
 */
export function brokenColumnOf(database: DatabaseSync, table: string) {
  const columns = database.prepare(`SELECT name FROM pragma_table_info('${table}')`).all()
  const bytes = columns.map(
    ({ name }) => `iif(typeof("${String(name)}") = 'text', CAST("${String(name)}" AS BLOB), x'') AS "${String(name)}"`
  )
  const read = database.prepare(`SELECT ${bytes.join()} FROM ${table} WHERE rowid = ?`)
  return (row: StoredRow, rowid: bigint): string | undefined => {
    const isDoubtful = Object.values(row).some((value) => typeof value === 'string' && value.includes('\uFFFD'))
    if (!isDoubtful) return undefined
    const columns = Object.entries(read.get(rowid) as Record<string, Uint8Array>)
    return columns.find(([, value]) => !isUtf8(value))?.[0]
  }
}
