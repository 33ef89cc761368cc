/** The HTTP server, with limits for slow clients and for connections. */
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Express } from 'express'
import { settings } from '../settings/settings.ts'
import { networkOf } from './clients.ts'
import { closeInStages, inTurn, refuseUnreadable } from './connection-ends.ts'
import { createServer } from './node-http.ts'
import { Shares } from './shares.ts'

/** How often Node looks for connections that are over a limit, in milliseconds. */
const CHECKING_INTERVAL = 1000

/** How long a client may send or read nothing, in milliseconds. */
const IDLE = 30_000

/** How many bytes a request line and headers may have: the longest link, and headers with a token, each of 16 KB. */
const MOST_OF_HEAD = 49_152

/**
 * How long a connection stays open between requests, in milliseconds: longer than proxies keep theirs, which is a minute
 * mostly. One that is closed just as a request comes loses it.
 */
const KEPT = 75_000

/**
 * Serves an application.
 * @param port 0 for any that is free
 * @param host the interface to listen on; all if undefined
 * @throws {Error} if the port is none
 */
export function serve(app: Express, port: number, host?: string): Server {
  expectPort(port)
  const { server: limits, odata, requires } = settings()
  const { headers_timeout, request_timeout: requestTimeout } = limits
  const options = {
    headersTimeout: Math.min(headers_timeout, requestTimeout),
    requestTimeout,
    keepAliveTimeout: KEPT,
    connectionsCheckingInterval: CHECKING_INTERVAL,
    maxHeaderSize: MOST_OF_HEAD,
    joinDuplicateHeaders: true // of several Host or Authorization headers none is chosen: together they are invalid
  }
  const answer = (req: IncomingMessage, res: ServerResponse) => inTurn(res, () => void app(inOriginForm(req), res))
  const server = createServer(options, answer)
  // a body that is refused need not be sent: receive.ts asks for those that are not, and no other expectation is known
  server.on('checkContinue', answer).on('checkExpectation', answer)
  server.on('clientError', (error, socket) => void refuseUnreadable(error, socket))
  server.maxConnections = limits.max_connections
  server.on('connection', closeInStages)
  server.on('connection', (socket) => shareConnections(socket, limits.max_connections))
  // nothing moves on a connection while its answer is made
  server.setTimeout(Math.max(requires.db.query_timeout, odata.batch_timeout) + IDLE)
  return server.listen(port, host)
}

const connections = new Shares()

/** Closes a connection of a client that has too many. */
function shareConnections(socket: Socket, most: number) {
  const client = networkOf(socket.remoteAddress ?? '')
  if (!connections.hasRoom(client, 1, most)) return socket.destroy()
  connections.add(client, 1)
  return socket.once('close', () => connections.add(client, -1))
}

/** Node takes any other text for the path of a socket, and CAP hands on what it was given. */
function expectPort(port: unknown) {
  if (!/^\d{1,5}$/.test(String(port)) || Number(port) > 65_535)
    throw new Error(
      `The service cannot run with the port '${String(port)}': it must be a whole number from 0 to 65535.`
    )
}

/** An absolute URL in a request names the host, whatever the Host header says (RFC 9112, 3.2.2). */
function inOriginForm(req: IncomingMessage): IncomingMessage {
  const [, host, rest = ''] = /^https?:\/\/([^/?#]+)(.*)$/i.exec(req.url ?? '') ?? []
  if (host === undefined) return req
  req.headers.host = host
  req.url = rest.startsWith('/') ? rest : `/${rest}`
  return req
}
