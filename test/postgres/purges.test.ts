import { faultOf } from '../../srv/integrity/chain.ts'
import type { PurgeRecord } from '../../srv/database/log.ts'
import { openLog } from '../../srv/database/open-log.ts'
import { contentFaultOf, rangesOf } from '../../srv/integrity/purge-record.ts'
import { purge as removeOld } from '../../srv/integrity/retention.ts'
import { command, until } from '../support/command.ts'
import { delaysDuring } from '../support/delays.ts'
import { asService, createDatabase, onServer, postgresFor } from '../support/postgres.ts'
import { startProcess, temporaryFolder } from '../support/process.ts'
import { clientOf, query, startService, valuesOf } from '../support/service.ts'

const service = startService()
const path = '/auditLogs/provisioning'
const EVENTS = '"microsoft_graph_provisioningObjectSummary"'

async function onDatabase(sql: string, values: unknown[] = [], file = service.file) {
  const { DATABASE_URL = '' } = await postgresFor(file)
  return onServer(DATABASE_URL, async (client) => (await client.query<Record<string, string>>(sql, values)).rows)
}

const isSealed = async (file = service.file) =>
  (
    await onDatabase(
      `SELECT (SELECT count(*) FROM "provisioning_log_UnnumberedArrivals") = 0 AND (SELECT max(sequence) FROM
       "provisioning_log_Arrivals") = (SELECT max("lastSequence") FROM "provisioning_log_Seals") AS sealed`,
      [],
      file
    )
  )[0]?.sealed as unknown as boolean
const sealedSoon = () => until(isSealed)

const create = async (id: string, activityDateTime: string, client: Pick<typeof service, 'post'> = service) =>
  (await client.post(path, { id, tenantId: id[0], activityDateTime })).status

/** Creates some events at once, of two tenants in turns. */
async function createSome(name: string, count: number, activityDateTime: string) {
  const ids = Array.from({ length: count }, (_, index) => `${'ab'[index % 2]}-${name}-${index}`)
  const requests = ids.map((id) => ({ id, method: 'POST', url: path, body: { id, tenantId: id[0], activityDateTime } }))
  const { body } = await service.post('/$batch', { requests })
  expect((body.responses as { status: number }[]).every(({ status }) => status === 201)).toBe(true)
}

/** As the role of the service, which cannot remove rows itself. */
const purge = async (...args: string[]) => {
  const { DATABASE_URL = '' } = await postgresFor(service.file)
  return command('purge', service.file, args, await asService(DATABASE_URL))
}
const verified = async () => {
  await sealedSoon()
  const { status, out, err } = await command('verify', service.file, [], await postgresFor(service.file))
  return [status, err, /Removed by retention: (\d+)/.exec(out)?.[1]]
}
const ids = async () => {
  const answer = await service.get(query(path, { $select: 'id', $orderby: 'id' }), { Prefer: 'maxpagesize=1000' })
  return valuesOf(answer).map(({ id }) => id)
}
const records = () =>
  onDatabase('SELECT * FROM "provisioning_log_Purges" ORDER BY number').then((rows) =>
    rows.map((row) => ({ ...row, number: Number(row.number), count: Number(row.count) }) as unknown as PurgeRecord)
  )
const months = async () =>
  (
    await onDatabase(
      `SELECT relname FROM pg_inherits JOIN pg_class c ON c.oid = inhrelid WHERE inhparent = '${EVENTS}'::regclass
       AND relname < 'events_of_2026' ORDER BY 1`
    )
  ).map(({ relname }) => relname)

beforeAll(async () => {
  await createSome('2020', 500, '2020-05-01T00:00:00Z')
  await createSome('1999', 3, '1999-05-01T00:00:00Z')
  await createSome('2021', 20, '2021-01-31T23:59:59Z')
  await createSome('2024-1', 20, '2024-01-09T00:00:00Z')
  await createSome('2020-late', 20, '2020-05-31T00:00:00Z')
  await createSome('2024-2', 4, '2024-01-10T00:00:00Z')
  await sealedSoon()
})

