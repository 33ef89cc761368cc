import { createGunzip } from 'node:zlib'
import { get as httpGet } from 'node:http'
import { documentedExample, sharedService } from '../../support/service.ts'

const service = sharedService()
const path = '/auditLogs/provisioning'
const at = '2024-05-01T12:00:00Z'

beforeAll(async () => {
  for (let i = 0; i < 3; i++) await service.post(path, { ...documentedExample, id: `e${i}`, jobId: `job ${i}` })
})

describe('The version of OData (Protocol 4.01, 8.1.5 and 8.2.7)', () => {
  it.each<[Record<string, string>, string]>([
    [{}, '4.0'],
    [{ 'OData-MaxVersion': '4.0' }, '4.0'],
    [{ 'OData-MaxVersion': '4.01' }, '4.01'],
    [{ 'OData-MaxVersion': '5.0' }, '4.01'],
    [{ 'OData-Version': '4.01', 'OData-MaxVersion': '4.0' }, '4.0'],
    [{ 'OData-Version': '4.0;NetFx', 'OData-MaxVersion': '4.0;NetFx' }, '4.0'], // Microsoft.OData.Client 6
    [{ 'OData-Version': '4.0;', 'OData-MaxVersion': '4.01;NetFx' }, '4.01']
  ])('for %j is %s', async (headers, version) => {
    const answer = await service.get(`${path}/e0`, headers)
    expect([answer.status, answer.headers.get('odata-version')]).toEqual([200, version])
  })

  it.each([
    ['/%ff', 400],
    ['/nothing', 404],
    [`${path}?$filter=(`, 400],
    ['/app/nothing', 404]
  ])('of errors is that of answers: %s', async (url, status) => {
    for (const [most, version] of [
      ['4.0', '4.0'],
      ['4.01', '4.01'],
      ['x', '4.0']
    ] as const) {
      const answer = await service.get(url, { 'OData-MaxVersion': most })
      expect([most, answer.headers.get('odata-version')]).toEqual([most, version])
      if (most !== 'x') expect(answer.status).toBe(status)
    }
  })

  it.each<Record<string, string>>([
    { 'OData-MaxVersion': '3.0' },
    { 'OData-MaxVersion': 'x' },
    { 'OData-MaxVersion': '' },
    { 'OData-MaxVersion': '4' },
    { 'OData-MaxVersion': '4.0x' },
    { 'OData-MaxVersion': '3.0;NetFx' },
    { 'OData-Version': '3.0' },
    { 'OData-Version': '3.0;NetFx' },
    { 'OData-Version': '4.02' },
    { 'OData-Version': '4.0, 4.01' }
  ])('is refused for %j', async (headers) => expect((await service.get(path, headers)).status).toBe(400))

  it('4.01 has control information without the prefix "odata."', async () => {
    const body = {
      '@type': '#microsoft.graph.provisioningObjectSummary',
      activityDateTime: at,
      initiatedBy: { '@type': '#microsoft.graph.initiator' }
    }
    expect((await service.post(path, body, { 'OData-Version': '4.01' })).status).toBe(201)
    expect((await service.post(path, { ...body, '@type': '#microsoft.graph.user' })).status).toBe(400)
  })
})

describe('Prefer: return (Protocol 4.01, 8.2.8.8)', () => {
  it('minimal gives 204 with the location', async () => {
    const { status, headers, text } = await service.post(
      path,
      { id: 'm', activityDateTime: at },
      { Prefer: 'return=minimal' }
    )
    expect([status, text, headers.get('preference-applied')]).toEqual([204, '', 'return=minimal'])
    expect(headers.get('location')).toBe(`${service.url}${path}('m')`)
    expect(headers.get('odata-entityid')).toBe(`${service.url}${path}('m')`)
    expect((await service.get(`${path}/m`)).status).toBe(200)
  })

  it('representation gives the entity', async () => {
    const { status, headers, body } = await service.post(
      path,
      { id: 'r', activityDateTime: at },
      { Prefer: 'return=representation' }
    )
    expect([status, body.id, headers.get('preference-applied')]).toEqual([201, 'r', 'return=representation'])
  })

  it('is told from other preferences, which may have commas in quotes', async () => {
    const { headers, status } = await service.post(
      path,
      { activityDateTime: at },
      { Prefer: 'odata.include-annotations="display.*,-core.*"; return=minimal' }
    )
    expect([status, headers.get('preference-applied')]).toEqual([
      204,
      'odata.include-annotations="display.*,-core.*", return=minimal'
    ])
  })

  it('respond-async is ignored', async () => {
    expect((await service.post(path, { activityDateTime: at }, { Prefer: 'respond-async' })).status).toBe(201)
  })
})

describe('Compression', () => {
  it('is used where the client accepts it', async () => {
    const url = `${service.url}/$metadata`
    const text = await new Promise<string>((resolve) => {
      httpGet(url, { headers: { 'Accept-Encoding': 'gzip' } }, (response) => {
        expect(response.headers['content-encoding']).toBe('gzip')
        let body = ''
        response
          .pipe(createGunzip())
          .on('data', (chunk) => (body += String(chunk)))
          .on('end', () => resolve(body))
      })
    })
    expect(text).toContain('<edmx:Edmx')
  })
})
