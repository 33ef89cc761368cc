/** The HTTP server, with limits for slow clients and for connections. */
import type { Server } from 'node:http'
import type { Express } from 'express'
import { settings } from '../settings/settings.ts'
import { createServer } from './node-http.ts'

/** How often Node looks for connections that are over a limit, in milliseconds. */
const CHECKING_INTERVAL = 1000

/** How long a client may send or read nothing, in milliseconds. */
const IDLE = 30_000

/**
 * Serves an application.
 * @param port 0 for any that is free
 * @param host the interface to listen on; all if undefined
 */
export function serve(app: Express, port: number, host?: string): Server {
  const { server: limits, odata, requires } = settings()
  const timeouts = { headersTimeout: limits.headers_timeout, requestTimeout: limits.request_timeout }
  const server = createServer({ ...timeouts, connectionsCheckingInterval: CHECKING_INTERVAL }, app)
  server.maxConnections = limits.max_connections
  // nothing moves on a connection while its answer is made
  server.setTimeout(Math.max(requires.db.query_timeout, odata.batch_timeout) + IDLE)
  return server.listen(port, host)
}
