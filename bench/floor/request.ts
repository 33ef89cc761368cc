/** Requests as Node.js has them. */
import { isUtf8 } from 'node:buffer'
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Answer } from './answer.ts'
import { Refusal } from './values.ts'

/** The largest body of a request, in bytes. */
const LARGEST = 4 * 1024 * 1024

/**
 * Receives the body of a request.
 * @returns its text
 * @throws {Refusal} 415 if it is no JSON by its type, 413 if it is too large, 400 if it is not UTF-8
 */
export async function bodyOf(req: IncomingMessage): Promise<string> {
  if (!req.headers['content-type']?.startsWith('application/json'))
    throw new Refusal(415, 'unsupportedMediaType', 'The request body must be application/json.', 'Content-Type')
  const body = await new Promise<Buffer>((resolve, reject) => {
    const chunks: Buffer[] = []
    let size = 0
    req.on('data', (chunk: Buffer) => {
      chunks.push(chunk)
      if ((size += chunk.length) > LARGEST)
        reject(new Refusal(413, 'payloadTooLarge', 'The request body is larger than the limit.'))
    })
    req.on('end', () => resolve(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks)))
    req.on('error', reject)
  })
  if (!isUtf8(body)) throw new Refusal(400, 'invalidBody', 'The request body is not UTF-8.')
  return body.toString()
}

/** The root of the server that a request was sent to, with a trailing slash. */
export function rootOf({ headers }: IncomingMessage): string {
  return `http://${headers.host ?? ''}/`
}

/** Sends an answer. */
export function send(res: ServerResponse, { status, headers, body }: Answer) {
  res.writeHead(status, { ...headers, 'Content-Length': body.length }).end(body)
}

/** Serves on the loopback interface, and tells where. */
export function serve(listener: RequestListener) {
  const server = createServer(listener)
  server.keepAliveTimeout = 60_000 // a long query holds up the process, and its clock with it
  server.listen(Number(process.env.PORT ?? 0), '127.0.0.1', () => {
    console.log(`listening on http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  })
}
