import { sharedService, type Json } from '../../support/service.ts'

const service = sharedService()
const at = '2024-05-01T12:00:00Z'

describe('The type of a value', () => {
  it.each(['', '#', '$metadata#', '/beta/$metadata#', 'http://host/root/$metadata#'])(
    'may be sent at every level with the prefix "%s"',
    async (prefix) => {
      const type = (name: string) => ({ '@odata.type': `${prefix}microsoft.graph.${name}` })
      const { status } = await service.post('/auditLogs/provisioning', {
        ...type('provisioningObjectSummary'),
        activityDateTime: at,
        initiatedBy: type('initiator'),
        sourceSystem: { ...type('provisioningSystemDetails'), details: type('detailsInfo') },
        provisioningSteps: [{ ...type('provisioningStep'), details: type('detailsInfo') }],
        modifiedProperties: [type('modifiedProperty')]
      })
      expect(status).toBe(201)
    }
  )

  it('may come with other annotations, which are ignored', async () => {
    const { status, body } = await service.post('/auditLogs/provisioning', {
      '@odata.context': 'https://example.com/$metadata#x',
      '@odata.id': 'x',
      'activityDateTime@odata.type': '#DateTimeOffset',
      activityDateTime: at,
      'jobId@my.note': 'x'
    })
    expect(status).toBe(201)
    expect(body).not.toHaveProperty('jobId@my.note')
  })

  it('is not taken from what is within open types, nor other control information, but for the types of members', async () => {
    const link = { '@odata.context': 'https://example.com/', '@odata.nextLink': 'https://example.com/' }
    const members = { 'size@odata.type': '#Int64', size: '5', '@my.note': 'x' }
    const details = {
      ...link,
      ...members,
      ...{ '@context': 'https://example.com/', '@id': 'x', 'user@navigationLink': 'x' }, // as 4.01 writes it
      user: { '@odata.type': '#microsoft.graph.user', '@type': '#user', 'id@odata.count': 1, id: 'x' }
    }
    const event = { activityDateTime: at, targetSystem: { details }, provisioningSteps: [{ details }] }
    const { status, body } = await service.post('/auditLogs/provisioning', event)
    const kept = { '@odata.type': 'microsoft.graph.detailsInfo', ...members, user: { id: 'x' } }
    expect([status, body.targetSystem, body.provisioningSteps]).toMatchObject([201, {}, [{}]])
    expect((body.targetSystem as Json).details).toEqual(kept)
    expect((body.provisioningSteps as Json[])[0]?.details).toEqual(kept)
    const read = await service.get(`/auditLogs/provisioning/${String(body.id)}/targetSystem/details`)
    expect(read.text.match(/@odata\.(context|nextLink|type)"/g)).toEqual([
      '@odata.context"',
      '@odata.type"',
      '@odata.type"'
    ])
  })
})

describe('A member of an open type that came with its type', () => {
  const id = 'typed-members'
  const path = `/auditLogs/provisioning('${id}')`
  const details = {
    ...{ 'size@odata.type': '#Int64', size: 5, 'day@odata.type': '#Date', day: '2024-05-01' },
    ...{ most: 'INF', 'most@type': 'Double', '@my.note': 'x', plain: 'x' },
    within: { 'size@odata.type': '#Int64', size: 6 }
  }
  const create = () =>
    service.post('/auditLogs/provisioning', { id, activityDateTime: at, targetSystem: { details } }, {})
  const detailsOf = ({ targetSystem }: Json) => (targetSystem as Json).details
  const within = async (query: string) => (await service.get(`${path}${query}`)).body

  it('has it also where it is read by itself', async () => {
    await create()
    const read = async (name: string) => {
      const { '@odata.context': _, ...shown } = await within(`/targetSystem/details/${name}`)
      return shown
    }
    expect(await read('size')).toEqual({ '@odata.type': '#Int64', value: 5 })
    expect(await read('day')).toEqual({ '@odata.type': '#Date', value: '2024-05-01' })
    expect(await read('most')).toEqual({ '@odata.type': 'Double', value: 'INF' })
    expect(await read('within/size')).toEqual({ '@odata.type': '#Int64', value: 6 })
    expect(await read('plain')).toEqual({ value: 'x' })
    expect(await within('/targetSystem/details/size?$format=application/json;metadata=none')).toEqual({ value: 5 })
  })

  it('has it, and no other member has, where it is selected', async () => {
    await create()
    const selected = await within('?$select=targetSystem/details/day')
    expect(detailsOf(selected)).toEqual({
      '@odata.type': 'microsoft.graph.detailsInfo',
      'day@odata.type': '#Date',
      day: '2024-05-01',
      '@my.note': 'x'
    })
  })

  it('does not have it with metadata=none', async () => {
    await create()
    const untyped = { size: 5, day: '2024-05-01', most: 'INF', '@my.note': 'x', plain: 'x', within: { size: 6 } }
    const format = '$format=application/json;odata.metadata=none'
    expect(detailsOf(await within(`?${format}`))).toEqual(untyped)
    expect(await within(`/targetSystem/details?${format}`)).toEqual(untyped)
    expect(await within(`/targetSystem/details/within?${format}`)).toEqual({ size: 6 })
  })
})
