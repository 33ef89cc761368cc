import { sharedService, type Json } from '../../support/service.ts'

const service = sharedService()
const at = '2024-05-01T12:00:00Z'

describe('What is sent comes back', () => {
  async function roundTrip(event: Json) {
    const created = await service.post('/auditLogs/provisioning', { activityDateTime: at, ...event })
    expect(created.status).toBe(201)
    const read = await service.get(`/auditLogs/provisioning/${String(created.body.id)}`)
    expect(read.text).toBe(created.text)
    return read
  }

  it.each([
    '2017-01-01T00:02:10.8639373+03:00',
    '2024-02-29T23:59:59.9999999-14:00',
    '2024-05-01T12:00:00Z',
    '2024-05-01T12:00:00.1+00:00',
    '0001-01-01T00:00:00Z',
    '9999-12-31T23:59:59.9999999Z'
  ])('a point in time to its last digit and with its offset: %s', async (activityDateTime) => {
    const { body } = await roundTrip({ activityDateTime })
    expect(body.activityDateTime).toBe(activityDateTime)
  })

  it.each([
    ['2024-05-01t12:00:00.1z', '2024-05-01T12:00:00.1Z'],
    ['2024-05-01T12:00Z', '2024-05-01T12:00:00Z'],
    ['2024-05-01t12:00-03:30', '2024-05-01T12:00:00-03:30'],
    ['2024-05-01T12:00:00.123456700+02:00', '2024-05-01T12:00:00.1234567+02:00'],
    ['2024-05-01T12:00:00.000000000000Z', '2024-05-01T12:00:00.0000000Z']
  ])(
    'a point in time as RFC 3339 and .NET have it, as many clients can read no other: %s',
    async (activityDateTime, shown) => {
      const { body } = await roundTrip({ activityDateTime })
      expect(body.activityDateTime).toBe(shown)
    }
  )

  it('properties that were not sent as null, and collections as empty', async () => {
    const { body } = await roundTrip({})
    expect(body).toMatchObject({ tenantId: null, durationInMilliseconds: null, initiatedBy: null, targetSystem: null })
    expect(body).toMatchObject({ statusInfo: null, provisioningSteps: [], modifiedProperties: [] })
  })

  it('a point in time to 100 ns where lenient handling is preferred, as Go, Rust and Java write nine digits', async () => {
    const lenient = { Prefer: 'handling=lenient' }
    for (const [sent, shown] of [
      ['2024-05-01T12:00:00.999999999+02:00', '2024-05-01T12:00:00.9999999+02:00'],
      ['2024-05-01T12:00:00.000000001Z', '2024-05-01T12:00:00.0000000Z'],
      ['2024-05-01T12:00:00.1Z', '2024-05-01T12:00:00.1Z']
    ]) {
      const { status, body } = await service.post('/auditLogs/provisioning', { activityDateTime: sent }, lenient)
      expect([status, body.activityDateTime]).toEqual([201, shown])
    }
    const texts = { jobId: '2024-05-01T12:00:00.999999999Z', activityDateTime: '2024-05-01T12:00:00.9999999990' }
    const refused = await service.post('/auditLogs/provisioning', texts, lenient)
    expect([refused.status, refused.body.error]).toMatchObject([400, { target: 'activityDateTime' }])
    const kept = await service.post('/auditLogs/provisioning', { ...texts, activityDateTime: at }, lenient)
    expect(kept.body.jobId).toBe('2024-05-01T12:00:00.999999999Z')
  })

  it('null collections as empty ones where lenient handling is preferred', async () => {
    const event = { activityDateTime: at, provisioningSteps: null, modifiedProperties: null }
    const { body } = await service.post('/auditLogs/provisioning', event, { Prefer: 'handling=lenient' })
    expect(body).toMatchObject({ provisioningSteps: [], modifiedProperties: [] })
  })

  it('an object that was sent empty as an object', async () => {
    const { body } = await roundTrip({ initiatedBy: {}, targetSystem: { displayName: null }, sourceIdentity: null })
    expect(body.initiatedBy).toEqual({
      '@odata.type': 'microsoft.graph.initiator',
      id: null,
      displayName: null,
      initiatorType: null
    })
    expect(body.targetSystem).toMatchObject({ displayName: null, details: null })
    expect(body.sourceIdentity).toBeNull()
  })

  it('any members of open types, at any depth', async () => {
    const details = {
      'Active in the source system': 'True',
      'emails[type eq "work"]value': 'a@b.c',
      nested: { list: [1, 'two', null, true, { deep: {} }], empty: [] },
      number: 1.5,
      falsy: false,
      '': 'no name',
      unicode: '✓ \u2028 😀'
    }
    const { body } = await roundTrip({
      targetSystem: { details },
      provisioningSteps: [{ name: 'EntryImport', details }, { details: {} }]
    })
    expect(body.targetSystem).toMatchObject({ details: { '@odata.type': 'microsoft.graph.detailsInfo', ...details } })
    expect(body.provisioningSteps).toMatchObject([{ details }, { details: {} }])
  })

  it('names that JavaScript objects have by nature', async () => {
    const text = `{"activityDateTime":"${at}","targetSystem":{"details":{"__proto__":{"x":1},"constructor":"y"}}}`
    const created = await service.post('/auditLogs/provisioning', text)
    const read = await service.get(`/auditLogs/provisioning/${String(created.body.id)}/targetSystem/details`)
    expect(read.text).toContain('"__proto__":{"x":1},"constructor":"y"')
  })

  it('the type of an open value before members with numbers for names (OData JSON 4.01, 4.4)', async () => {
    const text = `{"activityDateTime":"${at}","targetSystem":{"details":{"a":1.0,"2":{"1":2},"1@odata.type":"#Int64","1":"5"}}}`
    const created = await service.post('/auditLogs/provisioning', text)
    const members = '"1@odata.type":"#Int64","1":"5","2":{"1":2},"a":1.0}'
    const details = `{"@odata.type":"microsoft.graph.detailsInfo",${members}`
    expect(created.text).toContain(`"details":${details}`)
    const entity = `/auditLogs/provisioning/${String(created.body.id)}`
    for (const path of [entity, `${entity}?$select=targetSystem/details`, `/v1.0${entity}`])
      expect((await service.get(path)).text).toContain(`"details":${details}`)
    const full = await service.get(`${entity}?$format=application/json;metadata=full`)
    expect(full.text).toContain(`"details":{"@odata.type":"#microsoft.graph.detailsInfo",${members}`)
    const value = await service.get(`${entity}/targetSystem/details`)
    expect(value.text).toMatch(new RegExp(`^{"@odata.context":"[^"]*",${details.slice(1).replaceAll('.', '\\.')}$`))
  })

  it('numbers of open types, digit by digit', async () => {
    const numbers = '[12345678901234567890,0.1000,1e400,-0,1.0,1E5,9007199254740993]'
    const text = `{"activityDateTime":"${at}","sourceSystem":{"details":{"numbers":${numbers}}}}`
    const created = await service.post('/auditLogs/provisioning', text)
    expect(created.status).toBe(201)
    expect(created.text).toContain(`"numbers":${numbers}`)
    const read = await service.get(`/auditLogs/provisioning/${String(created.body.id)}`)
    expect(read.text).toContain(`"numbers":${numbers}`)
  })

  it('long texts, and the smallest and largest Int32', async () => {
    const newValue = 'ü'.repeat(100_000)
    const { body } = await roundTrip({ durationInMilliseconds: 2147483647, modifiedProperties: [{ newValue }] })
    expect(body).toMatchObject({ durationInMilliseconds: 2147483647, modifiedProperties: [{ newValue }] })
    expect((await roundTrip({ durationInMilliseconds: -2147483648 })).body.durationInMilliseconds).toBe(-2147483648)
  })

  it('texts that look like points in time, unchanged', async () => {
    const { body } = await roundTrip({
      jobId: '2024-05-01T12:00:00+02:00',
      targetSystem: { id: '2024-05-01T12:00:00Z' }
    })
    expect(body).toMatchObject({ jobId: '2024-05-01T12:00:00+02:00', targetSystem: { id: '2024-05-01T12:00:00Z' } })
  })
})
