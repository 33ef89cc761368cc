/** The canonical form of rows, and their digest. */
import { hash } from 'node:crypto'
import type { StoredRow, StoredValue } from '../database/log.ts'

/**
 * Writes a row as canonical JSON (RFC 8785). Columns without a value are left out, so that adding a
 * column to the schema does not change the form of earlier rows.
 */
export function canonicalJson(row: StoredRow): string {
  const names = Object.keys(row).filter((name) => row[name] !== null)
  names.sort() // by UTF-16 code units (RFC 8785, 3.2.3)
  const members = names.map((name) => `${JSON.stringify(name)}:${valueJson(row[name] ?? null)}`)
  return `{${members.join(',')}}`
}

function valueJson(value: StoredValue) {
  if (typeof value === 'bigint') return String(value) // all digits, where RFC 8785 writes a double
  // No column of the model is binary, but a database may store bytes in any. They must not pass for text.
  if (value instanceof Uint8Array) return `{"hex":"${Buffer.from(value).toString('hex')}"}`
  return JSON.stringify(value)
}

/** The SHA-256 of a row in canonical form, in hexadecimal digits. */
export function digestOf(row: StoredRow): string {
  return hash('sha256', canonicalJson(row))
}
