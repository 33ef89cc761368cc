/** The values of statements. CAP renders `?` for each, and PostgreSQL wants to know their types. */

import { RecentlyUsed } from '../../values/recently-used.ts'

/** How many characters of statements are remembered. */
const MOST = 2_000_000

const NULL = 'null'

const PLACES = /'(?:[^']|'')*'|"[^"]*"|\?/g

/** The texts of the last statements, each with the types of its values. To number the places takes up to 50 µs. */
const texts = new RecentlyUsed<{ types: string; text: string }>(MOST)

/**
 * Numbers the places of values, and gives each value a type. A plan has one text for values of different types, so this
 * is done for each execution.
 */
export function typed(sql: string, values: unknown[]): { text: string; values: unknown[] } {
  const types = values.map(typeOf)
  const known = texts.get(sql)
  const given = values.filter((_, index) => types[index] !== NULL)
  if (known?.types === types.join()) return { text: known.text, values: given }
  let places = 0
  let numbers = 0
  const text = sql.replaceAll(PLACES, (token) => {
    if (token !== '?') return token
    const type = types[places++]
    return type === NULL ? NULL : `$${++numbers}::${type}`
  })
  texts.set(sql, { types: types.join(), text }, sql.length + text.length)
  return { text, values: given }
}

function typeOf(value: unknown) {
  if (value === null || value === undefined) return NULL
  if (typeof value === 'boolean') return 'boolean'
  if (typeof value === 'bigint') return 'bigint'
  if (typeof value !== 'number') return 'text'
  if (!Number.isSafeInteger(value)) return 'double precision'
  return Math.abs(value) < 2 ** 31 ? 'int' : 'bigint'
}
