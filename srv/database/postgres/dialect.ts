/** The functions of {@link Dialect} in PostgreSQL's SQL, with the functions of functions.ts. */
import type { Dialect } from '../dialect.ts'
import { beginning, beginningInAnyCase, isBeginning } from './indexes.ts'

/** A text that comes from no column of the log: those compare by their bytes, and this would by the locale. */
export const byBytes = (text: string) => `(${text} collate "C")`

/** The items of a collection for which a condition holds. */
const items = (source: string, item: string, condition: string) =>
  `json_array_elements(cast(${source} as json)) with ordinality as ${item}(value,key) where (${condition})`

/** Members of a JSON object: paths and values in turn. */
const membersOf = ([path, value, ...rest]: string[]): string[] =>
  path && value
    ? [`substr(${path},3) || ':' || coalesce(cast(to_json(${value}) as text),'null')`, ...membersOf(rest)]
    : []

/** All but what depends on the query: see rendering.ts. */
export const DIALECT: Omit<Dialect, 'may_contain' | 'tallies_lack'> = {
  any_case: (text) => `${text} collate any_case`,
  by_bytes: byBytes,
  as_integer: (value) => `odata_whole(${value})`,
  as_summand: (value) => `(${value})`, // a sum has any number of digits
  as_bytes: (text) => text, // bytes come as hexadecimal digits
  greatest: (...texts) => `greatest(${texts.join()})`,
  least: (...texts) => `least(${texts.join()})`,
  json_member: (json, path) => byBytes(`json_extract(${json},${path})`),
  json_ordered: (json, path) => byBytes(`json_ordered(${json},${path})`),
  json_number: (json, path) =>
    `case when json_type(${json},${path}) in ('integer','real') then json_double(json_extract(${json},${path})) end`,
  json_boolean: (json, path) =>
    `case when json_type(${json},${path}) in ('true','false') then cast(json_extract(${json},${path}) as boolean) end`,
  json_member_type: (json, path) => `json_type(${json},${path})`,
  json_of_member: (json, path) => byBytes(`json_part(${json},${path})`),
  json_of_value: (value) => byBytes(`cast(to_json(${value}) as text)`),
  json_value: (text) => `cast(${text} as json)`,
  json_any: (source, item, condition) => `exists (select 1 from ${items(source, item, condition)})`,
  json_count: (source, item, condition) => `(select count(*) from ${items(source, item, condition)})`,
  json_length: (source) => `json_array_length(cast(${source} as json))`,
  text_contains: (text, term) => `coalesce(strpos(lower_case(${text}),${term}) > 0,false)`,
  text_lacks: (text, term) => `strpos(lower_case(${text}),${term}) = 0`,
  json_lacks: (json, text) => `strpos(lower_case(cast(${json} as text)),(select plain_part(lower_case(${text})))) = 0`,
  json_contains: (json, term) =>
    `(coalesce(strpos(lower_case(cast(${json} as text)),(select plain_part(${term}))) > 0,false) and json_contains(cast(${json} as text),${term}))`,
  arrived_after: (sequence, until) => `(${sequence} > ${until} or ${sequence} is null)`,
  json_extended: (source, ...members) =>
    `(select '[' || coalesce(string_agg(odata_bounded(text,total),',' order by key),'') || ']' from
      (select key, text, sum(octet_length(text)) over (rows unbounded preceding) as total from
      (select plain.key, '{' || concat_ws(',',nullif(substr(left(cast(plain.value as text),-1),2),''),
      ${membersOf(members).join()}) || '}' as text
      from json_array_elements(cast(${source} as json)) with ordinality as plain(value,key)) as extended) as counted)`,
  json_chosen: (source, item, condition, order, most, after) =>
    `(select '[' || coalesce(string_agg(cast(value as text),','),'') || ']' from (select ${item}.value
      from ${items(source, item, condition)} order by ${order} limit ${most} offset ${after}) as chosen)`,
  octets: (value) => `coalesce(octet_length(cast(${value} as text)),0)`,
  json_text: (value) => `coalesce(cast(to_json(${value}) as text),'null')`,
  concatenated: (...texts) => `(${texts.join('||')})`, // `concat` takes twice as long
  text_joined: (first, second) => `odata_joined(${first},${second})`,
  plus: (a, b) => `odata_plus(${a},${b})`,
  minus: (a, b) => `odata_plus(${a},-(${b}))`,
  times: (a, b) => `odata_times(${a},${b})`,
  ratio: (a, b) => `odata_ratio(${a},${b})`,
  not_a_number: () => `cast('NaN' as double precision)`,
  texts_joined: (text) => `(${text})`,
  json_rows: (...values) => `'[' || cast(json_build_array(${values.join()}) as text) || ']'`
}

/** Those of the renderer, and those that PostgreSQL knows by other names, or for something else. */
export const OTHER_FUNCTIONS = {
  beginning,
  beginning_in_any_case: beginningInAnyCase,
  is_beginning: isBeginning,
  contains: (text: string, part: string) => `coalesce(strpos(${text},${part}) > 0,false)`,
  average: (value: string) => `cast(sum(${value}) as double precision) / nullif(count(${value}),0)`, // as SQLite divides
  ifnull: (value: string, other: string) => `coalesce(${value},${other})`,
  odata_held: (value: string) => `cast(${value} as double precision)`,
  round: (value: string) => `odata_rounded(${value})`,
  mod: (a: string, b: string) => `odata_remainder(${a},${b})`,
  indexof: (text: string, part: string) => `strpos(${text},${part}) - 1`,
  instr: (text: string, part: string) => `strpos(${text},${part})`,
  tolower: (text: string) => `lower_case(${text})`,
  toupper: (text: string) => `upper_case(${text})`,
  substring: (text: string, start: string, length?: string) =>
    `substr(${text},cast(${start} as int) + 1${length ? `,cast(${length} as int)` : ''})`
}
