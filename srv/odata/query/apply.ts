/** `$apply`: transformations of collections (OData Data Aggregation 4.0, section 3). */
import { summand } from '../../database/dialect.ts'
import { func, named, ref, val, xpr } from '../../cqn/cqn.ts'
import type { Typed } from '../../cqn/typed.ts'
import { aggregate, grouped } from './aggregation.ts'
import { withoutNaN } from '../expressions/arithmetic.ts'
import { Cursor } from '../expressions/cursor.ts'
import { meantAs } from '../expressions/members.ts'
import { orderBy, ordering, orderTerms } from './order.ts'
import { isPrimitive, type Parser } from '../expressions/parsing.ts'
import { parsePath, type Path } from '../expressions/paths.ts'
import { computed, namedValues, type Computed } from './compute.ts'
import { areTooLarge, conditioned, filtered, nested, searched, totalOrder, type Rows } from './rows.ts'

/** The most sets of rows that `concat` and `rollup` may produce. Each is a query. */
const MOST_SETS = 20

/** The column that says whether a row belongs to the result. No computed value has such a name. */
const IS_NEEDED = '$isNeeded'

/**
 * Parses a sequence of transformations and applies it to rows.
 * @returns the sets of rows; several after `concat`
 * @throws {RequestError} 400 with the position of what is wrong, 501 for what the service does not implement
 */
export function transformations(parser: Parser, input: Rows): Rows[] {
  const { cursor } = parser
  let output = [input]
  do {
    const [rows] = output
    if (output.length > 1 || !rows)
      return cursor.unsupported('A transformation after concat or rollup is not implemented')
    output = cursor.nested(() => transformation(parser.about(rows.type), rows))
    if (areTooLarge(output)) cursor.tooLarge()
  } while (cursor.accept('/'))
  return output
}

function transformation(parser: Parser, rows: Rows): Rows[] {
  const { cursor } = parser
  const { position } = cursor.token
  const name = cursor.name('A transformation')
  if (name.toLowerCase() === 'identity') return [rows]
  const transform = TRANSFORMATIONS.get(name.toLowerCase())
  const unknown = () => cursor.unsupported(`The transformation '${name}' is not implemented`, position)
  return cursor.enclosed(() => (transform ? [transform(parser, rows)].flat() : unknown()))
}

const TRANSFORMATIONS = new Map<string, (parser: Parser, rows: Rows) => Rows | Rows[]>(
  Object.entries({
    filter: (parser, rows) => conditioned(rows, parser.condition()),
    search: ({ cursor }, rows) => searched(rows, cursor.take().text),
    compute: computed,
    aggregate: (parser, rows) => grouped(parser.cursor, rows, [], aggregates(parser)),
    groupby: groupBy,
    concat: concatenated,
    orderby: (parser, rows) => ({ ...rows, order: orderTerms(parser, rows.order) }),
    top: (parser, rows) => limited(rows, wholeNumber(parser)),
    skip: (parser, rows) => limited(rows, Number.MAX_SAFE_INTEGER, wholeNumber(parser)),
    topcount: (parser, rows) => extremes(parser, rows, true),
    bottomcount: (parser, rows) => extremes(parser, rows, false),
    topsum: (parser, rows) => accumulated(parser, rows, true, false),
    bottomsum: (parser, rows) => accumulated(parser, rows, false, false),
    toppercent: (parser, rows) => accumulated(parser, rows, true, true),
    bottompercent: (parser, rows) => accumulated(parser, rows, false, true)
  } satisfies Record<string, (parser: Parser, rows: Rows) => Rows | Rows[]>)
)

function concatenated(parser: Parser, rows: Rows): Rows[] {
  const sets = parser.cursor.list(() => transformations(parser, rows)).flat()
  if (sets.length > MOST_SETS) parser.cursor.fail(`The result has more than ${MOST_SETS} sets of rows`)
  return sets
}

function wholeNumber(parser: Parser, least = 0): number {
  return amount(parser, `A whole number of ${least} or more`, (each) => Number.isSafeInteger(each) && each >= least)
}

/** Reads a number that belongs to the query, not to its values; an alias may stand for it. */
function amount({ cursor, context }: Parser, what: string, isValid: (number: number) => boolean): number {
  const { kind, text } = cursor.token
  const value = kind === 'alias' ? context.aliases.get(text) : undefined
  const at = value === undefined ? cursor : new Cursor(value, text, cursor)
  const number = Number(at.token.text)
  if (at.token.kind !== 'number' || !Number.isFinite(number) || !isValid(number)) at.fail(`${what} is expected`)
  at.take()
  if (at !== cursor) {
    at.end()
    cursor.take()
  }
  return number
}

/** `topcount(3,durationInMilliseconds)`: the rows with the largest values. */
function extremes(parser: Parser, rows: Rows, descending: boolean): Rows {
  const count = wholeNumber(parser, 1)
  parser.cursor.expect(',')
  return limited({ ...rows, order: [{ ...ordering(parser), descending }] }, count)
}

/**
 * `topsum(1000,durationInMilliseconds)`: the rows with the largest values, up to the first with which their sum reaches
 * an amount (3.3.1). Negative values do not make room for others: the sum before a row counts as the most that it was.
 */
