import { errorOf, query, sharedService, valuesOf, type Answer, type Json } from '../../support/service.ts'

const service = sharedService()
const path = '/auditLogs/provisioning'
const total = 250

beforeAll(async () => {
  for (let i = 0; i < total; i++) {
    const event: Json = {
      id: `e${String(i).padStart(3, '0')}`,
      // ten events share each point in time, and points are written with different offsets
      activityDateTime: `2024-05-01T${String(10 + (i % 2)).padStart(2, '0')}:00:${String(Math.floor(i / 10)).padStart(2, '0')}+0${i % 2}:00`,
      durationInMilliseconds: i % 7 ? i % 13 : null,
      jobId: i % 5 ? `job ${i % 3}` : null,
      statusInfo: i % 4 ? { status: i % 8 ? 'success' : '2024-05-01T00:00:00Z' } : null
    }
    await service.post(path, event)
  }
})

/** Follows the links from a URL to the end, as clients do. */
async function follow(url: string, headers?: Record<string, string>, between?: () => Promise<unknown>) {
  const pages: Answer[] = []
  for (let next: string | undefined = url; next;) {
    const page: Answer = await service.get(next, headers)
    expect([page.status, page.text]).toEqual([200, expect.any(String)])
    pages.push(page)
    const link = page.body['@odata.nextLink'] as string | undefined
    next = link?.slice(service.url.length)
    await between?.()
  }
  return { pages, ids: pages.flatMap((page) => valuesOf(page).map(({ id }) => id as string)) }
}

describe('A page', () => {
  it('has 100 entities, and a link to the next one that keeps all options', async () => {
    const first = await service.get(query(path, { $filter: "startswith(id,'e')", $select: 'id', $count: 'true' }))
    expect(valuesOf(first)).toHaveLength(100)
    const link = new URL(first.body['@odata.nextLink'] as string)
    expect(link.origin + link.pathname).toBe(`${service.url}${path}`)
    expect(Object.fromEntries(link.searchParams)).toEqual({
      $filter: "startswith(id,'e')",
      $select: 'id',
      $count: 'true',
      $skiptoken: expect.stringMatching(/^[\w-]+$/) as string
    })
    const second = await service.get(link.pathname + link.search)
    expect(second.body['@odata.count']).toBe(total)
  })

  it('has a link only where there is more', async () => {
    const { pages } = await follow(query(path, { $filter: "id lt 'e100'", $select: 'id' }))
    expect(pages.map((page) => valuesOf(page).length)).toEqual([100])
  })

  it.each<[string, string, number[]]>([
    ['maxpagesize=200', 'odata.maxpagesize=200', [200, 50]],
    ['odata.maxpagesize=120', 'odata.maxpagesize=120', [120, 120, 10]],
    ['odata.maxpagesize=120, maxpagesize=200', 'odata.maxpagesize=200', [200, 50]],
    ['return=minimal, odata.maxpagesize="90"', 'odata.maxpagesize=90', [90, 90, 70]],
    ['maxpagesize=5000', 'odata.maxpagesize=1000', [250]]
  ])('has the size that Prefer: %s asks for', async (prefer, applied, sizes) => {
    const { pages } = await follow(`${path}?$select=id`, { Prefer: prefer })
    expect(pages.map((page) => valuesOf(page).length)).toEqual(sizes)
    expect(pages[0]!.headers.get('preference-applied')).toBe(applied)
    const at401 = await service.get(`${path}?$select=id`, { Prefer: prefer, 'OData-MaxVersion': '4.01' })
    expect(at401.headers.get('preference-applied')).toBe(applied.replace('odata.', ''))
  })

  it('is not said of an error, which has no page', async () => {
    const { status, headers } = await service.get(query(path, { $filter: 'nothing eq 1' }), {
      Prefer: 'maxpagesize=30'
    })
    expect([status, headers.get('preference-applied')]).toEqual([400, null])
  })

  it('keeps its size without the header on the pages after the first one', async () => {
    const first = await service.get(path, { Prefer: 'maxpagesize=30' })
    const second = await service.get((first.body['@odata.nextLink'] as string).slice(service.url.length))
    expect(valuesOf(second)).toHaveLength(30)
  })

  it.each(['maxpagesize=0', 'maxpagesize=-1', 'maxpagesize=x', 'maxpagesize'])('ignores Prefer: %s', async (prefer) => {
    const answer = await service.get(path, { Prefer: prefer })
    expect([valuesOf(answer).length, answer.headers.get('preference-applied')]).toEqual([100, null])
  })
})

