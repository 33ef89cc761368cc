import { errorOf, query, sharedService, valuesOf, type Json } from '../support/service.ts'

const service = sharedService()
const path = '/auditLogs/provisioning'
const at = '2024-05-01T12:00:00Z'
const post = (id: string, tenantId?: string) => service.post(path, { id, activityDateTime: at, tenantId })
const relative = (link: unknown) => String(link).replace(service.url, '')
const tenantsOf = async (id: string) =>
  valuesOf(await service.get(query(path, { $filter: `id eq '${id}'` }))).map(({ tenantId }) => tenantId)

it('The development profile takes any token that is sent', async () => {
  expect((await service.get(path, { Authorization: 'Bearer anything' })).status).toBe(200)
})

describe('Tenants that no token tells apart, as in the development profile,', () => {
  it('have an id once for all of them', async () => {
    const answers = []
    for (const tenant of ['a', 'b', undefined, 'a']) answers.push(await post('same', tenant))
    expect(answers.map(({ status }) => status)).toEqual([201, 409, 409, 409])
    expect(answers.slice(1).map((answer) => errorOf(answer).target)).toEqual(['id', 'id', 'id'])
    expect(await tenantsOf('same')).toEqual(['a'])
    expect((await service.get(`${path}/same/tenantId/$value`)).text).toBe('a')
  })

  it('have an id once, too, if they send it at the same time', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, (_, index) => post('race', `tenant ${index}`)))
    const statuses = answers.map(({ status }) => status).sort()
    expect(statuses).toEqual([201, ...Array.from({ length: 19 }, () => 409)])
    expect(await tenantsOf('race')).toHaveLength(1)
  })

  it.each([undefined, 'g'])('have an id once, too, in a batch, in the atomicity group %s', async (atomicityGroup) => {
    const id = `batch ${atomicityGroup}`
    const requests = ['a', 'b'].map((tenantId) => ({
      id: tenantId,
      ...(atomicityGroup && { atomicityGroup }),
      method: 'POST',
      url: path,
      headers: { 'content-type': 'application/json' },
      body: { id, activityDateTime: at, tenantId }
    }))
    const { body } = await service.post('/$batch', { requests })
    const statuses = (body.responses as Json[]).map(({ status }) => status)
    expect(atomicityGroup ? statuses[1] : statuses).toEqual(atomicityGroup ? 409 : [201, 409])
    expect(await tenantsOf(id)).toEqual(atomicityGroup ? [] : ['a'])
  })

  it('are tracked by delta links', async () => {
    const first = await service.get(query(path, { $filter: "startswith(id,'d')" }), { Prefer: 'track-changes' })
    await post('d1', 'a')
    const second = await service.get(relative(first.body['@odata.deltaLink']))
    expect(valuesOf(second).map(({ tenantId }) => tenantId)).toEqual(['a'])
    await post('d2', 'b')
    const third = await service.get(relative(second.body['@odata.deltaLink']))
    expect(valuesOf(third).map(({ tenantId }) => tenantId)).toEqual(['b'])
  })
})
