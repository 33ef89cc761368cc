import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { exchange } from './http.ts'
import { isOnPostgres } from './postgres.ts'
import { sharedProcess, startProcess, temporaryFolder } from './process.ts'

export type Json = Record<string, unknown>

export interface Answer {
  status: number
  headers: Headers
  /** The body, parsed if it is JSON. */
  body: Json
  text: string
}

/** The request body of the document that the service implements. */
export const documentedExample = JSON.parse(
  readFileSync(join(__dirname, '../fixtures/documented-example.json'), 'utf8')
) as Json

/** Asks for values without control information. */
export const PLAIN = { Accept: 'application/json;odata.metadata=none' }

/**
 * Functions that send requests to a service.
 * @param base gives its URL, once it has started
 */
export function clientOf(base: () => string) {
  async function send(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
    const isText = typeof body === 'string' || body instanceof Uint8Array
    const {
      status,
      headers: received,
      text
    } = await exchange(base() + path, {
      method,
      headers: { ...(body !== undefined && { 'Content-Type': 'application/json' }), ...headers },
      body: body === undefined ? null : isText ? body : JSON.stringify(body)
    })
    const isJson = received.get('content-type')?.includes('/json')
    return {
      status,
      headers: received,
      body: (isJson && text ? JSON.parse(text) : {}) as Json,
      text
    } satisfies Answer
  }

  return {
    send,
    get: (path: string, headers?: Record<string, string>) => send('GET', path, undefined, headers),
    post: (path: string, body: unknown, headers?: Record<string, string>) => send('POST', path, body, headers),
    get url() {
      return base()
    }
  }
}

/**
 * Starts the service once for a test file, on a free port and an empty database. See also {@link sharedService}.
 * @param env settings that differ from the defaults
 * @returns functions that send requests to it, and its database file
 */
export function startService(env: Record<string, string> = {}) {
  const file = join(temporaryFolder(), 'events.sqlite')
  let service: Awaited<ReturnType<typeof startProcess>> | undefined
  beforeAll(async () => {
    service = await startProcess({ file, env })
  })
  afterAll(() => service?.stop())
  return Object.assign(
    clientOf(() => service?.url ?? ''),
    { file }
  )
}

/**
 * The service with the default settings, without events. To start one for each file takes half a second of a processor;
 * this one is used by one file after the other, and emptied before.
 * @returns functions that send requests to it, and its database file once it is there
 */
export function sharedService(): ReturnType<typeof startService> {
  if (isOnPostgres()) return startService()
  const shared = Object.assign(
    clientOf(() => url),
    { file: '' }
  )
  let url = ''
  beforeAll(async () => {
    const found = await sharedProcess()
    url = found.url
    shared.file = found.file
  })
  return shared
}

/** A URL with query options, percent-encoded. */
export function query(path: string, options: Record<string, string>) {
  const parts = Object.entries(options).map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
  return `${path}?${parts.join('&')}`
}

/** The error in the body of an answer. */
export function errorOf({ body }: Answer) {
  return body.error as { code: string; message: string; target?: string; innerError: Record<string, string> }
}

/** The values of a list answer. */
export function valuesOf({ body }: Answer) {
  return body.value as Json[]
}
