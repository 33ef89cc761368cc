import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { startProcess, temporaryFolder } from '../support/process.ts'
import { documentedExample, query, type Json } from '../support/service.ts'
import { postJson } from '../support/http.ts'

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

async function start(db: object, odata: object = {}) {
  const env = { CDS_CONFIG: JSON.stringify({ requires: { db }, odata }) }
  const service = await startProcess({ file: join(temporaryFolder(), 'events.sqlite'), env })
  const post = (event: Json) => postJson(`${service.url}/auditLogs/provisioning`, { ...documentedExample, ...event })
  const get = async (path: string, signal?: AbortSignal) => {
    const response = await fetch(`${service.url}${path}`, { signal: signal ?? null })
    const text = await response.text()
    const { error } = (text.startsWith('{"error"') ? JSON.parse(text) : {}) as { error?: Json }
    return { status: response.status, error, text }
  }
  const batch = async (requests: Json[], signal?: AbortSignal, isMultipart = false) => {
    const response = await fetch(`${service.url}/$batch`, {
      method: 'POST',
      headers: { 'Content-Type': isMultipart ? 'multipart/mixed;boundary=b' : 'application/json' },
      body: isMultipart ? multipart(requests) : JSON.stringify({ requests }),
      signal: signal ?? null
    })
    return ((await response.json()) as { responses: { id: string; status: number; body: Json }[] }).responses
  }
  return { ...service, post, get, batch }
}

const multipart = (requests: Json[]) => {
  const type = 'Content-Type: application/http'
  const lines = requests.flatMap(({ method, url, body }) => {
    return ['--b', type, '', `${method as string} ${url as string} HTTP/1.1`, '', JSON.stringify(body) ?? '']
  })
  return [...lines, '--b--', ''].join('\r\n')
}

/** Waits until a process has as many children. */
async function untilChildren(pid: number, count: number) {
  while (childrenOf(pid).length !== count) await delay(50)
  return childrenOf(pid)
}

const UNAVAILABLE = expect.objectContaining({ code: 'serviceUnavailable' }) as unknown

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
  })

  it('lets only so many others wait for it', async () => {
    const { post, get, stop, pid } = await start({ readers: 1, waiting_queries: 2, query_timeout: 30_000 })
    await post({ provisioningSteps: MANY_STEPS })
    const client = new AbortController()
    const endless = get(ENDLESS, client.signal).catch(() => 'gone')
    await untilChildren(pid, 1)
    const others = [1, 2, 3, 4].map(() => get(SLOW))
    const refused = await Promise.race(others)
    expect(refused).toMatchObject({ status: 503, error: UNAVAILABLE })
    client.abort()
    expect(await endless).toBe('gone')
    expect((await Promise.all(others)).map(({ status }) => status).toSorted()).toEqual([200, 200, 503, 503])
    await stop()
  })

  it('takes the time of those that wait for it, too', async () => {
    const { post, get, stop, log } = await start({ readers: 1, query_timeout: 2000 })
    await post({ provisioningSteps: MANY_STEPS })
    const begin = performance.now()
    const all = await Promise.all([1, 2, 3, 4].map(() => get(ENDLESS)))
    expect(performance.now() - begin).toBeLessThan(4000)
    expect(all.map(({ status }) => status)).toEqual([503, 503, 503, 503])
    await stop()
    expect(log()).toContain('longer than 2 seconds')
  })

  it('is refused if its process is killed, and the next one runs in another', async () => {
    const { post, get, stop, pid } = await start({ readers: 1 })
    await post({ provisioningSteps: MANY_STEPS })
    for (const when of ['while it runs', 'while it is idle']) {
      const asked = when === 'while it runs' ? get(ENDLESS) : undefined
      const [reader = 0] = await untilChildren(pid, 1)
      process.kill(reader, 'SIGKILL')
      if (asked) expect(await asked).toMatchObject({ status: 503, error: UNAVAILABLE })
      await untilChildren(pid, 0)
      expect((await get(SLOW)).status).toBe(200)
    }
    expect(await stop()).toEqual([0, null])
  })
})

it('A query ends with a service that is killed, also while its process starts', async () => {
  const { post, get, stop, pid } = await start({ readers: 1 })
  expect((await post({ id: 'many', provisioningSteps: MANY_STEPS })).status).toBe(201)
  const lost = get(ENDLESS).catch(() => 'lost')
  const [reader = 0] = await untilChildren(pid, 1)
  await stop('SIGKILL')
  expect(await lost).toBe('lost')
  while (existsSync(`/proc/${reader}`)) await delay(50)
})

