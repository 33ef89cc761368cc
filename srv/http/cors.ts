/** Allows pages of the configured origins to use the service in browsers (Fetch Standard, 3.2). */
import type { RequestHandler } from 'express'
import { settings } from '../settings/settings.ts'

const METHODS = 'GET, HEAD, POST, OPTIONS'

/** The headers of answers that pages may read, besides the safelisted ones. */
const EXPOSED =
  'ETag, Location, OData-EntityId, OData-Version, Preference-Applied, Retry-After, WWW-Authenticate, request-id, client-request-id'

/** For how many seconds browsers keep the answer to a preflight request: as long as Chromium does at most. */
const MAX_AGE = '7200'

/**
 * Makes the middleware that allows the configured origins; none if none are configured. Browsers send no credentials
 * along: a page needs a token of its own.
 */
export function crossOrigin(): RequestHandler[] {
  const origins = settings().server.cors_origins
  return origins.length ? [layer(new Set(origins))] : []
}

function layer(origins: Set<string>): RequestHandler {
  return (req, res, next) => {
    res.vary('Origin')
    const origin = req.get('Origin')
    if (origin === undefined || !origins.has(origin)) return next()
    res.set({ 'Access-Control-Allow-Origin': origin, 'Access-Control-Expose-Headers': EXPOSED })
    if (req.method !== 'OPTIONS' || !req.get('Access-Control-Request-Method')) return next()
    const headers = req.get('Access-Control-Request-Headers')
    if (headers !== undefined) res.set('Access-Control-Allow-Headers', headers)
    res.set({ 'Access-Control-Allow-Methods': METHODS, 'Access-Control-Max-Age': MAX_AGE }).status(204).end()
  }
}
