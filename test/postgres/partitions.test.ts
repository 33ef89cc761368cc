import { openLog } from '../../srv/database/postgres/log.ts'
import { command, until } from '../support/command.ts'
import { onServer, postgresFor } from '../support/postgres.ts'
import { query, startService, valuesOf } from '../support/service.ts'
import { startWire } from '../support/wire.ts'

const service = startService()
const path = '/auditLogs/provisioning'

const onDatabase = async (sql: string) => {
  const { DATABASE_URL = '' } = await postgresFor(service.file)
  return onServer(DATABASE_URL, async (client) => (await client.query<Record<string, string>>(sql)).rows)
}

/** The partitions with their events. */
async function partitions() {
  const rows = await onDatabase(
    'SELECT tableoid::regclass::text AS name, id FROM "microsoft_graph_provisioningObjectSummary" ORDER BY id'
  )
  return rows.map(({ name, id }) => [id, name])
}

const names = async () =>
  (
    await onDatabase(`SELECT inhrelid::regclass::text AS name FROM pg_inherits
      WHERE inhparent = '"microsoft_graph_provisioningObjectSummary"'::regclass ORDER BY 1`)
  ).map(({ name }) => name)

/** A month from now on, as in the name of its partition. */
function month(later: number) {
  const now = new Date()
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + later)).toISOString().slice(0, 7)
}
const nameOf = (month: string) => `events_of_${month.replace('-', '_')}`

const event = { activityDateTime: '2024-05-01T00:00:00Z' }
const create = async (id: string, activityDateTime: string) =>
  (await service.post(path, { id, activityDateTime })).status

describe('Events are stored by the month of their time', () => {
  it('in partitions that are made ahead', async () => {
    expect(await names()).toEqual([...[0, 1, 2].map((later) => nameOf(month(later))), 'events_of_other_months'])
  })

  it('or with the first event of an older month; what is far off has one partition', async () => {
    const old = month(-13)
    const times = {
      a: new Date().toISOString(),
      b: `${old}-28T23:59:59.9999999Z`,
      c: `${old}-01T00:00:00Z`,
      d: '1999-12-31T23:59:59Z',
      e: '9999-12-31T23:59:59Z',
      f: `${month(3)}-15T00:00:00Z`
    }
    for (const [id, time] of Object.entries(times)) expect(await create(id, time)).toBe(201)
    expect(await partitions()).toEqual([
      ['a', nameOf(month(0))],
      ['b', nameOf(old)],
      ['c', nameOf(old)],
      ...['d', 'e', 'f'].map((id) => [id, 'events_of_other_months'])
    ])
    const list = await service.get(query(path, { $select: 'id' }))
    expect(valuesOf(list).map(({ id }) => id)).toEqual(['e', 'f', 'a', 'b', 'c', 'd'])
  })

  it('and have one id in all of them', async () => {
    expect(await create('b', '2024-01-01T00:00:00Z')).toBe(409)
    expect(await create('d', new Date().toISOString())).toBe(409)
    expect((await service.get(`${path}('d')`)).body.activityDateTime).toBe('1999-12-31T23:59:59Z')
  })

  it('The events of a month that were among those of other months move to its partition, and stay as they were', async () => {
    const stored = () => onDatabase('SELECT * FROM "microsoft_graph_provisioningObjectSummary" ORDER BY id')
    const before = await stored()
    expect(await onDatabase(`SELECT make_partition('${month(3)}', 0)`)).toEqual([{ make_partition: false }]) // too many
    expect(await names()).not.toContain(nameOf(month(3)))
    expect(await onDatabase(`SELECT make_partition('${month(3)}')`)).toEqual([{ make_partition: true }])
    expect(await create('g', `${month(3)}-16T00:00:00Z`)).toBe(201)
    expect((await partitions()).slice(-2)).toEqual(['f', 'g'].map((id) => [id, nameOf(month(3))]))
    expect((await stored()).filter(({ id }) => id !== 'g')).toEqual(before)
    expect((await service.get(`${path}('f')`)).status).toBe(200)
    expect(await create('f', '2024-01-01T00:00:00Z')).toBe(409)
  })

  it('They are sealed in the order of their arrival, whatever months they are of, and without those that are gone', async () => {
    const { DATABASE_URL = '' } = await postgresFor(service.file)
    const log = await openLog(DATABASE_URL)
    const idsAfter = (sequence: number, limit: number) => {
      const found = log.eventsAfter(sequence, limit)
      return log.snapshot(() => Array.fromAsync(found, ({ id, event }) => event?.row.id === id && id))
    }
    try {
      await service.get(path, { Prefer: 'odata.track-changes' }) // numbers all
      expect(await idsAfter(0, 100)).toEqual(['a', 'b', 'c', 'd', 'e', 'f', 'g'])
      expect(await idsAfter(1, 3)).toEqual(['b', 'c', 'd'])
      expect(await idsAfter(7, 3)).toEqual([])
      await onDatabase(`ALTER TABLE "microsoft_graph_provisioningObjectSummary" DISABLE TRIGGER no_change;
        DELETE FROM "microsoft_graph_provisioningObjectSummary" WHERE id IN ('b', 'c');
        ALTER TABLE "microsoft_graph_provisioningObjectSummary" ENABLE TRIGGER no_change`)
      expect(await idsAfter(1, 2)).toEqual(['d', 'e'])
      expect(await idsAfter(0, 4)).toEqual(['a', 'd', 'e', 'f'])
    } finally {
      await log.close()
    }
  })

  it('An old month that could not be made, as others read the table, is made after a while with its events', async () => {
    const old = month(-15)
    const { DATABASE_URL = '' } = await postgresFor(service.file)
    await onServer(DATABASE_URL, async (client) => {
      await client.query('BEGIN; LOCK TABLE "microsoft_graph_provisioningObjectSummary" IN ACCESS SHARE MODE')
      const begin = Date.now()
      for (const id of ['old1', 'old2', 'old3']) expect(await create(id, `${old}-02T00:00:00Z`)).toBe(201)
      expect(Date.now() - begin).toBeLessThan(2500) // it waits once, for a second
      await client.query('COMMIT')
    })
    expect(await names()).not.toContain(nameOf(old))
    await onDatabase(`SELECT make_partition('${old}')`)
    expect((await partitions()).filter(([id]) => id?.startsWith('old'))).toEqual(
      ['old1', 'old2', 'old3'].map((id) => [id, nameOf(old)])
    )
  })

  it('No partition can be changed or emptied', async () => {
    for (const name of await names())
      for (const sql of [`DELETE FROM ${name}`, `UPDATE ${name} SET id = 'x'`, `TRUNCATE ${name}`]) {
        const isEmpty = (await onDatabase(`SELECT 1 FROM ${name}`)).length === 0
        if (isEmpty && !sql.startsWith('TRUNCATE')) continue
        await expect(onDatabase(sql)).rejects.toThrow('The log is append-only')
      }
    await expect(onDatabase('DELETE FROM "provisioning_log_EventIds"')).rejects.toThrow('The log is append-only')
  })
})

