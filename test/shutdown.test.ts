import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { setTimeout as delay } from 'node:timers/promises'
import { startProcess, temporaryFolder } from './process.ts'
import { documentedExample, type Json } from './service.ts'

const file = () => join(temporaryFolder(), 'events.sqlite')

/** Begins to post an event, and sends the last part of it when it is told to. */
async function beginPost(url: string, event: Json) {
  const body = Buffer.from(JSON.stringify(event))
  const headers = { 'Content-Type': 'application/json', 'Content-Length': body.length }
  const post = request(`${url}/auditLogs/provisioning`, { method: 'POST', headers })
  const answered = once(post, 'response').then(async ([response]) => {
    const { statusCode, headers } = response as import('node:http').IncomingMessage
    return { status: statusCode, headers, text: await text(response as import('node:http').IncomingMessage) }
  })
  answered.catch(() => {}) // where nobody waits for it
  await new Promise((resolve) => post.write(body.subarray(0, 20), resolve))
  return { answered, finish: () => post.end(body.subarray(20)) }
}

describe('SIGTERM', () => {
  it('lets requests under way finish, refuses new ones, closes the database, and exits with 0', async () => {
    const database = file()
    const service = await startProcess({ file: database })
    const url = service.url as string
    const { answered, finish } = await beginPost(url, { ...documentedExample, id: 'under-way' })
    const read = await fetch(`${url}/health/ready`)
    expect([read.status, await read.json()]).toEqual([
      200,
      { status: 'UP', writeAheadLogMegabytes: expect.any(Number) as number }
    ])

    const stopped = service.stop('SIGTERM')
    let refused = await fetch(`${url}/auditLogs/provisioning`)
    while (refused.status === 200) refused = await fetch(`${url}/auditLogs/provisioning`)
    const { error } = (await refused.json()) as { error: { code: string; message: string; innerError: Json } }
    expect([refused.status, error.code]).toEqual([503, 'serviceUnavailable'])
    expect(error.innerError['request-id']).toBe(refused.headers.get('request-id'))
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
    expect((await fetch(`${url}/health/live`)).status).toBe(200)
    expect((await fetch(`${url}/health/ready`)).status).toBe(503)

    finish()
    expect(await answered).toMatchObject({ status: 201 })
    expect(await stopped).toEqual([0, null])
    expect(existsSync(`${database}-wal`)).toBe(false) // the last connection has been closed

    const again = await startProcess({ file: database })
    expect((await fetch(`${again.url}/auditLogs/provisioning/under-way`)).status).toBe(200)
    await again.stop()
  })

  it('may be sent again while the service stops', async () => {
    const service = await startProcess({ file: file() })
    const { finish } = await beginPost(service.url as string, documentedExample)
    await fetch(`${service.url}/health/live`) // the post has arrived before
    const stopped = service.stop('SIGTERM')
    await delay(100)
    void service.stop('SIGTERM')
    await delay(100)
    finish()
    expect(await stopped).toEqual([0, null])
    expect(service.log()).not.toMatch(/failed|ERR_/)
  })

  it('ends requests that take longer than the time limit', async () => {
    const service = await startProcess({ file: file(), env: { CDS_SERVER_DRAIN__TIMEOUT: '300' } })
    const { answered } = await beginPost(service.url as string, documentedExample)
    await fetch(`${service.url}/health/live`)
    const start = Date.now()
    expect(await service.stop('SIGTERM')).toEqual([0, null])
    expect(Date.now() - start).toBeGreaterThanOrEqual(300)
    expect(Date.now() - start).toBeLessThan(3000)
    await expect(answered).rejects.toThrow()
  })
})