describe('The link of a long URL', () => {
  const url = (blanks: number) => `/beta${path}?$select=id&$top=200&$filter=id+ne+'${'+'.repeat(blanks)}'`

  it('can be followed, though it is longer', async () => {
    const headers = { Authorization: `Bearer ${'x'.repeat(8000)}` }
    const { pages, ids } = await follow(url(9000), headers)
    expect(String(pages[0]!.body['@odata.nextLink']).length).toBeGreaterThan(27_000)
    expect([ids.length, new Set(ids).size]).toEqual([total, total])
  })

  it('keeps what may stand in a query, so that it is hardly longer', async () => {
    const filter = "id ne '(a:b,c/d@e$f)' and activityDateTime ge 2024-05-01T00:00:00Z"
    const first = await service.get(`${path}?$filter=${filter.replaceAll(' ', '%20')}`)
    expect(first.body['@odata.nextLink']).toContain(`?$filter=${filter.replaceAll(' ', '%20')}&$skiptoken=`)
  })

  it.each([
    [12_000, 414, 'The URL is too long for a link to the next page.'],
    [16_400, 414, 'A URL, with the query in a body, must have at most 16384 characters.']
  ])('is none with %i blanks', async (blanks, status, message) => {
    const answer = await service.get(url(blanks))
    expect([answer.status, errorOf(answer)]).toEqual([status, expect.objectContaining({ code: 'uriTooLong', message })])
  })
})

describe('$top', () => {
  it.each<[string, number[]]>([
    ['', [230]],
    ['maxpagesize=100', [100, 100, 30]]
  ])('is the number of entities in all at /, in one page unless Prefer limits it: %s', async (prefer, sizes) => {
    const { pages, ids } = await follow(`${path}?$top=230&$skip=5&$orderby=id&$select=id`, { Prefer: prefer })
    expect(pages.map((page) => valuesOf(page).length)).toEqual(sizes)
    expect([ids[0], ids.at(-1)]).toEqual(['e005', 'e234'])
  })

  it('may be larger than a page at /', async () => {
    const { pages } = await follow(`${path}?$top=5000&$select=id`)
    expect(pages.map((page) => valuesOf(page).length)).toEqual([250])
  })

  it('is the size of pages at /beta, as in Graph', async () => {
    const { pages, ids } = await follow(`/beta${path}?$top=120&$orderby=id`)
    expect(pages.map((page) => valuesOf(page).length)).toEqual([120, 120, 10])
    expect(new Set(ids).size).toBe(total)
  })

  it('is at most 1,000 at /beta', async () => {
    expect((await service.get(`/beta${path}?$top=1000`)).status).toBe(200)
    const answer = await service.get(`/beta${path}?$top=1001`)
    expect([answer.status, errorOf(answer).target]).toEqual([400, '$top'])
  })

  it('of 0 gives no entities, and no link', async () => {
    for (const root of ['', '/beta']) expect((await follow(`${root}${path}?$top=0`)).pages).toHaveLength(1)
  })
})