describe('A query whose client has gone', () => {
  it('is ended, whether it runs or waits', async () => {
    const { post, get, stop, pid, log } = await start({ readers: 1, waiting_queries: 1, query_timeout: 60_000 })
    await post({ provisioningSteps: MANY_STEPS })
    const [running, waiting] = [new AbortController(), new AbortController()]
    const gone = [get(ENDLESS, running.signal), get(ENDLESS, waiting.signal)].map((each) => each.catch(() => 'gone'))
    const [reader = 0] = await untilChildren(pid, 1)
    while ((await get(SLOW)).status !== 503) await delay(50) // until one runs, and the other waits
    waiting.abort()
    await delay(200)
    const next = get(SLOW) // has its place
    running.abort()
    expect((await next).status).toBe(200)
    expect(childrenOf(pid)).not.toContain(reader)
    expect(await Promise.all(gone)).toEqual(['gone', 'gone'])
    await stop()
    expect(log()).not.toContain('has gone') // which is no error of the service
  })

  it.each([
    ['independent requests', {}, false],
    ['requests in their order', { dependsOn: ['first'] }, false],
    ['a multipart batch', {}, true]
  ])(
    'is ended with all that are left of a batch: %s',
    async (_what, more, isMultipart) => {
      const { post, get, batch, stop, pid, log } = await start({ readers: 1, query_timeout: 60_000 })
      await post({ provisioningSteps: MANY_STEPS })
      const client = new AbortController()
      const queries = ['one', 'another', 'third'].map((id) => ({ id, method: 'GET', url: ENDLESS.slice(1), ...more }))
      const body = { ...documentedExample, id: 'never' }
      const last = { id: 'last', method: 'POST', url: 'auditLogs/provisioning', body, ...more }
      const first = { id: 'first', method: 'GET', url: 'auditLogs/provisioning/$count' }
      const asked = batch([first, ...queries, last], client.signal, isMultipart).catch(() => 'gone')
      await untilChildren(pid, 1)
      client.abort()
      expect(await asked).toBe('gone')
      await untilChildren(pid, 0)
      expect((await get(SLOW)).status).toBe(200)
      await delay(500)
      expect((await get("/auditLogs/provisioning('never')")).status).toBe(404)
      await stop()
      expect(log()).not.toContain('has gone')
    },
    30_000
  )
})

describe('A batch that takes too long', () => {
  it.each([
    ['independent requests', {}],
    ['requests in their order', { dependsOn: ['first'] }]
  ])(
    'is answered in its time, and what is left of it is refused: %s',
    async (_what, more) => {
      const { post, get, batch, stop } = await start({ readers: 1, query_timeout: 1500 }, { batch_timeout: 2500 })
      await post({ provisioningSteps: MANY_STEPS })
      const body = { ...documentedExample, id: 'never' }
      const queries = ['one', 'another', 'third'].map((id) => ({ id, method: 'GET', url: ENDLESS.slice(1), ...more }))
      const begin = performance.now()
      const answers = await batch([
        { id: 'first', method: 'GET', url: 'auditLogs/provisioning/$count' },
        ...queries,
        { id: 'last', method: 'POST', url: 'auditLogs/provisioning', body, ...more }
      ])
      expect(performance.now() - begin).toBeLessThan(4500)
      expect(answers.map(({ status }) => status)).toEqual([200, 503, 503, 503, 503])
      expect(answers.map(({ body: { error } }) => (error as Json | undefined)?.message)).toEqual([
        undefined,
        expect.stringContaining('The query took longer than 1.5 seconds.'),
        ...Array.from(
          { length: 3 },
          () => expect.stringContaining('The batch took longer than 2.5 seconds.') as unknown
        )
      ])
      expect((await get("/auditLogs/provisioning('never')")).status).toBe(404)
      await stop()
    },
    20_000
  )
})

describe('What is cheap for each event', () => {
  it('is answered by the process of the service itself', async () => {
    const { post, get, stop, pid } = await start({ readers: 1 })
    await post({ id: 'long', targetSystem: { details: { text: 'x'.repeat(100_000) } } })
    await post({ id: 'one' })
    const path = '/auditLogs/provisioning'
    const filters = [
      "activityDateTime ge 2016-01-01T00:00:00Z and activityDateTime lt 2017-01-01T00:00:00Z and statusInfo/status eq 'success'",
      "jobId eq 'x' or changeId in ('y','z') or id eq 'one'",
      'durationInMilliseconds add 1 gt 10 and not (tenantId eq null)',
      "contains(targetIdentity/displayName,'e') or startswith(tolower(action),'c') or endswith(action,'e')",
      "modifiedProperties/any(p:p/displayName eq 'x') or provisioningSteps/all(s:contains(s/name,'x'))",
      "sourceSystem/details/ApplicationId eq 'x'"
    ]
    const asked = [
      `${path}('one')`,
      `${path}/$count`,
      path,
      ...filters.map(($filter) => query(path, { $filter })),
      query(path, { $orderby: 'targetIdentity/displayName,durationInMilliseconds desc', $count: 'true' }),
      query(path, { $select: 'id,statusInfo', $top: '1' }),
      query(path, {
        $apply: 'compute(date(activityDateTime) as day)/groupby((day,statusInfo/status),aggregate($count as n))'
      })
    ]
    for (const each of asked) {
      const { status } = await get(each)
      expect([each, status, childrenOf(pid)]).toEqual([each, 200, []])
    }
    await stop()
  })
})
