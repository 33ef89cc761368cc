/** The HTTP server, with limits for slow clients and for connections. */
import { createServer, type Server } from 'node:http'
import type { Express } from 'express'
import { settings } from './settings.ts'

/** How often Node looks for connections that are over a limit, in milliseconds. */
const CHECKING_INTERVAL = 1000

/**
 * Serves an application.
 * @param port 0 for any that is free
 * @param host the interface to listen on; all if undefined
 */
export function serve(app: Express, port: number, host?: string): Server {
  const { headers_timeout, request_timeout, idle_timeout, max_connections } = settings()
  const timeouts = { headersTimeout: headers_timeout, requestTimeout: request_timeout }
  const server = createServer({ ...timeouts, connectionsCheckingInterval: CHECKING_INTERVAL }, app)
  server.maxConnections = max_connections
  server.setTimeout(idle_timeout) // also for clients that do not read the answer
  return server.listen(port, host)
}
