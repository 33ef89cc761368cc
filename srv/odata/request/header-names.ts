/** How batches in JSON spell the names of headers. */
import type { OutgoingHttpHeaders } from 'node:http'

/** Changes the spelling of header names. */
export type Spelling = (headers: OutgoingHttpHeaders) => OutgoingHttpHeaders

/** In lower case, as OData requires (OData JSON 4.01, 19.5) and Node.js has them. */
export const inLowerCase: Spelling = (headers) => headers

const OTHERS = new Map([
  ['etag', 'ETag'],
  ['odata-version', 'OData-Version'],
  ['odata-entityid', 'OData-EntityId'],
  ['www-authenticate', 'WWW-Authenticate']
])

/** As Microsoft Graph spells them: `Content-Type`. Its client accepts no other spelling. */
export const asInGraph: Spelling = (headers) =>
  Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      OTHERS.get(name) ?? name.replace(/\b[a-z]/g, (letter) => letter.toUpperCase()),
      value
    ])
  )
