/** Answers a request with an error. */
import cds from '@sap/cds'
import type { Request, Response } from 'express'
import { errorBody, requestError, type ErrorCode, type RequestError } from './errors.ts'
import { requestIds } from './request-ids.ts'

const LOG = cds.log('provisioning')

/** The most characters of a path in the log: a batch may have a thousand errors. */
const LONGEST = 256

/** When to retry after an error that may pass, in seconds (RFC 9110, 10.2.3). */
export const RETRY_AFTER: Partial<Record<ErrorCode, number>> = {
  tooManyRequests: 10,
  serviceUnavailable: 2,
  insufficientStorage: 60
}

/** The header that tells a client how to authenticate (RFC 6750, section 3); none unless access was refused. */
function challenge({ code, message }: RequestError, req: Request): Record<string, string> {
  const realm = 'Bearer realm="auditLogs"'
  if (code === 'accessDenied') return { 'WWW-Authenticate': `${realm}, error="insufficient_scope"` }
  if (code !== 'unauthenticated') return {}
  // no error where no token was sent, but nothing, or what another scheme needs: 3.1
  if (!/^Bearer\b/i.test(req.get('Authorization') ?? '')) return { 'WWW-Authenticate': realm }
  return { 'WWW-Authenticate': `${realm}, error="invalid_token", error_description="${message}"` }
}

/** Sends the body of an error with its status. @param ids of the request; for a part of a batch, of the batch */
export function refuse(res: Response, failure: RequestError, ids = requestIds(res)) {
  const { req } = res
  res.set(challenge(failure, req))
  const seconds = RETRY_AFTER[failure.code]
  if (seconds && !res.get('Retry-After')) res.set('Retry-After', String(seconds))
  // every response has one (Protocol 4.01, 8.1.5), also before versions are negotiated
  if (!res.get('OData-Version')) res.set('OData-Version', Number(req.get('OData-MaxVersion')) >= 4.01 ? '4.01' : '4.0')
  res.removeHeader('Preference-Applied') // such as the size of a page, which an error has none of (Protocol 4.01, 8.3.6)
  // the language of the message is always named (Protocol 4.01, 9.4)
  res.status(failure.status).set('Content-Language', 'en').setHeader('Content-Type', 'application/json')
  res.send(Buffer.from(JSON.stringify(errorBody(failure, ids, new Date())))) // to text Express adds a charset
}

/**
 * Answers with anything that was thrown, and logs it: what the service is at fault for as an error, anything else for
 * debugging. The renderings of Express and CAP may reveal internals, or end the process.
 * @param ids as for {@link refuse}
 */
export function refuseAnything(error: unknown, req: Request, res: Response, ids = requestIds(res)) {
  const failure = requestError(error)
  const about = [ids['request-id'], req.method, req.url.split('?', 1)[0]?.slice(0, LONGEST)] // `path` may throw for a URL in a batch
  if (failure.status >= 500 && failure.code !== 'notImplemented') logOnce(about, ids['request-id'], error)
  else LOG.debug(...about, failure.code, failure.message, failure.cause ?? '')
  refuse(res, failure, ids)
}

/** The requests with whose ids the causes of errors are logged. */
const logged = new WeakMap<object, string>()

/** Logs an error, but its cause for the first request only: a commit that fails is that of all whose events it had. */
function logOnce(about: unknown[], id: string, error: unknown) {
  const cause = error instanceof Error ? (error.cause ?? error) : error
  const first = typeof cause === 'object' && cause !== null ? logged.get(cause) : undefined
  if (first === id) return // of the same batch
  if (first === undefined) LOG.error(...about, error)
  else LOG.error(...about, (error as Error).message, `The cause is that of ${first}.`)
  if (first === undefined && typeof cause === 'object' && cause !== null) logged.set(cause, id)
}
