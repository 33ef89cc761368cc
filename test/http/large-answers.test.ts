/** Large answers take turns. */
import { once } from 'node:events'
import { createServer, get, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { freeWhenSent, waitForTurn } from '../../srv/http/large-answers.ts'

describe('large answers', () => {
  const started: ServerResponse[] = []
  const server = createServer(async (req, res) => {
    await waitForTurn(res, req.url ?? '')
    if (!res.closed) started.push(res)
  })
  const clients: ReturnType<typeof get>[] = []
  const ask = (tenant: string) =>
    clients.push(get({ port: (server.address() as AddressInfo).port, path: tenant, agent: false }))

  beforeAll(() => once(server.listen(0), 'listening'))
  afterEach(async () => {
    for (const client of clients.splice(0)) client.on('error', () => {}).destroy()
    started.length = 0
    await delay(50)
  })
  afterAll(() => server.close())

  test('are made four at a time for a tenant, and the next when one was sent', async () => {
    for (let count = 0; count < 6; count++) ask('/a')
    await delay(150)
    expect(started.length).toBe(4)
    started[0]?.end('sent')
    clients[0]?.on('response', (response) => response.resume())
    await delay(150)
    expect(started.length).toBe(5)
  })

  test('leave a turn to another tenant', async () => {
    for (let count = 0; count < 6; count++) ask('/a')
    await delay(100)
    ask('/b')
    await delay(100)
    expect(started.map(({ req }) => req.url)).toStrictEqual(['/a', '/a', '/a', '/a', '/b'])
  })

  test('give up their turns when clients go', async () => {
    for (let count = 0; count < 4; count++) ask('/a')
    await delay(100)
    for (const client of clients) client.on('error', () => {}).destroy()
    ask('/a')
    await delay(150)
    expect(started.length).toBe(5)
  })

  test('do not wait long for clients that are slow', async () => {
    for (let count = 0; count < 6; count++) ask('/a')
    await delay(1000)
    expect(started.length).toBe(6)
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
