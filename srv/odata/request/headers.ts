/** Checks headers. Node.js has not checked those of requests within batches. */
import { validateHeaderName, validateHeaderValue } from 'node:http'
import type { Request } from 'express'
import { RequestError } from '../../errors/errors.ts'

/**
 * Checks the headers that nothing else reads.
 * @throws {RequestError} 400 for an invalid header, 412 if the client asks for isolation (OData Protocol 4.01, 8.2.6)
 */
export function checkHeaders(req: Request) {
  for (const [name, value] of Object.entries(req.headers)) {
    try {
      validateHeaderName(name)
      validateHeaderValue(name, String(value))
    } catch (cause) {
      const message = 'A header has a character that headers cannot have.'
      throw new RequestError('badRequest', message, 'headers', { cause })
    }
  }
  for (const name of ['OData-Isolation', 'Isolation'])
    if (req.get(name) !== undefined)
      throw new RequestError('preconditionFailed', 'The service does not isolate requests from changes.', name)
}
