/**
 * The errors of requests, and the one place that renders them, as Microsoft Graph's error body. Clients branch on
 * `code`; all codes are listed here.
 */
import type { RequestIds } from './request-ids.ts'

/** Code and HTTP status of every error. Codes are stable: they are part of the contract. */
export const STATUS = {
  badRequest: 400,
  invalidBody: 400,
  invalidType: 400,
  invalidValue: 400,
  missingProperty: 400,
  unknownProperty: 400,
  invalidQueryOption: 400,
  unknownQueryOption: 400,
  unauthenticated: 401,
  accessDenied: 403,
  resourceNotFound: 404,
  methodNotAllowed: 405,
  notAcceptable: 406,
  requestTimeout: 408,
  resourceExists: 409,
  ambiguousKey: 409,
  resyncRequired: 410,
  preconditionFailed: 412,
  payloadTooLarge: 413,
  uriTooLong: 414,
  unsupportedMediaType: 415,
  failedDependency: 424,
  tooManyRequests: 429,
  headersTooLarge: 431,
  internalError: 500,
  notImplemented: 501,
  serviceUnavailable: 503,
  insufficientStorage: 507
} as const

export type ErrorCode = keyof typeof STATUS

/** An error of a request, with what its sender needs to correct it. */
export class RequestError extends Error {
  override name = 'RequestError' as const
  readonly code: ErrorCode
  readonly status: number
  readonly target: string | undefined

  /**
   * @param code a stable code, which implies the HTTP status
   * @param message one whole sentence, without internals
   * @param target the property, query option or header that the error is about
   * @param options the cause, for operators
   */
  constructor(code: ErrorCode, message: string, target?: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
    this.status = STATUS[code]
    this.target = target || undefined
  }
}

/** The most characters of a message or a target: they may repeat what was sent, which may have megabytes. */
const LONGEST = 2000

const cut = (text: string) =>
  text.length > LONGEST ? `${text.slice(0, LONGEST / 2)}…${text.slice(1 - LONGEST / 2)}`.toWellFormed() : text

/** Renders an error as Microsoft Graph does: https://learn.microsoft.com/graph/errors. */
export function errorBody({ code, message, target }: RequestError, ids: RequestIds, now: Date) {
  const date = now.toISOString().slice(0, 19) // whole seconds without a zone, as in Graph
  return {
    error: { code, message: cut(message), ...(target && { target: cut(target) }), innerError: { date, ...ids } }
  }
}

/** An error as thrown by Express, its body parsers, CAP or a database driver. */
interface ForeignError {
  status?: number
  statusCode?: number
  code?: unknown
  message?: string
  target?: string
  /** Several errors of one request, as CAP collects those of handlers. */
  details?: unknown
}

/**
 * Turns anything that was thrown into a {@link RequestError}. The message of an error that is not the sender's fault is
 * not passed on: it may contain SQL, paths or a stack.
 */
export function requestError(error: unknown): RequestError {
  if (error instanceof RequestError) return error
  const { status, statusCode, code, message, target, details } = (
    typeof error === 'object' && error ? error : { status: Number(error) }
  ) as ForeignError
  if (code === 'MULTIPLE_ERRORS' && Array.isArray(details)) return requestError(details[0])
  const known = status ?? statusCode ?? Number(code)
  if (known === 413) return new RequestError('payloadTooLarge', 'The request body is larger than the limit.')
  if (known === 403) return new RequestError('accessDenied', 'The access token lacks the permission for this request.')
  if (known === 404) return new RequestError('resourceNotFound', 'There is no such resource.', target)
  if (known === 501) return new RequestError('notImplemented', 'The service does not implement this request.')
  if (known >= 400 && known < 500) {
    const [byStatus] = Object.entries(STATUS).find(([, value]) => value === known) ?? ['badRequest']
    return new RequestError(byStatus as ErrorCode, sentence(message) ?? 'The request is not valid.', target)
  }
  return new RequestError('internalError', 'The request failed because of an error in the service.')
}

function sentence(message: string | undefined) {
  return message && (/[.!?]$/.test(message) ? message : `${message}.`)
}
