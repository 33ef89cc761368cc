/** The values of statements. CAP renders `?` for each, and PostgreSQL wants to know their types. */

const PLACES = /'(?:[^']|'')*'|"[^"]*"|\?/g

/**
 * Numbers the places of values, and gives each value a type. A plan has one text for values of different types, so this is
 * done for each execution.
 */
export function typed(sql: string, values: unknown[]): { text: string; values: unknown[] } {
  const given: unknown[] = []
  let index = 0
  const text = sql.replaceAll(PLACES, (token) => {
    if (token !== '?') return token
    const value = values[index++]
    if (value === null || value === undefined) return 'null'
    given.push(value)
    return `$${given.length}::${typeOf(value)}`
  })
  return { text, values: given }
}

function typeOf(value: unknown) {
  if (typeof value === 'boolean') return 'boolean'
  if (typeof value === 'bigint') return 'bigint'
  if (typeof value !== 'number') return 'text'
  if (!Number.isSafeInteger(value)) return 'double precision'
  return Math.abs(value) < 2 ** 31 ? 'int' : 'bigint'
}
