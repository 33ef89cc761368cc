/** Tells text from bytes that are none. Both look alike when they are decoded: what is no UTF-8 is read as U+FFFD. */
import { isUtf8 } from 'node:buffer'
import type { DatabaseSync } from 'node:sqlite'
import type { StoredRow } from './canonical.ts'

/**
 * Prepares to look at the bytes of rows.
 * @returns a function that takes a row as it was decoded, and its rowid. It returns what is wrong with it, as the end of
 *   a sentence, or undefined
 */
export function brokenTextOf(database: DatabaseSync, table: string) {
  const columns = database.prepare(`SELECT name FROM pragma_table_info('${table}')`).all()
  const bytes = columns.map(
    ({ name }) => `iif(typeof("${String(name)}") = 'text', CAST("${String(name)}" AS BLOB), x'') AS "${String(name)}"`
  )
  const read = database.prepare(`SELECT ${bytes.join()} FROM ${table} WHERE rowid = ?`)
  return (row: StoredRow, rowid: number | bigint): string | undefined => {
    const isDoubtful = Object.values(row).some((value) => typeof value === 'string' && value.includes('\uFFFD'))
    if (!isDoubtful) return undefined
    const columns = Object.entries(read.get(rowid) as Record<string, Uint8Array>)
    const [broken] = columns.find(([, value]) => !isUtf8(value)) ?? []
    return broken && `was altered: its column '${broken}' is not UTF-8`
  }
}
