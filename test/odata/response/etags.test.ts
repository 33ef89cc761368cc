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

  it('is another for another event, even of the same content', async () => {
    expect(await etagOf(`${path}/e2`)).not.toBe(await etagOf(`${path}/e1`))
    expect(await etagOf(`${path}/e2?$select=jobId`)).not.toBe(await etagOf(`${path}/e1?$select=jobId`))
  })
})

describe('The ETag of what is no event', () => {
  it.each([path, `${path}?$select=id,jobId`, `${path}/e1/initiatedBy`, '/auditLogs', '/$metadata', '/'])(
    'is that of the representation, and strong: %s',
    async (url) => {
      const etag = await etagOf(url)
      expect(etag).toMatch(/^"[\w-]+"$/)
      expect(await etagOf(url)).toBe(etag)
    }
  )

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
    '/$metadata'
  ])('is answered with 304 where the client has it, strong or weak: %s', async (url) => {
    const etag = await etagOf(url)
    const opaque = etag.replace(/^W\//, '')
    for (const known of [etag, opaque, `W/${opaque}`, `"other", ${etag}`, `"other",W/${opaque}`, '*']) {
      const answer = await service.get(url, { 'If-None-Match': known })
      expect([known, answer.status, answer.text, answer.headers.get('etag')]).toEqual([known, 304, '', etag])
    }
    for (const other of ['"other"', 'W/"other"', opaque.slice(1, -1), `W/${opaque.slice(1, -1)}`])
      expect([other, (await service.get(url, { 'If-None-Match': other })).status]).toEqual([other, 200])
  })
})

describe('If-Match (Protocol 4.01, 8.2.4; RFC 9110, 13.1.1)', () => {
  it.each([`${path}/e1`, `${path}/e1?$select=jobId`, `${path}?$filter=id eq 'e1'`, '/$metadata'])(
    'is answered where the resource has the tag, and with 412 where it has another one: %s',
    async (url) => {
      const etag = await etagOf(url)
      for (const wanted of [etag, `"other", ${etag}`, '*'])
        expect([wanted, (await service.get(url, { 'If-Match': wanted })).status]).toEqual([wanted, 200])
      const answer = await service.get(url, { 'If-Match': '"other"' })
      const { code, target } = errorOf(answer)
      expect([answer.status, code, target]).toEqual([412, 'preconditionFailed', 'If-Match'])
      expect(answer.headers.get('content-type')).toBe('application/json')
    }
  )
})
