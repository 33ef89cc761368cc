import { documentedExample, errorOf, query, sharedService } from '../../support/service.ts'

const service = sharedService()
const path = '/auditLogs/provisioning'

beforeAll(async () => {
  await service.post(path, { ...documentedExample, id: 'negotiated' })
})

describe('Counts and raw values, which are plain text', () => {
  it.each([
    [`${path}/$count?$filter=id eq 'negotiated'`, '1'],
    [`${path}/negotiated/provisioningSteps/$count`, '1'],
    [`${path}/negotiated/durationInMilliseconds/$value`, '6']
  ])('are given to whoever accepts text, JSON or anything: %s', async (url, text) => {
    const alone = [
      'text/plain',
      'text/plain;q=0.9',
      'text/*',
      '*/*',
      '',
      'application/json',
      'TEXT/PLAIN;charset=UTF-8',
      'application/json;charset=utf-8'
    ]
    for (const accept of [...alone, 'application/json, text/plain', 'image/png, text/plain;q=0.1']) {
      const answer = await service.get(url, { Accept: accept })
      const type = answer.headers.get('content-type')
      const named = /charset/.test(accept) ? 'text/plain;charset=utf-8' : 'text/plain'
      expect([accept, answer.status, answer.text, type]).toEqual([accept, 200, text, named])
    }
  })

  it.each([
    [`${path}/$count`, 'image/png'],
    [`${path}/$count`, 'text/plain;q=0'],
    [`${path}/negotiated/durationInMilliseconds/$value`, 'text/html'],
    [`${path}/negotiated/durationInMilliseconds`, 'text/plain'],
    [path, 'text/plain'],
    ['/$metadata', 'text/plain']
  ])('are not what other resources have, nor all that can be asked for: %s as %s', async (url, accept) => {
    const answer = await service.get(url, { Accept: accept })
    expect([answer.status, errorOf(answer).code]).toEqual([406, 'notAcceptable'])
  })
})

describe('A media range', () => {
  it.each([
    ['application/json;', 'minimal'],
    ['application/json; ;odata.metadata=none ; q=0.5 ;', 'none'],
    ['application/xml, ,application/json;odata.metadata="none"', 'none']
  ])('may have empty parts: %s', async (accept, level) => {
    const answer = await service.get(path, { Accept: accept })
    const type = `application/json;odata.metadata=${level};IEEE754Compatible=false`
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, type])
  })
})

describe('$metadata in JSON, which OData 4.0 does not have (CSDL JSON 4.01)', () => {
  it.each<[string, Record<string, string>, string, string]>([
    ['a client that allows 4.01', { 'OData-MaxVersion': '4.01', Accept: 'application/json' }, 'json', '4.01'],
    ['a client that does not say', { Accept: 'application/json' }, 'json', '4.01'],
    ['a client that allows 4.0 only', { 'OData-MaxVersion': '4.0', Accept: 'application/json, */*' }, 'xml', '4.0'],
    ['a client that does not ask for it', { 'OData-MaxVersion': '4.01' }, 'xml', '4.01'],
    [
      'a client that sends the Accept of data with all requests, as Power Query may',
      { 'OData-MaxVersion': '4.0', Accept: 'application/json;odata.metadata=minimal' },
      'xml',
      '4.0'
    ],
    ['such a client that allows 4.01', { Accept: 'application/json;odata.metadata=minimal' }, 'json', '4.01']
  ])('for %s', async (_, headers, type, version) => {
    const answer = await service.get('/$metadata', headers)
    expect([answer.status, answer.headers.get('content-type'), answer.headers.get('odata-version')]).toEqual([
      200,
      `application/${type}`,
      version
    ])
  })

  it.each<[string, Record<string, string>]>([
    ['/$metadata', { 'OData-MaxVersion': '4.0', Accept: 'application/json' }],
    ['/$metadata?$format=json', { 'OData-MaxVersion': '4.0' }],
    ['/$metadata?$format=application/json;odata.metadata=minimal', { 'OData-MaxVersion': '4.0' }],
    ['/$metadata', { 'OData-MaxVersion': '4.0', Accept: 'application/atom+xml' }]
  ])('is refused at %s for %j', async (url, headers) => {
    const answer = await service.get(url, headers)
    expect([answer.status, errorOf(answer).message]).toEqual([406, 'The service can answer with application/xml only.'])
  })
})

describe('A request that accepts very much', () => {
  const accepting = (count: number) => ({ Accept: [...Array<string>(count - 1).fill('a/b;q=0'), '*/*'].join() })
  const batch = { requests: [{ id: '1', method: 'GET', url: `${path}/negotiated` }] }

  it.each<[string, string, (headers: Record<string, string>) => Promise<{ status: number; body: object }>]>([
    ['by itself', 'Accept', (headers) => service.get(`${path}/negotiated`, headers)],
    ['in a URL', '$format', ({ Accept = '' }) => service.get(query(`${path}/negotiated`, { $format: Accept }))],
    [
      'for its charset',
      'Accept-Charset',
      ({ Accept = '' }) => service.get(`${path}/negotiated`, { 'Accept-Charset': Accept.replace('*/*', '*') })
    ],
    ['as a batch', 'Accept', (headers) => service.send('POST', '/$batch', batch, headers)]
  ])('is answered, but refused with more ranges than 100: %s', async (_, target, ask) => {
    const message = 'A request must name at most 100 formats or charsets.'
    expect((await ask(accepting(100))).status).toBe(200)
    expect(await ask(accepting(101))).toMatchObject({
      status: 400,
      body: { error: { code: 'badRequest', message, target } }
    })
  })
})
