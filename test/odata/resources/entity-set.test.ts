import { errorOf, query, sharedService, valuesOf, type Json } from '../../support/service.ts'

const service = sharedService()
const set = '/provisioningEvents'
const contained = '/auditLogs/provisioning'
const activityDateTime = '2024-05-01T12:00:00Z'
const context = (fragment: string) => `${service.url}/$metadata#provisioningEvents${fragment}`

beforeAll(async () => {
  const requests = ['a', 'b', "it's/c"].map((id, index) => ({
    ...{ id: String(index), method: 'POST', url: set, headers: { 'content-type': 'application/json' } },
    body: { id, activityDateTime, jobId: `job ${id}`, modifiedProperties: [{ displayName: 'mail' }] }
  }))
  expect((await service.post('/$batch', { requests })).body.responses).toMatchObject([
    { status: 201, headers: { location: `${service.url}/provisioningEvents('a')` } },
    { status: 201 },
    { status: 201 }
  ])
})

describe('The entity set', () => {
  it('has the same entities as the contained collection', async () => {
    const [own, other] = [await service.get(set), await service.get(contained)]
    expect(own.body['@odata.context']).toBe(context(''))
    expect(valuesOf(own)).toHaveLength(3)
    expect(valuesOf(own)).toEqual(valuesOf(other))
  })

  it('takes new entities, which are then in both', async () => {
    const answer = await service.post(set, { id: 'new', activityDateTime })
    expect([answer.status, answer.headers.get('location')]).toEqual([201, `${service.url}/provisioningEvents('new')`])
    expect(answer.body['@odata.context']).toBe(context('/$entity'))
    for (const path of [set, contained]) expect((await service.get(`${path}/new`)).status).toBe(200)
    expect((await service.post(contained, { id: 'new', activityDateTime })).status).toBe(409)
  })

  it.each([
    ["('a')", '/$entity', 'a'],
    ["(id='a')", '/$entity', 'a'],
    ['/a', '/$entity', 'a'],
    ["('it''s%2Fc')", '/$entity', "it's/c"],
    ['/microsoft.graph.provisioningObjectSummary/a', '/$entity', 'a']
  ])('has entities by key: %s', async (key, fragment, id) => {
    const { body } = await service.get(set + key)
    expect([body['@odata.context'], body.id]).toEqual([context(fragment), id])
  })

  it.each<[string, unknown]>([
    [`${set}/$count?$filter=id ne 'new'`, 3],
    [`${set}/$filter(id eq 'a')/$count`, 1],
    [`${set}/$filter(id eq 'a')/$filter(true)/$count`, 1],
    [`${set}('a')/modifiedProperties/$count`, 1]
  ])('is counted: %s', async (path, count) => expect((await service.get(path)).text).toBe(String(count)))

  it('has properties, references and ids with addresses of its own', async () => {
    expect((await service.get(`${set}('a')/jobId`)).body).toEqual({
      '@odata.context': context("('a')/jobId"),
      value: 'job a'
    })
    expect((await service.get(`${set}('a')/$ref`)).body['@odata.id']).toBe(`${service.url}/provisioningEvents('a')`)
    const { body } = await service.get(query('/$entity', { $id: `${service.url}/provisioningEvents('a')` }))
    expect(body.id).toBe('a')
    const full = await service.get(`${set}/a?$format=application/json;odata.metadata=full`)
    expect(full.body['@odata.id']).toBe(`${service.url}/provisioningEvents('a')`)
  })

  it('is read page by page, and tracks changes', async () => {
    const first = await service.get(`${set}?$filter=id ne 'new'&$orderby=id`, { Prefer: 'maxpagesize=2,track-changes' })
    const next = String(first.body['@odata.nextLink'])
    expect(next).toMatch(new RegExp(`^${service.url}/provisioningEvents\\?`))
    const second = await service.get(next.slice(service.url.length))
    expect([...valuesOf(first), ...valuesOf(second)].map(({ id }: Json) => id)).toEqual(['a', 'b', "it's/c"])
    const delta = String(second.body['@odata.deltaLink'])
    expect(delta).toMatch(new RegExp(`^${service.url}/provisioningEvents\\?`))
    expect(valuesOf(await service.get(delta.slice(service.url.length)))).toEqual([])
  })

  it.each<[string, string, number, string]>([
    ['GET', '/beta/provisioningEvents', 404, 'resourceNotFound'],
    ['GET', '/ProvisioningEvents', 404, 'resourceNotFound'],
    ['GET', '/provisioningEventsX', 404, 'resourceNotFound'],
    ['GET', '/auditLogs/provisioningEvents', 404, 'resourceNotFound'],
    ['GET', `${set}/none`, 404, 'resourceNotFound'],
    ['GET', `${set}(1)`, 400, 'badRequest'],
    ['GET', `${set}('a')x`, 404, 'resourceNotFound'],
    ['GET', `${set}/$all`, 501, 'notImplemented'],
    ['DELETE', `${set}/a`, 405, 'methodNotAllowed'],
    ['PATCH', `${set}('a')`, 405, 'methodNotAllowed']
  ])('%s %s is refused with %i', async (method, path, status, code) => {
    const answer = await service.send(method, path)
    expect([answer.status, errorOf(answer).code]).toEqual([status, code])
  })
})
