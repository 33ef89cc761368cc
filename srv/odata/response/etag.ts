/** Entity tags (RFC 9110, 8.8.3 and 13.1.2). Events never change, but their representations differ. */
import { hash } from 'node:crypto'
import type { Request, Response } from 'express'

/**
 * The strong ETag of a representation.
 * @param tag different for different bytes
 */
export const strongEtag = (tag: string) => `"${hash('sha1', tag, 'base64url')}"`

/**
 * The ETag of an entity. It is weak: representations with other properties have the same one.
 * @param tag different for different entities, and for different states of an entity
 */
export const weakEtag = (tag: string) => `W/${strongEtag(tag)}`

/** Sends a representation with its ETag, or 304 if the client has it. */
export function sendTagged(req: Request, res: Response, chunks: Uint8Array[], etag: string) {
  res.set('ETag', etag)
  // Express does not answer 304 to clients that send `Cache-Control: no-cache`, as fetch does
  if (isKnown(etag, req.get('If-None-Match'))) res.status(304).end()
  else send(res, chunks)
}

/** Sends bytes as they are. Express would copy all chunks into one, and change the content type of text. */
export function send(res: Response, chunks: Uint8Array[]) {
  if (!res.socket) return void res.send(Buffer.concat(chunks)) // a part of a batch takes a single chunk
  res.set('Content-Length', String(chunks.reduce((sum, { length }) => sum + length, 0)))
  for (const chunk of chunks) res.write(chunk)
  res.end()
}

/** Tags are compared weakly (RFC 9110, 8.8.3.2 and 13.1.2). */
function isKnown(etag: string, header = '') {
  const opaque = (tag: string) => tag.trim().replace(/^W\//, '')
  return header.trim() === '*' || header.split(',').some((each) => opaque(each) === opaque(etag))
}
