import { startProcess, temporaryFolder } from '../support/process.ts'
import { onServer, postgresFor } from '../support/postgres.ts'
import { clientOf, valuesOf, type Answer } from '../support/service.ts'

const PATH = '/auditLogs/provisioning'
const file = `${temporaryFolder()}/events.sqlite`
const event = { activityDateTime: '2024-05-01T00:00:00Z', action: 'Create' }

async function started() {
  const service = await startProcess({ file })
  return { ...service, ...clientOf(() => service.url ?? '') }
}

/** The path of the link to what comes next. */
const nextOf = ({ body }: Answer) => {
  const { pathname, search } = new URL(String(body['@odata.deltaLink'] ?? body['@odata.nextLink']))
  return pathname + search
}
const idsOf = (answer: Answer) => valuesOf(answer).map(({ id }) => id)

const onDatabase = async <Result>(work: Parameters<typeof onServer<Result>>[1]) =>
  onServer((await postgresFor(file)).DATABASE_URL as string, work)

describe('Two instances that start at once on an empty database', () => {
  let one: Awaited<ReturnType<typeof started>>
  let other: typeof one
  beforeAll(async () => {
    await postgresFor(file) // creates the database
    ;[one, other] = await Promise.all([started(), started()])
  })
  afterAll(() => Promise.all([one.stop(), other.stop()]))

  it('show each other what they have acknowledged, in lists, counts and changes', async () => {
    const first = await one.get(PATH, { Prefer: 'odata.track-changes' })
    await one.post(PATH, { ...event, id: 'a' })
    await other.post(PATH, { ...event, id: 'b' })
    expect(idsOf(await other.get(`${PATH}?$orderby=id`))).toEqual(['a', 'b'])
    expect((await one.get(`${PATH}/$count`)).text).toBe('2')
    const changes = await other.get(nextOf(first))
    expect(idsOf(changes)).toEqual(['a', 'b'])
    expect(idsOf(await one.get(nextOf(changes)))).toEqual([])
  })

  it('take the links of each other', async () => {
    const { body } = await one.get(`${PATH}?$top=2`, { Prefer: 'odata.maxpagesize=1' })
    const { pathname, search } = new URL(String(body['@odata.nextLink']))
    expect(idsOf(await other.get(pathname + search))).toHaveLength(1)
  })

  it('refuse an id that the other one has', async () => {
    await one.post(PATH, { ...event, id: 'once' })
    expect((await other.post(PATH, { ...event, id: 'once' })).status).toBe(409)
  })

  it('number arrivals without gaps, in the order of each client', async () => {
    const posts = [one, other].map(async (service, client) => {
      for (let index = 0; index < 40; index++) await service.post(PATH, { ...event, id: `${client}-${index + 10}` })
    })
    await Promise.all(posts)
    await one.get(PATH, { Prefer: 'odata.track-changes' })
    const { rows } = await onDatabase((client) =>
      client.query<{ sequence: string; event: string }>('SELECT * FROM "provisioning_log_Arrivals" ORDER BY sequence')
    )
    expect(rows.map(({ sequence }) => Number(sequence))).toEqual(rows.map((_, index) => index + 1))
    for (const client of [0, 1]) {
      const own = rows.map((row) => row.event).filter((id) => id.startsWith(`${client}-`))
      expect(own).toEqual(Array.from({ length: 40 }, (_, index) => `${client}-${index + 10}`))
    }
  })

  it('start while others make partitions, store and read', async () => {
    let isOver = false
    const statuses = new Set<number>()
    const month = (index: number) => `${2017 + Math.floor(index / 12)}-${String((index % 12) + 1).padStart(2, '0')}`
    const busy = [one, other].flatMap(({ get, post }, client) => [
      (async () => {
        for (let index = client; !isOver && index < 100; index += 2) {
          const activityDateTime = `${month(index)}-01T00:00:00Z`
          statuses.add((await post(PATH, { ...event, id: `month-${index}`, activityDateTime })).status)
        }
      })(),
      (async () => {
        while (!isOver) statuses.add((await get(`${PATH}?$filter=id ne 'x'`)).status)
      })()
    ])
    for (let count = 0; count < 2; count++) {
      const another = await started()
      expect(another.url).toMatch(/^http/)
      await another.stop()
    }
    isOver = true
    await Promise.all(busy)
    expect([...statuses].toSorted()).toEqual([200, 201])
  })

  it('count and find an event that has no number so far, and show it as a change once', async () => {
    const changes = await onDatabase(async (client) => {
      await client.query('BEGIN')
      await client.query('LOCK TABLE "provisioning_log_Arrivals" IN EXCLUSIVE MODE') // nobody can number
      const before = Number((await other.get(`${PATH}/$count`)).text)
      expect((await one.post(PATH, { ...event, id: 'late' })).status).toBe(201)
      expect((await other.get(`${PATH}('late')`)).status).toBe(200)
      expect((await other.get(`${PATH}/$count`)).text).toBe(String(before + 1))
      const waiting = other.get(`${PATH}?$filter=id eq 'late'`, { Prefer: 'odata.track-changes' })
      await client.query('COMMIT')
      const first = await waiting
      return [...idsOf(first), ...idsOf(await one.get(nextOf(first)))]
    })
    expect(changes).toEqual(['late'])
  })
})
