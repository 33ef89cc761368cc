import { sharedService, type Json } from '../../support/service.ts'

const service = sharedService()
const at = '2024-05-01T12:00:00Z'

describe('A character that no database and no UTF-8 can keep', () => {
  const path = '/auditLogs/provisioning'
  const cases: [target: string, event: Json][] = [
    ['jobId', { jobId: 'a\u0000b' }],
    ['id', { id: '\u0000' }],
    ['tenantId', { tenantId: 'a\ud800' }],
    ['initiatedBy/displayName', { initiatedBy: { displayName: 'Ann\u0000' } }],
    ['targetSystem/details', { targetSystem: { details: { list: [{ 'name\u0000': 1 }] } } }],
    ['modifiedProperties/1/newValue', { modifiedProperties: [{}, { newValue: '\udc00\ud800' }] }]
  ]

  it.each(cases)('is refused in %s', async (target, event) => {
    const { status, body } = await service.post(path, { activityDateTime: at, ...event })
    const message = `Property '${target}' has a character that cannot be stored.`
    expect([status, body.error]).toMatchObject([400, { code: 'invalidValue', message, target }])
  })

  it('is refused in a batch, which goes on', async () => {
    const requests = cases.map(([, event], id) => ({
      ...{ id: String(id), method: 'POST', url: path, headers: { 'content-type': 'application/json' } },
      body: { activityDateTime: at, ...event }
    }))
    const sound = { ...requests[0], id: 'sound', body: { activityDateTime: at } }
    const headers = { Prefer: 'continue-on-error' }
    const { body } = await service.post('/$batch', { requests: [...requests, sound] }, headers)
    expect(body.responses).toMatchObject([
      ...cases.map(([target]) => ({ status: 400, body: { error: { code: 'invalidValue', target } } })),
      { status: 201 }
    ])
  })

  it('is replaced by U+FFFD where lenient handling is preferred', async () => {
    const event = {
      ...{
        activityDateTime: at,
        id: 'len\u0000ient',
        action: 'a\ud83db',
        initiatedBy: { displayName: 'Ann\u0000\u0000' }
      },
      ...{
        targetSystem: { details: { 'n\u0000': [1, '\u0000', null] } },
        modifiedProperties: [{ newValue: '\u0000😀' }]
      }
    }
    const created = await service.post(path, event, { Prefer: 'handling=lenient' })
    expect([created.status, created.headers.get('Preference-Applied')]).toEqual([201, 'handling=lenient'])
    const read = await service.get(`${path}('len%EF%BF%BDient')`)
    expect(read.text).toBe(created.text)
    expect(read.body).toMatchObject({
      ...{ id: 'len\ufffdient', action: 'a\ufffdb', initiatedBy: { displayName: 'Ann\ufffd\ufffd' } },
      ...{
        targetSystem: { details: { 'n\ufffd': [1, '\ufffd', null] } },
        modifiedProperties: [{ newValue: '\ufffd😀' }]
      }
    })
  })
})

describe('Names that are the same without characters that cannot be stored', () => {
  it('are refused where lenient handling is preferred', async () => {
    const event = { activityDateTime: at, targetSystem: { details: { within: [{ 'a\u0000': 1, 'a\ufffd': 2 }] } } }
    const { status, body } = await service.post('/auditLogs/provisioning', event, { Prefer: 'handling=lenient' })
    const message = 'Names of members differ by characters that cannot be stored.'
    expect([status, body.error]).toMatchObject([400, { code: 'invalidBody', message }])
  })
})
