/** Rows in one canonical form, and their digest. */
import { hash } from 'node:crypto'

/** What SQLite stores in a column. */
export type StoredValue = null | number | bigint | string | Uint8Array

export type StoredRow = Record<string, StoredValue>

/**
 * Writes a row as canonical JSON (RFC 8785). Columns without a value are left out, so that a column which a later
 * version of the schema adds does not change the form of the rows before it.
 */
export function canonicalJson(row: StoredRow): string {
  const names = Object.keys(row).filter((name) => row[name] !== null)
  names.sort() // by UTF-16 code units (RFC 8785, 3.2.3)
  const members = names.map((name) => `${JSON.stringify(name)}:${valueJson(row[name] ?? null)}`)
  return `{${members.join(',')}}`
}

function valueJson(value: StoredValue) {
  if (typeof value === 'bigint') return String(value) // all digits, where RFC 8785 has those of a double
  // No column of the model is binary, but SQLite takes bytes in any: they must not pass for text.
  if (value instanceof Uint8Array) return `{"hex":"${Buffer.from(value).toString('hex')}"}`
  return JSON.stringify(value)
}

/** The SHA-256 of a row in canonical form, in hexadecimal digits. */
export function digestOf(row: StoredRow): string {
  return hash('sha256', canonicalJson(row))
}

/** A row that was read with all integers as bigint, with those as numbers; those that JavaScript has not are other ones. */
export function withNumbers(row: StoredRow): StoredRow {
  const entries = Object.entries(row).map(([name, value]) => [name, typeof value === 'bigint' ? Number(value) : value])
  return Object.fromEntries(entries) as StoredRow
}
