import { errorOf, sharedService } from '../../support/service.ts'
import { at, batchesTo, path, post, type Part } from '../../support/batch.ts'

const service = sharedService()
const { batch } = batchesTo(service)

describe('A batch in JSON (OData JSON 4.01, section 19)', () => {
  it('creates and reads, and every part has its status, headers and body', async () => {
    const parts = await batch(
      [post('1', { id: 'b1', activityDateTime: at }), { id: '2', method: 'GET', url: `${path}/b1?$select=id` }],
      '/beta'
    )
    expect(parts.get('1')).toMatchObject({
      status: 201,
      headers: { Location: `${service.url}/beta${path}('b1')`, 'OData-Version': '4.0' },
      body: { id: 'b1', '@odata.type': '#microsoft.graph.provisioningObjectSummary' }
    })
    expect(parts.get('2')!.body).toEqual({
      '@odata.context': `${service.url}/beta/$metadata#auditLogs/provisioning(id)/$entity`,
      '@odata.type': '#microsoft.graph.provisioningObjectSummary',
      id: 'b1'
    })
  })

  it('takes URLs relative to the root and the host, and absolute ones', async () => {
    const urls = [
      'auditLogs/provisioning/b1',
      '/auditLogs/provisioning/b1',
      '/beta/auditLogs/provisioning/b1',
      `${service.url}/beta/auditLogs/provisioning/b1`
    ]
    const parts = await batch(
      urls.map((url, index) => ({ id: String(index), method: 'GET', url })),
      '/beta'
    )
    expect([...parts.values()].map(({ status }) => status)).toEqual([200, 200, 200, 200])
  })

  it("goes on after an error, and tells it in its part with Graph's body", async () => {
    const parts = await batch([
      post('1', { id: 'b2' }),
      { id: '2', method: 'GET', url: '/nothing' },
      { id: '3', method: 'DELETE', url: `${path}/b1` },
      { id: '4', method: 'GET', url: `${path}?$filter=foo%20eq%201` },
      { id: '5', method: 'GET', url: `${path}/$count` }
    ])
    expect([...parts.values()].map(({ status }) => status)).toEqual([400, 404, 405, 400, 200])
    expect(parts.get('1')!.body).toMatchObject({ error: { code: 'missingProperty', target: 'activityDateTime' } })
    expect(parts.get('4')!.body).toMatchObject({ error: { code: 'invalidQueryOption', target: '$filter' } })
    expect(parts.get('3')!.headers.allow).toBe('GET, HEAD, OPTIONS')
  })

  it('stops after an error if the client prefers that', async () => {
    const parts = await batch(
      [{ id: '1', method: 'GET', url: '/nothing' }, post('2', { id: 'never', activityDateTime: at })],
      '',
      { Prefer: 'continue-on-error=false, odata.continue-on-error=false' }
    )
    expect([...parts.keys()]).toEqual(['1'])
    expect((await service.get(`${path}/never`)).status).toBe(404)
  })

  it('obeys the formats and preferences of each part', async () => {
    const parts = await batch([
      { id: '1', method: 'GET', url: `${path}/b1`, headers: { accept: 'application/json;odata.metadata=none' } },
      post(
        '2',
        { id: 'minimal', activityDateTime: at },
        { headers: { 'content-type': 'application/json', prefer: 'return=minimal' } }
      ),
      { id: '3', method: 'GET', url: `${path}?$select=id`, headers: { prefer: 'maxpagesize=1' } },
      { id: '4', method: 'GET', url: path, headers: { accept: 'text/html' } }
    ])
    expect(JSON.stringify(parts.get('1')!.body)).not.toContain('@odata')
    expect(parts.get('2')).toMatchObject({ status: 204, headers: { 'preference-applied': 'return=minimal' } })
    expect(parts.get('3')!.body.value).toHaveLength(1)
    expect(parts.get('3')!.body['@odata.nextLink']).toContain(`${service.url}${path}?`)
    expect(parts.get('4')!.status).toBe(406)
  })

  it('has the version and the formats of its requests that name none (Protocol 4.01, 8.2.1 and 8.2.7)', async () => {
    const requests = [
      { id: '1', method: 'GET', url: `${path}?$select=id` },
      {
        id: '2',
        method: 'GET',
        url: `${path}?$select=id`,
        headers: { Accept: 'application/json', 'OData-MaxVersion': '4.0' }
      },
      { id: '3', method: 'GET', url: `${path}/$count` },
      { id: '4', method: 'GET', url: '/auditLogs?$expand=provisioning($top=0)' },
      { id: '5', method: 'GET', url: '/nothing' },
      { id: '6', method: 'GET', url: '/auditLogs', dependsOn: ['5'] }
    ]
    const parts = await batch(requests, '', {
      Accept: 'multipart/mixed;q=0.1, application/json;metadata=none',
      'OData-MaxVersion': '4.01'
    })
    expect([...parts.values()].map(({ status, headers }) => [status, headers['odata-version']])).toEqual([
      [200, '4.01'],
      [200, '4.0'],
      [200, '4.01'],
      [200, '4.01'],
      [404, '4.01'],
      [424, '4.01']
    ])
    expect(Object.keys(parts.get('1')!.body)).toEqual(['value'])
    expect(Object.keys(parts.get('2')!.body)).toEqual(['@odata.context', 'value'])
    expect(Number(parts.get('3')!.body)).toBeGreaterThan(0)
    expect(parts.get('4')!.body).toEqual({ provisioning: [] })
  })

  it.each(['application/json', 'multipart/mixed;q=0.5, application/json;q=0.4'])(
    'may accept what its requests do not have: %s',
    async (accept) => {
      const requests = { requests: [{ id: '1', method: 'GET', url: '/$metadata' }] }
      const { status, text } = await service.post('/$batch', requests, { Accept: accept, 'OData-MaxVersion': '4.0' })
      expect([status, text]).toEqual([200, expect.stringContaining('application/xml')])
    }
  )

  it.each([
    ['text/plain', 415],
    ['application/xml', 415],
    ['application/json;charset=utf-16', 415],
    ['application/json;odata.metadata=minimal;charset=UTF-8', 201]
  ])('takes bodies as requests by themselves do: %s', async (type, status) => {
    const id = `of-type-${type.replace(/\W/g, '-')}`
    const parts = await batch([post('1', { id, activityDateTime: at }, { headers: { 'Content-Type': type } })])
    expect(parts.get('1')).toMatchObject({
      status,
      body: status === 201 ? { id } : { error: { code: 'unsupportedMediaType', target: 'Content-Type' } }
    })
    expect((await service.get(`${path}/${id}`)).status).toBe(status === 201 ? 200 : 404)
  })

  it('has bodies as JSON, as text, or in base64url (OData JSON 4.01, 19.1)', async () => {
    const requests = ['/auditLogs', `${path}/$count`, '/$metadata?$format=xml', '/$metadata?$format=json']
    const parts = await batch(requests.map((url, index) => ({ id: String(index), method: 'GET', url })))
    const bodies = [...parts.values()].map(({ body }) => body as unknown)
    expect(bodies[0]).toMatchObject({ '@odata.type': '#microsoft.graph.auditLogRoot' })
    expect(bodies[1]).toMatch(/^\d+$/)
    expect(bodies[2]).toMatch(/^[\w-]+$/)
    expect(Buffer.from(bodies[2] as string, 'base64url').toString()).toBe((await service.get('/$metadata')).text)
    expect(bodies[3]).toMatchObject({ $Version: '4.01' })
  })

  it.each<[string, 'json' | 'multipart' | undefined]>([
    ['', 'json'],
    ['*/*', 'json'],
    ['multipart/mixed', 'multipart'],
    ['multipart/*;q=0.2', 'multipart'],
    ['multipart/mixed;boundary=x, application/json;q=0.9', 'multipart'],
    ['application/json, multipart/mixed;q=0.9', 'json'],
    ['application/json;odata.metadata=full, multipart/mixed', 'json'],
    ['application/json;q=0, */*', 'multipart'],
    ['multipart/mixed;q=0, application/json;q=0.1', 'json'],
    ['text/html', undefined],
    ['application/json;foo=bar', undefined],
    ['application/json;q=0', undefined]
  ])('is answered in the format that its client prefers: %j in %s', async (accept, format) => {
    const id = `preferred-${accept.replace(/\W/g, '-')}`
    const answer = await service.post(
      '/$batch',
      { requests: [post('1', { id, activityDateTime: at })] },
      { Accept: accept }
    )
    const type = answer.headers.get('content-type') ?? ''
    if (format === undefined) {
      expect([answer.status, errorOf(answer).code, errorOf(answer).target]).toEqual([406, 'notAcceptable', 'Accept'])
      expect((await service.get(`${path}/${id}`)).status).toBe(404)
    } else
      expect([answer.status, type]).toEqual([
        200,
        format === 'json' ? 'application/json' : expect.stringMatching(/^multipart\/mixed;/)
      ])
  })

  it.each([
    ['json', 'multipart/mixed', 200, 'application/json'],
    ['multipart/mixed', 'application/json', 200, 'multipart/mixed'],
    ['xml', '*/*', 406, 'application/json']
  ])('is answered in the format of $format=%s, whatever it accepts', async ($format, accept, status, type) => {
    const requests = { requests: [{ id: '1', method: 'GET', url: `${path}/$count` }] }
    const answer = await service.post(`/$batch?$format=${$format}`, requests, { Accept: accept })
    expect([answer.status, answer.headers.get('content-type')?.split(';')[0]]).toEqual([status, type])
  })

  it('has at most 20 requests at /beta, and 1,000 at /', async () => {
    const requests = (count: number) =>
      Array.from({ length: count }, (_, i) => ({ id: String(i), method: 'GET', url: `${path}/$count` }))
    expect((await batch(requests(20), '/beta')).size).toBe(20)
    const answer = await service.post('/beta/$batch', { requests: requests(21) })
    expect([answer.status, errorOf(answer).code]).toEqual([400, 'invalidBody'])
    expect((await batch(requests(21))).size).toBe(21)
    expect((await service.post('/$batch', { requests: requests(1001) })).status).toBe(400)
  })

  it.each<[string, unknown]>([
    ['no requests', {}],
    ['an empty list', { requests: [] }],
    ['a request without an id', { requests: [{ method: 'GET', url: path }] }],
    [
      'the same id twice',
      {
        requests: [
          { id: '1', method: 'GET', url: path },
          { id: '1', method: 'GET', url: path }
        ]
      }
    ],
    ['an unknown method', { requests: [{ id: '1', method: 'FOO', url: path }] }],
    ['an unknown dependency', { requests: [{ id: '1', method: 'GET', url: path, dependsOn: ['x'] }] }],
    ['a dependency on itself', { requests: [{ id: '1', method: 'GET', url: path, dependsOn: ['1'] }] }],
    ['a reference to itself', { requests: [{ id: '1', method: 'GET', url: '$1' }] }],
    ['headers that are no object', { requests: [{ id: '1', method: 'GET', url: path, headers: 'x' }] }],
    ['headers that are a number', { requests: [{ id: '1', method: 'GET', url: path, headers: JSON.rawJSON('1.0') }] }],
    ['a query in an atomicity group', { requests: [{ id: '1', method: 'get', url: path, atomicityGroup: 'g' }] }],
    ['a batch in the batch', { requests: [{ id: '1', method: 'POST', url: '/$batch', body: {} }] }]
  ])('is refused with %s', async (_, body) => {
    const answer = await service.post('/$batch', body)
    expect([answer.status, typeof errorOf(answer).code]).toEqual([400, 'string'])
  })

  const posting = (id: string, body: string) =>
    `{"id":"${id}","method":"POST","url":"${path}","headers":{"Content-Type":"application/json"},"body":${body}}`

  it.each([
    ['requests', `{"requests":[],"requests":[${posting('1', '{}')}]}`],
    ['id', `{"requests":[{"id":"2",${posting('1', '{}').slice(1)}]}`],
    ['body', `{"requests":[{"body":{"a":1,"a":1},${posting('1', '{}').slice(1)}]}`],
    ['Accept', `{"requests":[${posting('1', '{}').replace('{"Content', '{"Accept":"","Accept":"","Content')}]}`],
    ['a', `{"more":[[{"a":1,"a":1}]],"requests":[${posting('1', '{"b":1,"b":1}')}]}`]
  ])('is refused if an object in it, but in no body, has a member twice: %s', async (name, text) => {
    const answer = await service.post('/$batch', text)
    const message = `The request body has an object with two members '${name}'.`
    expect([answer.status, errorOf(answer)]).toMatchObject([400, { code: 'invalidBody', message }])
  })

  it('answers bodies with a member twice with 400, and the others as they are', async () => {
    const event = (id: string, more: string) => `{"id":"${id}","activityDateTime":"${at}",${more}}`
    const sound = '"targetSystem":{"details":{"n":1.0,"body":[{"body":{}},{"body":"]}\\""}]}}'
    const requests = [
      posting('sound', event('twice-1', sound)),
      posting('twice', event('twice-2', '"jobId":"ü","job\\u0049d":"b"')),
      posting('within', event('twice-3', '"targetSystem":{"details":{"a":[{"ü":1,"b":{"c":1},"ü":{}}]}}')),
      posting('array', '[{"a":1,"a":1}]'),
      posting('others', event('twice-4', sound))
    ]
    const { status, body } = await service.post('/$batch', `{"requests":[${requests.join()}],"more":{"body":{}}}`)
    const twice = (name: string) => ({
      status: 400,
      body: { error: { code: 'invalidBody', message: `The request body has an object with two members '${name}'.` } }
    })
    const details = { n: 1, body: [{ body: {} }, { body: ']}"' }] }
    expect([status, body.responses]).toMatchObject([
      200,
      [
        { id: 'sound', status: 201, body: { id: 'twice-1', targetSystem: { details } } },
        { id: 'twice', ...twice('jobId') },
        { id: 'within', ...twice('ü') },
        { id: 'array', ...twice('a') },
        { id: 'others', status: 201, body: { id: 'twice-4', targetSystem: { details } } }
      ]
    ])
    expect((await service.get(`${path}('twice-4')`)).text).toContain('"n":1.0')
  })

  it('takes null for members that a request need not have, as some clients write them', async () => {
    const none = { headers: null, atomicityGroup: null, dependsOn: null, if: null }
    const { body } = await service.post('/$batch', {
      requests: [
        { id: '1', method: 'POST', url: path, body: { activityDateTime: at }, ...none },
        { id: '2', method: 'GET', url: `${path}/$count`, body: null, ...none }
      ]
    })
    expect(body.responses).toMatchObject([{ status: 201 }, { status: 200 }])
    expect((body.responses as object[])[0]).not.toHaveProperty('atomicityGroup')
  })

  it('refuses a group in which a body has a member twice', async () => {
    const group = (body: string, id: string) => posting(id, body).replace('{', '{"atomicityGroup":"g",')
    const event = (id: string, more = '') => `{"id":"${id}","activityDateTime":"${at}"${more}}`
    const requests = [group(event('group-1'), '1'), group(event('group-2', ',"jobId":"a","jobId":"a"'), '2')]
    const { body } = await service.post('/$batch', `{"requests":[${requests.join()}]}`)
    expect(body.responses).toMatchObject([{ status: 424 }, { status: 400 }])
    expect((await service.get(`${path}('group-1')`)).status).toBe(404)
  })

  it.each(['http://[', 'auditLogs/%', 'http://a:b'])(
    'answers the URL %s with 400, and the others as they are',
    async (url) => {
      const get = { method: 'GET', url: `${path}/$count` }
      const [before, after] = [
        { id: '1', ...get },
        { id: '3', ...get }
      ]
      for (const more of [{}, { dependsOn: ['1'] }]) {
        const parts = await batch([before, { id: '2', method: 'GET', url, ...more }, after], '', {
          Prefer: 'continue-on-error'
        })
        expect([...parts.values()].map(({ status }) => status)).toEqual([200, 400, 200])
        const alone = await batch([before, { id: '2', method: 'GET', url }, after])
        expect([...alone.values()].map(({ status }) => status)).toEqual([200, 400, 200])
      }
    }
  )

  it.each([
    [{ Prefer: 'return=minimal\r\nX: y' }],
    [{ Prefer: 'include-annotations="\u0007"' }],
    [{ prefer: 'maxpagesize=1\u2028' }],
    [{ 'a b': 'x' }],
    [{ '': 'x' }],
    [{ 'X\n': 'x' }]
  ])('answers the headers %j with 400, and the others as they are', async (headers) => {
    const get = { method: 'GET', url: `${path}/$count` }
    const event = post('2', { id: 'not stored', activityDateTime: at }, { headers: { ...headers } })
    for (const more of [{}, { dependsOn: ['1'] }, { atomicityGroup: 'g' }]) {
      const requests = [
        { id: '1', ...get },
        { ...event, ...more },
        { id: '3', ...get }
      ]
      const parts = await batch(requests, '', { Prefer: 'continue-on-error' })
      expect([...parts.values()].map(({ status }) => status)).toEqual([200, 400, 200])
    }
    expect((await service.get(`${path}/not%20stored`)).status).toBe(404)
  })

  it('answers headers that are larger than those of a request by itself with 431, and the others as they are', async () => {
    const get = { method: 'GET', url: `${path}/$count` }
    const large = { id: '2', ...get, headers: { Accept: ','.repeat(3_000_000) } }
    const many = Object.fromEntries(Array.from({ length: 2000 }, (_, i) => [`x-${i}`, 'value']))
    const parts = await batch([{ id: '1', ...get }, large, { id: '3', ...get, headers: many }, { id: '4', ...get }])
    expect([...parts.values()].map(({ status }) => status)).toEqual([200, 431, 431, 200])
    expect((parts.get('2')!.body as { error: object }).error).toMatchObject({
      code: 'headersTooLarge',
      message: 'Headers in a batch must have at most 16384 characters.'
    })
  })

  it.each<[object]>([[{ a: { toString: 1 } }], [{ a: ['b'] }], [{ a: null }], [{ a: {} }]])(
    'is refused with the headers %j',
    async (headers) => {
      const answer = await service.post('/$batch', { requests: [{ id: '1', method: 'GET', url: path, headers }] })
      expect([answer.status, errorOf(answer).code, errorOf(answer).target]).toEqual([
        400,
        'invalidBody',
        'requests/0/headers'
      ])
    }
  )

  it('takes headers that are numbers', async () => {
    for (const number of ['4.01', '4.0100', '4.010e0']) {
      const request = `{"id": "1", "method": "GET", "url": "${path}/$count", "headers": {"OData-MaxVersion": ${number}}}`
      const { status, body } = await service.post('/$batch', `{"requests": [${request}]}`)
      expect([status, (body.responses as Part[]).map((part) => part.status)]).toEqual([
        200,
        [number.includes('e') ? 400 : 200]
      ])
    }
  })

  it('is refused with another content type', async () => {
    const answer = await service.post('/$batch', 'x', { 'Content-Type': 'text/plain' })
    expect([answer.status, errorOf(answer).code]).toEqual([415, 'unsupportedMediaType'])
  })
})

