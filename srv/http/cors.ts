/** Allows pages of the configured origins to use the service in browsers (Fetch Standard, 3.2). */
import type { RequestHandler } from 'express'
import { settings } from '../settings/settings.ts'

const METHODS = 'GET, HEAD, POST, OPTIONS'

/** The headers of answers that pages may read, besides the safelisted ones. */
const EXPOSED =
  'Content-Disposition, ETag, Location, OData-EntityId, OData-Version, Preference-Applied, Retry-After, WWW-Authenticate, request-id, client-request-id'

/** For how many seconds browsers keep the answer to a preflight request: as long as Chromium does at most. */
const MAX_AGE = '7200'

/** Allows the configured origins. Browsers send no credentials along: a page needs a token of its own. */
export const crossOrigin: RequestHandler = (req, res, next) => {
  const origins = settings().server.cors_origins
  if (!origins.length) return next()
  res.vary('Origin')
  const origin = req.get('Origin')
  if (origin === undefined || !origins.includes(origin)) return next()
  res.set({ 'Access-Control-Allow-Origin': origin, 'Access-Control-Expose-Headers': EXPOSED })
  if (req.method !== 'OPTIONS' || !req.get('Access-Control-Request-Method')) return next()
  const headers = req.get('Access-Control-Request-Headers')
  if (headers !== undefined) res.set('Access-Control-Allow-Headers', headers)
  res.set({ 'Access-Control-Allow-Methods': METHODS, 'Access-Control-Max-Age': MAX_AGE }).status(204).end()
}
