/** Sends answers. */
import type { Exchange } from '../request/exchange.ts'
import { contentType } from '../request/format.ts'
import { send, sendTagged, strongEtag } from './etag.ts'
import { chunksOf, prependMembers, tagOf, type JsonText } from './json-text.ts'

/**
 * Answers with JSON.
 * @param fragment that of the context URL, which names what the answer is part of: `auditLogs/provisioning/$entity`;
 *   empty for the service document
 */
export function respond(exchange: Exchange, fragment: string, body: object) {
  respondWith(exchange, fragment, [JSON.stringify(body)])
}

/** Answers with plain text. */
export function respondWithText({ res, format }: Exchange, text: string) {
  res.setHeader('Content-Type', format.namesCharset ? 'text/plain;charset=utf-8' : 'text/plain')
  res.send(Buffer.from(text)) // to text Express adds a charset
}

/**
 * Answers with JSON that is text already: an object with at least one member.
 * @param fragment as for {@link respond}
 * @param etag that of the entity, if the answer is one; otherwise it is that of the representation
 */
export function respondWith({ req, res, root, format }: Exchange, fragment: string, object: JsonText, etag?: string) {
  const context = `${root}$metadata${fragment && `#${fragment}`}` // OData Protocol 4.01, section 10
  // only the metadata level `none` leaves it out (OData JSON 4.01, 3.1)
  const start = format.metadata === 'none' ? '{' : `{"@odata.context":${JSON.stringify(context)},`
  const text = prependMembers(start, object)
  res.setHeader('Content-Type', contentType(format))
  if (req.method === 'POST') send(res, chunksOf(text))
  else sendTagged(req, res, chunksOf(text), etag ?? strongEtag(tagOf(text)))
}
