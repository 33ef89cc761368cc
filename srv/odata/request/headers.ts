/** The headers of requests, and of requests within batches, which Node.js has not checked. */
import { validateHeaderName, validateHeaderValue } from 'node:http'
import type { Request } from 'express'
import { RequestError } from '../../errors/errors.ts'

/**
 * Checks what the service makes no other use of.
 * @throws {RequestError} 400 for what is no header, 412 where isolation is asked for (OData Protocol 4.01, 8.2.6)
 */
export function checkHeaders(req: Request) {
  for (const [name, value] of Object.entries(req.headers)) {
    try {
      validateHeaderName(name)
      validateHeaderValue(name, String(value))
    } catch (cause) {
      const error = new RequestError('badRequest', 'A header has a character that headers cannot have.', 'headers')
      throw Object.assign(error, { cause })
    }
  }
  for (const name of ['OData-Isolation', 'Isolation'])
    if (req.get(name) !== undefined)
      throw new RequestError('preconditionFailed', 'The service does not isolate requests from changes.', name)
}
