import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { residentMegabytes } from '../support/memory.ts'
import { startProcess, temporaryFolder } from '../support/process.ts'
import { documentedExample, type Json } from '../support/service.ts'
import { postJson } from '../support/http.ts'

const start = async (server: object) => {
  const env = { CDS_CONFIG: JSON.stringify({ server }) }
  const service = await startProcess({ file: join(temporaryFolder(), 'events.sqlite'), env })
  return { ...service, url: service.url as string, port: Number(new URL(service.url as string).port) }
}

const codeOf = async (response: Response) => ((await response.json()) as { error: Json }).error.code

const post = (url: string) => postJson(`${url}/auditLogs/provisioning`, documentedExample)

/** A client that sends a part of a request and then nothing. */
async function hang(port: number, text: string) {
  const socket = connect(port, '127.0.0.1')
  socket.on('error', () => {}) // it is to be closed
  socket.resume() // whatever is answered
  await once(socket, 'connect')
  socket.write(text)
  return socket
}

const HEADERS = 'POST /auditLogs/provisioning HTTP/1.1\r\nHost: localhost\r\n'
const BODY = `${HEADERS}Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n{"activityDateTime":`

/** It is refused before it is received. */
const REFUSED = `${HEADERS}Content-Type: text/plain\r\nConnection: close\r\nContent-Length: 1000\r\n\r\n{`

describe('A client over its limit', () => {
  it('gets 429, and learns when to come again', async () => {
    const { url, stop } = await start({ rate_limit: { limit: 3 } })
    for (let count = 0; count < 3; count++) expect((await fetch(`${url}/`)).headers.get('ratelimit')).toMatch(/r=\d/)
    const refused = await fetch(`${url}/`)
    expect([refused.status, await codeOf(refused)]).toEqual([429, 'tooManyRequests'])
    expect(refused.headers.get('odata-version')).toBe('4.0')
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(refused.headers.get('ratelimit')).toMatch(/^"3-in-1min"; r=0; t=\d\d$/)
    expect(refused.headers.get('ratelimit-policy')).toMatch(/^"3-in-1min"; q=3; w=60; pk=:[\w+/]{16}:$/)
    expect((await fetch(`${url}/health/live`)).status).toBe(200)
    await stop()
  })
})

describe('More requests than the service can take', () => {
  it('are refused with 503', async () => {
    const { url, port, stop } = await start({ max_requests: 1 })
    const slow = await hang(port, BODY)
    await delay(100)
    const refused = await fetch(`${url}/`)
    expect([refused.status, await codeOf(refused)]).toEqual([503, 'serviceUnavailable'])
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
    slow.destroy()
    await delay(100)
    expect((await fetch(`${url}/`)).status).toBe(200)
    await stop()
  })

  it('do not connect beyond the number of connections', async () => {
    const { port, stop } = await start({ max_connections: 2 })
    const [first, , third] = [await hang(port, HEADERS), await hang(port, HEADERS), await hang(port, HEADERS)]
    while (!third.destroyed) await delay(10)
    expect(first.destroyed).toBe(false)
    await stop()
  })
})

describe('1,000 slow clients', () => {
  it('neither keep others from the service nor stay for long, and cost little memory', async () => {
    const limits = { headers_timeout: 2000, request_timeout: 4000 }
    const { url, port, pid, stop } = await start(limits)
    for (let count = 0; count < 20; count++) await post(url)
    const before = residentMegabytes(pid)
    const clients: Socket[] = []
    for (let count = 0; count < 1000; count++) clients.push(await hang(port, [HEADERS, BODY, REFUSED][count % 3] ?? ''))
    const answers = new Set<string | undefined>()
    for (const client of clients)
      client.on('data', (part) =>
        answers.add(
          part
            .toString()
            .match(/^HTTP.*|"code":"\w+"/g)
            ?.join(', ')
        )
      )
    const open = () => clients.filter(({ destroyed }) => !destroyed).length

    let slowest = 0
    const begun = performance.now()
    for (let count = 0; count < 50; count++) {
      const sent = performance.now()
      expect((await post(url)).status).toBe(201)
      slowest = Math.max(slowest, performance.now() - sent)
    }
    expect(performance.now() - begun).toBeLessThan(limits.request_timeout)
    expect(slowest).toBeLessThan(2000)
    expect(residentMegabytes(pid) - before).toBeLessThan(150)
    const end = performance.now() + limits.request_timeout + 4000
    while (open() && performance.now() < end) await delay(100)
    expect(open()).toBe(0)
    const [late, refused] = [
      '408 Request Timeout, "code":"requestTimeout"',
      '415 Unsupported Media Type, "code":"unsupportedMediaType"'
    ]
    expect(answers).toEqual(new Set([`HTTP/1.1 ${late}`, `HTTP/1.1 ${refused}`]))
    await stop()
  })
})
