import { documentedExample, errorOf, sharedService } from '../support/service.ts'

const service = sharedService()
const UUID = /^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/

const SINGLETON = { name: 'auditLogs', kind: 'Singleton', url: 'auditLogs' }
const ENTITY_SET = { name: 'provisioningEvents', kind: 'EntitySet', url: 'provisioningEvents' }

describe.each([
  ['', [ENTITY_SET, SINGLETON]],
  ['/beta', [SINGLETON]]
])('The service root %s/', (root, resources) => {
  it('has a service document', async () => {
    const { status, body, headers } = await service.get(`${root}/`)
    expect([status, headers.get('odata-version')]).toEqual([200, '4.0'])
    expect(body).toEqual({
      '@odata.context': `${service.url}${root}/$metadata`,
      value: resources
    })
  })

  it('has the singleton', async () => {
    const { body } = await service.get(`${root}/auditLogs`)
    expect(body).toEqual({
      '@odata.context': `${service.url}${root}/$metadata#auditLogs`,
      '@odata.type': '#microsoft.graph.auditLogRoot'
    })
  })

  it.each(['provisioning', 'directoryProvisioning'])('has the collection %s', async (name) => {
    const { body } = await service.get(`${root}/auditLogs/${name}`)
    expect(body).toEqual({ '@odata.context': `${service.url}${root}/$metadata#auditLogs/${name}`, value: [] })
  })
})

describe('A browser', () => {
  it('is led from / to the page, where programs get the service document', async () => {
    const Accept = 'text/html,application/xhtml+xml,*/*;q=0.8'
    const { status, headers } = await fetch(`${service.url}/`, { headers: { Accept }, redirect: 'manual' })
    expect([status, headers.get('location'), headers.get('vary')]).toEqual([
      302,
      'app/',
      expect.stringContaining('Accept')
    ])
  })
})

describe('Methods', () => {
  const entity = '/auditLogs/provisioning/some'

  beforeAll(() => service.post('/auditLogs/provisioning', { ...documentedExample, id: 'some' }))

  it.each(['PUT', 'PATCH', 'DELETE', 'POST'])('%s on an event is refused: the log is append-only', async (method) => {
    const answer = await service.send(method, entity, { jobId: 'changed' })
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'GET, HEAD, OPTIONS'])
    expect(errorOf(answer).code).toBe('methodNotAllowed')
    expect((await service.get(entity)).body.jobId).toBe('Job Id value')
  })

  it.each(['PUT', 'PATCH', 'DELETE'])('%s on a collection is refused', async (method) => {
    const answer = await service.send(method, '/auditLogs/directoryProvisioning', {})
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'GET, HEAD, POST, OPTIONS'])
  })

  it.each(['/', '/auditLogs', '/$metadata', '/beta/', '/auditLogs/provisioning/$count'])(
    'POST on %s is refused',
    async (path) => {
      const answer = await service.post(path, {})
      expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'GET, HEAD, OPTIONS'])
    }
  )

  it.each([
    ['/auditLogs/provisioning', 'GET, HEAD, POST, OPTIONS'],
    [entity, 'GET, HEAD, OPTIONS'],
    ['/$batch', 'POST, OPTIONS']
  ])('OPTIONS on %s tells them', async (path, allow) => {
    const answer = await service.send('OPTIONS', path)
    expect([answer.status, answer.headers.get('allow'), answer.text]).toEqual([204, allow, ''])
  })

  it.each(['/', '/$metadata', '/auditLogs', '/auditLogs/provisioning', entity])(
    'HEAD on %s answers as GET does, without the body',
    async (path) => {
      const headers = { 'Accept-Encoding': 'identity' }
      const [head, get] = [await service.send('HEAD', path, undefined, headers), await service.get(path, headers)]
      expect([head.status, head.text]).toEqual([200, ''])
      for (const name of ['content-type', 'content-length', 'odata-version', 'etag'])
        expect(head.headers.get(name)).toBe(get.headers.get(name))
    }
  )

  it.each(['/$metadata', '/auditLogs', entity])(
    'HEAD on %s tells no length where GET might send encoded bytes (RFC 9110, 8.6)',
    async (path) => {
      const { status, headers } = await service.send('HEAD', path, undefined, { 'Accept-Encoding': 'gzip, br' })
      expect([status, headers.get('content-length'), headers.get('etag')]).toEqual([200, null, expect.any(String)])
    }
  )

  it('HEAD tells 404 for an event that does not exist', async () => {
    expect((await service.send('HEAD', '/auditLogs/provisioning/none')).status).toBe(404)
  })
})

