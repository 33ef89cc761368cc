import { errorOf, query, startService, valuesOf, type Answer } from './service.ts'

const service = startService()
const path = '/auditLogs/provisioning'
const at = '2024-05-01T12:00:00Z'
const post = (id: string, tenantId?: string) => service.post(path, { id, activityDateTime: at, tenantId })
const relative = (link: unknown) => String(link).replace(service.url, '')

describe('Tenants that are not told apart by a token, as in the development profile,', () => {
  it('may have events with the same id; within one, and without any, an id is there once', async () => {
    const statuses = []
    for (const tenant of ['a', 'b', undefined, 'a', 'b', undefined]) statuses.push((await post('same', tenant)).status)
    expect(statuses).toEqual([201, 201, 201, 409, 409, 409])
    const found = valuesOf(await service.get(query(path, { $filter: "id eq 'same'", $orderby: 'tenantId' })))
    expect(found.map(({ tenantId }) => tenantId)).toEqual([null, 'a', 'b'])
  })

  it('make a key ambiguous', async () => {
    const answer = await service.get(`${path}/same`)
    expect([answer.status, errorOf(answer).code]).toEqual([409, 'ambiguousKey'])
    await post('once', 'a')
    expect((await service.get(`${path}/once/tenantId/$value`)).text).toBe('a')
  })

  it('are paged through without a loss where ids and times are the same', async () => {
    const seen: unknown[] = []
    let next: string | undefined = query(path, { $select: 'id,tenantId', $filter: "id eq 'same'" })
    while (next) {
      const answer: Answer = await service.get(next, { Prefer: 'maxpagesize=1' })
      seen.push(...valuesOf(answer).map(({ tenantId }) => tenantId))
      const link = answer.body['@odata.nextLink']
      next = link === undefined ? undefined : relative(link)
    }
    expect(seen).toEqual(['b', 'a', null])
  })

  it('are tracked apart by delta links', async () => {
    const first = await service.get(query(path, { $filter: "startswith(id,'d')" }), { Prefer: 'track-changes' })
    await post('d1', 'a')
    const second = await service.get(relative(first.body['@odata.deltaLink']))
    expect(valuesOf(second).map(({ tenantId }) => tenantId)).toEqual(['a'])
    await post('d1', 'b')
    const third = await service.get(relative(second.body['@odata.deltaLink']))
    expect(valuesOf(third).map(({ tenantId }) => tenantId)).toEqual(['b'])
  })
})
