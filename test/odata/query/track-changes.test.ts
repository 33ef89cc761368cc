import { documentedExample, errorOf, query, sharedService, type Json } from '../../support/service.ts'

const service = sharedService()
const path = '/auditLogs/provisioning'
const at = '2024-05-01T12:00:00Z'

beforeAll(async () => {
  for (let i = 0; i < 3; i++) await service.post(path, { ...documentedExample, id: `e${i}`, jobId: `job ${i}` })
})

describe('Delta links (Protocol 4.01, 11.3)', () => {
  const tracked = { Prefer: 'odata.track-changes' }
  const relative = (link: unknown) => String(link).slice(service.url.length)

  /** Reads to the end, as a collector does. */
  async function collect(url: string, headers?: Record<string, string>) {
    const ids: unknown[] = []
    for (let next = url; ;) {
      const { status, body, text } = await service.get(next, headers)
      expect([status, text]).toEqual([200, expect.any(String)])
      ids.push(...(body.value as Json[]).map(({ id }) => id))
      if (body['@odata.deltaLink']) return { ids, delta: relative(body['@odata.deltaLink']) }
      next = relative(body['@odata.nextLink'])
    }
  }

  it('are given where the client asks for them, and return what was added since', async () => {
    const first = await service.get(`${path}?$select=id`, tracked)
    expect(first.headers.get('preference-applied')).toBe('odata.track-changes')
    const delta = relative(first.body['@odata.deltaLink'])
    expect((await service.get(delta)).body.value).toEqual([])

    await service.post(path, { id: 'late', activityDateTime: '1999-01-01T00:00:00Z' })
    await service.post(path, { id: 'later', activityDateTime: at })
    const second = await service.get(delta)
    expect(second.body).toEqual({
      '@odata.context': `${service.url}/$metadata#auditLogs/provisioning(id)/$delta`,
      value: ['late', 'later'].map((id) => ({ '@odata.type': '#microsoft.graph.provisioningObjectSummary', id })),
      '@odata.deltaLink': expect.any(String) as string
    })
    expect((await service.get(relative(second.body['@odata.deltaLink']))).body.value).toEqual([])
    const further = await service.get(relative(second.body['@odata.deltaLink']), { Prefer: 'track-changes' })
    expect(further.headers.get('preference-applied')).toBe('odata.track-changes')
  })

  it('keep the filter', async () => {
    const { delta } = await collect(query(path, { $filter: "jobId eq 'mine'" }), tracked)
    await service.post(path, { id: 'not mine', activityDateTime: at })
    await service.post(path, { id: 'mine', activityDateTime: at, jobId: 'mine' })
    expect((await collect(delta)).ids).toEqual(['mine'])
  })

  it.each([
    ['the preference', `${path}?$select=id`, 'odata.track-changes, odata.maxpagesize=2'],
    ['$top, as in Graph', `/beta${path}?$select=id&$top=2`, 'odata.track-changes']
  ])('keep the size of pages that the first request has by %s', async (_, url, Prefer) => {
    let { delta } = await collect(url, { Prefer })
    for (const sizes of [
      [2, 1],
      [2, 2, 1]
    ]) {
      for (let i = 0; i < sizes.length * 2 - 1; i++) await service.post(path, { activityDateTime: at })
      const found: number[] = []
      for (let next: string | undefined = delta; next;) {
        const { body } = await service.get(next)
        found.push((body.value as Json[]).length)
        if (body['@odata.deltaLink']) delta = relative(body['@odata.deltaLink'])
        next = body['@odata.nextLink'] ? relative(body['@odata.nextLink']) : undefined
      }
      expect(found).toEqual(sizes)
    }
  })

  it('give every event exactly once while several clients write', async () => {
    const writers = Promise.all(
      Array.from({ length: 8 }, async (_, writer) => {
        for (let i = 0; i < 25; i++)
          await service.post(path, {
            id: `w${writer}-${i}`,
            activityDateTime: `20${10 + ((i * 7) % 30)}-01-01T00:00:00Z`
          })
      })
    )
    const headers = { Prefer: 'odata.track-changes,maxpagesize=20' }
    let { ids, delta } = await collect(path, headers)
    const seen = [...ids]
    let isDone = false
    void writers.then(() => (isDone = true))
    for (let last = false; !last;) {
      last = isDone
      ;({ ids, delta } = await collect(delta, { Prefer: 'maxpagesize=7' }))
      seen.push(...ids)
    }
    const written = seen.filter((id) => String(id).startsWith('w'))
    expect(written).toHaveLength(200)
    expect(new Set(seen).size).toBe(seen.length)
    expect(seen).toHaveLength(Number((await service.get(`${path}/$count`)).text))
  })

  it('are not given for a part of a collection, nor for references, which would come back as entities', async () => {
    for (const options of ['?$top=1', '?$skip=1', '?$apply=aggregate($count%20as%20n)', '/$ref']) {
      const { body, headers } = await service.get(path + options, tracked)
      expect([body['@odata.deltaLink'], headers.get('preference-applied')]).toEqual([undefined, null])
    }
  })

  it('are refused if they were changed', async () => {
    const answer = await service.get(`${path}?$deltatoken=AAAA.BBBB`)
    expect([answer.status, errorOf(answer).target]).toEqual([400, '$deltatoken'])
  })
})
