import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { startProcess, temporaryFolder } from '../support/process.ts'
import { documentedExample, type Json } from '../support/service.ts'

const path = '/auditLogs/provisioning'
const LARGE = 12_000_000
/** Text that stays large when it is compressed. */
const action = randomBytes(LARGE).toString('base64').slice(0, LARGE)

let service: Awaited<ReturnType<typeof startProcess>>
let sockets: Socket[] = []

beforeAll(async () => {
  const server = { body_parser: { limit: '16mb' }, max_answers: '20mb' }
  const env = { CDS_CONFIG: JSON.stringify({ server, odata: { batch_bytes: 2 * LARGE } }) }
  service = await startProcess({ file: join(temporaryFolder(), 'events.sqlite'), env })
  expect(await statusOf('POST', path, { ...documentedExample, id: 'large', action })).toBe(201)
})

afterEach(async () => {
  for (const socket of sockets) socket.destroy()
  sockets = []
  await delay(300)
  expect(await statusOf('GET', `${path}/large`)).toBe(200) // whatever was counted counts no more
})

afterAll(() => service.stop())

async function ask(method: string, url: string, body?: object) {
  const headers = { 'Content-Type': 'application/json' }
  return fetch(service.url + url, { method, headers, ...(body && { body: JSON.stringify(body) }) })
}

async function statusOf(method: string, url: string, body?: object) {
  const response = await ask(method, url, body)
  await response.arrayBuffer()
  return response.status
}

/** A client that sends a request, waits until an answer begins, and reads nothing of it. */
async function askAndReadNothing(request: string) {
  const socket = connect(Number(new URL(service.url as string).port), '127.0.0.1')
  sockets.push(socket)
  socket.on('error', () => {})
  await once(socket, 'connect')
  socket.write(request)
  await once(socket, 'readable')
}

const get = (url: string, headers = '') => `GET ${url} HTTP/1.1\r\nHost: localhost\r\n${headers}\r\n`

const post = (type: string, body: string) =>
  `POST /$batch HTTP/1.1\r\nHost: localhost\r\nContent-Type: ${type}\r\nContent-Length: ${body.length}\r\n\r\n${body}`

const batch = (more: Json = {}) =>
  post(
    'application/json',
    JSON.stringify({ requests: ['1', '2'].map((id) => ({ id, method: 'GET', url: `${path}/large`, ...more })) })
  )

const multipart = post(
  'multipart/mixed;boundary=b',
  `--b\r\nContent-Type: application/http\r\n\r\nGET ${path}/large HTTP/1.1\r\n\r\n\r\n--b--\r\n`
)

describe('Answers that their clients do not read', () => {
  it.each<[string, string]>([
    ['a page', get(path)],
    ['an entity', get(`${path}/large`)],
    ['a property', get(`${path}/large/action`)],
    ['a raw value', get(`${path}/large/action/$value`)],
    ['an answer that is compressed', get(`${path}/large`, 'Accept-Encoding: gzip\r\n')],
    ['the singleton with its events', get('/auditLogs?$expand=provisioning')],
    ['a batch', batch()],
    ['a batch in its order', batch({ dependsOn: [] })],
    ['a multipart batch', multipart]
  ])('have a limit over all requests, and queries get 503 beyond it: %s', async (_, request) => {
    await askAndReadNothing(request)
    await askAndReadNothing(request)
    for (const url of [
      path,
      `${path}/large`,
      `${path}/large/id/$value`,
      `${path}/$count`,
      '/auditLogs?$expand=provisioning'
    ]) {
      const refused = await ask('GET', url)
      expect([url, refused.status, refused.headers.has('retry-after')]).toEqual([url, 503, true])
      expect(((await refused.json()) as { error: Json }).error).toMatchObject({
        code: 'serviceUnavailable',
        message: 'The service has more bytes of answers than it can take that wait to be read.'
      })
    }
  })

  it('keep nobody from storing events, by themselves or in batches with queries that are refused', async () => {
    await askAndReadNothing(get(path))
    await askAndReadNothing(get(path))
    const event = { ...documentedExample, id: undefined }
    expect(await statusOf('POST', path, event)).toBe(201)
    const requests = [
      { id: '1', method: 'POST', url: path, body: event },
      { id: '2', method: 'GET', url: path }
    ]
    for (const more of [{}, { dependsOn: [] }]) {
      const answer = await ask('POST', '/$batch', { requests: requests.map((each) => ({ ...each, ...more })) })
      const { responses } = (await answer.json()) as { responses: Json[] }
      expect(responses.map(({ status }) => status)).toEqual([201, 503])
    }
  })

  it('count no more when they were read', async () => {
    for (let count = 0; count < 10; count++) expect(await statusOf('GET', path)).toBe(200)
  })
})

describe('The answer to a batch', () => {
  it.each(['identity', 'gzip', 'br'])(
    'leaves no listeners behind, however often it waits for the client: %s',
    async (encoding) => {
      await ask('POST', path, { ...documentedExample, id: `medium-${encoding}`, action: action.slice(0, 100_000) })
      const requests = Array.from({ length: 40 }, (_, i) => ({
        id: `${i}`,
        method: 'GET',
        url: `${path}/medium-${encoding}`
      }))
      const response = await fetch(`${service.url}/$batch`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', 'Accept-Encoding': encoding },
        body: JSON.stringify({ requests })
      })
      const { responses } = (await response.json()) as { responses: { status: number; body: Json }[] }
      expect(responses.map(({ status, body }) => [status, (body.action as string).length])).toEqual(
        Array(40).fill([200, 100_000])
      )
      expect(service.log()).not.toContain('Warning')
    }
  )

  it.each(['gzip', 'br'])('is sent while it is made, and not collected: %s', async (encoding) => {
    await ask('POST', path, { ...documentedExample, id: `early-${encoding}`, action: action.slice(0, 100_000) })
    const part = { method: 'GET', url: `${path}/early-${encoding}` }
    const body = JSON.stringify({ requests: Array.from({ length: 40 }, (_, i) => ({ id: `${i}`, ...part })) })
    const headers = { 'Content-Type': 'application/json', 'Accept-Encoding': encoding }

    /** @returns the part of the time of an answer after which it begins */
    async function begin() {
      const start = performance.now()
      const answer = await fetch(`${service.url}/$batch`, { method: 'POST', headers, body })
      const begun = performance.now()
      expect((await answer.text()).length).toBeGreaterThan(4_000_000)
      return (begun - start) / (performance.now() - start)
    }

    // mostly 0.7 and more where it is collected
    expect(Math.min(await begin(), await begin(), await begin())).toBeLessThan(0.3)
  })
})