describe('npm run purge', () => {
  it('removes whole months and single events while the service takes new ones', async () => {
    const { result, delays } = await delaysDuring(
      async (count) => expect(await create(`c-${count}`, new Date().toISOString())).toBe(201),
      () => purge('--before', '2024-01-10', '--by', 'ann')
    )
    const { status, out, err } = result
    expect([status, err, out]).toEqual([
      0,
      '',
      expect.stringMatching(/^Removed 563 events that happened before 2024-01-10T00:00:00.0000000Z from \S+of_\w+\.\n$/)
    ])
    expect(Math.max(...delays)).toBeLessThan(2000)
    expect((await ids()).filter((id) => !String(id).startsWith('c'))).toEqual([
      ...[0, 2].map((index) => `a-2024-2-${index}`),
      ...[1, 3].map((index) => `b-2024-2-${index}`)
    ])
    expect(await months()).toEqual(['events_of_2024_01'])
  })

  it('keeps records, each with its limit, that follow from each other', async () => {
    const all = await records()
    const arrivals = all.flatMap((record) => rangesOf(record).map(({ from, to }) => to - from + 1))
    expect(arrivals.reduce((sum, count) => sum + count, 0)).toBe(563)
    for (const [index, record] of all.entries()) {
      expect(faultOf(record, all[index - 1])).toBeUndefined()
      expect(contentFaultOf(record, rangesOf(record), new Date())).toBeUndefined()
      expect(record.purgedBy).toBe('ann')
    }
    expect(all.map(({ before, count }) => [before.slice(0, 10), count])).toEqual([
      ['2020-05-01', 3], // those of other months
      ['2020-06-01', 520],
      ['2021-02-01', 20],
      ['2024-01-10', 20]
    ])
  })

  it('removes arrivals, ids and counts, too', async () => {
    const [found] = await onDatabase(
      `SELECT (SELECT count(*) FROM ${EVENTS}) AS events, (SELECT count(*) FROM "provisioning_log_EventIds") AS ids,
       (SELECT sum(events) FROM "microsoft_graph_Counts") AS counted, (SELECT sum(events) FROM "microsoft_graph_Tallies") AS tallied,
       (SELECT sum(uncounted) FROM "microsoft_graph_Counts") AS uncounted,
       (SELECT count(*) FROM "microsoft_graph_Arrivals") AS arrivals, (SELECT count(*) FROM "provisioning_log_PurgesUnderWay") AS open`
    )
    const { events, open } = found as { events: string; open: string }
    const all = { ids: events, counted: events, tallied: events, arrivals: events }
    expect(found).toEqual({ events, ...all, uncounted: '0', open: '0' })
    expect(open).toBe('0')
    expect((await service.get(`${path}/$count`)).text).toBe(events)
  })

  it('leaves a log that can be verified', async () => {
    expect(await verified()).toEqual([0, '', '563'])
  })

  it('allows the ids again', async () => {
    expect((await service.get(`${path}('a-2020-0')`)).status).toBe(404)
    expect(await create('a-2020-0', '2020-05-01T00:00:00Z')).toBe(201)
    expect((await service.get(`${path}('a-2020-0')`)).status).toBe(200)
  })

  it('keeps what came in last, and what is not sealed', async () => {
    expect(await create('d-last', '2022-03-01T00:00:00Z')).toBe(201)
    await sealedSoon()
    expect((await purge('--before', '2023-01-01')).out).toContain('Removed 1 events') // a-2020-0
    expect(await ids()).toContain('d-last')
    expect(await create('d-next', '2024-01-10T00:00:00Z')).toBe(201)
    await sealedSoon()
    expect((await purge('--before', '2023-01-01')).out).toContain('Removed 1 events')
    expect(await ids()).not.toContain('d-last')
    expect(await months()).not.toContain('events_of_2022_03')
    expect(await verified()).toEqual([0, '', '565'])
  })

  it('may run twice at once', async () => {
    for (const month of ['2019-01', '2019-02', '2019-03']) await createSome(month, 30, `${month}-05T00:00:00Z`)
    expect(await create('d-after', '2024-01-10T00:00:00Z')).toBe(201)
    await sealedSoon()
    const both = await Promise.all([purge('--before', '2019-03-10'), purge('--before', '2019-03-10')])
    expect(both.map(({ status, err }) => [status, err])).toEqual(both.map(() => [0, '']))
    const removed = both.map(({ out }) => Number(/Removed (\d+)/.exec(out)?.[1]))
    expect(removed.reduce((sum, each) => sum + each)).toBe(90)
    expect(await verified()).toEqual([0, '', '655'])
  })

  it.each([
    ['nothing', []],
    ['a future date', ['--before', '2999-01-01']]
  ])('refuses %s', async (_, args) => {
    const { status, err } = await purge(...args)
    expect([status, err]).toEqual([1, expect.stringMatching(/^The purge failed: --before must .*\.\n$/)])
  })
})

