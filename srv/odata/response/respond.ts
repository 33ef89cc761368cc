/** Sends answers. */
import type { Exchange } from '../request/exchange.ts'
import { contentType } from '../request/format.ts'
import { send, sendTagged, strongEtag } from './etag.ts'
import { chunksOf, prependMembers, tagOf, type JsonText } from './json-text.ts'

/**
 * Answers with JSON.
 * @param fragment the fragment of the context URL, such as `auditLogs/provisioning/$entity`; empty for the service
 *   document
 */
export function respond(exchange: Exchange, fragment: string, body: object) {
  respondWith(exchange, fragment, [JSON.stringify(body)])
}

/** Answers with plain text. */
export function respondWithText({ res, format }: Exchange, text: string) {
  res.setHeader('Content-Type', format.namesCharset ? 'text/plain;charset=utf-8' : 'text/plain')
  res.send(Buffer.from(text)) // Express adds a charset to text
}

/**
 * Answers with an object with at least one member that is already JSON text.
 * @param fragment as for {@link respond}
 * @param etag the ETag of the entity, if the answer is one; by default that of the representation
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
