import { errorOf, query, startService, valuesOf, type Answer, type Json } from '../support/service.ts'

const service = startService({ CDS_REQUIRES_DB_RESULT__BYTES: '100000' })
const path = '/auditLogs/provisioning'
const all = { Prefer: 'maxpagesize=1000' }
const LARGE = 30_000
const at = (minute: number) => `2024-05-01T00:${String(minute).padStart(2, '0')}:00Z`

/** Twenty events, oldest first: each fourth is small, and one is larger than a page. */
const events = Array.from({ length: 20 }, (_, i) => ({
  id: `e${String(i).padStart(2, '0')}`,
  activityDateTime: at(i),
  jobId: 'j',
  action: 'x'.repeat(i === 10 ? 150_000 : i % 4 ? LARGE : 10),
  targetSystem: { details: { note: 'é'.repeat(10) } }
}))
const ids = events.map(({ id }) => id)

beforeAll(async () => {
  for (const event of events) expect((await service.post(path, event)).status).toBe(201)
})

/** Follows the links from a URL to the end. */
async function follow(url: string, headers: Record<string, string> = all) {
  const pages: Answer[] = []
  for (let next: string | undefined = url; next;) {
    const page: Answer = await service.get(next, headers)
    expect([page.status, page.text.slice(0, 300)]).toEqual([200, expect.any(String)])
    pages.push(page)
    next = (page.body['@odata.nextLink'] as string | undefined)?.slice(service.url.length)
  }
  return { pages, ids: pages.flatMap((page) => valuesOf(page).map(({ id }) => id as string)) }
}

const newestFirst = ids.toReversed()

describe('A page ends where its bytes are as many as fit, and the next one goes on', () => {
  it.each<[string, Record<string, string>, string[]]>([
    ['as stored', {}, newestFirst],
    ['as stored, in another order', { $orderby: 'id' }, ids],
    ['as stored, filtered', { $filter: "startswith(id,'e1')" }, newestFirst.slice(0, 10)],
    ['as stored, without those at the beginning', { $skip: '3' }, newestFirst.slice(3)],
    ['as stored, a number in all', { $top: '13' }, newestFirst.slice(0, 13)],
    ['with full metadata', { $format: 'application/json;metadata=full' }, newestFirst],
    ['without metadata', { $format: 'application/json;metadata=none' }, newestFirst],
    ['with large properties', { $select: 'id,action' }, newestFirst],
    ['with large properties, a number in all', { $select: 'id,action', $top: '13' }, newestFirst.slice(0, 13)],
    ['with computed values', { $compute: "concat(action,'y') as long", $select: 'id,long' }, newestFirst],
    [
      'with values of a transformation',
      { $apply: "compute(concat(action,'y') as long)", $select: 'id,long' },
      newestFirst
    ]
  ])('%s', async (_, options, expected) => {
    for (const root of ['', '/beta']) {
      if (root && options.$top) continue // is the size of pages there
      const { pages, ids } = await follow(query(root + path, options))
      expect(ids).toEqual(expected)
      expect(pages.length).toBeGreaterThan(2)
      for (const page of pages) {
        const few = valuesOf(page).length === 1
        expect(page.text.length).toBeLessThan(few ? 400_000 : 110_000)
      }
    }
  })

  it('as the size of pages at /beta', async () => {
    const { pages, ids } = await follow(`/beta${path}?$top=7`)
    expect(ids).toEqual(newestFirst)
    expect(pages[0]!.text.length).toBeLessThan(110_000)
  })

  it('as plans know them, whatever values they have', async () => {
    for (const id of ['e19', 'e15', 'e10'])
      expect((await follow(query(path, { $filter: `id le '${id}'` }))).ids).toEqual(
        newestFirst.filter((each) => each <= id)
      )
  })

  it('and has one event at least', async () => {
    const { pages } = await follow(query(path, { $filter: "id eq 'e10'" }))
    expect(pages.map((page) => valuesOf(page).length)).toEqual([1])
    expect((valuesOf(pages[0]!)[0] as Json).action).toHaveLength(150_000)
  })

  it('or one event only, however large the next one is', async () => {
    expect((await follow(path, { Prefer: 'maxpagesize=1' })).ids).toEqual(newestFirst)
    expect(valuesOf(await service.get(query(path, { $top: '1', $skip: '8' })))).toMatchObject([{ id: 'e11' }])
  })

  it('but has all events if only small parts of them are asked for', async () => {
    const { pages } = await follow(query(path, { $select: 'id,jobId' }))
    expect(pages.map((page) => valuesOf(page).length)).toEqual([20])
  })

  it('and tells how many there are in all', async () => {
    const { pages } = await follow(query(path, { $count: 'true' }))
    expect(pages.map((page) => page.body['@odata.count'])).toEqual(pages.map(() => 20))
  })

  it('in an expanded collection, too', async () => {
    const { body } = await service.get(query('/auditLogs', { $expand: 'provisioning($orderby=id)' }), all)
    const first = body.provisioning as Json[]
    const next = (body['provisioning@odata.nextLink'] as string).slice(service.url.length)
    expect([...first.map(({ id }) => id), ...(await follow(next)).ids]).toEqual(ids)
  })
})

