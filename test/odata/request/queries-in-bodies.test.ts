import { batchesTo, get, http, multipart, statusesIn } from '../../support/batch.ts'
import { documentedExample, errorOf, sharedService, valuesOf, type Json } from '../../support/service.ts'

const service = sharedService()
const { batch, send } = batchesTo(service)
const path = '/auditLogs/provisioning'
const TEXT = { 'Content-Type': 'text/plain' }

/** Asks for a resource with a query in the body. */
const ask = (resource: string, body?: string, headers: Record<string, string> = TEXT) => {
  const [url = '', options] = resource.split('?')
  return service.send('POST', `${url}/$query${options === undefined ? '' : `?${options}`}`, body, headers)
}

/** A condition as long as URLs may have. */
const LONG = `$filter=id%20ne%20'${'x'.repeat(16_000)}'`

beforeAll(async () => {
  for (let i = 0; i < 3; i++) await service.post(path, { ...documentedExample, id: `e${i}`, jobId: `job ${i}` })
})

describe('A query in a body (URL Conventions 4.01, 4.17)', () => {
  it.each([
    [path, "$filter=jobId%20eq%20'job%201'&$select=id"],
    [path, 'FILTER=id+ne+@p&@p=%27e1%27&%24count=true&sap-client=100'],
    [path, '$apply=groupby((jobId),aggregate($count%20as%20n))&$orderby=jobId'],
    [path, '$top=1&$format=csv'],
    [path, '$skip=1&$format=ndjson'],
    [`/beta${path}`, '$top=1&$orderby=id'],
    [`/v1.0${path}`, '$top=1'],
    ['/provisioningEvents', '$top=1'],
    ['/auditLogs', '$expand=provisioning($top=1)'],
    ['/auditLogs/PROVISIONING', '$search=%22job%201%22'],
    [`${path}/$filter(id%20gt%20'e0')`, '$select=id'],
    [`${path}/$count`, "$filter=id%20gt%20'e0'"],
    [`${path}/$ref`, '$top=1'],
    [`${path}/e1`, '$select=id,jobId'],
    [`${path}('e1')/$ref`, '$format=json'],
    [`${path}/e1/modifiedProperties`, '$top=1'],
    [`${path}/e1/modifiedProperties/$count`, '$filter=true'],
    [`${path}/e1/jobId/$value`, ''],
    ['/$entity', `$id=auditLogs/provisioning('e1')&$select=id`],
    ['', ''],
    ['/$metadata', '$format=json']
  ])('is answered as that in a URL: %s %s', async (resource, body) => {
    const expected = await service.get(`${resource}?${body}`)
    expect([expected.status, expected.text]).toEqual([200, expect.stringMatching(/./)])
    const answer = await ask(resource, body)
    const compared = ({ status, text, headers }: typeof answer) =>
      [status, text, ...['content-type', 'etag', 'vary', 'odata-version'].map((name) => headers.get(name))] as const
    expect(compared(answer)).toEqual(compared(expected))
  })

  it('is taken together with that in the URL', async () => {
    const { body } = await ask(`${path}?$select=id&@p='e1'`, '$filter=id%20ne%20@p&$orderby=id')
    expect((body.value as Json[]).map(({ id }) => id)).toEqual(['e0', 'e2'])
    const twice = await ask(`${path}?$top=1`, 'top=2')
    expect([twice.status, errorOf(twice).target]).toEqual([400, '$top'])
  })

  it('may be empty, and end with a line break', async () => {
    for (const [body, headers] of [
      [undefined, {}],
      ['', {}],
      ['$top=1\n', TEXT],
      ['\ufeff$top=1\r\n', TEXT]
    ] as const)
      expect((await ask(path, body, headers)).status).toBe(200)
  })

  it('has the preferences and conditions of a GET', async () => {
    const answer = await ask(path, '$select=id', { ...TEXT, Prefer: 'maxpagesize=2' })
    expect(valuesOf(answer)).toHaveLength(2)
    expect(answer.headers.get('preference-applied')).toBe('odata.maxpagesize=2')
    const etag = String(answer.headers.get('etag'))
    const known = await ask(path, '$select=id', { ...TEXT, Prefer: 'maxpagesize=2', 'If-None-Match': etag })
    expect([known.status, known.text]).toEqual([304, ''])
    expect((await ask(path, '$top=1', { ...TEXT, 'If-Match': '"x"' })).status).toBe(412)
  })

  it('has links that are followed with GET, or with their query in a body where they are too long on the way', async () => {
    const ids: unknown[] = []
    let link = `${path}?${LONG}&$select=id&$orderby=id`
    for (let page = 0; page < 3; page++) {
      const [url = '', options] = link.replace(service.url, '').split('?')
      const headers = { ...TEXT, Prefer: 'maxpagesize=1' }
      const answer = await ask(url, options, headers)
      if (page) expect((await service.get(`${url}?${options}`, { Prefer: 'maxpagesize=1' })).text).toBe(answer.text)
      ids.push(...valuesOf(answer).map(({ id }) => id))
      link = (answer.body['@odata.nextLink'] ?? '') as string
    }
    expect([ids, link]).toEqual([['e0', 'e1', 'e2'], ''])
  })

  it('has delta links', async () => {
    const { body } = await ask(path, '$select=id', { ...TEXT, Prefer: 'track-changes' })
    const options = String(body['@odata.deltaLink']).replace(/^.*\?/, '')
    expect((await ask(path, options)).body).toMatchObject({
      value: [],
      '@odata.deltaLink': expect.any(String) as string
    })
  })

  it.each<[string, string | undefined, Record<string, string>, number, string]>([
    ['of JSON', '{"$top":1}', { 'Content-Type': 'application/json' }, 415, 'The request body must be text/plain.'],
    [
      'of a form',
      '$top=1',
      { 'Content-Type': 'application/x-www-form-urlencoded' },
      415,
      'The request body must be text/plain.'
    ],
    [
      'in another charset',
      '$top=1',
      { 'Content-Type': 'text/plain;charset=latin1' },
      415,
      'The request body must be in UTF-8.'
    ],
    [
      'with options by lines',
      '$search=x\n$top=1',
      TEXT,
      400,
      'A URL, and the query in a body, must have no tabs or line breaks, but %09, %0A, %0D.'
    ],
    ['with what no resource takes', '$unknown=1', TEXT, 400, "The query option '$unknown' is not known."],
    [
      'longer than a URL',
      `$filter=id%20ne%20'${'x'.repeat(16_384)}'`,
      TEXT,
      414,
      'A URL, with the query in a body, must have at most 16384 characters.'
    ]
  ])('%s is refused', async (_, body, headers, status, message) => {
    const answer = await ask(path, body, headers)
    expect([answer.status, errorOf(answer).message]).toEqual([status, message])
  })

  it.each<[string, string, number, string | null]>([
    ['GET', `${path}/$query`, 405, 'POST, OPTIONS'],
    ['OPTIONS', `${path}/$query`, 204, 'POST, OPTIONS'],
    ['POST', '/nothing/$query', 404, null],
    ['POST', `${path}/missing/$query`, 404, null],
    ['POST', '/$crossjoin(provisioningEvents)/$query', 501, null],
    ['POST', '/$batch/$query', 405, 'POST, OPTIONS']
  ])('is read from what can be read: %s %s', async (method, url, status, allow) => {
    const answer = await service.send(method, url)
    expect([answer.status, answer.headers.get('allow')]).toEqual([status, allow])
  })
})

