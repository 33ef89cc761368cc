/** Entity tags of representations (RFC 9110, 8.8.3 and 13.1.2). Events never change, but their representations differ. */
import { hash } from 'node:crypto'
import type { Request, Response } from 'express'

/**
 * Sends the bytes of a representation with a strong ETag, or 304 if the client has them already.
 * @param tag what other bytes do not have
 */
export function sendTagged(req: Request, res: Response, chunks: Uint8Array[], tag: string) {
  const etag = `"${hash('sha1', tag, 'base64url')}"`
  res.set('ETag', etag)
  // not left to Express, which does not answer 304 to clients that send `Cache-Control: no-cache`, as fetch does
  if (isKnown(etag, req.get('If-None-Match'))) res.status(304).end()
  else send(res, chunks)
}

/** Sends bytes as they are. Express would copy chunks into one, and of text write the content type anew. */
export function send(res: Response, chunks: Uint8Array[]) {
  if (!res.socket) return void res.send(Buffer.concat(chunks)) // a part of a batch takes one chunk only
  res.set('Content-Length', String(chunks.reduce((sum, { length }) => sum + length, 0)))
  for (const chunk of chunks) res.write(chunk)
  res.end()
}

function isKnown(etag: string, header = '') {
  return header.trim() === '*' || header.split(',').some((each) => each.trim().replace(/^W\//, '') === etag)
}
