import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { DatabaseSync } from 'node:sqlite'
import type { PurgeRecord } from '../../srv/database/log.ts'
import { openLog } from '../../srv/database/open-log.ts'
import { purge as removeOld } from '../../srv/integrity/retention.ts'
import { seal } from '../../srv/integrity/sealer.ts'
import { startProcess, temporaryFolder } from '../support/process.ts'
import { command, isSealed, until, verify, verifyAtRest } from '../support/command.ts'
import { delaysDuring } from '../support/delays.ts'
import { EVENTS, makeLog, PURGES, tampered } from './tampering.ts'
import { postJson } from '../support/http.ts'

const folder = temporaryFolder()
const file = join(folder, 'events.sqlite')
const path = '/auditLogs/provisioning'
const DAY = 24 * 60 * 60 * 1000

const eventOf = (id: string, activityDateTime: string) => ({ id, tenantId: id[0], activityDateTime })

async function post(url: string | undefined, id: string, activityDateTime: string) {
  expect((await postJson(`${url}${path}`, eventOf(id, activityDateTime))).status).toBe(201)
}

async function ids(url: string | undefined) {
  const query = "$select=id&$orderby=id&$filter=not startswith(id,'c')" // those are posted by the thousand
  const response = await fetch(`${url}${path}?${query}`, { headers: { Prefer: 'maxpagesize=1000' } })
  return ((await response.json()) as { value: { id: string }[] }).value.map(({ id }) => id)
}

const purge = (...args: string[]) => command('purge', file, args)
const sealedSoon = () => until(() => isSealed(database))
const years = (count: number, year: number) =>
  Array.from({ length: count }, (_, index) => ({
    id: `${'ab'[index % 2]}${year}-${index}`,
    at: `${year}-05-01T00:00:00Z`
  }))

type Service = Awaited<ReturnType<typeof startProcess>>
let service: Service
let database: DatabaseSync
const old = years(500, 2020)
const recent = years(250, 2024)

beforeAll(async () => {
  service = await startProcess({ file, env: { CDS_SEALING_INTERVAL: '20' } })
  database = new DatabaseSync(file, { timeout: 2000 })
  // new and old ones mixed, as events may come late
  const events = old.flatMap((each, index) => [each, ...(recent[index] ? [recent[index]] : [])])
  const requests = events.map(({ id, at }) => ({ id, method: 'POST', url: path, body: eventOf(id, at) }))
  const response = await postJson(`${service.url}/$batch`, { requests })
  const { responses } = (await response.json()) as { responses: { status: number }[] }
  expect(responses.filter(({ status }) => status === 201)).toHaveLength(750)
  await post(service.url, 'b-late', '2020-01-01T00:00:00Z') // what came in last
  await sealedSoon()
})

afterAll(async () => {
  database.close()
  await service.stop()
})