describe('A query in a body in a batch', () => {
  const asked = (id: string, url: string, body?: unknown, more: Json = {}) => ({
    id,
    method: 'POST',
    url: `${url}/$query`,
    headers: { 'content-type': 'text/plain' },
    body,
    ...more
  })

  it('in JSON is a text', async () => {
    const answers = await batch([
      get('url', `${path}?$top=1&$select=id`),
      asked('body', path, '$top=1&$select=id'),
      asked('none', `${path}/$count`, undefined, { headers: { 'content-type': 'application/json' } }),
      asked('value', '$body/jobId', ''),
      asked('json', path, { $top: 1 }, { headers: { 'content-type': 'application/json' } }),
      asked('object', path, { $top: 1 })
    ])
    expect(answers.get('body')).toEqual({ ...answers.get('url'), id: 'body' })
    expect([...answers.values()].map(({ status }) => status)).toEqual([200, 200, 200, 404, 415, 415])
  })

  it('in the multipart format is text', async () => {
    const part = (resource: string, type: string, body: string) =>
      `Content-Type: application/http\r\n\r\nPOST ${resource}/$query HTTP/1.1\r\n${type}\r\n\r\n${body}`
    const answer = await send([
      http(`GET ${path}?$top=1&$select=id`),
      part(path, 'Content-Type: text/plain', '$top=1&$select=id'),
      part(path, 'Content-Type: application/json', '{}')
    ])
    expect(statusesIn(answer.text)).toEqual([200, 200, 415])
    const [first, second] = [...answer.text.matchAll(/^\{.*"value".*$/gm)].map(([body]) => body)
    expect([first, second]).toEqual([second, expect.stringContaining('"id":')])
  })

  it('changes nothing, so that change sets and atomicity groups do not take it', async () => {
    const message = 'A change set or atomicity group takes only requests that change data.'
    const json = await service.post('/$batch', { requests: [asked('1', path, '$top=1', { atomicityGroup: 'g' })] })
    expect([json.status, errorOf(json).message]).toEqual([400, message])
    const set = multipart('c', [`Content-Type: application/http\r\n\r\nPOST ${path}/$query HTTP/1.1\r\n\r\n$top=1`])
    const parts = await send([`Content-Type: multipart/mixed;boundary=c\r\n\r\n${set}`])
    expect([parts.status, errorOf(parts).message]).toEqual([400, message])
  })
})
