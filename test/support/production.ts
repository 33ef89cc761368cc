/** The service in its production profile, as a process of its own. */
import { join } from 'node:path'
import { startProcess, temporaryFolder } from './process.ts'
import { exchange } from './http.ts'
import type { Answer, Json } from './service.ts'

/**
 * Starts the service on a free port, on a new database.
 * @param env what is configured in the environment
 * @returns its URL, undefined if it did not start, and functions to talk to it
 */
export async function startProduction(env: Record<string, string>) {
  const file = join(temporaryFolder(), 'events.sqlite')
  const { url, log, stop, exited } = await startProcess({ file, env: { NODE_ENV: 'production', ...env } })

  async function send(method: string, path: string, token?: string, body?: unknown, headers: Json = {}) {
    const {
      status,
      headers: received,
      text
    } = await exchange(path.startsWith('http') ? path : `${url}${path}`, {
      method,
      headers: {
        ...(token !== undefined && { Authorization: `Bearer ${token}` }),
        ...(body !== undefined && { 'Content-Type': 'application/json' }),
        ...(headers as Record<string, string>)
      },
      body: body === undefined ? null : typeof body === 'string' ? body : JSON.stringify(body)
    })
    const isJson = received.get('content-type')?.includes('/json')
    const parsed = (isJson && text ? JSON.parse(text) : {}) as Json
    return { status, headers: received, body: parsed, text } satisfies Answer
  }

  return {
    url,
    file,
    send,
    get: (path: string, token?: string, headers?: Json) => send('GET', path, token, undefined, headers),
    post: (path: string, token: string, body: unknown) => send('POST', path, token, body),
    log,
    stop,
    exited
  }
}
