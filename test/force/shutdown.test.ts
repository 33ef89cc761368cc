import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { setTimeout as delay } from 'node:timers/promises'
import { DatabaseSync } from 'node:sqlite'
import { isSealed } from '../support/command.ts'
import { startProcess, temporaryFolder } from '../support/process.ts'
import { documentedExample, type Json } from '../support/service.ts'
import { postJson } from '../support/http.ts'

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

describe('After SIGTERM while events come in', () => {
  const rounds = Array.from({ length: 6 }, (_, index) => index + 1)

  it.each(rounds)('all that was stored is sealed, and nothing acknowledged is lost: round %i', async (round) => {
    const database = file()
    const service = await startProcess({ file: database, env: { CDS_SEALING_INTERVAL: round % 2 ? '500' : '20' } })
    const acknowledged: string[] = []
    let isRefused = false
    const send = (id: string) =>
      id.startsWith('alone')
        ? post(service.url, 'auditLogs/provisioning', { ...documentedExample, id })
        : post(service.url, '$batch', changeSet(id))
    const client = async (name: string) => {
      for (let count = 0; !isRefused; count++) {
        const id = `${name}-${count}`
        const isStored = await send(id).catch(() => false)
        if (isStored) acknowledged.push(id)
        else isRefused = true
      }
    }
    const clients = ['alone-1', 'alone-2', 'alone-3', 'alone-4', 'set-1', 'set-2'].map(client)
    while (acknowledged.length < 30) await delay(5)
    expect(await service.stop('SIGTERM')).toEqual([0, null])
    await Promise.all(clients)

    const log = new DatabaseSync(database)
    const stored = log
      .prepare('SELECT event FROM provisioning_log_Arrivals')
      .all()
      .map(({ event }) => event)
    expect(acknowledged.filter((id) => !stored.includes(id))).toEqual([])
    expect(isSealed(log)).toBe(true)
    log.close()
  })
})

async function post(url: string | undefined, path: string, body: Json) {
  const response = await postJson(`${url}/${path}`, body)
  const { responses = [] } = (await response.json()) as { responses?: { status: number }[] }
  return response.ok && responses.every(({ status }) => status === 201)
}

/** A batch of one change set, which has a transaction of its own. */
function changeSet(id: string) {
  const headers = { 'content-type': 'application/json' }
  const body = { ...documentedExample, id }
  return { requests: [{ id: '1', atomicityGroup: 'g', method: 'POST', url: '/auditLogs/provisioning', headers, body }] }
}
