/** Limits the requests that a client, that is a network address, may send within a window of time. */
import type { RequestHandler } from 'express'
import { rateLimit, type Store } from 'express-rate-limit'
import { RequestError } from '../errors/errors.ts'
import { refuse } from '../errors/refuse.ts'
import { settings } from '../settings/settings.ts'

/** Makes the middleware for the configured limit; none if there is no limit. */
export function clientLimit(): RequestHandler[] {
  const { limit, window } = settings().server.rate_limit
  if (!limit) return []
  const message = `A client may send ${limit} requests in ${window / 1000} seconds.`
  return [
    rateLimit({
      limit,
      windowMs: window,
      store: windows(window),
      standardHeaders: 'draft-8', // RateLimit and RateLimit-Policy, with Retry-After on refusals
      legacyHeaders: false,
      handler: (_req, res) => refuse(res, new RequestError('tooManyRequests', message))
    })
  ]
}

/**
 * Counts the requests of clients by the monotonic clock. The library's own store uses the time of day, which can jump.
 * @param length the length of a window in milliseconds
 */
function windows(length: number): Store {
  const counts = new Map<string, number>()
  let start = performance.now()
  return {
    increment(client) {
      const now = performance.now()
      if (now - start >= length) {
        start = now
        counts.clear()
      }
      const totalHits = (counts.get(client) ?? 0) + 1
      counts.set(client, totalHits)
      return { totalHits, resetTime: new Date(Date.now() + start + length - now) }
    },
    decrement: (client) => void counts.set(client, (counts.get(client) ?? 1) - 1),
    resetKey: (client) => void counts.delete(client)
  }
}
