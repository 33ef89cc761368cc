import { startGroupCommit } from '../../srv/database/postgres/group-commit.ts'
import { onServer, postgresFor } from '../support/postgres.ts'
import { startService } from '../support/service.ts'

const service = startService()
const LIMITS = { lock_timeout: 5000, query_timeout: 10_000 }

const EVENTS = {
  name: 'microsoft_graph_provisioningObjectSummary',
  columns: ['id', 'tenant', 'activityDateTime', 'activityDateTime_utc', 'provisioningSteps', 'modifiedProperties']
}
const ARRIVALS = { name: 'provisioning_log_Arrivals', columns: ['sequence', 'event', 'tenant'] }
const time = { activityDateTime: '2024-05-01T00:00:00Z', activityDateTime_utc: '2024-05-01T00:00:00.0000000' }

const entryOf = (ids: string[]): [typeof EVENTS, object][] => [
  ...ids.map((id): [typeof EVENTS, object] => [
    EVENTS,
    { id, tenant: '', ...time, provisioningSteps: '[]', modifiedProperties: '[]' }
  ]),
  ...ids.map((id): [typeof ARRIVALS, object] => [ARRIVALS, { event: id, tenant: '' }])
]

/** Ids in ascending and in descending order. */
function idsOf(name: string, count: number) {
  const ids = Array.from({ length: count }, (_, index) => `${name}-${index + 1000}`)
  return [ids, ids.toReversed()] as const
}

/** Has two instances store entries at the same time; tells how each ended: `stored`, or the code of the error. */
async function store(...entries: string[][][]) {
  const { DATABASE_URL = '' } = await postgresFor(service.file)
  const end = async (stored: Promise<void>) =>
    stored.then(
      () => 'stored',
      ({ code }: { code: string }) => code
    )
  return Promise.all(
    entries.map(async (own) => {
      const instance = startGroupCommit(DATABASE_URL, LIMITS)
      const ends = await Promise.all(own.map((ids) => end(instance.append(entryOf(ids)))))
      await instance.close()
      return ends
    })
  )
}

/** The first row of a query, as an array. */
async function found(sql: string) {
  const { DATABASE_URL = '' } = await postgresFor(service.file)
  return onServer(
    DATABASE_URL,
    async (client) => (await client.query<number[]>({ text: sql, rowMode: 'array' })).rows[0]
  )
}

/** How many events and arrivals there are with ids that begin so. */
const countOf = (name: string) =>
  found(`SELECT (SELECT count(*)::int FROM "${EVENTS.name}" WHERE id LIKE '${name}-%'),
    (SELECT count(*)::int FROM "microsoft_graph_Arrivals" WHERE event LIKE '${name}-%')`)

const deadlocks = () => found('SELECT deadlocks::int FROM pg_stat_database WHERE datname = current_database()')

const KNOWN = '23505'

describe('Instances that get the same events at the same time, in another order,', () => {
  afterEach(async () => expect(await deadlocks()).toEqual([0]))

  it('store each once, and refuse it once, without waiting for each other in a circle', async () => {
    for (let round = 0; round < 5; round++) {
      const [ascending, descending] = idsOf(`events-${round}`, 400)
      const [one, other] = await store(
        ascending.map((id) => [id]),
        descending.map((id) => [id])
      )
      const both = ascending.map((_, index) => [one?.[index], other?.toReversed()[index]].toSorted())
      expect(new Set(both.map((each) => each.join()))).toEqual(new Set([`${KNOWN},stored`]))
      expect(await countOf(`events-${round}`)).toEqual([400, 400])
    }
  })

  it('store one change set and refuse the other', async () => {
    for (let round = 0; round < 5; round++) {
      const [ascending, descending] = idsOf(`set-${round}`, 200)
      expect((await store([ascending], [descending])).flat().toSorted()).toEqual([KNOWN, 'stored'])
      expect(await countOf(`set-${round}`)).toEqual([200, 200])
    }
  })

  it('refuse two change sets with an event that is known, and store nothing of them', async () => {
    expect(await store([['known-0']])).toEqual([['stored']])
    for (let round = 0; round < 5; round++) {
      const [ascending, descending] = idsOf(`refused-${round}`, 100)
      const ends = await store([[...ascending, 'known-0']], [[...descending, 'known-0']])
      expect(ends).toEqual([[KNOWN], [KNOWN]])
      expect(await countOf(`refused-${round}`)).toEqual([0, 0])
    }
  })

  it('store those that are new with one commit, whatever comes with them', async () => {
    const [sent] = idsOf('sent', 300)
    await store(sent.map((id) => [id]))
    const [fresh] = idsOf('fresh', 300)
    const again = sent.flatMap((id, index) => [[id], [fresh[index] as string]])
    const set = ['fresh-set', 'sent-1000']
    const [ends] = await store([...again, set, ['twice-0'], ['twice-0'], ['within-0', 'within-0']])
    expect(ends).toEqual([
      ...again.flatMap((_, index) => (index % 2 ? ['stored'] : [KNOWN])),
      KNOWN,
      'stored',
      KNOWN,
      KNOWN
    ])
    expect([await countOf('fresh'), await countOf('twice'), await countOf('within')]).toEqual([
      [300, 300],
      [1, 1],
      [0, 0]
    ])
    expect(await found(`SELECT count(DISTINCT xmin::text)::int FROM "${EVENTS.name}" WHERE id LIKE 'fresh-%'`)).toEqual(
      [1]
    )
  })

  it('count them once, in all and by kind', async () => {
    await service.get('/auditLogs/provisioning', { Prefer: 'odata.track-changes' }) // numbers arrivals
    const stored = 5 * 400 + 5 * 200 + 1 + 2 * 300 + 1
    expect(
      await found(`SELECT (SELECT count(*)::int FROM "${EVENTS.name}"), (SELECT max(sequence)::int FROM "provisioning_log_Arrivals"),
        (SELECT sum(events)::int FROM "provisioning_log_Counts"), (SELECT sum(events)::int FROM "provisioning_log_Tallies")`)
    ).toEqual([stored, stored, stored, stored])
  })
})
