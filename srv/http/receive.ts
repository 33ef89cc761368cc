/** Receives bodies, with a limit for each and one for all requests under way. */
import type { Readable } from 'node:stream'
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib'
import type { Request, Response } from 'express'
import { RequestError } from '../errors/errors.ts'
import { settings } from '../settings/settings.ts'
import { tenantOf } from './request-log.ts'
import { Shares } from './shares.ts'

/** The encodings of `Content-Encoding` (RFC 9110, 8.4.1). */
const DECODERS = new Map([
  ['gzip', createGunzip],
  ['deflate', createInflate],
  ['br', createBrotliDecompress]
])

const tooLarge = (limit: number) => `The request body must have at most ${limit} bytes, once it is decoded.`
const TOO_MANY = 'The service has more bytes of requests than it can take.'
const CUT_OFF = 'The request body is cut off, or not encoded as its Content-Encoding says.'

/** The bytes of all bodies whose requests are under way, by tenants. */
const underWay = new Shares()

/**
 * Receives the body of a request. Its decoded bytes count until the request is answered.
 * @throws {RequestError} 413 over the limit, 503 if the service has as many bytes as it can take, of all tenants or of
 *   this one, 415 for an unknown encoding, 400 if the body is cut off or not encoded so
 */
export async function receive(req: Request, res: Response): Promise<Buffer> {
  const { body_parser, max_bodies } = settings().server
  const tenant = tenantOf(res)
  let held = 0
  res.once('close', () => underWay.add(tenant, -held))
  // copied, as each chunk takes a hundred bytes besides, and may have a single one of the body
  let bytes = Buffer.alloc(0)
  const expectRoom = (bytes: number) => {
    if (held + bytes > body_parser.limit) throw new RequestError('payloadTooLarge', tooLarge(body_parser.limit))
    if (!underWay.hasRoom(tenant, bytes, max_bodies)) throw new RequestError('serviceUnavailable', TOO_MANY)
  }
  try {
    const body = decoded(req, res)
    expectRoom(Number(req.get('Content-Length') ?? 0)) // decoded it is hardly ever smaller
    if (awaitsConsent(req)) res.writeContinue()
    for await (const chunk of body.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      if (res.closed) break // the client has gone
      expectRoom(chunk.length)
      if (held + chunk.length > bytes.length) bytes = Buffer.concat([bytes], 2 * (held + chunk.length))
      chunk.copy(bytes, held)
      held += chunk.length
      underWay.add(tenant, chunk.length)
    }
  } catch (cause) {
    req.unpipe().resume() // drops the rest
    if (cause instanceof RequestError) throw cause
    throw new RequestError('invalidBody', CUT_OFF, undefined, { cause })
  }
  return bytes.subarray(0, held)
}

/** Whether the client sends the body only when it is told to, or after a while (RFC 9110, 10.1.1). */
const awaitsConsent = ({ httpVersion, headers }: Request) =>
  httpVersion === '1.1' && /\b100-continue\b/i.test(headers.expect ?? '')

function decoded(req: Request, res: Response): Readable {
  // Node takes off the chunks, which come last, and leaves other codings as they are (RFC 9112, 6.1)
  if (!/^chunked$/i.test(req.get('Transfer-Encoding') ?? 'chunked'))
    throw new RequestError('notImplemented', 'The service takes no transfer coding but chunked.', 'Transfer-Encoding')
  const encoding = (req.get('Content-Encoding') ?? 'identity').toLowerCase().replace(/^x-(?=gzip$)/, '')
  if (encoding === 'identity') return req
  const createDecoder = DECODERS.get(encoding)
  if (!createDecoder) {
    res.set('Accept-Encoding', [...DECODERS.keys()].join(', ')) // RFC 9110, 12.5.3
    throw new RequestError('unsupportedMediaType', 'The request body has an unknown encoding.', 'Content-Encoding')
  }
  const decoder = createDecoder()
  req.once('error', (error) => decoder.destroy(error))
  return req.pipe(decoder)
}
