import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { residentMegabytes } from '../support/memory.ts'
import { startProcess, temporaryFolder } from '../support/process.ts'
import { documentedExample, query, type Json } from '../support/service.ts'
import { ask } from '../support/http.ts'

const MEGABYTE = 1_000_000
const SETTINGS = { requires: { db: { readers: 2, query_timeout: 8000, reader_memory: 300 } } }
const PATH = '/auditLogs/provisioning'

/** As many conditions in one filter. */
const times = (count: number, condition: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => condition(index)).join(' or ')

/** Queries that take long for a single event of this log, or whose values grow. */
const EXPENSIVE: [what: string, options: Record<string, string>][] = [
  ['a text searched in another', { $filter: 'contains(action,cycleId)' }],
  ['the position of a text in another', { $filter: 'indexof(action,cycleId) gt 5' }],
  ['many conversions, as computed values', { $compute: 'tolower(action) as a,toupper(cycleId) as b', $orderby: 'a,b' }],
  ['many comparisons', { $filter: times(90, () => 'action gt cycleId'), $select: 'id' }],
  ['a pattern with many parts', { $filter: "matchesPattern(action,'(a?b?){200}c')" }],
  ['a text that doubles', { $compute: doubled(3), $orderby: 'x3', $select: 'id' }],
  ['an order by what is put together', { $orderby: 'concat(action,cycleId)', $select: 'id', $top: '3' }],
  ['groups by long texts', { $apply: 'groupby((action,cycleId))' }],
  [
    'items compared with each other',
    {
      $filter: 'provisioningSteps/any(a:$it/provisioningSteps/any(b:contains(a/description,b/description)))',
      $select: 'id'
    }
  ],
  ['a search', { $search: 'nothing AND never' }]
]

function doubled(levels: number) {
  const value = (level: number): string => (level ? `concat(${value(level - 1)},${value(level - 1)})` : 'action')
  return `${value(levels)} as x${levels}`
}

async function start() {
  const env = { CDS_CONFIG: JSON.stringify(SETTINGS) }
  const service = await startProcess({ file: join(temporaryFolder(), 'events.sqlite'), env })
  const send = (path: string, body?: Json) => ask(`${service.url}${path}`, body)
  const post = (more: Json) => send(PATH, { ...documentedExample, ...more })
  return { ...service, send, post }
}

describe('Events with long texts', () => {
  let service: Awaited<ReturnType<typeof start>>
  beforeAll(async () => {
    service = await start()
    const [action, cycleId] = ['a'.repeat(1.8 * MEGABYTE), `${'a'.repeat(0.05 * MEGABYTE)}b`]
    for (let count = 0; count < 24; count++)
      expect((await service.post({ action, cycleId, id: `${count}` })).status).toBe(201)
    const provisioningSteps = Array.from({ length: 200 }, (_, step) => ({ description: 'a'.repeat(5000) + step }))
    expect((await service.post({ provisioningSteps })).status).toBe(201)
  })
  afterAll(async () => {
    expect(await service.stop()).toEqual([0, null])
  })

  it.each(EXPENSIVE)('neither stop nor hold up the service: %s', async (_what, options) => {
    let slowest = 0
    let isDone = false
    const asked = service.send(query(PATH, options)).finally(() => (isDone = true))
    do {
      const sent = performance.now()
      expect((await service.send('/health/live')).status).toBe(200)
      slowest = Math.max(slowest, performance.now() - sent)
      await delay(10)
    } while (!isDone)
    const { status, error } = await asked
    expect(slowest).toBeLessThan(1000)
    expect(status === 200 ? 'answered' : `${status} ${String(error?.code)}`).toMatch(
      /^(answered|503 serviceUnavailable)$/
    )
    expect((await service.post({})).status).toBe(201)
  })

  it('end the query alone that needs more memory than it may have', async () => {
    const { send, pid } = service
    const before = residentMegabytes(pid)
    const conversions = times(60, (index) => `contains(toupper(action),'NEVER ${index}')`)
    const answer = await send(query(PATH, { $filter: conversions }))
    expect(answer).toMatchObject({ status: 503, error: { code: 'serviceUnavailable' } })
    expect(answer.error?.message).toContain('more memory than a query can have')
    expect(residentMegabytes(pid) - before).toBeLessThan(100)
    expect((await send(query(PATH, { $filter: 'cycleId eq action' }))).status).toBe(200)
  })

  it('are no part of values that grow longer than the service can hold', async () => {
    const long = { $filter: "id eq '0'", $compute: doubled(5), $orderby: 'x5', $select: 'id' }
    const { status, error } = await service.send(query(PATH, long))
    expect([status, error]).toEqual([400, expect.objectContaining({ code: 'invalidQueryOption' })])
    expect(error?.message).toBe('A value that the query computes is longer than the service can hold.')
  })
})
