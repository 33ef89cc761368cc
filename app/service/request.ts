/** The one way to the service: every request of the page goes through here. */
import { send } from '../session/session.ts'

/** An error that the service answered with. */
export class ServiceError extends Error {
  readonly status: number
  readonly code: string
  readonly requestId: string | undefined
  /** After how many seconds the service asks to be asked again. */
  readonly retryAfter: number | undefined

  constructor(status: number, headers: Headers, code: string, message: string) {
    super(message)
    this.status = status
    this.code = code
    this.requestId = headers.get('request-id') ?? undefined
    const wait = Number(headers.get('Retry-After') ?? NaN)
    this.retryAfter = Number.isFinite(wait) ? wait : undefined
  }

  /** Whether the same request may succeed later. */
  get isPassing(): boolean {
    return this.status === 429 || this.status === 502 || this.status === 503 || this.status === 504
  }
}

/** Whether somebody has to sign in again, to whom what is there stays. */
export function isSignInOver(error: unknown): boolean {
  return error instanceof ServiceError && error.status === 401
}

/** The service cannot be reached: it is stopped, or the network is. */
export class Unreachable extends Error {}

/** The root of the service: the page is served one level below it. */
const ROOT = new URL('../', document.baseURI)

interface Ask {
  method?: 'GET' | 'POST'
  headers?: Record<string, string>
  body?: string
  signal?: AbortSignal
  /** Whether numbers that are no doubles stay as they were sent, where the browser has `JSON.rawJSON`. */
  exact?: boolean
}

type Reviver = (this: unknown, name: string, value: unknown) => unknown

const { rawJSON } = JSON as { rawJSON?: (text: string) => unknown }

/** See {@link Ask.exact}. What it makes of them, `JSON.stringify` writes. */
const exactly = (_name: string, value: unknown, { source }: { source?: string }) =>
  rawJSON && typeof value === 'number' && source !== undefined && String(value) !== source ? rawJSON(source) : value

/**
 * Sends a request.
 * @param path relative to the root of the service, or a link that the service gave
 * @throws {ServiceError} if the answer is no success
 * @throws {Unreachable} if there is none
 */
export async function request(path: string, ask: Ask = {}): Promise<Response> {
  const response = await send(addressOf(path), ask).catch((error: unknown) => {
    ask.signal?.throwIfAborted()
    throw new Unreachable(String(error))
  })
  if (response.ok) return response
  throw await errorOf(response)
}

/** As `request`, with the answer parsed as JSON. The caller knows its type. */
export async function json<Type>(path: string, ask?: Ask): Promise<Type> {
  const response = await request(path, ask)
  try {
    return (ask?.exact ? JSON.parse(await response.text(), exactly as Reviver) : await response.json()) as Type
  } catch (error) {
    ask?.signal?.throwIfAborted()
    throw new Unreachable(String(error)) // the answer was cut off
  }
}

/** The absolute URL of a path of the service, also for people to copy. */
export function addressOf(path: string): string {
  // links of the service have the host by which it knows itself, which a proxy may have changed
  const { pathname, search } = new URL(path, ROOT)
  return Object.assign(new URL(ROOT), { pathname, search }).href // a path may begin with two slashes, as hosts do
}

async function errorOf(response: Response) {
  const { status, headers } = response
  const text = await response.text().catch(() => '')
  try {
    const { error } = JSON.parse(text) as { error: { code: string; message: string } }
    return new ServiceError(status, headers, error.code, error.message)
  } catch {
    return new ServiceError(status, headers, '', `The answer was ${status}.`)
  }
}
