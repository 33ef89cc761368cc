import { query, sharedService, valuesOf } from '../../support/service.ts'

const { get, post } = sharedService()
const path = '/auditLogs/provisioning'
const long = `long-${'x'.repeat(300)}`

/** Texts that begin alike for longer than indexes look: see srv/database/postgres/indexes.ts. */
const jobs = [`${long}a`, `${long}b`, long, 'long-', 'LONG-']

beforeAll(async () => {
  for (const [index, jobId] of jobs.entries()) {
    const event = { id: `long-${index}`, activityDateTime: '2024-05-01T00:00:00Z', jobId }
    expect((await post(path, { ...event, targetIdentity: { displayName: jobId } })).status).toBe(201)
  }
})

describe('Texts of any length are compared and ordered as a whole', () => {
  it.each([
    [`jobId eq '${long}a'`, [0]],
    [`jobId eq '${long}'`, [2]],
    ["jobId eq 'long-'", [3]],
    [`jobId in ('${long}b','long-')`, [1, 3]],
    [`jobId gt '${long}'`, [0, 1]],
    [`jobId ge '${long}b'`, [1]],
    [`jobId lt '${long}a'`, [2, 3, 4]],
    [`not (jobId eq '${long}a')`, [1, 2, 3, 4]],
    ['jobId eq null', []],
    ['jobId ne null', [0, 1, 2, 3, 4]]
  ])('%.40s…', async ($filter, found) => {
    const answer = await get(query(path, { $filter: `startswith(id,'long-') and ${$filter}`, $orderby: 'id' }))
    expect(valuesOf(answer).map(({ id }) => id)).toEqual(found.map((index) => `long-${index}`))
  })

  it.each(['jobId', 'targetIdentity/displayName'])('$orderby=%s, on pages of one', async ($orderby) => {
    const found: unknown[] = []
    let next: string | undefined = query(path, { $filter: "startswith(id,'long-')", $orderby })
    while (next) {
      const answer = await get(next, { Prefer: 'maxpagesize=1' })
      found.push(...valuesOf(answer).map(({ id }) => id))
      const link = answer.body['@odata.nextLink'] as string | undefined
      next = link && link.slice(link.indexOf(path))
    }
    expect(found).toEqual(['long-4', 'long-3', 'long-2', 'long-0', 'long-1'])
  })
})
