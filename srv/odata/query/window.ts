/** Which rows of a collection a page has (OData Protocol 4.01, 11.2.6.3 to 11.2.6.7). */
import { RequestError } from '../../errors/errors.ts'
import type { Exchange } from '../request/exchange.ts'
import { integerOption } from '../request/options.ts'
import { fromToken, type Position } from './paging.ts'
import { applied } from '../request/headers.ts'

export interface PageWindow {
  /** The most rows that the page has. */
  limit: number
  /** How many rows to skip; on the first page only. */
  skip: number
  /** The values of the order terms in the last row of the page before. */
  after: Position['after']
  /** The last arrival that is part of the result, if changes are tracked. */
  until: Position['until']
  /** The position of the next page, given the number of rows on this one; undefined if the client wants no more. */
  next: (after: Position['after'], count: number) => Position | undefined
}

/**
 * Reads the window from `$top`, `$skip`, `$skiptoken` and the preference maxpagesize.
 * @throws {RequestError} 400 if one of them is wrong
 */
export function pageWindow(exchange: Exchange): PageWindow {
  const { options, schema, conventions } = exchange
  const token = options.get('$skiptoken')
  const position = token === undefined ? {} : fromToken(exchange, '$skiptoken', token)
  const top = integerOption(options, '$top')
  const skip = token === undefined ? (integerOption(options, '$skip') ?? 0) : 0
  const { max } = schema.pageSize
  const preferred = position.size === undefined ? preferredSize(exchange) : Math.min(position.size, max)
  if (conventions.topIsPageSize && top !== undefined && top > max)
    throw new RequestError('invalidQueryOption', `$top must be at most ${max} here.`, '$top')
  const remaining = conventions.topIsPageSize ? undefined : (position.remaining ?? top)
  const size = preferred ?? schema.pageSize.default
  const limit = conventions.topIsPageSize ? (top ?? size) : Math.min(remaining ?? Infinity, size)
  const next = (after: PageWindow['after'], count: number): Position | undefined => {
    if (!after || !limit || (remaining !== undefined && remaining <= count)) return undefined
    const rest = remaining === undefined ? {} : { remaining: remaining - count }
    return { after, ...rest, ...(preferred !== undefined && { size: preferred }) }
  }
  return { limit, skip, after: position.after, until: position.until, next }
}

/** The page size that the client prefers, up to the service's maximum (8.2.8.7). */
function preferredSize({ preferences, res, schema }: Exchange): number | undefined {
  const wanted = Number(preferences.get('maxpagesize'))
  if (!Number.isSafeInteger(wanted) || wanted < 1) return undefined
  const size = Math.min(wanted, schema.pageSize.max)
  applied(res, `odata.maxpagesize=${size}`)
  return size
}
