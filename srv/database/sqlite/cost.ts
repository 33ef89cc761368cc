/**
 * What a statement may cost for a single row. SQLite can be stopped between rows only, so what may take long for one
 * row must not run in the process of the service. To search one text in another, for example, takes as many steps as
 * the product of their lengths.
 */
import { SURE_PATTERN, TEXT_PATTERN } from './text-pattern.ts'

/** Statements that are longer, apart from what is {@link SIMPLE}, or whose values are, may take long for a row. */
const MOST_CHARACTERS = 14_000
const MOST_VALUES = 100
const MOST_CHARACTERS_OF_VALUES = 4000

/** The longest text that is compared, sorted or searched in the process of the service, in bytes. */
export const LONG_TEXT = 16_384

/**
 * What may stand before a parenthesis: keywords of SQL, and functions that take time in proportion to their arguments
 * and return nothing longer. Those in JavaScript count the length of their arguments: see functions.ts.
 */
const CHEAP = new Set(
  `and as case coalesce else exists from in is not on or select then when where cast
  count sum min max avg total group_concat json_array json_group_array octet_length
  ifnull iif nullif length substr substring instr trim ltrim rtrim abs round floor ceil ceiling mod
  concat json_quote json_array_length json_each json_extract json_tree json_type json_valid
  candidate_rows candidate_blocks lower upper sure_pattern text_pattern within_time too_long
  odata_cast odata_divided odata_duration odata_held odata_moved odata_quotient odata_remainder odata_substring
  odata_ticks`.split(/\s+/)
)

/** Operators that take longer, or return longer texts. */
const EXPENSIVE = /\|\||\b(?:like|glob|regexp|match|recursive)\b/i

/** Literals, and what takes a single column. Statements that put the JSON of an entity together have much of it. */
const SIMPLE = /'[^']*'|\b(?:json_quote|ifnull|octet_length)\([\w$".]+(?:,[\w']+)?\)|[\w$".]+ is not null/g

/** Operators whose operands are known to be short. */
const QUICK = new RegExp(`\\?\\s*\\|\\|\\s*\\?|\\blike (?:${TEXT_PATTERN}|${SURE_PATTERN})\\(\\?\\)`, 'g')

/** Whether a statement is cheap for every single row, if no column it works with is longer than {@link LONG_TEXT}. */
export function isCheap(sql: string): boolean {
  if (sql.replaceAll(SIMPLE, '').length > MOST_CHARACTERS || EXPENSIVE.test(sql.replaceAll(QUICK, '?'))) return false
  for (const { 1: name = '', index } of sql.matchAll(/(\w+)"?\s*\(/g)) {
    if (!CHEAP.has(name.toLowerCase())) return false
    if (name.toLowerCase() === 'instr' && !searchesForValue(sql, index)) return false
  }
  return true
}

/** Whether values are few and short. */
export function areFew(values: unknown[]): boolean {
  let size = 0
  const different = new Set(values) // a search compares one value with each text
  for (const value of different) size += typeof value === 'string' ? value.length : 0
  return different.size <= MOST_VALUES && size <= MOST_CHARACTERS_OF_VALUES
}

/** What `instr` searches for: a value of the statement, or a short constant. */
const SOUGHT = /^,\s*(?:\?|'[^']{0,100}')\s*\)/

/** Whether a call of `instr` searches for a value of the statement, not for another text of the row. */
function searchesForValue(sql: string, start: number): boolean {
  let depth = 0
  for (let index = sql.indexOf('(', start); index < sql.length; index++) {
    if (sql[index] === '(') depth++
    else if (sql[index] === ')') depth--
    if (sql[index] === ',' && depth === 1) return SOUGHT.test(sql.slice(index, index + 120))
  }
  return false
}