describe('npm run purge', () => {
  it.each([
    ['nothing', []],
    ['no date', ['--before', 'yesterday']],
    ['a future date', ['--before', '2999-01-01']]
  ])('refuses %s', async (_, args) => {
    const { status, err } = await purge(...args)
    expect([status, err]).toEqual([1, expect.stringMatching(/^The purge failed: --before must .*\.\n$/)])
  })

  const asRoot = process.getuid?.() === 0 ? it : it.skip
  asRoot('is recorded by the number of its user where the user has no name, as in a container', async () => {
    const shared = mkdtempSync('/tmp/provisioning-') // others can reach it
    chmodSync(shared, 0o777)
    const copy = join(shared, 'events.sqlite')
    await makeLog(copy)
    chmodSync(copy, 0o666)
    const env = { HOME: '/', NODE_OPTIONS: '--import=data:text/javascript,process.setuid(12345)' }
    const { status, err } = await command('purge', copy, ['--before', '2024-02-01'], env)
    expect([status, err]).toEqual([0, ''])
    const records = new DatabaseSync(copy)
    expect(records.prepare(`SELECT purgedBy FROM ${PURGES}`).all()).toEqual([{ purgedBy: 'user 12345' }])
    records.close()
    rmSync(shared, { recursive: true })
  })

  it('removes old events while the service goes on taking new ones without long delays', async () => {
    const { result, delays } = await delaysDuring(
      (count) => post(service.url, `c-meanwhile-${count}`, '2024-06-01T00:00:00Z'),
      () => purge('--before', '2024-01-01', '--by', 'ann')
    )
    const { status, out } = result
    expect([status, out]).toEqual([
      0,
      `Removed 501 events that happened before 2024-01-01T00:00:00.0000000Z from ${file}.\n`
    ])
    expect(Math.max(...delays)).toBeLessThan(1000)
    const left = await ids(service.url)
    expect(left).toEqual(recent.map(({ id }) => id).toSorted())
  })

  it('records what, before when, how many, by whom and when', () => {
    const records = database.prepare('SELECT * FROM provisioning_log_Purges').all() as PurgeRecord[]
    expect(records.length).toBeGreaterThanOrEqual(501 / 200)
    expect(records.reduce((sum, { count }) => sum + count, 0)).toBe(501)
    for (const { count, before, purgedBy, purgedAt } of records) {
      expect(count).toBeLessThanOrEqual(200)
      expect({ before, purgedBy }).toEqual({ before: '2024-01-01T00:00:00.0000000', purgedBy: 'ann' })
      expect(Date.now() - Date.parse(purgedAt)).toBeLessThan(60_000)
    }
  })

  it('leaves a log that can be verified', async () => {
    await sealedSoon()
    const { status, out } = await verify(file)
    expect([status, out]).toEqual([0, expect.stringContaining('Removed by retention: 501 events.')])
  })

  it('does so when an id comes again', async () => {
    await post(service.url, old[0]!.id, '2024-07-01T00:00:00Z')
    await sealedSoon()
    expect((await verify(file)).status).toBe(0)
  })

  it('leaves the triggers as they were', () => {
    for (const sql of [
      'DELETE FROM microsoft_graph_provisioningObjectSummary',
      'DELETE FROM provisioning_log_Arrivals',
      'DELETE FROM provisioning_log_Purges',
      "UPDATE provisioning_log_Purges SET purgedBy = 'bob'",
      'REPLACE INTO provisioning_log_Purges SELECT * FROM provisioning_log_Purges'
    ])
      expect(() => database.exec(sql)).toThrow('The log is append-only')
  })

  it('keeps what came in last, and what is not sealed', async () => {
    await post(service.url, 'd-last', '2021-01-01T00:00:00Z')
    expect((await purge('--before', '2022-01-01')).out).toContain('Removed 0 events')
    expect(await ids(service.url)).toContain('d-last')
    await post(service.url, 'd-next', '2024-01-01T00:00:00Z')
    await sealedSoon()
    expect((await purge('--before', '2022-01-01')).out).toContain('Removed 1 events')
  })
})

it('Large events are removed a few at a time, as others who write wait for it', async () => {
  const own = join(folder, 'large.sqlite')
  const { url, stop } = await startProcess({ file: own })
  const large = { activityDateTime: '2019-05-01T00:00:00Z', action: 'x'.repeat(1_000_000) }
  for (let count = 0; count < 20; count++) expect((await postJson(`${url}${path}`, large)).status).toBe(201)
  await post(url, 'a-last', '2024-05-01T00:00:00Z')
  await stop() // seals them
  expect((await command('purge', own, ['--before', '2020-01-01'])).out).toContain('Removed 20 events')
  const log = new DatabaseSync(own, { readOnly: true })
  expect(log.prepare(`SELECT count FROM ${PURGES}`).all()).toEqual([4, 4, 4, 4, 4].map((count) => ({ count })))
  log.close()
})

