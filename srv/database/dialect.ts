/** The functions that engines spell differently. Queries call them by name, for which renderers put their SQL. */
import { constant, extentOf, measured, val, xpr, type Cqn } from '../cqn/cqn.ts'
import type { Member, Ways } from '../cqn/typed.ts'

/** Makes SQL from the SQL of the arguments. CAP renders an argument with its values each time it is used. */
type Spelling = (...args: string[]) => string

/**
 * What every engine must provide. A collection is a JSON array in a column, a path is an SQL/JSON path, and `item` is
 * the name by which a condition refers to the items of a collection.
 */
export interface Dialect {
  /** Text that compares with others without regard to the case of ASCII letters: text. */
  any_case: Spelling
  /** Text that compares by its bytes, whatever it is made of: text. */
  by_bytes: Spelling
  /** Whole number of 64 bits: value. */
  as_integer: Spelling
  /** Whole number in a sum, which may have more than 64 bits: value. */
  as_summand: Spelling
  /** The UTF-8 of a text, or the text where that is read with less work: text. */
  as_bytes: Spelling
  /** The greatest and the smallest of some texts. */
  greatest: Spelling
  least: Spelling
  /** Member of a JSON value, null where there is none: JSON, path. */
  json_member: Spelling
  /** What a member orders by: true, false and numbers, then texts: JSON, path. */
  json_ordered: Spelling
  /** Member that is known to be a number: JSON, path. */
  json_number: Spelling
  /** Member that is known to be true or false: JSON, path. */
  json_boolean: Spelling
  /** Type of a member, `text`, `integer`, `real`, `true`, `false`, `null`, `object` or `array`: JSON, path. */
  json_member_type: Spelling
  /** Member as JSON text, null where there is none and where it is null: JSON, path. */
  json_of_member: Spelling
  /** Value that is no JSON as JSON text: value. */
  json_of_value: Spelling
  /** JSON text as a JSON value that can be part of another: text. */
  json_value: Spelling
  /** Whether a condition holds for an item: collection, item, condition. */
  json_any: Spelling
  /** The number of items for which a condition holds: collection, item, condition. */
  json_count: Spelling
  /** Number of items: collection. */
  json_length: Spelling
  /** Whether a text contains a term in lower case, in any case, false for null: text, term. */
  text_contains: Spelling
  /** Whether a text is known not to contain a term in any case, null for null: text, term. */
  text_lacks: Spelling
  /** Whether a text in a JSON value contains a term in lower case, not counting those of `@odata.type`: JSON, term. */
  json_contains: Spelling
  /** Whether a JSON value is known to have no text that contains a text, null for null: JSON, text. */
  json_lacks: Spelling
  /**
   * Whether an event may contain some terms, each in lower case and in any of the texts that are searched. It is true
   * for all that do, never null, and quick where few do: id of the event, the instants between which it must have
   * happened (null where there is no bound), what is asked (see {@link soughtBy}), terms.
   */
  may_contain: Spelling
  /** Whether an event arrived after a given arrival: number of its arrival, null if it has none yet, given number. */
  arrived_after: Spelling
  /** Collection whose items have further members: collection, path and JSON value of each. */
  json_extended: Spelling
  /** Whether tallies lack events: the query for how many. */
  tallies_lack: Spelling
  /** Some items of a collection: collection, item, condition, order, how many and after how many. */
  json_chosen: Spelling
  /** The number of bytes of a text in UTF-8, 0 where there is none: text. */
  octets: Spelling
  /** Value as JSON text, `null` where there is none: value. */
  json_text: Spelling
  /** Text of some that follow each other: texts, none of which is null. */
  concatenated: Spelling
  /** Two texts as one, null where one is null. It fails where it would be longer than a value may be: text, text. */
  text_joined: Spelling
  /** Arithmetic of doubles: infinite where the result is too large, null where it is no number. */
  plus: Spelling
  minus: Spelling
  times: Spelling
  /** By a number that is not zero. */
  ratio: Spelling
  /** The number NaN. SQLite has none, so a text stands for it there. */
  not_a_number: Spelling
  /** Aggregates texts into one, with commas between them, or gives the text of each row where that is faster: text. */
  texts_joined: Spelling
  /** Aggregates rows into a JSON array of arrays, or gives that of each row, as texts: values. */
  json_rows: Spelling
}

/** What a call adds to the depth of an expression, for any engine. */
const LEVELS = 4

const call = (name: keyof Dialect, ...args: Cqn[]): Cqn => measured({ func: name, args }, args, LEVELS)
const sqlOf = (part: Cqn | string) => (typeof part === 'string' ? xpr(part) : part)

export const anyCase = (of: Cqn) => call('any_case', of)
export const byBytes = (of: Cqn) => call('by_bytes', of)
export const notANumber = () => call('not_a_number')
export const integer = (of: Cqn) => call('as_integer', of)
export const summand = (of: Cqn) => call('as_summand', of)
export const greatest = (...of: Cqn[]) => call('greatest', ...of)
export const least = (...of: Cqn[]) => call('least', ...of)
export const bytes = (of: Cqn) => call('as_bytes', of)

