/** Limits the requests that a client, that is a network address, may send in a minute. */
import cds from '@sap/cds'
import type { RequestHandler } from 'express'
import { RequestError } from '../errors/errors.ts'
import { refuse } from '../errors/refuse.ts'
import { settings } from '../settings/settings.ts'
import { clientsInWindow } from './clients.ts'

const LOG = cds.log('provisioning')

const MINUTE = 60_000

/** Makes the middleware for the configured limit; none if there is no limit. */
export function clientLimit(): RequestHandler[] {
  const { server } = settings()
  const { limit } = server.rate_limit
  if (!limit) return []
  const message = `A client may send ${limit} requests in 60 seconds.`
  const name = `"${limit}-in-1min"`
  const quota = `${name}; q=${limit}; w=60`
  const { clientAt, rest } = clientsInWindow(MINUTE)
  let isWarned = server.trust_proxy !== false
  return [
    (req, res, next) => {
      if (!isWarned && req.headers['x-forwarded-for'] !== undefined) {
        isWarned = true
        LOG.warn(
          'Requests have X-Forwarded-For, but server.trust_proxy is off: clients of a proxy share one rate limit.'
        )
      }
      const client = clientAt(req.ip ?? '')
      const seconds = Math.ceil(rest() / 1000)
      client.requests++
      // https://datatracker.ietf.org/doc/html/draft-ietf-httpapi-ratelimit-headers-08
      res.setHeader('RateLimit', `${name}; r=${Math.max(limit - client.requests, 0)}; t=${seconds}`)
      res.setHeader('RateLimit-Policy', `${quota}; pk=:${client.partition}:`)
      if (client.requests <= limit) return next()
      res.setHeader('Retry-After', String(seconds))
      refuse(res, new RequestError('tooManyRequests', message))
    }
  ]
}
