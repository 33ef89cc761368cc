/** Large answers take turns. */
import { once } from 'node:events'
import { createServer, get, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { until } from '../support/command.ts'
import { freeWhenSent, waitForTurn } from '../../srv/http/large-answers.ts'

describe('large answers', () => {
  let asked: ServerResponse[] = []
  let started: string[] = []
  const server = createServer(async (req, res) => {
    asked.push(res)
    await waitForTurn(res, req.url ?? '')
    started.push(req.url ?? '')
  })
  let clients: ReturnType<typeof get>[] = []

  /** Sends requests of a tenant, and waits until the server has them. */
  async function ask(tenant: string, count: number) {
    const all = asked.length + count
    const { port } = server.address() as AddressInfo
    for (let number = 0; number < count; number++) {
      const client = get({ port, path: tenant, agent: false }, (response) => response.resume())
      clients.push(client.on('error', () => {}))
    }
    await until(() => asked.length === all)
    await delay(20)
  }

  beforeAll(() => once(server.listen(0), 'listening'))
  afterEach(async () => {
    for (const client of clients) client.destroy()
    await until(() => asked.every(({ closed }) => closed) && started.length === asked.length)
    asked = []
    started = []
    clients = []
  })
  afterAll(() => server.close())

  test('are made four at a time for a tenant, and the next when one was sent', async () => {
    await ask('/a', 6)
    expect(started.length).toBe(4)
    asked[0]?.end('sent')
    await until(() => started.length > 4)
    expect(started.length).toBe(5)
  })

  test('leave a turn to another tenant', async () => {
    await ask('/a', 5)
    await ask('/b', 1)
    expect(started).toStrictEqual(['/a', '/a', '/a', '/a', '/b'])
  })

  test('give up their turns when clients go', async () => {
    await ask('/a', 4)
    for (const client of clients) client.destroy()
    await until(() => asked.every(({ closed }) => closed))
    await ask('/a', 1)
    expect(started.length).toBe(5)
  })

  test('do not wait long for clients that are slow', async () => {
    await ask('/a', 6)
    await until(() => started.length === 6)
  })
})

describe('the memory of an answer', () => {
  test.each([
    ['is freed when a large one was sent', new Uint8Array(100_000).fill(65), 0],
    ['stays if it is part of other memory', new Uint8Array(100_000).fill(65).subarray(1), 100_000],
    ['stays if it is small', new Uint8Array(1000).fill(65), 1000]
  ])('%s', async (_title, chunk, left) => {
    const server = createServer((_req, res) => {
      freeWhenSent(res, [chunk])
      res.write(chunk)
      res.end()
    })
    await once(server.listen(0), 'listening')
    const { length } = chunk
    const response = await fetch(`http://localhost:${(server.address() as AddressInfo).port}`)
    expect(await response.text()).toBe('A'.repeat(length))
    await delay(50)
    expect(chunk.buffer.byteLength).toBe(left)
    server.close()
  })
})
