/** Values in columns of JSON, as SQLite reads them: the one place that speaks its dialect. */
import { WITHIN_TIME } from '../../database/functions.ts'
import { func, ref, val, xpr, type Cqn } from './cqn.ts'
import { extentOf, measured } from './extent.ts'

/** A member of a JSON value, at any depth; null where there is none. */
export function jsonMember(source: Cqn | string, path: string[]): Cqn {
  // names come from tokens of expressions, which have neither quotes nor backslashes
  const jsonPath = ['$', ...path.map((name) => `"${name}"`)].join('.')
  return xpr('json_extract(', source, ',', val(jsonPath), ')')
}

/** Whether a collection has an item for which a condition holds. `item` is what the condition calls the item. */
export function jsonAny(column: string, item: string, condition: Cqn): Cqn {
  const parts = ['exists (select 1 from json_each(', ref(column), `) as ${item} where ${WITHIN_TIME}() and`, condition]
  // SQLite adds the depth of a subquery to that of the expression in which it stands
  return measured({ xpr: [...parts, ')'] }, parts, 4 + extentOf(condition).depth)
}

/** The number of items in a collection. */
export const jsonLength = (column: string): Cqn => func('json_array_length', ref(column))

/** The item itself, in the condition of {@link jsonAny}. */
export const jsonItem = (item: string) => `${item}.value`

/** Whether a text anywhere in a JSON value contains a term, given in lower case. */
export function jsonText(column: string, term: string): Cqn {
  const found = func('contains', func('tolower', xpr('node.value')), val(term))
  return xpr(
    'exists (select 1 from json_tree(',
    ref(column),
    `) as node where ${WITHIN_TIME}() and node.type = 'text' and`,
    found,
    ')'
  )
}
