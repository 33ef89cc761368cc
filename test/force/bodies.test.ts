import { once } from 'node:events'
import { request, type ClientRequest, type IncomingMessage } from 'node:http'
import { connect } from 'node:net'
import { json } from 'node:stream/consumers'
import { setTimeout as delay } from 'node:timers/promises'
import { brotliCompressSync, constants, createGzip, deflateSync, gzipSync } from 'node:zlib'
import { join } from 'node:path'
import { startProcess, temporaryFolder } from '../support/process.ts'
import { documentedExample, startService, type Json } from '../support/service.ts'
import { effort } from './effort.ts'

const LIMITS = { body_parser: { limit: '1mb' }, max_bodies: '2mb' }

let service: Awaited<ReturnType<typeof startProcess>>

beforeAll(async () => {
  const env = { CDS_CONFIG: JSON.stringify({ server: LIMITS }) }
  service = await startProcess({ file: join(temporaryFolder(), 'events.sqlite'), env })
})

afterAll(() => service.stop())

const event = (size: number) => JSON.stringify({ ...documentedExample, id: undefined, jobId: 'x'.repeat(size) })

/** Begins a request to create an event; `answer` is its status, and the code of its error. */
function begin(headers: Record<string, string> = {}) {
  const post = request(`${service.url}/auditLogs/provisioning`, {
    method: 'POST',
    agent: false,
    headers: { 'Content-Type': 'application/json', ...headers }
  })
  const answer = once(post, 'response').then(async ([response]) => {
    const { error } = (await json(response as IncomingMessage)) as { error?: Json }
    return [(response as IncomingMessage).statusCode, error?.code]
  })
  answer.catch(() => {}) // where it is given up
  return { post, answer }
}

async function send(body: Buffer | string, headers?: Record<string, string>) {
  const { post, answer } = begin(headers)
  post.end(body)
  return answer
}

const write = (post: ClientRequest, text: string | Buffer) => new Promise((done) => post.write(text, done))

describe('Bodies under way', () => {
  it('have a limit over all requests, and 503 beyond it', async () => {
    const slow = [begin(), begin(), begin()]
    for (const { post } of slow) await write(post, event(700_000).slice(0, 650_000))
    await delay(300)
    expect(await send(event(500_000))).toEqual([503, 'serviceUnavailable'])
    expect(await send(event(1000))).toEqual([201, undefined])
    slow[0]!.post.destroy()
    await delay(300)
    expect(await send(event(500_000))).toEqual([201, undefined])
    for (const { post } of slow) post.destroy()
  })

  it('count as what they are when they are decoded', async () => {
    const slow = [begin({ 'Content-Encoding': 'gzip' }), begin({ 'Content-Encoding': 'gzip' })]
    for (const { post } of slow) {
      const gzip = createGzip()
      gzip.on('data', (chunk: Buffer) => void write(post, chunk))
      gzip.write(event(900_000))
      gzip.flush(constants.Z_SYNC_FLUSH)
    }
    await delay(500)
    expect(await send(event(500_000))).toEqual([503, 'serviceUnavailable'])
    for (const { post } of slow) post.destroy()
    await delay(300)
    expect(await send(event(500_000))).toEqual([201, undefined])
  })

  it('count no more when they were answered', async () => {
    for (let count = 0; count < effort(4, 10, 10); count++) {
      expect(await send(event(900_000))).toEqual([201, undefined])
      expect(await send('x'.repeat(900_000))).toEqual([400, 'invalidBody'])
      expect(await send(event(2_000_000))).toEqual([413, 'payloadTooLarge'])
    }
  })
})

describe('A body', () => {
  it.each<[string, Buffer]>([
    ['gzip', gzipSync(event(1000))],
    ['GZIP', gzipSync(event(1000))],
    ['deflate', deflateSync(event(1000))],
    ['br', brotliCompressSync(event(1000))],
    ['identity', Buffer.from(event(1000))]
  ])('may be encoded as %s', async (encoding, body) => {
    expect(await send(body, { 'Content-Encoding': encoding })).toEqual([201, undefined])
  })

  it.each<[string, string, Buffer, number, string]>([
    ['is larger than the limit when it is decoded', 'gzip', gzipSync(event(1_100_000)), 413, 'payloadTooLarge'],
    ['is not encoded as it says', 'gzip', Buffer.from(event(1000)), 400, 'invalidBody'],
    ['ends too early', 'gzip', gzipSync(event(1000)).subarray(0, 100), 400, 'invalidBody'],
    ['has an unknown encoding', 'zip', Buffer.from(event(1000)), 415, 'unsupportedMediaType'],
    ['has the encoding constructor', 'constructor', Buffer.from(event(1000)), 415, 'unsupportedMediaType']
  ])('is refused if it %s', async (_, encoding, body, status, code) => {
    expect(await send(body, { 'Content-Encoding': encoding })).toEqual([status, code])
  })

  it('that is refused keeps nobody from the connection', async () => {
    const headers = { 'Content-Type': 'application/json' }
    const path = `${service.url}/auditLogs/provisioning`
    for (let count = 0; count < 3; count++) {
      const refused = await fetch(path, { method: 'POST', headers, body: event(1_500_000) })
      expect([refused.status, ((await refused.json()) as { error: Json }).error.code]).toEqual([413, 'payloadTooLarge'])
      const taken = await fetch(path, { method: 'POST', headers, body: event(10) })
      expect(taken.status).toBe(201)
      await taken.text()
    }
  })
})

describe('A body in chunks of a byte', () => {
  const small = startService({ NODE_OPTIONS: '--max-old-space-size=96' })

  it('takes no more memory than another one', async () => {
    const { hostname, port } = new URL(small.url)
    const socket = connect(Number(port), hostname)
    const head = 'POST /auditLogs/provisioning HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n'
    const event = '{"activityDateTime":"2024-05-01T10:00:00Z"}'
    socket.write(`${head}Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n`)
    socket.write('1\r\n \r\n'.repeat(1_000_000))
    socket.write(`${event.length.toString(16)}\r\n${event}\r\n0\r\n\r\n`)
    const [answer] = (await once(socket, 'data')) as [Buffer]
    socket.destroy()
    expect(String(answer)).toMatch(/^HTTP\/1\.1 201 /)
  })
})
