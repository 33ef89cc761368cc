/** The functions of {@link Dialect} in SQLite's SQL. */
import type { Dialect } from '../dialect.ts'
import { WITHIN_TIME } from './functions.ts'
import { SURE_PATTERN, TEXT_PATTERN } from './text-pattern.ts'

/** The items of a collection for which a condition holds. */
const items = (source: string, item: string, condition: string) =>
  `json_each(${source}) as ${item} where ${WITHIN_TIME}() and (${condition})`

const extracted = (json: string, path: string) => `json_extract(${json},${path})`

/** Members are doubles, as in JavaScript, which wrote them; it takes no whole numbers beyond 2^53 from SQLite. */
const asReal = (number: string) => `cast(${number} as real)`

const mayBe = (text: string, term: string) => `${text} like ${TEXT_PATTERN}(${term})`

const contains = (text: string, term: string) =>
  `case when ${text} like ${SURE_PATTERN}(${term}) then 1 when ${mayBe(text, term)}
    then ifnull(instr(lower(${text}),${term}),0) > 0 else 0 end`

/**
 * Whether a text is the type of its object, or of a member beside it (OData JSON 4.01, 4.6.3). It takes longer than to tell
 * the first, which are a third of all texts, by their key.
 */
const IS_TYPE = "ifnull(node.key,'') glob '*@odata.type' or ifnull(node.key,'') glob '*@type'"

/** All but what depends on the query: see rendering.ts. */
export const DIALECT: Omit<Dialect, 'may_contain'> = {
  any_case: (text) => `${text} collate nocase`,
  by_bytes: (text) => `(${text} collate binary)`,
  as_integer: (value) => `cast(${value} as integer)`,
  as_summand: asReal,
  as_bytes: (text) => `cast(${text} as blob)`,
  greatest: (...texts) => `max(${texts.join()})`,
  least: (...texts) => `min(${texts.join()})`,
  json_member: extracted,
  json_ordered: (json, path) =>
    `case json_type(${json},${path}) when 'integer' then ${asReal(extracted(json, path))} else ${extracted(json, path)} end`,
  json_number: (json, path) => asReal(extracted(json, path)),
  json_boolean: extracted,
  json_member_type: (json, path) => `json_type(${json},${path})`,
  json_of_member: (json, path) => `nullif(${json} -> ${path},'null')`,
  json_of_value: (value) => `nullif(json_quote(${value}),'null')`,
  json_value: (text) => `json(${text})`,
  json_any: (source, item, condition) => `exists (select 1 from ${items(source, item, condition)})`,
  json_count: (source, item, condition) => `(select count(*) from ${items(source, item, condition)})`,
  json_length: (source) => `json_array_length(${source})`,
  text_contains: contains,
  text_lacks: (text, term) => `not (${mayBe(text, term)})`,
  json_lacks: (json, text) => `not (${mayBe(json, text)})`,
  json_contains: (json, term) =>
    `case when ${mayBe(json, term)} then exists (select 1 from json_tree(${json}) as node where ${WITHIN_TIME}()
      and node.type = 'text' and node.key is not '@odata.type' and ${contains('node.value', term)}
      and not (${IS_TYPE})) else 0 end`,
  arrived_after: (sequence, until) => `${sequence} > ${until}`, // numbers are given at insert
  json_extended: (source, ...members) =>
    `(select json_group_array(json_set(plain.value,${members.join()})) from json_each(${source}) as plain)`,
  json_chosen: (source, item, condition, order, most, after) =>
    `(select json_group_array(json(value)) from (select ${item}.value from ${items(source, item, condition)}
      order by ${order} limit ${most} offset ${after}))`,
  octets: (text) => `ifnull(octet_length(${text}),0)`,
  json_text: (value) => `json_quote(${value})`,
  concatenated: (...texts) => `concat(${texts.join()})`,
  text_joined: (first, second) => `(${first}||${second})`,
  plus: (a, b) => `((${a}) + (${b}))`,
  minus: (a, b) => `((${a}) - (${b}))`,
  times: (a, b) => `((${a}) * (${b}))`,
  ratio: (a, b) => `((${a}) / (${b}))`,
  not_a_number: () => `'NaN'`,
  tallies_lack: (query) => `${query} > 0`,
  texts_joined: (text) => `group_concat(${text},',')`,
  json_rows: (...values) => `json_group_array(json_array(${values.join()}))`
}
