/**
 * Server-driven paging by position: a page continues after the last row of the page before. Every row appears exactly
 * once even while others are inserted, and a deep page costs as much as the first one.
 */
import { RequestError } from '../../errors/errors.ts'
import { linkOptions, type Exchange } from '../request/exchange.ts'
import { allOf, anyOf, val, xpr, type Cqn, type Source, type Value } from '../../cqn/cqn.ts'
import type { OrderTerm } from './order.ts'
import { integer } from '../../database/dialect.ts'
import { applied } from '../request/headers.ts'
import { integerOption } from '../request/options.ts'
import type { Literal } from '../../plans/statement.ts'

/** The part of a result that changes are tracked from; nothing if they are not. */
interface Tracked {
  /** The last arrival that is part of the result: see resources/collection.ts. */
  until?: number | undefined
  /** The last arrivals up to that one, in their order: see query/arrivals.ts. */
  known?: KnownArrival[] | undefined
}

/** The number of an arrival, and a mark of its event. */
export type KnownArrival = [sequence: number, mark: string]

/** Where a page begins, and what it must know of earlier pages. */
export interface Position extends Tracked {
  /** The values of the order terms in the last row of the page before. */
  after?: Value[] | undefined
  /** The most rows from here on, if the client limited the total. */
  remaining?: number | undefined
  /** The page size that the client asked for, which links keep. */
  size?: number | undefined
}

/** Which rows of a collection a page has (OData Protocol 4.01, 11.2.6.3 to 11.2.6.7). */
export interface PageWindow {
  limit: number
  /** How many rows to skip; on the first page only. */
  skip: number
  after: Position['after']
  tracked: Tracked
  size: Position['size']
  /** The position of the next page, given the number of rows on this one; undefined if the client wants no more. */
  next: (after: Position['after'], count: number) => Position | undefined
}

/**
 * Reads the window from `$top`, `$skip`, `$skiptoken` and the preference maxpagesize.
 * @param position where it begins; by default as `$skiptoken` says
 * @throws {RequestError} 400 if one of them is wrong
 */
export function pageWindow(exchange: Exchange, position = positionOf(exchange)): PageWindow {
  const { options, schema } = exchange
  const topIsPageSize = exchange.conventions.isGraph
  const top = integerOption(options, '$top')
  const skip = !options.has('$skiptoken') ? (integerOption(options, '$skip') ?? 0) : 0
  const { max, default: usual } = schema.pageSize
  const preferred = position.size === undefined ? preferredSize(exchange) : Math.min(position.size, max)
  if (topIsPageSize && top !== undefined && top > max)
    throw new RequestError('invalidQueryOption', `$top must be at most ${max} here.`, '$top')
  const size = (topIsPageSize ? top : undefined) ?? preferred
  const remaining = topIsPageSize ? undefined : (position.remaining ?? top)
  // clients that limit the total themselves often follow no links
  const limit = Math.min(remaining ?? size ?? usual, size ?? max)
  const next = (after: PageWindow['after'], count: number): Position | undefined => {
    if (!after || !limit || (remaining !== undefined && remaining <= count)) return undefined
    return { after, remaining: remaining === undefined ? undefined : remaining - count, size }
  }
  const { after, until, known } = position
  return { limit, skip, after, tracked: { until, known }, size, next }
}

function positionOf(exchange: Exchange): Position {
  const token = exchange.options.get('$skiptoken')
  return token === undefined ? {} : fromToken(exchange, '$skiptoken', token)
}

/** The page size that the client prefers, up to the service's maximum (8.2.8.7). */
function preferredSize({ preferences, res, schema }: Exchange): number | undefined {
  const wanted = Number(preferences.get('maxpagesize'))
  if (!Number.isSafeInteger(wanted) || wanted < 1) return undefined
  const size = Math.min(wanted, schema.pageSize.max)
  applied(res, `odata.maxpagesize=${size}`)
  return size
}

/**
 * The condition that rows come after a position. Null comes before all values (OData URL Conventions 4.01, 5.1.5).
 * @throws {RequestError} 400 if the number of values differs
 */
export function comesAfter(terms: OrderTerm[], after: Value[]): Cqn {
  if (after.length !== terms.length) throw unknownToken(TOKEN)
  const alternatives = terms.map((term, index) =>
    allOf(
      ...terms.slice(0, index).map((each, i) => xpr(each.cqn, '=', constant(each, after[i], i))),
      beyond(term, after[index], index)
    )
  )
  // implied by the alternatives, but an index can serve this range
  return allOf(beyond(terms[0] as OrderTerm, after[0], 0, '='), anyOf(...alternatives))
}

