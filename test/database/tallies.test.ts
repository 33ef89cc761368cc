/** The kept numbers of events: that answers go by them, that they stay right, and what happens where they cannot. */
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { command, isSealed, until, verify } from '../support/command.ts'
import { startProcess, temporaryFolder } from '../support/process.ts'
import { clientOf, PLAIN, query, sharedService, valuesOf, type Json } from '../support/service.ts'

const path = '/auditLogs/provisioning'
const TALLIES = 'provisioning_log_Tallies'
const COUNTS = 'provisioning_log_Counts'

const event = (id: string, activityDateTime: string, more: Json = {}): Json => ({ id, activityDateTime, ...more })

describe('Answers go by tallies', () => {
  const service = sharedService()
  let database: DatabaseSync

  beforeAll(async () => {
    const created = { action: 'Create', statusInfo: { status: 'success' } }
    const sent = [
      event('a', '2024-05-01T10:00:00Z', created),
      event('b', '2024-05-01T10:59:59.9999999Z', created),
      event('c', '2024-05-01T23:30:00Z', { ...created, action: 'Update' }),
      event('d', '2024-05-02T01:30:00+02:00', { action: 'Update' })
    ]
    for (const each of sent) expect((await service.post(path, each)).status).toBe(201)
    database = new DatabaseSync(service.file, { timeout: 2000 })
    // what no event says, so that answers tell where they come from
    database.exec(`UPDATE ${TALLIES} SET events = events + 1000`)
  })
  afterAll(() => database.close())

  const apply = async ($apply: string) =>
    valuesOf(await service.get(query(path, { $apply, ...($apply.includes('as day') && { $orderby: 'day' }) }), PLAIN))

  it('to counts with a filter', async () => {
    const count = async ($filter: string) => (await service.get(query(`${path}/$count`, { $filter }))).text
    expect(await count("action eq 'Create'")).toBe('1002')
    expect(await count("statusInfo/status eq 'success' or action eq 'Update'")).toBe('3004')
    expect(await count("statusInfo/status eq 'SUCCESS'")).toBe('0')
    expect(await count('durationInMilliseconds eq null')).toBe('4')
  })

  it('to groups', async () => {
    const byAction = 'groupby((action),aggregate($count as n))'
    expect(await apply(byAction)).toEqual([
      { action: 'Create', n: 1002 },
      { action: 'Update', n: 2002 }
    ])
    expect(await apply('groupby((action,durationInMilliseconds),aggregate($count as n))')).toMatchObject([
      { action: 'Create', n: 2 },
      { action: 'Update', n: 2 }
    ])
  })

  it('in the shape of /v1.0', async () => {
    const $apply = 'groupby((provisioningAction),aggregate($count as n))'
    expect(valuesOf(await service.get(query(`/v1.0${path}`, { $apply }), PLAIN))).toEqual([
      { provisioningAction: 'create', n: 1002 },
      { provisioningAction: 'update', n: 2002 }
    ])
    const $filter = "provisioningStatusInfo/status eq 'success' and activityDateTime ge 2024-05-01T10:00:00.0000001Z"
    expect((await service.get(query(`/v1.0${path}/$count`, { $filter }))).text).toBe('1002')
  })

  it('by the day in the offset of the sender', async () => {
    const byDay = 'compute(date(activityDateTime) as day)/groupby((day),aggregate($count as n))'
    expect(await apply(byDay)).toEqual([
      { day: '2024-05-01', n: 2003 },
      { day: '2024-05-02', n: 1001 }
    ])
  })

  it('after several conditions on what was computed', async () => {
    const both = "filter(action eq 'Update' and statusInfo/status ne null)"
    expect(await apply(`compute(date(activityDateTime) as day)/${both}/groupby((day),aggregate($count as n))`)).toEqual(
      [{ day: '2024-05-01', n: 1001 }]
    )
    const counted = query(`${path}/$count`, { $compute: '1 as one', $filter: "action eq 'Create' and one eq 1" })
    expect((await service.get(counted)).text).toBe('1002')
  })

  it('for the whole hours of a range, and to the events themselves at its ends', async () => {
    const counted = async (from: string, to: string) => {
      const $apply = `filter(activityDateTime ${from} and activityDateTime ${to})/aggregate($count as n)`
      return (await apply($apply))[0]?.n
    }
    expect(await counted('ge 2024-05-01T10:00:00Z', 'lt 2024-05-01T11:00:00Z')).toBe(1002)
    expect(await counted('gt 2024-05-01T10:00:00Z', 'lt 2024-05-01T11:00:00Z')).toBe(1)
    expect(await counted('ge 2024-05-01T10:00:00Z', 'le 2024-05-01T10:59:59.9999999Z')).toBe(2)
    expect(await counted('ge 2024-05-01T10:00:01Z', 'lt 2024-05-01T23:30:00.0000001Z')).toBe(3)
  })

  it('for steps of time that begin with hours', async () => {
    const steps = (since: string, seconds: number) =>
      apply(
        `compute(floor(totalseconds(activityDateTime sub ${since}) divby ${seconds}) as day)/groupby((day),aggregate($count as n))`
      )
    expect(await steps('2024-05-01T00:00:00Z', 43_200)).toEqual([
      { day: 0, n: 1002 },
      { day: 1, n: 2002 }
    ])
    expect(await steps('2024-05-01T00:30:00Z', 43_200)).toEqual([
      { day: 0, n: 2 },
      { day: 1, n: 2 }
    ])
    expect(await steps('2024-05-01T00:00:00Z', 5400)).toEqual([
      { day: 6, n: 1 },
      { day: 7, n: 1 },
      { day: 15, n: 2 }
    ])
  })

  it('and to events that are too far from the origin of such steps to tell them exactly', async () => {
    expect((await service.post(path, event('f', '2050-01-01T00:00:00Z', { action: 'Far' }))).status).toBe(201)
    const steps = (condition: string) =>
      apply(
        `filter(${condition})/compute(floor(totalseconds(activityDateTime sub 2024-05-01T00:00:00Z) divby 86400) as day)/groupby((day),aggregate($count as n))`
      )
    expect(await steps('activityDateTime ge 2050-01-01')).toEqual([{ day: 9376, n: 1 }])
    expect(await steps('activityDateTime ge 2024-05-01')).toEqual([
      { day: 0, n: 3004 },
      { day: 9376, n: 1 }
    ])
    database.exec(`UPDATE ${TALLIES} SET events = 1000 WHERE action = 'Far'`)
    expect(await steps('activityDateTime ge 2050-01-01')).toEqual([{ day: 9376, n: 1 }])
    database.exec(`UPDATE ${TALLIES} SET events = 1 WHERE action = 'Far'`)
  })

  it('which a new event finds at once, however many kinds an hour has', () => {
    const counted = "SELECT sql FROM sqlite_schema WHERE name = 'microsoft_graph_provisioningObjectSummary_counted'"
    const [update = ''] = /UPDATE[^;]*/.exec(String(database.prepare(counted).get()?.sql)) ?? []
    const steps = database.prepare(`EXPLAIN QUERY PLAN ${update.replaceAll(/NEW\.\w+/g, '?')}`).all()
    const columns = [
      'tenant=? AND activityDateTime_utc=? AND activityDateTime=? AND jobId=? AND action=?',
      'statusInfo_status=? AND sourceSystem_displayName=? AND targetSystem_displayName=?'
    ]
    expect(steps.map(({ detail }) => detail)).toEqual([
      `SEARCH ${TALLIES} USING INDEX ${TALLIES}_by_kind (${columns.join(' AND ')})`
    ])
  })

  it('unless they lack events', async () => {
    database.exec(`UPDATE ${COUNTS} SET uncounted = 1`)
    expect(await apply('groupby((action),aggregate($count as n))')).toEqual([
      { action: 'Create', n: 2 },
      { action: 'Far', n: 1 },
      { action: 'Update', n: 2 }
    ])
    database.exec(`UPDATE ${COUNTS} SET uncounted = 0`)
    expect((await apply('aggregate($count as n)'))[0]?.n).toBe(3005)
  })
})

