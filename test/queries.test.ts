import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { startProcess, temporaryFolder } from './process.ts'
import { documentedExample, query, type Json } from './service.ts'

/** Compares each step of an event with each other, which takes minutes for as many steps as this event has. */
const ENDLESS = query('/auditLogs/provisioning', {
  $filter: "provisioningSteps/any(a:$it/provisioningSteps/any(b:concat(a/name,b/name) eq 'never'))"
})
/** Looks at all steps of an event many times, which takes longer than the process of the service has time for. */
const SLOW = query('/auditLogs/provisioning', {
  $filter: Array.from({ length: 20 }, (_, time) => `provisioningSteps/any(a:a/name eq 'never ${time}')`).join(' or '),
  $select: 'id'
})
const MANY_STEPS = Array.from({ length: 30_000 }, (_, step) => ({ name: `step ${step}` }))

/** The processes that a process has started and that still run. */
function childrenOf(pid: number) {
  const all = execFileSync('ps', ['-e', '-o', 'ppid=,pid='], { encoding: 'utf8' }).trim().split('\n')
  return all.map((line) => line.trim().split(/\s+/).map(Number)).flatMap(([parent, id]) => (parent === pid ? [id] : []))
}

async function start(db: object) {
  const env = { CDS_CONFIG: JSON.stringify({ requires: { db } }) }
  const service = await startProcess({ file: join(temporaryFolder(), 'events.sqlite'), env })
  const post = (event: Json) =>
    fetch(`${service.url}/auditLogs/provisioning`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ ...documentedExample, ...event })
    })
  const get = async (path: string) => {
    const response = await fetch(`${service.url}${path}`)
    const text = await response.text()
    const { error } = (text.startsWith('{"error"') ? JSON.parse(text) : {}) as { error?: Json }
    return { status: response.status, error, text }
  }
  return { ...service, post, get }
}

describe('A query that takes too long', () => {
  it('is ended, and holds up neither events nor other queries', async () => {
    const { post, get, stop, pid } = await start({ readers: 2, query_timeout: 1500 })
    expect((await post({ id: 'many', provisioningSteps: MANY_STEPS })).status).toBe(201)
    await get('/auditLogs/provisioning/$count')

    const begin = performance.now()
    const endless = get(ENDLESS)
    let slowest = 0
    for (let count = 0; count < 20; count++) {
      const sent = performance.now()
      expect((await post({})).status).toBe(201)
      expect((await get('/auditLogs/provisioning/$count')).status).toBe(200)
      slowest = Math.max(slowest, performance.now() - sent)
    }
    expect(slowest).toBeLessThan(1500)
    const { status, error } = await endless
    expect([status, error?.code]).toEqual([503, 'serviceUnavailable'])
    expect(error?.message).toContain('longer than 1.5 seconds')
    expect(performance.now() - begin).toBeLessThan(4000)

    await delay(500)
    expect(childrenOf(pid)).toEqual([]) // the process that ran it has been ended
    expect((await get('/auditLogs/provisioning/$count')).text).toBe('21')
    expect(await stop()).toEqual([0, null])
  }, 20_000)

  it('lets only so many others wait for it', async () => {
    const { post, get, stop, log } = await start({ readers: 1, waiting_queries: 2, query_timeout: 1500 })
    await post({ provisioningSteps: MANY_STEPS })
    const endless = get(ENDLESS)
    await delay(100)
    const others = await Promise.all([1, 2, 3, 4].map(() => get(SLOW)))
    expect(others.map(({ status }) => status).toSorted()).toEqual([200, 200, 503, 503])
    expect(others.find(({ status }) => status === 503)?.error).toMatchObject({ code: 'serviceUnavailable' })
    expect((await endless).status).toBe(503)
    await stop()
    expect(log()).toContain('longer than 1.5 seconds')
  }, 20_000)
})

describe('Without readers', () => {
  it('queries run in the process of the service', async () => {
    const { post, get, stop, pid } = await start({ readers: 0 })
    await post({})
    expect((await get('/auditLogs/provisioning/$count')).text).toBe('1')
    expect(childrenOf(pid)).toEqual([])
    await stop()
  })
})
