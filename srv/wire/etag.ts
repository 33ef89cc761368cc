/** Entity tags of representations (RFC 9110, 8.8.3 and 13.1.2). Events never change, but their representations differ. */
import { createHash } from 'node:crypto'
import type { Request, Response } from 'express'

/** Sends the bytes of a representation with a strong ETag, or 304 if the client has them already. */
export function sendTagged(req: Request, res: Response, bytes: Buffer) {
  const etag = `"${createHash('sha1').update(bytes).digest('base64url')}"`
  res.set('ETag', etag)
  // not left to Express, which does not answer 304 to clients that send `Cache-Control: no-cache`, as fetch does
  if (isKnown(etag, req.get('If-None-Match'))) res.status(304).end()
  else res.send(bytes)
}

function isKnown(etag: string, header = '') {
  return header.trim() === '*' || header.split(',').some((each) => each.trim().replace(/^W\//, '') === etag)
}