describe('After a purge npm run verify', () => {
  it('waits until what came in later is sealed, though all that was sealed is gone', async () => {
    const own = join(folder, 'waiting.sqlite')
    const { url, stop } = await startProcess({ file: own, env: { CDS_SEALING_INTERVAL: '100000' } })
    for (const id of ['a1', 'a2', 'a3']) await post(url, id, '2024-05-01T00:00:00Z')
    const log = await openLog(own)
    expect(await seal(log, 2)).toBe(2)
    expect(await removeOld(log, { before: '2024-06-01T00:00:00.0000000', purgedBy: 'ann' })).toBe(2)
    expect((await verifyAtRest(own)).status).toBe(3)
    const checked = verify(own)
    await setTimeout(500)
    expect(await seal(log, 1)).toBe(1)
    expect((await checked).status).toBe(0)
    await log.close()
    await stop()
  })

  const without = (table: string, where: string) => `DELETE FROM ${table} WHERE ${where}`

  it.each<[string, string, RegExp]>([
    [
      'an event that was not purged',
      without(EVENTS, "id = 'a2024-0'"),
      /^Event 'a2024-0' of tenant 'a' .* was removed\.$/
    ],
    [
      'one with its arrival',
      `${without('provisioning_log_Arrivals', "event = 'a2024-0'")}; ${without(EVENTS, "id = 'a2024-0'")}`,
      /^Event 'a2024-0' of tenant 'a' .* was removed\.$/
    ],
    ['an altered event', `UPDATE ${EVENTS} SET jobId = 'x' WHERE id = 'b2024-1'`, /^Event 'b2024-1' .* was altered\.$/],
    [
      'a removed record',
      without('provisioning_log_Purges', 'number = 1'),
      /^Record 2 of what retention removed follows after a gap|^Event 'a2020-0' of tenant 'a' .* was removed\.$/
    ],
    [
      'an altered record',
      `UPDATE provisioning_log_Purges SET sequences = '[[1,1000]]' WHERE number = 1`,
      /^Record 1 of what retention removed was altered/
    ]
  ])('finds %s', async (_, sql, message) => {
    const { status, first } = await verify(tampered(file, sql))
    expect([status, first]).toEqual([1, expect.stringMatching(message)])
  })

  it('finds records that were cut off, against an export', async () => {
    const held = join(folder, 'held.json')
    expect((await verify(file, '--export', held)).status).toBe(0)
    const copy = tampered(file, `DELETE FROM ${PURGES} WHERE number = (SELECT max(number) FROM ${PURGES})`)
    expect((await verify(copy, '--against', held)).first).toMatch(/which is held elsewhere, was removed\.$/)
    expect((await verify(file, '--against', held)).status).toBe(0)
  })
})

describe('Retention on a schedule', () => {
  const days = (count: number) => new Date(Date.now() - count * DAY).toISOString()

  it.concurrent('keeps events for so many days, and records what it removed', async () => {
    const scheduled = join(folder, 'scheduled.sqlite')
    const first = await startProcess({ file: scheduled })
    for (const [id, age] of [
      ['a-old', 31],
      ['a-young', 29],
      ['b-old', 400],
      ['b-last', 1]
    ] as const)
      await post(first.url, id, days(age))
    await first.stop()

    const second = await startProcess({ file: scheduled, env: { CDS_RETENTION_DAYS: '30' } })
    await until(() => second.log().includes('Retention removed'))
    expect(await ids(second.url)).toEqual(['a-young', 'b-last'])
    expect(await (await fetch(`${second.url}/auditLogs/provisioning/$count`)).text()).toBe('2')
    expect(second.log()).toMatch(/Retention removed 2 events that happened before \S+Z\./)
    await second.stop()
    const { status, out } = await verify(scheduled)
    expect([status, out]).toEqual([0, expect.stringContaining('Removed by retention: 2 events.')])
  })
})