it('A purge that the log refuses ends at once', async () => {
  const justNow = new Date(Date.now() - 1000).toISOString()
  const { status, err, silence } = await purge('--before', justNow)
  expect([status, err]).toEqual([1, expect.stringContaining('must not lie after the newest sealed event')])
  expect(silence).toBeLessThan(5000) // an idle connection would keep it for ten seconds
})

describe('A log that is read as of one moment', () => {
  const file = `${temporaryFolder()}/moment.sqlite`
  let log: Awaited<ReturnType<typeof openLog>>

  beforeAll(async () => {
    const { url, stop } = await startProcess({ file })
    const client = clientOf(() => url ?? '')
    for (const [id, at] of [
      ['a1', '2020-01-01T00:00:00Z'],
      ['b1', '2020-01-02T00:00:00Z'],
      ['a2', '2999-01-01T00:00:00Z'],
      ['b2', '2024-01-01T00:00:00Z']
    ] as const)
      expect(await create(id, at, client)).toBe(201)
    await stop() // seals them
    log = await openLog((await postgresFor(file)).DATABASE_URL as string)
  })
  afterAll(() => log.close())

  it('has the newest event that has happened by then', async () => {
    const newest = async (until: string) => (await log.newestSealed(`${until}T00:00:00.0000000`))?.instant.slice(0, 10)
    expect(await newest('2019-01-01')).toBeUndefined()
    expect(await newest('2020-01-02')).toBe('2020-01-02')
    expect(await newest('2030-01-01')).toBe('2024-01-01')
    expect(await newest('3000-01-01')).toBe('2999-01-01')
  })

  it('has all of its events, though others are removed in the meantime', async () => {
    const other = await openLog((await postgresFor(file)).DATABASE_URL as string)
    const found: [string, boolean][] = []
    await log.snapshot(async () => {
      expect(await log.openPurge()).toBeUndefined()
      expect(await removeOld(other, { before: '2020-02-01T00:00:00.0000000', purgedBy: 'ann' })).toBe(2)
      for await (const { id, event } of log.arrivals()) found.push([id, event !== undefined])
    })
    await other.close()
    expect(found).toEqual(['a1', 'b1', 'a2', 'b2'].map((id) => [id, true]))
    const { status, out } = await command('verify', file, [], await postgresFor(file))
    expect([status, out]).toEqual([0, expect.stringContaining('Removed by retention: 2 events.')])
  })
})

