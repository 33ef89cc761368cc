import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { residentMegabytes } from '../support/memory.ts'
import { startProcess, temporaryFolder } from '../support/process.ts'
import type { Json } from '../support/service.ts'
import { postJson } from '../support/http.ts'

const path = '/auditLogs/provisioning'
const COUNT = 40
const MEGABYTES = 1024 * 1024

let service: Awaited<ReturnType<typeof startProcess>>
const url = () => service.url as string

beforeAll(async () => {
  service = await startProcess({ file: join(temporaryFolder(), 'events.sqlite') })
  const action = 'x'.repeat(3_900_000)
  for (let i = 0; i < COUNT; i++) {
    const event = { id: `e${i}`, activityDateTime: '2024-05-01T00:00:00Z', action }
    expect((await postJson(url() + path, event)).status).toBe(201)
  }
})

afterAll(() => service.stop())

const memory = () => residentMegabytes(service.pid)

/** How much more memory the process has at its peak while work goes on, in megabytes. */
async function growth(work: () => Promise<unknown>) {
  const before = memory()
  let most = before
  let isDone = false
  const watched = (async () => {
    while (!isDone) {
      most = Math.max(most, memory())
      await delay(5)
    }
  })()
  try {
    await work()
  } finally {
    isDone = true
  }
  await watched
  return most - before
}

async function sizeOf(options: string, headers: Record<string, string>) {
  const response = await fetch(`${url()}${path}?${options}`, { headers: { ...headers, 'Accept-Encoding': 'identity' } })
  let size = 0
  for await (const chunk of response.body as AsyncIterable<Uint8Array>) size += chunk.length
  return [response.status, size < 9 * MEGABYTES, size > 3.9 * MEGABYTES]
}

const four = <Result>(work: () => Promise<Result>) => Promise.all([1, 2, 3, 4].map(work))
const large = { Prefer: 'maxpagesize=1000' }

describe('The memory of the service stays small, though its events are large', () => {
  it.each([
    ['as they are stored', ''],
    ['with full metadata', '$format=application/json;metadata=full'],
    ['with large properties', '$select=id,action'],
    ['with computed values', "$compute=concat(action,'y') as z&$select=z"],
    ['after a filter', "$filter=contains(action,'x')"]
  ])('in four pages at the same time, %s', async (_, options) => {
    const grown = await growth(async () => {
      expect(await four(() => sizeOf(options, large))).toEqual(Array(4).fill([200, true, true]))
    })
    expect(grown).toBeLessThan(400)
  })

  it('in a batch', async () => {
    const requests = Array.from({ length: 30 }, (_, i) => ({ id: `${i}`, method: 'GET', url: path, headers: large }))
    const grown = await growth(async () => {
      const response = await postJson(`${url()}/$batch`, { requests })
      const { responses } = (await response.json()) as { responses: Json[] }
      expect(responses.map(({ status }) => status)).toEqual(requests.map((_, i) => (i < 5 ? 200 : 503)))
    })
    expect(grown).toBeLessThan(400)
  })

  it.each([
    ['ndjson', 'identity', COUNT * 3_900_000],
    ['ndjson', 'gzip', COUNT * 3_900_000],
    ['csv', 'identity', COUNT * 3_900_000],
    ['text/csv;part=provisioningSteps', 'identity', 0] // the events are read, and have no steps
  ])(
    'in three downloads of all of them, one after the other, that are read slowly: %s, %s',
    async ($format, encoding, least) => {
      const download = async () => {
        const headers = { 'Accept-Encoding': encoding }
        const response = await fetch(`${url()}${path}?$format=${$format}&$orderby=id`, { headers })
        expect(response.status).toBe(200)
        let size = 0
        for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
          if ((size + chunk.length) % MEGABYTES < chunk.length) await delay(5)
          size += chunk.length
        }
        expect(size).toBeGreaterThan(least)
      }
      const grown = await growth(async () => {
        for (let count = 0; count < 3; count++) await download()
      })
      expect(grown).toBeLessThan(400) // of 480 that were sent
    }
  )

  it('in pages that 150 clients ask for and do not read', async () => {
    const clients: Socket[] = []
    const grown = await growth(async () => {
      for (let i = 0; i < 150; i++) {
        const socket = connect(Number(new URL(url()).port), '127.0.0.1')
        clients.push(socket)
        await once(socket, 'connect')
        socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\nPrefer: maxpagesize=1000\r\n\r\n`)
        await once(socket, 'readable') // and what is there stays unread
      }
    })
    for (const socket of clients) socket.destroy()
    expect(grown).toBeLessThan(600)
    await delay(500)
    expect((await fetch(`${url()}${path}/$count`)).status).toBe(200)
  })

  const dependent = (request: Json, index: number) => ({ ...request, dependsOn: index ? [`${index - 1}`] : [] })
  const gets = Array.from({ length: 5 }, (_, i) => ({ id: `${i}`, method: 'GET', url: path, headers: large }))
  const part = `--b\r\nContent-Type: application/http\r\n\r\nGET ${path} HTTP/1.1\r\nPrefer: maxpagesize=1000\r\n\r\n\r\n`

  it.each([
    ['in JSON', 'application/json', JSON.stringify({ requests: gets })],
    ['in JSON, in its order', 'application/json', JSON.stringify({ requests: gets.map(dependent) })],
    ['multipart', 'multipart/mixed;boundary=b', `${part.repeat(5)}--b--\r\n`]
  ])('in a batch whose client reads nothing, and which ends with its client: %s', async (_, type, body) => {
    const clients = await Promise.all(
      Array.from({ length: 10 }, async () => {
        const socket = connect(Number(new URL(url()).port), '127.0.0.1')
        await once(socket, 'connect')
        socket.pause()
        socket.write(
          `POST /$batch HTTP/1.1\r\nHost: localhost\r\nContent-Type: ${type}\r\nContent-Length: ${body.length}\r\n\r\n${body}`
        )
        return socket
      })
    )
    const grown = await growth(() => delay(3000))
    for (const socket of clients) socket.destroy()
    expect(grown).toBeLessThan(300)
    expect((await fetch(`${url()}/auditLogs/provisioning/$count`)).status).toBe(200)
  })
})