describe('Delta links', () => {
  it.each<[string, Record<string, string>]>([
    ['as stored', {}],
    ['with full metadata', { $format: 'application/json;metadata=full' }],
    ['with large properties', { $select: 'id,action' }]
  ])('give what came in, in pages that fit: %s', async (name, options) => {
    const jobId = `later ${name}`
    const asked = query(path, { ...options, $filter: `jobId eq '${jobId}'` })
    const start = await service.get(asked, { Prefer: 'track-changes' })
    const link = (start.body['@odata.deltaLink'] as string).slice(service.url.length)
    const added = events.slice(0, 8).map((event, i) => ({ ...event, id: `${name} ${i}`, jobId: i === 5 ? 'j' : jobId }))
    for (const event of added) await service.post(path, event)
    const { pages, ids } = await follow(link)
    expect(ids).toEqual(added.filter((event) => event.jobId === jobId).map(({ id }) => id))
    expect(pages.length).toBeGreaterThan(1)
    for (const page of pages) expect(page.text.length).toBeLessThan(110_000)
    expect(pages.at(-1)!.body['@odata.deltaLink']).toBeDefined()
  })
})

describe('What has no pages', () => {
  it.each<Record<string, string>>([
    { $orderby: 'action desc' },
    { $orderby: 'action desc', $select: 'id' },
    { $apply: 'groupby((id,action))', $orderby: 'id desc', $skip: '1' }
  ])('is refused where a link would have to name a long value: %j', async (options) => {
    const answer = await service.get(query(path, { ...options, $filter: "id ge 'e08'" }), { Prefer: 'maxpagesize=2' })
    expect([answer.status, errorOf(answer)?.code, errorOf(answer)?.target]).toEqual([501, 'notImplemented', '$orderby'])
    expect((await service.get(query(path, { ...options, $filter: "id in ('e00','e04')" }))).status).toBe(200)
  })

  it('is refused where it is larger than one', async () => {
    for (const $apply of ['concat(identity,identity)', "concat(filter(id lt 'e04'),filter(id lt 'e02'))"]) {
      const answer = await service.get(query(path, { $apply }))
      expect([answer.status, errorOf(answer).code, errorOf(answer).target]).toEqual([501, 'notImplemented', '$apply'])
    }
    const small = await service.get(query(path, { $apply: "concat(filter(id eq 'e00'),filter(id eq 'e01'))" }))
    expect(valuesOf(small).map(({ id }) => id)).toEqual(['e00', 'e01'])
  })

  it('comes as a whole as a single entity, and as a property', async () => {
    expect((await service.get(`${path}/e10`)).body.action).toHaveLength(150_000)
    expect((await service.get(`${path}/e10/action/$value`)).text).toHaveLength(150_000)
  })
})
