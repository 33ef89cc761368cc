/** Any projection of the events that CDS states is served: here test/fixtures/shapes/flat.cds. */
import { errorOf, query, startService, valuesOf } from '../../support/service.ts'

const service = startService({ CDS_FOLDERS_SHAPES: 'test/fixtures/shapes/' })
const changes = '/flat/archive/changes'
const none = 'application/json;odata.metadata=none'

const event = {
  id: 'classic',
  activityDateTime: '2024-05-01T12:00:00.1234567+02:00',
  tenantId: 'contoso',
  statusInfo: { status: 'Success' },
  targetIdentity: { displayName: 'Ann', identityType: 'User', details: { mail: 'ann@example.com' } }
}

beforeAll(async () => {
  expect((await service.post('/auditLogs/provisioning', event)).status).toBe(201)
  expect(
    (await service.post('/auditLogs/provisioning', { id: 'bare', activityDateTime: '2020-01-01T00:00:00Z' })).status
  ).toBe(201)
})

describe('A further shape', () => {
  it('shows what was posted in another', async () => {
    const { body } = await service.get(`${changes}/classic`)
    expect(body).toEqual({
      '@odata.context': `${service.url}/flat/$metadata#archive/changes/$entity`,
      '@odata.type': '#example.audit.changes',
      id: 'classic',
      happened: '2024-05-01T12:00:00.1234567+02:00',
      customer: 'contoso',
      outcome: 'success',
      subject: { '@odata.type': 'example.audit.subject', name: 'Ann', kind: 'User' },
      contact: { '@odata.type': 'example.audit.contact', mail: 'ann@example.com' },
      values: []
    })
    expect((await service.get(query(`${changes}/bare`, { $format: none }))).body).toEqual({
      id: 'bare',
      happened: '2020-01-01T00:00:00Z',
      customer: null,
      outcome: null,
      subject: null,
      contact: null,
      values: []
    })
  })

  it('is downloaded in parts that are joined by the properties that it has', async () => {
    const options = { $filter: "id eq 'classic'", $select: 'outcome', $format: 'text/csv;part=entities' }
    const { status, text } = await service.get(query(changes, options))
    expect([status, text]).toEqual([200, 'id,outcome\r\nclassic,success\r\n'])
  })

  it('is posted to, and read in the others', async () => {
    const posted = {
      id: 'flat',
      happened: '2024-06-01T00:00:00Z',
      outcome: 'FAILURE',
      contact: { mail: 'bob@example.com' },
      values: [{ displayName: 'mail', newValue: 'bob@example.com' }]
    }
    const created = await service.post(changes, posted)
    expect([created.status, created.headers.get('location')]).toEqual([201, `${service.url}${changes}('flat')`])
    expect(created.text).toBe((await service.get(`${changes}('flat')`)).text)
    expect((await service.get('/auditLogs/provisioning/flat')).body).toMatchObject({
      activityDateTime: '2024-06-01T00:00:00Z',
      statusInfo: { '@odata.type': 'microsoft.graph.statusBase', status: 'failure' },
      targetIdentity: { displayName: null, details: { mail: 'bob@example.com' } },
      modifiedProperties: [{ displayName: 'mail', oldValue: null, newValue: 'bob@example.com' }]
    })
    expect((await service.get('/v1.0/auditLogs/provisioning/flat')).body).toMatchObject({
      provisioningStatusInfo: { status: 'failure', errorInformation: null }
    })
    const bare = await service.post(changes, { id: 'least', happened: '2020-01-02T00:00:00Z' })
    expect(bare.status).toBe(201)
    expect((await service.get('/auditLogs/provisioning/least')).body).toMatchObject({
      statusInfo: null,
      targetIdentity: null
    })
  })

  it.each([
    ["outcome eq 'success'", ['classic']],
    ["outcome eq example.audit.outcomes'1'", ['flat']],
    ["subject/name eq 'Ann' and happened ge 2024-05-01", ['classic']],
    ["contact/mail eq 'bob@example.com'", ['flat']],
    ['subject eq null', ['flat', 'least', 'bare']],
    ["values/any(v:v/newValue eq 'bob@example.com')", ['flat']]
  ])('is queried by its own names: %s', async ($filter, ids) => {
    const answer = await service.get(query(changes, { $filter }))
    expect(valuesOf(answer).map(({ id }) => id)).toEqual(ids)
  })

  it('knows no other names', async () => {
    for (const $filter of [
      "statusInfo/status eq 'x'",
      'activityDateTime gt 2020-01-01',
      "outcome eq microsoft.graph.provisioningResult'failure'"
    ])
      expect((await service.get(query(changes, { $filter }))).status).toBe(400)
    const refused = await service.post(changes, { happened: '2024-06-01T00:00:00Z', outcome: 'skipped' })
    expect(errorOf(refused)).toMatchObject({ code: 'invalidValue', target: 'outcome' })
  })

  it('has its own metadata', async () => {
    const { body } = await service.get('/flat/$metadata?$format=json')
    const types = body['example.audit'] as Record<string, object>
    expect(Object.keys(types).filter((name) => !/[$@]/.test(name))).toEqual([
      'EntityContainer',
      'archive',
      'changes',
      'subject',
      'contact',
      'change',
      'outcomes'
    ])
    expect(types.outcomes).toMatchObject({ $Kind: 'EnumType', success: 0, failure: 1, something: 2 })
    expect(Object.keys(body)).not.toContain('microsoft.graph')
  })

  it('is told of what comes in, and has the ETag of the event', async () => {
    const link = (await service.get(changes, { Prefer: 'track-changes' })).body['@odata.deltaLink']
    await service.post('/v1.0/auditLogs/provisioning', { id: 'late', activityDateTime: '2020-01-01T00:00:00Z' })
    const later = await service.get(String(link).slice(service.url.length))
    expect(valuesOf(later).map(({ id }) => id)).toEqual(['late'])
    const etags = [`${changes}/late`, '/auditLogs/provisioning/late', '/v1.0/auditLogs/provisioning/late'].map(
      async (url) => (await service.get(url)).headers.get('etag')
    )
    expect(new Set(await Promise.all(etags)).size).toBe(1)
  })
})