function accumulated(parser: Parser, rows: Rows, descending: boolean, isPercent: boolean): Rows {
  const most = isPercent
    ? amount(parser, 'A number above 0 and up to 100', (each) => each > 0 && each <= 100)
    : amount(parser, 'A number', () => true)
  parser.cursor.expect(',')
  const value = meantAs(parser.value(), 'number')
  const { type, position } = value
  const cqn = withoutNaN(value)
  if (type === 'null') return filtered(rows, xpr(val(false), '=', val(true))) // rows without a value have no part in it
  if (type !== 'number') parser.cursor.fail('A number is expected', position)
  const ties = rows.identity.flatMap((name) => [',', ref(name), 'nulls first']) // the defaults of databases differ
  const order = [cqn, descending ? 'desc' : 'asc', ...ties]
  const frame = 'rows between unbounded preceding and 1 preceding'
  const number = value.whole ? summand(cqn) : cqn
  const before = func('coalesce', xpr('sum(', number, ') over (order by', ...order, frame, ')'), val(0))
  const positive = func('coalesce', xpr('sum(case when', cqn, '> 0 then', number, 'end) over ()'), val(0))
  const reached = descending
    ? xpr('case when', cqn, '< 0 then', positive, 'else', before, 'end')
    : xpr('case when', before, '< 0 then 0 else', before, 'end')
  const whole = isPercent ? xpr('sum(', number, ') over () *', val(most), '/ 100.0') : val(most)
  const columns = [...rows.columns.map(ref), named(xpr(reached, '<', whole), IS_NEEDED)]
  const numbered = nested(filtered(rows, xpr(cqn, '!=', val(null))), columns)
  return nested(filtered(numbered, xpr(ref(IS_NEEDED), '=', val(true))))
}

/** `groupby((statusInfo/status,jobId),aggregate($count as total))`, also with `rollup($all,a,b)` among the paths. */
function groupBy(parser: Parser, rows: Rows): Rows[] {
  const { cursor } = parser
  const items = cursor.enclosed(() => cursor.list(() => groupingItem(parser)))
  const values = cursor.accept(',') ? groupAggregates(parser) : []
  // each rollup multiplies the sets, so they are counted before they are made
  const count = items.reduce((product, item) => product * item.length, 1)
  if (count > MOST_SETS) cursor.fail(`The result has more than ${MOST_SETS} sets of groups`)
  const levels = items.reduce<Path[][]>(
    (sets, item) => sets.flatMap((set) => item.map((part) => [...set, ...part])),
    [[]]
  )
  return levels.map((groupings) => grouped(cursor, rows, groupings, values))
}

function groupingItem(parser: Parser): Path[][] {
  const { cursor } = parser
  if (cursor.token.text === 'rolluprecursive') cursor.unsupported('The service does not implement rolluprecursive')
  if (!cursor.accept('rollup')) return [[grouping(parser)]]
  return cursor.enclosed(() => {
    const all = cursor.accept('$all')
    if (all) cursor.expect(',')
    const paths = cursor.list(() => grouping(parser))
    const levels = paths.map((_, index) => paths.slice(0, paths.length - index))
    return all ? [...levels, []] : levels
  })
}

function grouping(parser: Parser): Path {
  const { position } = parser.cursor.token
  const path = parsePath(parser)
  if (path.value.type === 'complex')
    parser.cursor.unsupported('The service does not group by whole structures', position)
  if (!isPrimitive(path.value)) parser.cursor.fail('Only primitive values can be grouped by', position)
  return path
}

function groupAggregates(parser: Parser): Computed[] {
  const { cursor } = parser
  const { kind, position } = cursor.token
  const others = () => cursor.unsupported('Groups are aggregated only', position)
  if (kind === 'name' && !cursor.accept('aggregate')) others()
  const values = cursor.enclosed(() => aggregates(parser))
  return cursor.accept('/') ? others() : values
}

const aggregates = (parser: Parser): Computed[] =>
  namedValues(parser.cursor, parser.context.type.properties.keys(), () => {
    const value = aggregated(parser)
    if (parser.cursor.accept('from')) parser.cursor.unsupported("The service does not implement 'from'", value.position)
    return value
  })

function aggregated(parser: Parser): Typed {
  const { cursor } = parser
  const { position } = cursor.token
  if (cursor.accept('$count')) return { cqn: func('count', val(1)), type: 'number', whole: true, position }
  const operand = parser.value()
  if (cursor.previous.text === '$count' && cursor.accept('as'))
    cursor.unsupported('The service does not count what is in collections', position)
  cursor.expect('with')
  const { position: at } = cursor.token
  const method = cursor.name('A method').toLowerCase()
  const value = aggregate(operand, method)
  if (!value && method === 'countdistinct')
    cursor.unsupported('The service does not count distinct structures or collections', at)
  return value ?? cursor.fail('The method is not sum, min, max, average or countdistinct for such values', at)
}

/** The first rows in their order, as a set of rows. */
function limited(rows: Rows, top: number, skip = 0): Rows {
  const limit = { rows: val(top), offset: val(skip) }
  return nested(rows, undefined, { orderBy: totalOrder(rows).map(orderBy), limit })
}