/**
 * The path to a member, which is the same text wherever it stands, as PostgreSQL wants it of what is grouped by. Names come
 * from tokens of expressions, which have neither quotes nor backslashes.
 */
export const pathTo = (...names: string[]) => constant(['$', ...names.map((name) => `"${name}"`)].join('.'))

/** @param type what the member is known to be; by default a text, or anything where the engine tells types itself */
export const jsonMember = ({ source, path }: Member, type: 'member' | 'number' | 'boolean' = 'member') =>
  call(`json_${type}`, sqlOf(source), pathTo(...path))
export const jsonOrdered = ({ source, path }: Member) => call('json_ordered', sqlOf(source), pathTo(...path))
export const jsonType = ({ source, path }: Member) => call('json_member_type', sqlOf(source), pathTo(...path))
export const jsonOfMember = ({ source, path }: Member) => call('json_of_member', sqlOf(source), pathTo(...path))
export const asJson = (of: Cqn) => call('json_of_value', of)
export const jsonValue = (text: Cqn) => call('json_value', text)
export const jsonLength = (source: Cqn | string) => call('json_length', sqlOf(source))
export const jsonExtended = (source: Cqn, members: Cqn[]) => call('json_extended', source, ...members)
export const textContains = (text: Cqn, term: string) => call('text_contains', text, val(term))
export const textLacks = (text: Cqn, term: Cqn) => call('text_lacks', text, term)
export const jsonContains = (source: Cqn | string, term: string) => call('json_contains', sqlOf(source), val(term))
export const jsonLacks = (source: Cqn, text: Cqn) => call('json_lacks', source, text)
export const arrivedAfter = (sequence: Cqn, until: Cqn) => call('arrived_after', sequence, until)
export const talliesLack = (query: object) => call('tallies_lack', query as Cqn)

/** The item itself, in a condition on items. */
export const jsonItem = (item: string) => `${item}.value`

export const jsonAny = (source: Cqn | string, item: string, condition: Cqn) =>
  ofItems('json_any', sqlOf(source), item, condition)
export const jsonCount = (source: Cqn | string, item: string, condition: Cqn) =>
  ofItems('json_count', sqlOf(source), item, condition)
export const jsonChosen = (source: Cqn, item: string, condition: Cqn, ...rest: [order: Cqn, most: Cqn, after: Cqn]) =>
  ofItems('json_chosen', source, item, condition, ...rest)

/** A condition on items becomes a subquery, whose depth counts with that of the surrounding expression. */
function ofItems(name: keyof Dialect, source: Cqn, item: string, condition: Cqn, ...rest: Cqn[]): Cqn {
  const args = [source, xpr(item), condition, ...rest]
  return measured({ func: name, args }, args, LEVELS + extentOf(condition).depth)
}

export const octets = (text: Cqn) => call('octets', text)
export const jsonText = (value: Cqn) => call('json_text', value)
/** @param texts those that are no expressions are trusted: they become part of the statement */
export const concatenated = (...texts: (Cqn | string)[]) =>
  call('concatenated', ...texts.map((text) => (typeof text === 'string' ? constant(text) : text)))
export const textJoined = (first: Cqn, second: Cqn) => call('text_joined', first, second)
export const textsJoined = (text: Cqn) => call('texts_joined', text)
export const jsonRows = (...values: Cqn[]) => call('json_rows', ...values)

/** What {@link mayContain} asks besides the terms, which are values of the statement. */
interface Asked {
  /** For each way the columns of its terms, if they are indexed by parts; an empty name stands for any text. */
  columns: string[][]
  /** Whether each column must equal its term. It pays only to find few events so. */
  isWhole: boolean
}

/** The instants between which an event must have happened anyway. */
export interface Bounds {
  after?: Cqn
  before?: Cqn
}

const NOTHING = val(null)

/**
 * The condition that an event may contain what is sought.
 * @param ways with the columns of stored events
 */
export function mayContain(id: Cqn, ways: Ways, { after = NOTHING, before = NOTHING }: Bounds = {}) {
  const columns = ways.map((list) => list.map(({ column = '' }) => column))
  const asked: Asked = { columns, isWhole: ways.flat().every(({ whole }) => whole) }
  return call('may_contain', id, after, before, val(JSON.stringify(asked)), ...ways.flat().map(({ text }) => text))
}

/** What {@link mayContain} asks: for each way its terms, with their columns. @param asked as the engine gets it, a text */
export function soughtBy<Term>(asked: unknown, terms: Term[]) {
  const { columns, isWhole } = JSON.parse(String(asked)) as Asked
  let place = 0
  const lists = columns.map((list) => list.map((column) => ({ column, term: terms[place++] as Term })))
  return { lists, isWhole }
}

/** Whether a condition is only there to find events quickly: it follows from the others. */
export const isImplied = (condition: Cqn) => 'func' in condition && condition.func === 'may_contain'
