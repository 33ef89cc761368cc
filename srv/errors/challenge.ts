/** The header that tells a client how to authenticate (RFC 6750, section 3). */
import type { Request } from 'express'
import type { RequestError } from './errors.ts'

/** The header for an error; none unless access was refused. */
export function challenge({ code, message }: RequestError, req: Request): Record<string, string> {
  const realm = 'Bearer realm="auditLogs"'
  if (code === 'accessDenied') return { 'WWW-Authenticate': `${realm}, error="insufficient_scope"` }
  if (code !== 'unauthenticated') return {}
  if (!req.get('Authorization')) return { 'WWW-Authenticate': realm } // no error where nothing was sent: 3.1
  return { 'WWW-Authenticate': `${realm}, error="invalid_token", error_description="${message}"` }
}