describe('Every response', () => {
  it.each(['/', '/$metadata', '/auditLogs/provisioning', '/nothing', '/%ff', '/favicon.ico'])(
    'has a request-id, and a client-request-id: %s',
    async (path) => {
      const { headers } = await service.get(path)
      expect(headers.get('request-id')).toMatch(UUID)
      expect(headers.get('client-request-id')).toBe(headers.get('request-id'))
    }
  )

  it('returns the client-request-id that was sent, and tells both in errors', async () => {
    const answer = await service.get('/nothing', { 'client-request-id': 'my-request' })
    expect(answer.headers.get('client-request-id')).toBe('my-request')
    expect(answer.body).toEqual({
      error: {
        code: 'resourceNotFound',
        message: "There is no resource at 'nothing'.",
        innerError: {
          date: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/) as string,
          'request-id': answer.headers.get('request-id'),
          'client-request-id': 'my-request'
        }
      }
    })
  })
})

describe('The headers of an answer', () => {
  it.each([
    '/',
    '/$metadata',
    '/auditLogs/provisioning',
    '/auditLogs/provisioning/$count',
    '/auditLogs/provisioning/x'
  ])('tell what it depends on (Protocol 4.01, 8.3.8): %s', async (path) => {
    const { headers } = await service.get(path)
    expect(headers.get('vary')).toBe('Accept, OData-MaxVersion, Prefer, Accept-Encoding')
  })

  it.each<[string, string, number]>([
    ['GET', '/nothing', 404],
    ['GET', '/%ff', 400],
    ['PUT', '/auditLogs', 405],
    ['POST', '/$batch', 400],
    ['GET', '/$all', 501]
  ])('tell the language of an error (Protocol 4.01, 9.4): %s %s', async (method, path, status) => {
    const answer = await service.send(method, path, method === 'GET' ? undefined : {}, { 'Accept-Language': 'de' })
    expect([answer.status, answer.headers.get('content-language')]).toEqual([status, 'en'])
  })
})

describe('Isolation', () => {
  it.each(['OData-Isolation', 'Isolation'])('is not given: %s', async (name) => {
    for (const url of ['/', '/auditLogs/provisioning', '/$metadata']) {
      const answer = await service.get(url, { [name]: 'snapshot' })
      expect([answer.status, errorOf(answer).code, errorOf(answer).target]).toEqual([412, 'preconditionFailed', name])
    }
    const event = { id: 'isolated', activityDateTime: '2024-05-01T12:00:00Z' }
    expect((await service.post('/auditLogs/provisioning', event, { [name]: 'snapshot' })).status).toBe(412)
    expect((await service.get('/auditLogs/provisioning/isolated')).status).toBe(404)
    const requests = [{ id: '1', method: 'GET', url: '/auditLogs', headers: { [name]: 'snapshot' } }]
    const { body } = await service.post('/$batch', { requests })
    expect(body.responses).toMatchObject([{ status: 412 }])
    expect((await service.post('/$batch', { requests: [] }, { [name]: 'snapshot' })).status).toBe(412)
  })
})

