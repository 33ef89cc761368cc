/** Limits the requests that a client, that is a network address, may send within a window of time. */
import cds from '@sap/cds'
import type { RequestHandler } from 'express'
import { RequestError } from '../errors/errors.ts'
import { refuse } from '../errors/refuse.ts'
import { settings } from '../settings/settings.ts'
import { clientsInWindow } from './clients.ts'

const LOG = cds.log('provisioning')

/** Makes the middleware for the configured limit; none if there is no limit. */
export function clientLimit(): RequestHandler[] {
  const { server } = settings()
  const { limit, window } = server.rate_limit
  if (!limit) return []
  const message = `A client may send ${limit} requests in ${window / 1000} seconds.`
  const name = `"${limit}-in-${durationOf(window)}"`
  const quota = `${name}; q=${limit}; w=${Math.ceil(window / 1000)}`
  const { clientAt, rest } = clientsInWindow(window)
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

/** A window in its largest unit. */
function durationOf(milliseconds: number): string {
  const seconds = milliseconds / 1000
  if (seconds < 60) return `${seconds}sec`
  const minutes = seconds / 60
  if (minutes < 60) return `${minutes}min`
  const hours = minutes / 60
  if (hours < 24) return `${hours}hr${hours > 1 ? 's' : ''}`
  const days = hours / 24
  return `${days}day${days > 1 ? 's' : ''}`
}
