/** Sends answers, with their entity tags (RFC 9110, 8.8.3 and 13.1.2). */
import { hash } from 'node:crypto'
import type { Request, Response } from 'express'
import { RequestError } from '../../errors/errors.ts'
import { freeWhenSent } from '../../http/large-answers.ts'
import type { Exchange } from '../request/exchange.ts'
import { contentType } from '../request/format.ts'
import { toJson } from '../../values/json.ts'
import { chunksOf, prependMembers, tagOf, type JsonText } from './json-text.ts'

/**
 * Answers with JSON.
 * @param fragment the fragment of the context URL, such as `auditLogs/provisioning/$entity`; empty for the service
 *   document
 */
export function respond(exchange: Exchange, fragment: string, body: object) {
  respondWith(exchange, fragment, [toJson(body)])
}

/** Answers with plain text. */
export function respondWithText({ req, res, format }: Exchange, text: string) {
  res.setHeader('Content-Type', format.namesCharset ? 'text/plain;charset=utf-8' : 'text/plain')
  sendTagged(req, res, [Buffer.from(text)], weakEtag(text))
}

/**
 * Answers with an object that is already JSON text.
 * @param fragment as for {@link respond}
 * @param etag the ETag of the entity, if the answer is one; by default that of the representation
 */
export function respondWith({ req, res, root, format }: Exchange, fragment: string, object: JsonText, etag?: string) {
  const context = `${root}$metadata${fragment && `#${fragment}`}` // OData Protocol 4.01, section 10
  // only the metadata level `none` leaves it out (OData JSON 4.01, 3.1)
  const information = format.metadata === 'none' ? '' : `"@odata.context":${JSON.stringify(context)}`
  const text = prependMembers(information, object)
  res.setHeader('Content-Type', contentType(format))
  if (req.method === 'POST') send(res, chunksOf(text))
  else sendTagged(req, res, chunksOf(text), etag ?? weakEtag(tagOf(text)))
}

/**
 * The ETag of a representation. It is weak, as it is the same in all encodings and content types (Protocol 4.01, 8.3.2).
 * @param tag different for different bytes
 */
export const weakEtag = (tag: string) => `W/"${hash('sha1', tag, 'base64url')}"`

/**
 * Sends a representation with its ETag, or 304 if the client has it.
 * @throws {RequestError} 412 if the client wants another one (OData Protocol 4.01, 8.2.4)
 */
export function sendTagged(req: Request, res: Response, chunks: Uint8Array[], etag: string) {
  refuseOtherTags(req, etag)
  res.set('ETag', etag)
  // Express does not answer 304 to clients that send `Cache-Control: no-cache`, as fetch does
  if (!isKnown(etag, req.get('If-None-Match'))) return send(res, chunks)
  res.removeHeader('Content-Type') // the client has it, with the representation (RFC 9110, 15.4.5; Protocol 4.01, 9.1.6)
  res.status(304).end()
}

/**
 * @param etag empty for an answer without one
 * @throws {RequestError} 412 if the client wants an answer with another ETag
 */
export function refuseOtherTags(req: Request, etag = '') {
  const wanted = req.get('If-Match')
  if (wanted !== undefined && !isKnown(etag, wanted))
    throw new RequestError('preconditionFailed', 'The resource has another ETag.', 'If-Match')
}

/** Sends bytes as they are. Express would copy all chunks into one, and change the content type of text. */
function send(res: Response, chunks: Uint8Array[]) {
  // to HEAD the length is told only if it is that of GET for sure, which may be encoded (RFC 9110, 8.6)
  if (res.req.method !== 'HEAD' || !/gzip|deflate|br|\*/.test(res.req.get('Accept-Encoding') ?? ''))
    res.setHeader('Content-Length', String(chunks.reduce((sum, { length }) => sum + length, 0)))
  if (!res.socket) return void res.end(chunks.length === 1 ? chunks[0] : Buffer.concat(chunks)) // a part of a batch
  freeWhenSent(res, chunks)
  for (const chunk of chunks) res.write(chunk)
  res.end()
}

/** Tags are compared weakly (RFC 9110, 8.8.3.2 and 13.1.2), as all tags here are weak. */
function isKnown(etag: string, header: string | undefined) {
  if (!header) return false
  const opaque = (tag: string) => tag.trim().replace(/^W\//, '')
  return header.trim() === '*' || header.split(',').some((each) => opaque(each) === opaque(etag))
}