/** @param orEqual `=` if the value itself counts, too */
function beyond(term: OrderTerm, value: Value = null, index: number, orEqual: '=' | '' = ''): Cqn {
  const { cqn, descending, required } = term
  if (value === null && descending) return orEqual ? xpr(cqn, '=', val(null)) : xpr(val(1), '=', val(0))
  if (value === null) return orEqual ? xpr(val(1), '=', val(1)) : xpr(cqn, '!=', val(null))
  const ordered = xpr(cqn, (descending ? '<' : '>') + orEqual, constant(term, value, index))
  return descending && !required ? anyOf(ordered, xpr(cqn, '=', val(null))) : ordered
}

const TOKEN = '$skiptoken'

function constant({ isDuration }: OrderTerm, value: Value = null, index: number): Cqn {
  const source: Source = { option: TOKEN, position: index, read: (json) => JSON.parse(json) as Value }
  const literal = val(value, source)
  return isDuration && value !== null ? integer(literal) : literal // null has to be seen as such
}

/** The values of a position, as literals of the request: see plans/plans.ts. */
export function positionLiterals(after: Position['after'] = []): Literal[] {
  return after.map((value, position) => ({ option: TOKEN, position, text: jsonOf(value) }))
}

/**
 * Writes a position as the token of a link.
 * @param options the other query options of the link; the token is valid with these only
 * @throws {RequestError} 501 if values are too long for a link that clients can send
 */
export function toToken(exchange: Exchange, name: TokenName, position: Position, options: Map<string, string>): string {
  const content = jsonOf(position)
  if (content.length > LONGEST)
    throw new RequestError('notImplemented', 'There are no pages in the order of values that are so long.', '$orderby')
  // blanks hide the number of digits
  const { until, known = [] } = position
  const numbers = [until ?? '', ...known.map(([sequence]) => sequence)]
  const padded = content.padEnd(content.length + MOST_DIGITS * numbers.length - numbers.join('').length)
  return exchange.tokens.write(padded, contextOf(exchange, name, options))
}

/** JSON has no infinite numbers, but what is too large for a number is read as one. */
const jsonOf = (value: unknown) =>
  JSON.stringify(value, (_, each: unknown) =>
    each === Infinity || each === -Infinity ? JSON.rawJSON(each > 0 ? '1e999' : '-1e999') : each
  )

const MOST_DIGITS = 16
/** In characters, of which each has up to three bytes: a link is no longer than twice 16 KB. */
const LONGEST = 4000

/** Reads a token. @throws {RequestError} 400 unless the service issued it to this tenant for just these options */
export function fromToken(exchange: Exchange, name: TokenName, token: string): Position {
  const position = exchange.tokens.read(token, contextOf(exchange, name, linkOptions(exchange)))
  if (isPosition(position, name)) return position
  throw unknownToken(name)
}

function unknownToken(name: TokenName) {
  return new RequestError('invalidQueryOption', `${name} is not one that this service gave for this request.`, name)
}

export type TokenName = '$skiptoken' | '$deltatoken'

function contextOf({ scope }: Exchange, name: TokenName, options: Map<string, string>) {
  const others = [...options].filter(([each]) => !['$skiptoken', '$deltatoken', '$format'].includes(each)).sort()
  return JSON.stringify([name, scope.literals, others])
}

/** Another version of the service may have issued a token with other content. */
function isPosition(position: unknown, name: TokenName): position is Position {
  if (typeof position !== 'object' || position === null) return false
  const { after, remaining, size, until, known = [] } = position as Record<keyof Position, unknown>
  const areNumbers = [remaining, size, until].every((each) => each === undefined || isNumber(each))
  const areKnown = Array.isArray(known) && known.every(isKnownArrival)
  return (
    areNumbers && areKnown && (name === '$deltatoken' ? isNumber(until) : Array.isArray(after) && after.every(isValue))
  )
}

const isNumber = (each: unknown) => Number.isSafeInteger(each) && (each as number) >= 0
const isKnownArrival = (each: unknown) =>
  Array.isArray(each) && each.length === 2 && isNumber(each[0]) && typeof each[1] === 'string'
const isValue = (each: unknown) => each === null || ['string', 'number', 'boolean'].includes(typeof each)
