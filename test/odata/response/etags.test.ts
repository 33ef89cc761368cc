import { documentedExample, errorOf, query, sharedService } from '../../support/service.ts'

const service = sharedService()
const path = '/auditLogs/provisioning'
const example = { ...documentedExample, jobId: 'job' }

beforeAll(async () => {
  for (const id of ['e1', 'e2']) await service.post(path, { ...example, id })
})

const etagOf = async (url: string, headers?: Record<string, string>) => {
  const answer = await service.get(url, headers)
  expect(answer.status).toBe(200)
  return answer.headers.get('etag')!
}

describe('The ETag of an event (Protocol 4.01, 8.3.1; RFC 9110, 8.8.3)', () => {
  it('is one and weak, whatever of the event is read, and where', async () => {
    const etag = await etagOf(`${path}/e1`)
    expect(etag).toMatch(/^W\/"[\w-]+"$/)
    const urls = [
      `${path}('e1')`,
      `${path}/e1?$select=jobId`,
      `${path}/e1?$select=id,statusInfo/status`,
      `${path}/e1?$select=*`,
      `${path}/e1?$format=application/json;odata.metadata=full`,
      `${path}/e1?$format=application/json;odata.metadata=none`,
      `${path}/e1?$select=targetSystem&$format=application/json;odata.metadata=full`,
      `/auditLogs/directoryProvisioning/e1`,
      `/beta/auditLogs/provisioning/e1?$select=action`
    ]
    for (const url of urls) expect([url, await etagOf(url)]).toEqual([url, etag])
  })

  it.each<[string, Record<string, string>]>([
    ['representation', {}],
    ['full representation', { Accept: 'application/json;odata.metadata=full' }],
    ['link', { Prefer: 'return=minimal' }]
  ])('comes with the %s when the event is created', async (_, headers) => {
    const created = await service.post(path, example, headers)
    const location = created.headers.get('location')!.slice(service.url.length)
    expect(created.headers.get('etag')).toBe(await etagOf(location))
  })

  it.each(['', '/beta', '/v1.0'])('comes with each event with the level full, at %j', async (root) => {
    const full = { Accept: 'application/json;odata.metadata=full' }
    const tags = async (url: string) => {
      const { body } = await service.get(root + url, full)
      return ((body.value ?? [body]) as { id: string; '@odata.etag': string }[]).map((each) => each['@odata.etag'])
    }
    const [e1, e2] = [await etagOf(`${root}${path}/e1`), await etagOf(`${root}${path}/e2`)]
    const both = "$filter=id in ('e1','e2')&$orderby=id"
    for (const options of [both, `${both}&$select=jobId`, `${both}&$compute=1 as one`])
      expect(await tags(`${path}?${options}`)).toEqual([e1, e2])
    expect(await tags(`${path}/e1`)).toEqual([e1])
    expect(await tags(`${path}/e1?$select=id`)).toEqual([e1])
    const created = await service.post(root + path, { activityDateTime: '2024-05-01T12:00:00Z' }, full)
    expect(created.body['@odata.etag']).toBe(created.headers.get('etag'))
  })

  it('is another for another event, even of the same content', async () => {
    expect(await etagOf(`${path}/e2`)).not.toBe(await etagOf(`${path}/e1`))
    expect(await etagOf(`${path}/e2?$select=jobId`)).not.toBe(await etagOf(`${path}/e1?$select=jobId`))
  })
})

describe('The ETag of what is no event', () => {
  it.each([
    path,
    `${path}?$select=id,jobId`,
    `${path}/$count`,
    `${path}/e1/initiatedBy`,
    `${path}/e1/jobId/$value`,
    `${path}/e1/provisioningSteps/$count`,
    '/auditLogs',
    '/$metadata',
    '/'
  ])('is that of the representation, and weak, as it is that of all encodings: %s', async (url) => {
    const etag = await etagOf(url)
    expect(etag).toMatch(/^W\/"[\w-]+"$/)
    expect(await etagOf(url, { 'Accept-Encoding': 'identity' })).toBe(etag)
    expect(await etagOf(url, { 'Accept-Encoding': 'gzip' })).toBe(etag)
  })

  it('is another for another representation', async () => {
    const options = [{}, { $select: 'id' }, { $format: 'application/json;odata.metadata=full' }, { $top: '1' }]
    const etags = await Promise.all(options.map((each) => etagOf(query(path, each as Record<string, string>))))
    expect(new Set(etags).size).toBe(4)
  })
})