describe('The database refuses', () => {
  it.each([
    `DELETE FROM ${EVENTS}`,
    'DELETE FROM "provisioning_log_Arrivals"',
    'DELETE FROM "provisioning_log_EventIds"',
    'DELETE FROM "provisioning_log_Purges"',
    `UPDATE "provisioning_log_Purges" SET "purgedBy" = 'bob'`
  ])('%s', (sql) => expect(onDatabase(sql)).rejects.toThrow('The log is append-only'))

  const remove = async (change: Partial<PurgeRecord>, sequences: string) => {
    const last = (await records()).at(-1) as PurgeRecord
    const record = { ...last, number: last.number + 1, count: 1, ...change }
    return onDatabase(`SELECT remove_events($1, array(${sequences}), false) AS done`, [JSON.stringify(record)])
  }
  const ofEvent = (id: string) => `SELECT sequence FROM "provisioning_log_Arrivals" WHERE event = '${id}'`

  it.each([
    ['to remove an event that is not old enough', { before: '2024-01-10T00:00:00.0000000' }, ofEvent('a-2024-2-0')],
    ['to remove none for a record of one', { before: '2999' }, 'SELECT 0::bigint'],
    [
      'to remove what came in last',
      { before: '2999' },
      'SELECT sequence FROM "provisioning_log_Arrivals" ORDER BY 1 DESC LIMIT 1'
    ]
  ])('%s', async (_, change, sequences) => {
    await expect(remove(change, sequences)).rejects.toThrow('These events cannot be removed')
  })

  it('a record that is not the next one', async () => {
    expect(await remove({ number: 1, before: '2999' }, ofEvent('a-2024-2-0'))).toEqual([{ done: false }])
    expect(await ids()).toContain('a-2024-2-0')
  })

  it('to drop a month with events', async () => {
    for (const size of [0, 4, 5])
      expect(await onDatabase("SELECT drop_month('events_of_2024_01', $1) AS done", [size])).toEqual([{ done: false }])
    expect(await ids()).toContain('a-2024-2-0')
  })
})

describe('Retention on a schedule', () => {
  const file = `${temporaryFolder()}/scheduled.sqlite`
  const days = (count: number) => new Date(Date.now() - count * 24 * 60 * 60 * 1000).toISOString()

  it('removes events, and records it', async () => {
    const first = await startProcess({ file })
    const client = clientOf(() => first.url ?? '')
    for (const [id, age] of [
      ['a-old', 31],
      ['a-young', 29],
      ['b-old', 400],
      ['b-last', 1]
    ] as const)
      expect(await create(id, days(age), client)).toBe(201)
    await first.stop()

    const { DATABASE_URL = '' } = await postgresFor(file)
    const second = await startProcess({ file, env: { ...(await asService(DATABASE_URL)), CDS_RETENTION_DAYS: '30' } })
    await until(() => second.log().includes('Retention removed'))
    expect(second.log()).toMatch(/Retention removed 2 events that happened before \S+Z\./)
    const { get } = clientOf(() => second.url ?? '')
    expect(valuesOf(await get(query(path, { $select: 'id' }))).map(({ id }) => id)).toEqual(['b-last', 'a-young'])
    await second.stop()
  })

  const PURGES = '"provisioning_log_Purges"'
  it.each([
    ['nothing', 'SELECT 1', [0, undefined]],
    [
      'an altered record',
      `UPDATE ${PURGES} SET sequences = '[[1,1000]]' WHERE number = 1`,
      [1, expect.stringMatching(/^Record 1 of what retention removed was altered/)]
    ],
    [
      'removed records',
      `DELETE FROM ${PURGES}`,
      [1, expect.stringMatching(/^Event 'a-old' of tenant 'a' .* was removed\.$/)]
    ],
    [
      'an event that was not purged',
      `DELETE FROM ${EVENTS} WHERE id = 'a-young'; DELETE FROM "provisioning_log_EventIds" WHERE id = 'a-young';
       DELETE FROM "provisioning_log_Arrivals" WHERE event = 'a-young'`,
      [1, expect.stringMatching(/^Event 'a-young' of tenant 'a' .* was removed\.$/)]
    ]
  ])('leaves a log in which verify finds %s', async (what, sql, found) => {
    const { DATABASE_URL = '' } = await postgresFor(file)
    const url = await createDatabase(`after_${what.replaceAll(' ', '_')}`, '', new URL(DATABASE_URL).pathname.slice(1))
    await onServer(url, (client) => client.query(`SET session_replication_role = replica; ${sql}`)) // without triggers
    const { status, first } = await command('verify', file, [], { CDS_ENV: 'postgres', DATABASE_URL: url })
    expect([status, first]).toEqual(found)
  })
})
