/** Values in columns of JSON, as SQLite reads them: the one place that speaks its dialect. */
import { WITHIN_TIME } from './functions.ts'
import { func, val, xpr, type Cqn, type Member } from '../../cqn/cqn.ts'
import { extentOf, measured } from '../../cqn/extent.ts'

// names come from tokens of expressions, which have neither quotes nor backslashes
const pathOf = ({ path }: Member) => val(['$', ...path.map((name) => `"${name}"`)].join('.'))

/** A member of a JSON value, at any depth; null where there is none. */
export const jsonMember = (member: Member): Cqn => xpr('json_extract(', member.source, ',', pathOf(member), ')')

/** The type of a member in JSON: `text`, `integer`, `real`, `true`, `false`, `null`, `object` or `array`. */
export const jsonType = (member: Member): Cqn => xpr('json_type(', member.source, ',', pathOf(member), ')')

/** A member as JSON text; null where there is none, and where it is null. */
export const jsonOfMember = (member: Member): Cqn =>
  xpr('nullif(', xpr(member.source, '->', pathOf(member)), ", 'null')")

/** A value that is no JSON as JSON text. */
export const asJson = (of: Cqn): Cqn => xpr('nullif(json_quote(', of, "), 'null')")

/** Whether a collection has an item for which a condition holds. `item` is what the condition calls the item. */
export const jsonAny = (source: Cqn | string, item: string, condition: Cqn): Cqn =>
  overItems('exists (select 1', source, item, condition)

/** The number of items in a collection for which a condition holds. */
export const jsonCount = (source: Cqn | string, item: string, condition: Cqn): Cqn =>
  overItems('(select count(*)', source, item, condition)

function overItems(start: string, source: Cqn | string, item: string, condition: Cqn): Cqn {
  const parts = [`${start} from json_each(`, source, `) as ${item} where ${WITHIN_TIME}() and`, condition]
  // SQLite adds the depth of a subquery to that of the expression in which it stands
  return measured({ xpr: [...parts, ')'] }, parts, 4 + extentOf(condition).depth)
}

/** The number of items in a collection. */
export const jsonLength = (source: Cqn | string): Cqn => xpr('json_array_length(', source, ')')

/** The item itself, in the condition of {@link jsonAny}. */
export const jsonItem = (item: string) => `${item}.value`

/** Whether a text anywhere in a JSON value contains a term, given in lower case. */
export function jsonText(source: Cqn | string, term: string): Cqn {
  const found = func('contains', func('tolower', xpr('node.value')), val(term))
  return xpr(
    'exists (select 1 from json_tree(',
    source,
    `) as node where ${WITHIN_TIME}() and node.type = 'text' and`,
    found,
    ')'
  )
}
