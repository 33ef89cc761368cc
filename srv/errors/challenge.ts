/** The header that says how to be let in (RFC 6750, section 3). */
import type { Request } from 'express'
import type { RequestError } from './errors.ts'

/** The header of the answer to a request that was refused; none if access was not the reason. */
export function challenge({ code, message }: RequestError, req: Request): Record<string, string> {
  const realm = 'Bearer realm="auditLogs"'
  if (code === 'accessDenied') return { 'WWW-Authenticate': `${realm}, error="insufficient_scope"` }
  if (code !== 'unauthenticated') return {}
  if (!req.get('Authorization')) return { 'WWW-Authenticate': realm } // no error where nothing was sent: 3.1
  return { 'WWW-Authenticate': `${realm}, error="invalid_token", error_description="${message}"` }
}