it('Events are read a few at a time to seal them, as each may have megabytes', async () => {
  const action = 'x'.repeat(100_000)
  const posts = Array.from({ length: 100 }, (_, index) =>
    service.post(path, { id: `large-${index}`, ...event, action })
  )
  expect((await Promise.all(posts)).every(({ status }) => status === 201)).toBe(true)
  await service.get(path, { Prefer: 'odata.track-changes' }) // numbers all
  const { DATABASE_URL = '' } = await postgresFor(service.file)
  const wire = await startWire(DATABASE_URL)
  const log = await openLog(wire.url)
  const begun: number[] = []
  await log.snapshot(async () => {
    for await (const { id } of log.eventsAfter(0, 200)) if (id.startsWith('large')) begun.push(wire.received())
  })
  await log.close()
  wire.stop()
  expect(begun).toHaveLength(100)
  expect(begun[0]).toBeLessThan(3_000_000)
  expect(begun.at(-1)).toBeGreaterThan(10_000_000)
})

describe('Events of all times', () => {
  const other = startService()

  it('are removed when they are old, also those that moved, and the log is what it should be', async () => {
    const env = await postgresFor(other.file)
    const query = (sql: string) =>
      onServer(env.DATABASE_URL ?? '', (client) => client.query<Record<string, string>>(sql))
    const times = {
      ancient: `${month(-130)}-01T00:00:00Z`,
      late: `${month(-14)}-01T00:00:00Z`,
      old: `${month(-13)}-01T00:00:00Z`,
      'of next year': `${month(12)}-01T00:00:00Z`,
      recent: new Date(Date.now() - 60_000).toISOString()
    }
    await query('ALTER FUNCTION make_partition(text, int) RENAME TO slept')
    for (const [id, activityDateTime] of Object.entries(times))
      expect((await other.post(path, { id, activityDateTime })).status).toBe(201)
    await query('ALTER FUNCTION slept(text, int) RENAME TO make_partition')
    const partitions = `SELECT DISTINCT tableoid::regclass::text AS name FROM "microsoft_graph_provisioningObjectSummary" ORDER BY 1`
    const named = async () => (await query(partitions)).rows.map(({ name }) => name)
    expect(await named()).toEqual([nameOf(month(0)), 'events_of_other_months'])
    for (const each of [month(-14), month(-13), month(12)]) await query(`SELECT make_partition('${each}')`)
    expect(await named()).toEqual([...[-14, -13, 0, 12].map((later) => nameOf(month(later))), 'events_of_other_months'])
    const sealed = `SELECT 1 FROM "provisioning_log_Seals" HAVING max("lastSequence") = 5`
    await until(async () => (await query(sealed)).rowCount === 1)
    const { status, out, err } = await command('purge', other.file, ['--before', `${month(-1)}-01`], env)
    expect([status, err]).toEqual([0, ''])
    expect(out).toContain('Removed 3 events')
    expect(await named()).toEqual([nameOf(month(0)), nameOf(month(12))])
    const verified = await command('verify', other.file, [], env)
    expect([verified.status, verified.out]).toEqual([0, expect.stringContaining('All is well.')])
  })
})