describe('Links', () => {
  it('are built from the Host header', async () => {
    const { body } = await service.get('/beta/auditLogs/provisioning')
    expect(body['@odata.context']).toBe(`${service.url}/beta/$metadata#auditLogs/provisioning`)
  })

  it('ignore X-Forwarded headers, unless configured', async () => {
    const { body } = await service.get('/auditLogs', { 'X-Forwarded-Host': 'evil.test', 'X-Forwarded-Proto': 'https' })
    expect(body['@odata.context']).toBe(`${service.url}/$metadata#auditLogs`)
  })
})

describe('Representations', () => {
  const path = '/auditLogs/provisioning/some'
  const type = (level: string, streamed = '') =>
    `application/json;odata.metadata=${level}${streamed};IEEE754Compatible=false`

  it.each<[string | undefined, string]>([
    [undefined, 'minimal'],
    ['*/*', 'minimal'],
    ['application/*', 'minimal'],
    ['application/json', 'minimal'],
    ['application/json;odata.metadata=full', 'full'],
    ['application/json;metadata=none', 'none'],
    ['application/json;q=0.5,application/json;odata.metadata=none', 'none'],
    ['text/html,application/json;odata.metadata=full;q=0.9,*/*;q=0.1', 'full'],
    ['APPLICATION/JSON; ODATA.METADATA=FULL', 'full']
  ])('Accept: %s gives the metadata level %s', async (accept, level) => {
    const { headers } = await service.get(path, accept === undefined ? {} : { Accept: accept })
    expect(headers.get('content-type')).toBe(type(level))
    for (const root of ['/beta', '/v1.0']) {
      const answer = await service.get(root + path, accept === undefined ? {} : { Accept: accept })
      expect(answer.headers.get('content-type')).toBe(type(level, ';odata.streaming=true'))
    }
  })

  it.each(['', '/beta', '/v1.0'])('say that they are streamed as the client does, at %j', async (root) => {
    for (const streaming of ['odata.streaming=true', 'odata.streaming=false']) {
      const { headers } = await service.get(root + path, { Accept: `application/json;${streaming}` })
      expect(headers.get('content-type')).toBe(type('minimal', `;${streaming}`))
    }
    const { headers } = await service.get(`${root}${path}?$format=application/json;streaming=true`)
    expect(headers.get('content-type')).toBe(type('minimal', ';odata.streaming=true'))
  })

  it.each([
    'text/html',
    'application/xml',
    'application/json;odata.metadata=some',
    'application/json;q=0',
    'image/*',
    'application/json;odata.metadata=minimal;foo=bar',
    'application/json;constructor=1',
    'application/json;IEEE754Compatible=maybe',
    'application/json;odata.ieee754compatible=true',
    'application/json;streaming=',
    'application/json;charset=iso-8859-1',
    'application/json;q=0, */*',
    'application/*;q=0, */*;q=0.5',
    '*/*;level=1'
  ])('%s cannot be met, by Accept or $format', async (type) => {
    const refused = await service.get(path, { Accept: type })
    expect([refused.status, errorOf(refused).code, errorOf(refused).target]).toEqual([406, 'notAcceptable', 'Accept'])
    const other = await service.get(`${path}?$format=${encodeURIComponent(type)}`)
    expect([other.status, errorOf(other).code, errorOf(other).target]).toEqual([406, 'notAcceptable', '$format'])
  })

  it('of another media type that is acceptable, too, take the place of one with a parameter that is not known', async () => {
    const { headers } = await service.get(path, {
      Accept: 'application/json;profile=x, application/json;metadata=full;q=0.2'
    })
    expect(headers.get('content-type')).toBe(type('full'))
  })

  it.each<[Record<string, string>, number, boolean]>([
    [{}, 200, false],
    [{ Accept: 'application/json', 'Accept-Charset': 'utf-8' }, 200, false],
    [{ Accept: 'application/json;charset=utf-8' }, 200, true],
    [{ Accept: 'application/json;charset=iso-8859-1', 'Accept-Charset': 'utf-8' }, 200, true],
    [{ 'Accept-Charset': 'iso-8859-1, *;q=0.1' }, 200, false],
    [{ 'Accept-Charset': '' }, 200, false],
    [{ 'Accept-Charset': 'utf-8;q=0, *' }, 406, false],
    [{ 'Accept-Charset': 'iso-8859-1, utf-8;q=0' }, 406, false]
  ])('%j gives %d, and names the charset: %s', async (headers, status, namesCharset) => {
    for (const url of [path, '/auditLogs/provisioning', '/auditLogs', '/', `${path}/initiatedBy`]) {
      const answer = await service.get(url, headers)
      const contentType = String(answer.headers.get('content-type'))
      expect([answer.status, /charset/.test(contentType)]).toEqual([status, namesCharset])
    }
  })

  it.each([
    ['application/json;q=0, */*;q=0.1', 'application/x-ndjson;'],
    ['application/json;q=0, application/*;q=0, */*;q=0.1', 'text/csv'],
    ['*/*;q=0, application/json;q=0.1', 'application/json;']
  ])('of a collection are those that no more specific range refuses: %s', async (accept, start) => {
    const { status, headers } = await service.get('/auditLogs/provisioning', { Accept: accept })
    expect([status, headers.get('content-type')]).toEqual([200, expect.stringContaining(start)])
  })

  it('of errors do not name the charset', async () => {
    expect((await service.get('/nothing')).headers.get('content-type')).toBe('application/json')
  })

  it('$format wins over Accept', async () => {
    const { headers } = await service.get(`${path}?$format=application/json;odata.metadata=full`, {
      Accept: 'text/html'
    })
    expect(headers.get('content-type')).toBe(type('full'))
    expect((await service.get(`${path}?$format=json`)).headers.get('content-type')).toBe(type('minimal'))
    expect((await service.get(`${path}?$format=JSON`)).headers.get('content-type')).toBe(type('minimal'))
    for (const format of ['xml', '', 'constructor', '__proto__', 'json;metadata=full'])
      expect((await service.get(`${path}?$format=${format}`)).status).toBe(406)
  })

  it('of the level full have the types that the standard asks for, and links', async () => {
    const { body } = await service.get(path, { Accept: 'application/json;odata.metadata=full' })
    expect(body).toMatchObject({
      '@odata.type': '#microsoft.graph.provisioningObjectSummary',
      '@odata.id': `${service.url}/auditLogs/provisioning('some')`,
      '@odata.readLink': `${service.url}/auditLogs/provisioning('some')`,
      'activityDateTime@odata.type': '#DateTimeOffset',
      'durationInMilliseconds@odata.type': '#Int32',
      initiatedBy: { '@odata.type': '#microsoft.graph.initiator' },
      sourceSystem: { details: { '@odata.type': '#microsoft.graph.detailsInfo' } },
      'provisioningSteps@odata.type': '#Collection(microsoft.graph.provisioningStep)',
      provisioningSteps: [{ '@odata.type': '#microsoft.graph.provisioningStep' }]
    })
  })

  it.each([
    [`${path}/activityDateTime`, '#DateTimeOffset'],
    [`${path}/durationInMilliseconds`, '#Int32'],
    [`${path}/provisioningSteps`, '#Collection(microsoft.graph.provisioningStep)'],
    [`${path}/jobId`, undefined]
  ])('of properties of the level full have their type, too: %s', async (url, type) => {
    const { body } = await service.get(url, { Accept: 'application/json;odata.metadata=full' })
    expect(body['@odata.type']).toBe(type)
  })

  it.each([
    path,
    '/auditLogs/provisioning?$count=true',
    `${path}/initiatedBy`,
    `${path}/provisioningSteps`,
    '/auditLogs',
    '/'
  ])('of the level none have no control information but the count: %s', async (url) => {
    const { text } = await service.get(url, { Accept: 'application/json;odata.metadata=none' })
    expect(text.replace('"@odata.count":1', '')).not.toContain('@odata')
  })
})
