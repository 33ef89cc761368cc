/** How batches in JSON spell the names of headers. */
import type { OutgoingHttpHeaders } from 'node:http'

/** Gives headers other names. */
export type Spelling = (headers: OutgoingHttpHeaders) => OutgoingHttpHeaders

/** As OData asks: in lower case (OData JSON 4.01, 19.5), as Node has them. */
export const inLowerCase: Spelling = (headers) => headers

const OTHERS = new Map([
  ['etag', 'ETag'],
  ['odata-version', 'OData-Version'],
  ['odata-entityid', 'OData-EntityId'],
  ['www-authenticate', 'WWW-Authenticate']
])

/** As Microsoft Graph does: `Content-Type`. Its client looks for no other spelling. */
export const asInGraph: Spelling = (headers) =>
  Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      OTHERS.get(name) ?? name.replace(/\b[a-z]/g, (letter) => letter.toUpperCase()),
      value
    ])
  )
