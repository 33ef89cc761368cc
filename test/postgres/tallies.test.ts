/** The kept numbers of events on PostgreSQL: see test/database/tallies.test.ts, and test/force/tallies.test.ts, which runs on it, too. */
import { command } from '../support/command.ts'
import { onServer, postgresFor } from '../support/postgres.ts'
import { startProcess, temporaryFolder } from '../support/process.ts'
import { clientOf, PLAIN, query, valuesOf, type Json } from '../support/service.ts'

const path = '/auditLogs/provisioning'
const [TALLIES, NEW, COUNTS] = ['Tallies', 'NewTallies', 'Counts'].map((name) => `"provisioning_log_${name}"`)
const byJob = query(path, { $apply: 'groupby((jobId),aggregate($count as n))', $orderby: 'jobId' })
const event = (id: string, activityDateTime: string, jobId: string) => ({ id, activityDateTime, jobId })

/** A service with a log of its own. */
async function started(file = `${temporaryFolder()}/events.sqlite`) {
  const env = await postgresFor(file)
  const { url, stop } = await startProcess({ file })
  const client = clientOf(() => url ?? '')
  const run = async (sql: string) =>
    (await onServer(env.DATABASE_URL as string, (each) => each.query(sql))).rows as Json[]
  return {
    file,
    stop,
    run,
    post: async (...events: Json[]) => {
      for (const each of events) expect((await client.post(path, each)).status).toBe(201)
    },
    groups: async () => valuesOf(await client.get(byJob, PLAIN)),
    counts: async () => (await run(`SELECT events::int, tallies::int, uncounted::int FROM ${COUNTS}`))[0],
    /** Numbers arrivals, and adds up what is new. */
    settled: async () => {
      await client.get(path, { Prefer: 'odata.track-changes' })
      expect(await run(`SELECT * FROM ${NEW}`)).toEqual([])
    },
    purge: async (before: string) => {
      await client.get(path, { Prefer: 'odata.track-changes' }) // numbers arrivals
      const sealed = `SELECT max(sequence) = (SELECT max("lastSequence") FROM "provisioning_log_Seals") AS done FROM "provisioning_log_Arrivals"`
      while (!(await run(sealed))[0]?.done) await new Promise((resolve) => setTimeout(resolve, 50))
      expect((await command('purge', file, ['--before', before, '--by', 'ann'], env)).status).toBe(0)
    },
    verify: async () => (await command('verify', file, [], env)).err
  }
}
type Started = Awaited<ReturnType<typeof started>>