describe('If-None-Match (RFC 9110, 13.1.2)', () => {
  it.each([
    `${path}/e1`,
    `${path}/e1?$select=jobId`,
    `${path}?$filter=id eq 'e1'`,
    `${path}/e1/initiatedBy`,
    `${path}/e1/jobId/$value`,
    `${path}/$count`,
    '/$metadata'
  ])('is answered with 304 where the client has it, strong or weak: %s', async (url) => {
    const etag = await etagOf(url)
    const opaque = etag.replace(/^W\//, '')
    for (const known of [etag, opaque, `W/${opaque}`, `"other", ${etag}`, `"other",W/${opaque}`, '*']) {
      const answer = await service.get(url, { 'If-None-Match': known })
      expect([known, answer.status, answer.text, answer.headers.get('etag')]).toEqual([known, 304, '', etag])
      expect(answer.headers.get('content-type')).toBeNull()
    }
    for (const other of ['"other"', 'W/"other"', opaque.slice(1, -1), `W/${opaque.slice(1, -1)}`])
      expect([other, (await service.get(url, { 'If-None-Match': other })).status]).toEqual([other, 200])
  })
})

describe('A download', () => {
  it.each(['csv', 'ndjson'])('has no ETag, and 304 for any: %s (RFC 9110, 13.1.2)', async (format) => {
    const statusFor = async (tag: string) =>
      (await service.get(`${path}?$format=${format}`, { 'If-None-Match': tag })).status
    expect([await statusFor('*'), await statusFor('"x"')]).toEqual([304, 200])
    expect((await service.get(`${path}?$format=${format}&$top=x`, { 'If-None-Match': '*' })).status).toBe(400)
  })
})

describe('If-Match (Protocol 4.01, 8.2.4; RFC 9110, 13.1.1)', () => {
  it.each([
    [`${path}/e1/sourceSystem/displayName`, 204],
    [`${path}/e1/sourceSystem/displayName/$value`, 204],
    [`${path}?$format=csv`, 200],
    [`${path}?$format=ndjson`, 200]
  ])('asks for no ETag that an answer without one has: %s', async (url, status) => {
    const statusFor = async (tag: string) => (await service.get(url, { 'If-Match': tag })).status
    expect([await statusFor('"x"'), await statusFor('W/"x", "y"'), await statusFor('*')]).toEqual([412, 412, status])
  })

  it.each([
    `${path}/e1`,
    `${path}/e1?$select=jobId`,
    `${path}?$filter=id eq 'e1'`,
    `${path}/$count`,
    `${path}/e1/jobId/$value`,
    '/$metadata'
  ])('is answered where the resource has the tag, and with 412 where it has another one: %s', async (url) => {
    const etag = await etagOf(url)
    for (const wanted of [etag, `"other", ${etag}`, '*'])
      expect([wanted, (await service.get(url, { 'If-Match': wanted })).status]).toEqual([wanted, 200])
    const answer = await service.get(url, { 'If-Match': '"other"' })
    const { code, target } = errorOf(answer)
    expect([answer.status, code, target]).toEqual([412, 'preconditionFailed', 'If-Match'])
    expect(answer.headers.get('content-type')).toBe('application/json')
  })
})

describe('A POST (Protocol 4.01, 8.2.4 and 8.2.5)', () => {
  it.each<[Record<string, string>, string]>([
    [{ 'If-Match': '"other"' }, 'If-Match'],
    [{ 'If-Match': '' }, 'If-Match'],
    [{ 'If-None-Match': '*' }, 'If-None-Match']
  ])('with a condition that is not met creates nothing: %j', async (headers, header) => {
    const event = { id: 'conditional', activityDateTime: '2024-05-01T12:00:00Z' }
    const requests = [
      { id: '1', method: 'POST', url: path, headers: { 'Content-Type': 'application/json' }, body: event }
    ]
    for (const answer of [
      await service.post(path, event, headers),
      await service.post('/$batch', { requests }, headers)
    ]) {
      const { code, target } = errorOf(answer)
      expect([answer.status, code, target]).toEqual([412, 'preconditionFailed', header])
    }
    expect((await service.get(`${path}/conditional`)).status).toBe(404)
  })

  it.each<[string, Record<string, string>]>([
    ['any', { 'If-Match': '*' }],
    ['another', { 'If-None-Match': '"other"' }]
  ])('creates where the condition is met: %s', async (id, headers) => {
    const event = { id, activityDateTime: '2024-05-01T12:00:00Z' }
    expect((await service.post(path, event, headers)).status).toBe(201)
  })
})