describe('Following the links', () => {
  it.each([
    '',
    'activityDateTime',
    'durationInMilliseconds',
    'durationInMilliseconds desc',
    'jobId desc,durationInMilliseconds',
    'statusInfo/status,jobId',
    'statusInfo/status desc',
    'durationInMilliseconds divby 7 desc,jobId',
    "contains(jobId,'1')",
    'tolower(jobId),activityDateTime desc',
    'targetSystem/details/x'
  ])('gives every entity once and in order, ordered by %j, while others are inserted', async (order) => {
    const options: Record<string, string> = order ? { $orderby: order } : {}
    const known = "startswith(id,'e')"
    const whole = await follow(query(path, { $filter: known, ...options }), { Prefer: 'maxpagesize=1000' })
    let inserted = 0
    const paged = await follow(query(path, options), { Prefer: 'maxpagesize=33' }, () =>
      service.post(path, {
        id: `new ${order} ${inserted}`,
        activityDateTime: `2024-05-01T10:00:${String(inserted++).padStart(2, '0')}Z`,
        durationInMilliseconds: inserted,
        jobId: `job ${inserted}`
      })
    )
    expect(whole.ids).toHaveLength(total)
    expect(paged.ids.filter((id) => id.startsWith('e'))).toEqual(whole.ids)
    expect(new Set(paged.ids).size).toBe(paged.ids.length)
  })

  it.each([
    'activityDateTime sub 0001-01-01T00:00:00.0000003Z',
    '0001-01-01T00:00:00.0000003Z sub activityDateTime desc',
    "duration'P3000000DT0.0000001S',durationInMilliseconds desc",
    "duration'PT0.0000001S' mul durationInMilliseconds",
    "duration'PT0.0000001S' mul durationInMilliseconds desc,jobId",
    '(durationInMilliseconds add 1) mul 1801439850948199',
    'cast(durationInMilliseconds mul 900719925474099,Edm.Int64) desc'
  ])(
    'gives every entity once in the order of values with more digits than numbers of JSON have: %s',
    async ($orderby) => {
      const options = { $select: 'id', $filter: "startswith(id,'e')", $orderby }
      const { ids } = await follow(query(path, options), { Prefer: 'maxpagesize=7' })
      const whole = valuesOf(await service.get(query(path, options), { Prefer: 'maxpagesize=1000' })).map(
        ({ id }) => id
      )
      expect(ids).toEqual(whole)
      expect(new Set(ids).size).toBe(total)
    }
  )

  it('gives every group once where sums have more digits than numbers of JSON have', async () => {
    const groups = 'groupby((durationInMilliseconds,jobId),aggregate(big with sum as sum))'
    const $apply = `filter(startswith(id,'e'))/compute(durationInMilliseconds mul 1801439850948199 as big)/${groups}`
    const { pages } = await follow(query(path, { $apply }), { Prefer: 'maxpagesize=1' })
    const rows = pages.flatMap(valuesOf).map((row) => `${row.durationInMilliseconds as number} ${row.jobId as string}`)
    expect(rows.length).toBe(new Set(rows).size)
    expect(rows).toHaveLength(56)
  })

  it('pages through aggregations, too', async () => {
    const $apply = "filter(startswith(id,'e'))/groupby((jobId,durationInMilliseconds),aggregate($count as n))"
    const options = { $apply, $orderby: 'n desc' }
    const whole = valuesOf(await service.get(query(path, options)))
    const { pages } = await follow(query(path, options), { Prefer: 'maxpagesize=7' })
    expect(pages.flatMap(valuesOf)).toEqual(whole)
    expect(whole.reduce((sum, { n }) => sum + (n as number), 0)).toBe(total)
  })
})

describe('The links', () => {
  it('keep parameter aliases', async () => {
    const { ids } = await follow(
      query(path, { $filter: "jobId eq @job and startswith(id,'e')", '@job': "'job 1'", $select: 'id' }),
      {
        Prefer: 'maxpagesize=20'
      }
    )
    expect(new Set(ids).size).toBe(67)
  })
})

describe('A token', () => {
  async function link() {
    return new URL((await service.get(`${path}?$orderby=id`)).body['@odata.nextLink'] as string)
  }

  it.each<[string, (token: string) => string]>([
    ['shortened', (token) => token.slice(1)],
    ['changed', (token) => token.replace(/^../, 'AA')],
    ['without its digest', (token) => token.slice(0, -22)],
    ['made up', () => '100'],
    ['empty', () => '']
  ])('that was %s is refused', async (_, change) => {
    const url = await link()
    url.searchParams.set('$skiptoken', change(url.searchParams.get('$skiptoken')!))
    const answer = await service.get(url.pathname + url.search)
    expect([answer.status, errorOf(answer).target]).toEqual([400, '$skiptoken'])
  })

  it('is good for the options that it was given for only', async () => {
    const url = await link()
    url.searchParams.set('$orderby', 'jobId')
    expect((await service.get(url.pathname + url.search)).status).toBe(400)
  })
})
