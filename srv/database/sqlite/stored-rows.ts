/** Rows as they are stored, of any size and in any number. */
import { isUtf8 } from 'node:buffer'
import type { DatabaseSync, SQLInputValue } from 'node:sqlite'
import { setImmediate } from 'node:timers/promises'
import type { StoredRow } from '../log.ts'

/** How large a batch becomes before it is handed on, in characters, and what each row counts besides its text. */
const BATCH = 2 ** 18
const ROW = 1000

/** Runs a query. The integers of its rows are `bigint`, as SQLite stores some that JavaScript's numbers cannot hold. */
export function rows(database: DatabaseSync, sql: string, ...values: SQLInputValue[]): Iterable<StoredRow> {
  const statement = database.prepare(sql)
  statement.setReadBigInts(true)
  return statement.iterate(...values) as Iterable<StoredRow>
}

/**
 * Runs a query that has few rows.
 * @throws what SQLite says
 */
export function query<Row>(...args: Parameters<typeof rows>): Promise<Row[]> {
  return new Promise((resolve) => resolve(Array.from(rows(...args), withNumbers<Row>)))
}

/**
 * Hands on rows in batches of a bounded size, and lets the thread do other things between them.
 * @param item what a row becomes
 */
export async function* batches<Item>(all: Iterable<StoredRow>, item: (row: StoredRow) => Item): AsyncGenerator<Item[]> {
  let batch: Item[] = []
  let size = 0
  for (const row of all) {
    batch.push(item(row))
    size += sizeOf(row)
    if (size < BATCH) continue
    yield batch
    batch = []
    size = 0
    await setImmediate()
  }
  if (batch.length) yield batch
}

/**
 * Adds a row to a table.
 * @param row the values of its columns
 */
export function insert(database: DatabaseSync, table: string, row: Record<string, string | number | null>) {
  const names = Object.keys(row)
  const values = names.map((name) => `:${name}`)
  database.prepare(`INSERT INTO ${table} ("${names.join('", "')}") VALUES (${values.join()})`).run(row)
}

/** Makes numbers of all integers in a row. An integer that JavaScript cannot hold becomes another one. */
export function withNumbers<Row>(row: StoredRow): Row {
  const entries = Object.entries(row).map(([name, value]) => [name, typeof value === 'bigint' ? Number(value) : value])
  return Object.fromEntries(entries) as Row
}

/**
 * Prepares to look for text that is not UTF-8. Decoded, it looks like text with U+FFFD in it.
 * @returns a function that takes a row as it was decoded, and its rowid, and returns the name of such a column
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

function sizeOf(row: StoredRow) {
  let size = ROW
  for (const name in row) size += (row[name] as { length?: number } | null)?.length ?? 0
  return size
}
