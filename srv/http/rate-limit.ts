/** How many requests one client, that is one network address, may send in a time. */
import type { RequestHandler } from 'express'
import { rateLimit } from 'express-rate-limit'
import { RequestError } from '../wire/errors.ts'
import { refuse } from '../wire/refuse.ts'
import { settings } from './settings.ts'

/** Makes the limit of the settings; none where there is none. */
export function clientLimit(): RequestHandler[] {
  const { limit, window } = settings().rate_limit
  if (!limit) return []
  const message = `A client may send ${limit} requests in ${window / 1000} seconds.`
  return [
    rateLimit({
      limit,
      windowMs: window,
      standardHeaders: 'draft-8', // RateLimit and RateLimit-Policy, with Retry-After on refusals
      legacyHeaders: false,
      handler: (_req, res) => refuse(res, new RequestError('tooManyRequests', message))
    })
  ]
}
