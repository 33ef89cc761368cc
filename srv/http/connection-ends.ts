/** How connections end, so that no answer is lost or taken for that of another request. */
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { errorBody, RequestError } from '../errors/errors.ts'
import { STATUS_CODES } from './node-http.ts'

/** The last request of each connection, by its response. */
const lastOf = new WeakMap<Duplex, ServerResponse>()

const ending = new WeakSet<Duplex>()

/** How many requests may wait on a connection. Hardly any client sends one before the last was answered. */
const MOST_WAITING = 100

/** How many bytes they may have, besides those that come together: they count towards no other limit yet. */
const MOST_BYTES = 65_536

/** How far each connection was read when those that wait on it came, the first one first. */
const waitingOn = new WeakMap<Duplex, number[]>()

/**
 * Begins a request when those before it on its connection are answered: nobody else would get a place while one
 * connection had all of them, for answers that its client does not read. What creates may not be begun earlier anyway
 * (RFC 9112, 9.3.2). Whoever sends too many at once is cut off.
 */
export function inTurn(res: ServerResponse, begin: () => void) {
  const { socket } = res.req
  const before = lastOf.get(socket)
  lastOf.set(socket, res)
  if (!before || before.closed) return begin()
  const waiting = waitingOn.get(socket) ?? []
  waitingOn.set(socket, waiting)
  const [first = 0] = [...waiting, socket.bytesRead]
  if (waiting.push(socket.bytesRead) > MOST_WAITING || socket.bytesRead - first > MOST_BYTES) socket.destroy()
  before.once('close', () => {
    waiting.shift()
    if (socket.writable) begin()
  })
}

/**
 * Has a connection closed after an answer only when its client has sent all of the request: with bytes that nobody reads,
 * the answer would be lost on its way (RFC 9112, 9.6). Whoever takes too long for it is cut off like others.
 */
export function closeInStages(socket: Socket) {
  const close = () => Socket.prototype.destroySoon.call(socket)
  socket.destroySoon = () => {
    const last = lastOf.get(socket)
    if (last?.req.complete === false) last.req.once('end', close)
    else close()
  }
}

/** What Node says of what it cannot read: why, in what it got last, and how far it got there. */
interface Unreadable extends NodeJS.ErrnoException {
  reason?: string
  rawPacket?: Buffer
  bytesParsed?: number
}

/**
 * Answers what Node cannot read as a request, or does not get in time, and ends the connection. Node would do so without a
 * body, and before requests that came before it: to a client that sent more bytes than its request has, an event would
 * seem to be refused that is stored.
 */
export async function refuseUnreadable(error: Unreadable, socket: Duplex) {
  if (ending.has(socket)) return
  ending.add(socket)
  const last = lastOf.get(socket)
  if (last?.req.complete && !last.closed) await once(last, 'close').catch(() => {})
  // what is wrong is in the last request, if that was not read whole: its answer may have begun
  const isDue = !last || last.req.complete || (last.socket === socket && !last.headersSent)
  if (isDue && socket.writable) socket.end(answerTo(error), () => socket.destroy())
  else socket.destroy()
}

function answerTo({ code, reason, rawPacket, bytesParsed }: Unreadable) {
  const failure = failureOf(code, reason)
  const id = randomUUID()
  const ids = { 'request-id': id, 'client-request-id': id }
  const body = JSON.stringify(errorBody(failure, ids, new Date()))
  const headers = {
    ...ids,
    'OData-Version': '4.0',
    'Content-Language': 'en',
    'Content-Type': 'application/json',
    'Content-Length': Buffer.byteLength(body),
    Connection: 'close'
  }
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`)
  const isHead = /^HEAD /m.test(rawPacket?.toString('latin1', 0, bytesParsed) ?? '') // and has no body (RFC 9110, 9.3.2)
  return [`HTTP/1.1 ${failure.status} ${STATUS_CODES[failure.status]}`, ...lines, '', isHead ? '' : body].join('\r\n')
}

/** @param code of Node, or of its parser. @param reason of its parser */
function failureOf(code = '', reason = 'it cannot be read') {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT')
    return new RequestError('requestTimeout', 'The request did not come in within the time that it may take.')
  if (code === 'HPE_HEADER_OVERFLOW')
    return new RequestError('headersTooLarge', 'The URL and the headers are larger than those of a request may be.')
  return new RequestError('badRequest', `The request is not one of HTTP/1.1: ${reason}.`)
}