describe('Tallies', () => {
  const byJob = query(path, { $apply: 'groupby((jobId),aggregate($count as n))' })
  const post = async (url: string | undefined, ...events: Json[]) => {
    for (const each of events) expect((await clientOf(() => url!).post(path, each)).status).toBe(201)
  }
  const groups = async (url: string | undefined) => valuesOf(await clientOf(() => url!).get(byJob, PLAIN))
  const look = (file: string) => {
    const database = new DatabaseSync(file, { timeout: 2000 })
    return {
      tallies: () => database.prepare(`SELECT jobId, events FROM ${TALLIES} ORDER BY jobId`).all(),
      counts: () => ({ ...database.prepare(`SELECT events, tallies, uncounted FROM ${COUNTS}`).get() }),
      exec: (sql: string) => database.exec(sql),
      isSealed: () => isSealed(database),
      close: () => database.close()
    }
  }

  describe('in a log of their own', () => {
    const service = sharedService()

    it('lose what retention removes', async () => {
      const { file } = service
      await post(service.url, event('1', '2024-01-01T00:00:00Z', { jobId: 'x' }))
      await post(service.url, event('2', '2024-01-01T00:30:00Z', { jobId: 'y' }))
      await post(service.url, event('3', '2024-03-01T00:00:00Z', { jobId: 'y' }))
      const log = look(file)
      await until(log.isSealed)
      expect(log.tallies().map((each) => ({ ...each }))).toEqual([
        { jobId: 'x', events: 1 },
        { jobId: 'y', events: 1 },
        { jobId: 'y', events: 1 }
      ])
      expect((await command('purge', file, ['--before', '2024-02-01', '--by', 'ann'])).status).toBe(0)
      expect(log.tallies().map((each) => ({ ...each }))).toEqual([{ jobId: 'y', events: 1 }])
      expect(log.counts()).toEqual({ events: 1, tallies: 1, uncounted: 0 })
      expect(await groups(service.url)).toEqual([{ jobId: 'y', n: 1 }])
      log.close()
      expect((await verify(file)).status).toBe(0)
    })
  })

  describe('in a log of their own', () => {
    const service = sharedService()

    it('of a tenant are limited in number: then answers go by events, until retention removed what they lack', async () => {
      const { file } = service
      await post(service.url, event('1', '2024-01-01T00:00:00Z', { jobId: 'x' }))
      const log = look(file)
      log.exec(`UPDATE ${COUNTS} SET tallies = 1000000`) // as if there were so many
      await post(service.url, event('2', '2024-01-01T00:30:00Z', { jobId: 'y' }))
      await post(service.url, event('3', '2024-03-01T00:00:00Z', { jobId: 'x' }))
      await post(service.url, event('4', '2024-01-01T00:45:00Z', { jobId: 'x' }))
      expect(log.counts()).toEqual({ events: 4, tallies: 1_000_000, uncounted: 2 })
      expect(await groups(service.url)).toEqual([
        { jobId: 'x', n: 3 },
        { jobId: 'y', n: 1 }
      ])
      log.exec(`UPDATE ${COUNTS} SET tallies = 1`)
      await post(service.url, event('5', '2024-04-01T00:00:00Z', { jobId: 'z' }))
      await until(log.isSealed)
      expect((await verify(file)).status).toBe(0)
      expect((await command('purge', file, ['--before', '2024-03-02', '--by', 'ann'])).status).toBe(0)
      expect(log.counts()).toEqual({ events: 1, tallies: 1, uncounted: 0 })
      expect(await groups(service.url)).toEqual([{ jobId: 'z', n: 1 }])
      log.close()
      expect((await verify(file)).status).toBe(0)
    })
  })

  it.concurrent('are made of the events of an older log while it is in use, from where that was interrupted', async () => {
    const file = join(temporaryFolder(), 'events.sqlite')
    const first = await startProcess({ file })
    for (let index = 0; index < 4; index++)
      await post(first.url, event(`e${index}`, '2024-01-01T00:00:00Z', { jobId: `job${index % 2}` }))
    await first.stop()
    const log = look(file)
    log.exec('DROP TRIGGER microsoft_graph_provisioningObjectSummary_counted')
    const second = await startProcess({ file })
    await until(() => second.log().includes('All events are counted.'))
    expect(second.log()).toContain('Counting the 4 events of the log once, so that counts and groups of them are fast.')
    expect(log.counts()).toEqual({ events: 4, tallies: 2, uncounted: 0 })
    await second.stop()

    // as it is when the service stopped after the two newest of them were counted
    log.exec(`UPDATE ${TALLIES} SET events = 1; UPDATE ${COUNTS} SET uncounted = 2`)
    log.exec('INSERT INTO provisioning_log_OlderEvents (number, upTo) VALUES (1, 2)')
    expect((await verify(file)).status).toBe(0)
    const third = await startProcess({ file })
    expect(await groups(third.url)).toEqual([
      { jobId: 'job0', n: 2 },
      { jobId: 'job1', n: 2 }
    ])
    await until(() => third.log().includes('All events are counted.'))
    expect(third.log()).toContain('Counting the 2 events')
    expect(log.counts()).toEqual({ events: 4, tallies: 2, uncounted: 0 })
    log.close()
    await third.stop()
    expect((await verify(file)).status).toBe(0)
  })
})
