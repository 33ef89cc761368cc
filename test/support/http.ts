/** Requests: most by `node:http`, which take a third of the processor time that those by `fetch` take. */
import { Agent, request } from 'node:http'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'

/** A request; its body is sent as it is. */
interface Sent {
  method: string
  headers: Record<string, string>
  body: string | Uint8Array | null
}

interface Received {
  status: number
  headers: Headers
  text: string
}

const agent = new Agent({ keepAlive: true })
const decoders: Record<string, (bytes: Buffer) => Buffer> = { gzip: gunzipSync, br: brotliDecompressSync }

/** Sends a request, and waits for all of the answer. It follows no redirection. */
export const exchange = (url: string, { method, headers, body }: Sent): Promise<Received> =>
  new Promise((resolve, reject) => {
    const size = body !== null && { 'Content-Length': Buffer.byteLength(body) } // Node says it for some methods only
    const sent = request(url, { method, agent, headers: { Accept: '*/*', ...size, ...headers } }, (answer) => {
      const chunks: Buffer[] = []
      answer.on('data', (chunk: Buffer) => chunks.push(chunk))
      answer.on('error', reject)
      answer.on('end', () => {
        const bytes = Buffer.concat(chunks)
        const received = new Headers()
        const raw = answer.rawHeaders
        for (let at = 0; at < raw.length; at += 2) received.append(raw[at] as string, raw[at + 1] as string)
        const decode = decoders[answer.headers['content-encoding'] ?? '']
        const text = (decode && bytes.length ? decode(bytes) : bytes).toString()
        resolve({ status: answer.statusCode as number, headers: received, text })
      })
    })
    sent.on('error', (error) => {
      // the service closes idle connections, which a test that keeps this process busy does not see
      if (method === 'GET' && sent.reusedSocket) resolve(exchange(url, { method, headers, body }))
      else reject(error)
    })
    sent.end(body ?? undefined)
  })

/** Posts JSON by `fetch`, for tests that send few requests to a service that may end. */
export const postJson = (url: string, body: unknown): Promise<Response> =>
  fetch(url, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) })

/** Gets, or posts JSON, likewise. */
export async function ask(url: string, body?: unknown) {
  const response = await (body === undefined ? fetch(url) : postJson(url, body))
  const text = await response.text()
  const { error } = (text.startsWith('{"error"') ? JSON.parse(text) : {}) as { error?: Record<string, unknown> }
  return { status: response.status, error, retryAfter: Number(response.headers.get('retry-after')), text }
}
