/** What both hand-written servers share: tokens, as one checks them with `jose`, bodies, answers, and listening. */
import { createServer, type IncomingMessage, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createRemoteJWKSet, jwtVerify } from 'jose'

/** The path of the log. */
export const PATH = '/auditLogs/provisioning'

const { ISSUER: issuer = '', AUDIENCE: audience = '', PORT = '0' } = process.env
const KEYS = createRemoteJWKSet(new URL('/jwks', issuer))
const EXPECTED = { issuer, audience, algorithms: ['RS256'], requiredClaims: ['exp'] }

const LARGEST = 4 * 1024 * 1024 // bytes of a request body

/** What a server answers. */
export interface Answer {
  status: number
  headers: Record<string, string>
  body: Buffer
}

/** An error in a request. */
export class Refusal extends Error {
  readonly status: number
  readonly code: string

  constructor(status: number, code: string, message: string) {
    super(message)
    this.status = status
    this.code = code
  }
}

/**
 * Checks the token of a request.
 * @throws {Refusal} 401 if it is missing or not valid
 */
export async function expectToken({ headers }: IncomingMessage) {
  try {
    await jwtVerify(headers.authorization?.slice('Bearer '.length) ?? '', KEYS, EXPECTED)
  } catch {
    throw new Refusal(401, 'unauthenticated', 'The request has no valid access token.')
  }
}

/**
 * Receives the JSON of a request.
 * @throws {Refusal} 415 for another type, 413 if it is too large, 400 if it is not JSON
 */
export async function bodyOf(req: IncomingMessage): Promise<unknown> {
  if (!req.headers['content-type']?.startsWith('application/json'))
    throw new Refusal(415, 'unsupportedMediaType', 'The request body must be application/json.')
  const chunks: Buffer[] = []
  let size = 0
  req.on('data', (chunk: Buffer) => {
    if ((size += chunk.length) <= LARGEST) chunks.push(chunk)
  })
  await new Promise((resolve, reject) => req.on('end', resolve).on('error', reject))
  if (size > LARGEST) throw new Refusal(413, 'payloadTooLarge', 'The request body is larger than the limit.')
  try {
    return JSON.parse(Buffer.concat(chunks).toString())
  } catch {
    throw new Refusal(400, 'invalidBody', 'The request body is not JSON.')
  }
}

/** The root URL of the server, without a slash at the end. */
export function rootOf({ headers }: IncomingMessage): string {
  return `http://${headers.host ?? ''}`
}

/** Listens on the loopback interface, at the port in `PORT`, and reports the address. */
export function serve(listener: RequestListener) {
  const server = createServer(listener)
  server.keepAliveTimeout = 60_000 // ms; a long query blocks the event loop, and connections must outlast it
  server.listen(Number(PORT), '127.0.0.1', () => {
    console.log(`listening on http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  })
}
