import { query, sharedService, valuesOf, type Answer } from '../../support/service.ts'

/** Readers that come again, as docs/clients.md tells of them: what each of them sees of events that come in meanwhile. */

const service = sharedService()
const path = '/auditLogs/provisioning'

/** The events of each test have a job of their own. */
let job = 0

/** Stores events that happened at some second of a minute, one after the other. */
async function arrive(...events: [id: string, second: number][]) {
  for (const [id, second] of events) {
    const { status } = await service.post(path, {
      id: `${id} ${job}`,
      activityDateTime: at(second),
      jobId: `job ${job}`
    })
    expect(status).toBe(201)
  }
}

const at = (second: number) => `2024-05-01T10:00:${String(second).padStart(2, '0')}Z`
const relative = (link: unknown) => String(link).slice(service.url.length)
const idsOf = (answer: Answer) => valuesOf(answer).map(({ id }) => String(id).split(' ')[0])

async function read(options: Record<string, string>, headers?: Record<string, string>) {
  const $filter = [`jobId eq 'job ${job}'`, ...(options.$filter ? [options.$filter] : [])].join(' and ')
  return service.get(query(path, { ...options, $filter, $select: 'id' }), headers)
}

beforeEach(async () => {
  job++
  await arrive(['a', 10], ['b', 20], ['c', 20])
})

/** What comes in after the first read: late, at the same instant as the last event, and later. */
const meanwhile = () => arrive(['late', 5], ['same', 20], ['later', 30])

describe('A reader that comes again', () => {
  it('sees every event once by the delta link', async () => {
    const first = await read({}, { Prefer: 'odata.track-changes' })
    expect(idsOf(first)).toEqual(['c', 'b', 'a'])
    await meanwhile()
    expect(idsOf(await service.get(relative(first.body['@odata.deltaLink'])))).toEqual(['late', 'same', 'later'])
  })

  it('misses what happened before the last event, or at its instant, by activityDateTime gt', async () => {
    await meanwhile()
    expect(idsOf(await read({ $filter: `activityDateTime gt ${at(20)}`, $orderby: 'activityDateTime' }))).toEqual([
      'later'
    ])
  })

  it('misses what happened before the last event, and sees that one twice, by activityDateTime ge', async () => {
    await meanwhile()
    const ids = idsOf(await read({ $filter: `activityDateTime ge ${at(20)}`, $orderby: 'activityDateTime' }))
    expect(ids).toEqual(['b', 'c', 'same', 'later'])
  })

  it('misses what came in later than its windows overlap', async () => {
    await meanwhile()
    const window = (from: number, to: number) => `activityDateTime ge ${at(from)} and activityDateTime lt ${at(to)}`
    const $orderby = 'activityDateTime'
    expect(idsOf(await read({ $filter: window(15, 40), $orderby }))).toEqual(['b', 'c', 'same', 'later'])
    expect(idsOf(await read({ $filter: window(5, 40), $orderby }))).toEqual(['late', 'a', 'b', 'c', 'same', 'later'])
  })

  it('sees what was there once by next links, and not all of what comes in meanwhile', async () => {
    const prefer = { Prefer: 'odata.maxpagesize=1' }
    const newestFirst = await read({}, prefer)
    const oldestFirst = await read({ $orderby: 'activityDateTime' }, prefer)
    await meanwhile()
    expect([idsOf(newestFirst), await following(newestFirst)]).toEqual([['c'], ['b', 'a', 'late']])
    expect([idsOf(oldestFirst), await following(oldestFirst)]).toEqual([['a'], ['b', 'c', 'same', 'later']])
  })

  it('sees events twice by $skip, as those that come in move the others', async () => {
    const first = await read({ $top: '2' })
    await meanwhile()
    expect([idsOf(first), idsOf(await read({ $top: '2', $skip: '2' }))]).toEqual([
      ['c', 'b'],
      ['c', 'b']
    ])
  })
})

async function following(page: Answer): Promise<unknown[]> {
  const link = page.body['@odata.nextLink']
  if (!link) return []
  const next = await service.get(relative(link))
  return [...idsOf(next), ...(await following(next))]
}
