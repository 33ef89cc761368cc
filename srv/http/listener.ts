/** The HTTP server, with the limits that keep slow clients from taking all of it. */
import { createServer, type Server } from 'node:http'
import type { Express } from 'express'
import { settings } from './settings.ts'

/** How often Node looks for connections that are over a limit, in milliseconds. */
const CHECKING_INTERVAL = 1000

/**
 * Serves an application.
 * @param port 0 for any that is free
 * @param host the interface that it listens on; all of them if none is given
 */
export function serve(app: Express, port: number, host?: string): Server {
  const { headers_timeout, request_timeout, idle_timeout, max_connections } = settings()
  const timeouts = { headersTimeout: headers_timeout, requestTimeout: request_timeout }
  const server = createServer({ ...timeouts, connectionsCheckingInterval: CHECKING_INTERVAL }, app)
  server.maxConnections = max_connections
  server.setTimeout(idle_timeout) // among others for clients that ask and then do not read
  return server.listen(port, host)
}