describe('Tallies on PostgreSQL', () => {
  let log: Started
  beforeEach(async () => void (log = await started()))
  afterEach(() => log.stop())

  it('have an event as soon as it is acknowledged, and add up those of a kind', async () => {
    await onServer((await postgresFor(log.file)).DATABASE_URL as string, async (other) => {
      await other.query('SELECT pg_advisory_lock(7231804512)') // nobody numbers arrivals meanwhile
      await log.post(event('1', '2024-05-01T10:00:00Z', 'x'), event('2', '2024-05-01T10:30:00Z', 'x'))
      expect(await log.run(`SELECT "jobId", events::int FROM ${NEW}`)).toEqual([
        { jobId: 'x', events: 1 },
        { jobId: 'x', events: 1 }
      ])
      expect(await log.groups()).toEqual([{ jobId: 'x', n: 2 }])
    })
    await log.settled()
    expect(await log.run(`SELECT "jobId", events::int FROM ${TALLIES}`)).toEqual([{ jobId: 'x', events: 2 }])
    expect(await log.counts()).toEqual({ events: 2, tallies: 1, uncounted: 0 })
    await log.run(`UPDATE ${TALLIES} SET events = 1002`) // what no event says: answers come from there
    expect(await log.groups()).toEqual([{ jobId: 'x', n: 1002 }])
  })

  it('are found by an index as they are added up, and so are arrivals without a number, however many there are', async () => {
    await log.post(event('1', '2024-05-01T10:00:00Z', 'x'))
    await log.settled()
    const scans = await onServer((await postgresFor(log.file)).DATABASE_URL as string, async (other) => {
      await other.query('SELECT pg_advisory_lock(7231804512)') // nobody else numbers arrivals meanwhile
      await log.post(event('2', '2024-05-01T10:30:00Z', 'x'), event('3', '2024-05-01T10:30:00Z', 'y'))
      await other.query('BEGIN')
      expect((await other.query('SELECT number_arrivals(10, true) AS numbered')).rows).toEqual([{ numbered: 2 }])
      const { rows } =
        await other.query(`SELECT substr(relname, 18) AS name, seq_scan::int AS whole, idx_scan > 0 AS "byIndex"
        FROM pg_stat_xact_user_tables WHERE relname ~ 'log_(Arrivals|UnnumberedArrivals|Tallies)$' ORDER BY relname`)
      await other.query('COMMIT')
      return rows as Json[]
    })
    const byIndex = { whole: 0, byIndex: true }
    expect(scans).toEqual(['Arrivals', 'Tallies', 'UnnumberedArrivals'].map((name) => ({ name, ...byIndex })))
    expect(await log.counts()).toEqual({ events: 3, tallies: 2, uncounted: 0 })
  })

  it('tell texts of any length apart, and null from a text', async () => {
    const long = 'x'.repeat(10_000)
    await log.post(
      ...[`${long}1`, `${long}2`, 'NULL', '"', '{}', ','].map((jobId, index) =>
        event(String(index), '2024-05-01T10:00:00Z', jobId)
      ),
      { id: 'none', activityDateTime: '2024-05-01T10:00:00Z' }
    )
    await log.settled()
    expect(await log.counts()).toEqual({ events: 7, tallies: 7, uncounted: 0 })
    await log.post({ id: 'other', activityDateTime: '2024-05-01T10:59:00Z' })
    expect((await log.groups())[0]).toEqual({ jobId: null, n: 2 })
    expect(await log.verify()).toBe('')
  })

  it('lose what retention removes, also whole months', async () => {
    await log.post(
      event('1', '2024-01-01T00:00:00Z', 'x'),
      event('2', '2024-01-01T00:30:00Z', 'x'),
      event('3', '2024-02-01T00:00:00Z', 'y'),
      event('4', '2024-02-03T00:00:00Z', 'y'),
      event('5', '2024-03-01T00:00:00Z', 'y')
    )
    await log.purge('2024-02-02')
    expect(await log.groups()).toEqual([{ jobId: 'y', n: 2 }])
    expect(await log.counts()).toEqual({ events: 2, tallies: 2, uncounted: 0 })
    expect(await log.verify()).toBe('')
  })

  it('of a tenant are limited in number: then answers go by events, until retention removed what they lack', async () => {
    await log.post(event('1', '2024-01-01T00:00:00Z', 'x'))
    await log.settled()
    await log.run(`UPDATE ${COUNTS} SET tallies = 1000000`) // as if there were so many
    await log.post(
      event('2', '2024-01-01T00:30:00Z', 'y'),
      event('3', '2024-03-01T00:00:00Z', 'x'),
      event('4', '2024-01-01T00:45:00Z', 'x')
    )
    await log.settled()
    expect(await log.counts()).toEqual({ events: 4, tallies: 1_000_000, uncounted: 2 })
    expect(await log.groups()).toEqual([
      { jobId: 'x', n: 3 },
      { jobId: 'y', n: 1 }
    ])
    await log.run(`UPDATE ${COUNTS} SET tallies = 1`)
    await log.post(event('5', '2024-04-01T00:00:00Z', 'z'))
    await log.purge('2024-03-02')
    expect(await log.counts()).toEqual({ events: 1, tallies: 1, uncounted: 0 })
    expect(await log.groups()).toEqual([{ jobId: 'z', n: 1 }])
    expect(await log.verify()).toBe('')
  })

  it('are made of the events of a log that has none when the service starts', async () => {
    await log.post(event('1', '2024-01-01T00:00:00Z', 'x'), event('2', '2024-03-01T00:00:00Z', 'x'))
    await log.settled()
    await log.run(`DELETE FROM ${TALLIES}; UPDATE ${COUNTS} SET tallies = 0, uncounted = 2`)
    const other = await started(log.file)
    expect(await log.counts()).toEqual({ events: 2, tallies: 2, uncounted: 0 })
    expect(await other.groups()).toEqual([{ jobId: 'x', n: 2 }])
    expect(await log.verify()).toBe('')
    await other.stop()
  })
})

/** What follows a query in parentheses that another one reads from. */
function namesIn(sql: string) {
  return Array.from(sql.matchAll(/\bfrom \(/gi), ({ index, 0: begin }) => {
    let [at, depth] = [index + begin.length, 1]
    for (; depth && at < sql.length; at++) depth += { '(': 1, ')': -1 }[sql[at] as string] ?? 0
    return /^ as \w+/.exec(sql.slice(at))?.[0] ?? sql.slice(at, at + 20)
  })
}

it('Queries of tallies and of events name those that they read from, as versions before 16 want', async () => {
  const { url, log, stop } = await startProcess({ file: `${temporaryFolder()}/events.sqlite`, env: { DEBUG: 'sql' } })
  const { get } = clientOf(() => url ?? '')
  for (const each of [byJob, query(`${path}/$count`, { $filter: "jobId eq 'x' and activityDateTime ge 2024-05-01" })])
    expect((await get(each)).status).toBe(200)
  await stop()
  const united = log().match(/SELECT .*union all.*/g) ?? []
  expect(united).toHaveLength(2)
  expect(united.flatMap(namesIn).filter((name) => !/^ as (root|source|united)$/.test(name))).toEqual([])
})