describe('The names of headers in the answers of a batch in JSON', () => {
  const at401 = { 'OData-MaxVersion': '4.01' }
  const requests = (id: string, atomicityGroup?: string) => [
    post('1', { id, activityDateTime: at }, { ...(atomicityGroup && { atomicityGroup }) }),
    { id: '2', method: 'GET', url: `${path}/missing` },
    { id: '3', method: 'DELETE', url: `${path}/missing` },
    { id: '4', method: 'GET', url: '/auditLogs', headers: at401, ...(atomicityGroup && { dependsOn: ['1'] }) }
  ]

  it.each([
    ['each by itself', undefined],
    ['in a group, or dependent', 'g']
  ])('are lower case at the root, and those of Graph at /beta: %s', async (_, group) => {
    const lower = await batch(requests(`l${group}`, group))
    const graph = await batch(requests(`g${group}`, group), '/beta')
    const names = (parts: Map<string, Part>, id: string) => Object.keys(parts.get(id)!.headers).sort()
    for (const id of ['1', '2', '3', '4'])
      expect(names(lower, id)).toEqual(
        names(graph, id)
          .map((name) => name.toLowerCase())
          .sort()
      )
    expect(names(graph, '1')).toEqual(['Content-Length', 'Content-Type', 'ETag', 'Location', 'OData-Version', 'Vary'])
    const ofErrors = ['Content-Language', 'Content-Length', 'Content-Type', 'OData-Version', 'Vary']
    expect(names(graph, '2')).toEqual(ofErrors)
    expect(names(graph, '3')).toEqual(['Allow', ...ofErrors])
    expect(graph.get('4')!.headers['OData-Version']).toBe('4.01')
  })

  it('are those of Graph where a group failed, too', async () => {
    const group = { atomicityGroup: 'g' }
    const failing = [post('1', { activityDateTime: at }, group), post('2', { activityDateTime: 'never' }, group)]
    const parts = await batch(failing, '/beta')
    for (const { headers } of parts.values()) expect(headers['Content-Type']).toMatch(/^application\/json/)
  })
})
