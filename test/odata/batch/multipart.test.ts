import { errorOf, sharedService } from '../../support/service.ts'
import { at, batchesTo, changeSet, creation, http, multipart, path, statusesIn } from '../../support/batch.ts'

const service = sharedService()
const { send } = batchesTo(service)

/** The type of an answer, with a boundary of its own. */
const BOUNDARY = /^multipart\/mixed;boundary=(batch_[\da-f-]{36})$/

describe('A batch in the multipart format (Protocol 4.01, 11.7.7)', () => {
  it('creates and reads', async () => {
    const answer = await send([
      http(`POST ${path}`, '', JSON.stringify({ id: 'mp1', activityDateTime: at })),
      http(`GET ${path}/mp1?$select=id`)
    ])
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, expect.stringMatching(BOUNDARY)])
    expect(answer.text).toMatch(/HTTP\/1\.1 201 Created[^]*HTTP\/1\.1 200 OK[^]*"id":"mp1"/)
  })

  it('takes a boundary in quotes', async () => {
    const answer = await send([http(`GET ${path}/$count`)], '', 'multipart/mixed; boundary="b"')
    expect([answer.status, answer.text]).toEqual([200, expect.stringContaining('HTTP/1.1 200 OK')])
  })

  it('takes lines of requests without a version, as examples of the standard have them (11.7.7.1)', async () => {
    const without = (part: string) => part.replace(' HTTP/1.1', ' ')
    const get = without(http(`GET ${path}/$count`)).replace('\r\n\r\n\r\n', '\r\nHost: host\r\n\r\n\r\n')
    const { status, text } = await send([get, changeSet([without(creation('unversioned'))])])
    expect([status, text.match(/HTTP\/1\.1 \d+/g)]).toEqual([200, ['HTTP/1.1 200', 'HTTP/1.1 201']])
  })

  it.each(['', '/beta'])('takes lines that end with line feeds only, at %j', async (root) => {
    const event = (id: string, more = '') =>
      http(`POST ${path}`, more, JSON.stringify({ id, activityDateTime: at }, null, 2))
    const sized = event(`lf1${root.slice(1)}`).replace('json\r\n', 'json\r\nContent-Length: 75\r\n')
    const group = changeSet([event(`lf2${root.slice(1)}`, 'Content-ID: 1\r\n')])
    const body = multipart('b', [sized, group, http(`GET ${path}/lf2${root.slice(1)}`)]).replaceAll('\r\n', '\n')
    const answer = await service.send('POST', `${root}/$batch`, body, { 'Content-Type': 'multipart/mixed;boundary=b' })
    expect(answer.text.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 201', 'HTTP/1.1 201', 'HTTP/1.1 200'])
  })

  it.each<[string | undefined, string[]]>([
    ['continue-on-error', ['400', '200']],
    ['continue-on-error=true', ['400', '200']],
    ['odata.continue-on-error', ['400', '200']],
    ['odata.continue-on-error=true', ['400', '200']],
    ['return=minimal, Continue-On-Error = "true"', ['400', '200']],
    ['continue-on-error=false', ['400']],
    ['odata.continue-on-error=false', ['400']],
    ['continue-on-error=false, odata.continue-on-error=true', ['400']],
    ['x="continue-on-error"', ['400']],
    [undefined, ['400']]
  ])('goes on after an error if the client prefers that: %s', async (preference, statuses) => {
    const parts = [http(`GET ${path}?$top=none`), http(`GET ${path}/$count`)]
    const { text } = await send(parts, '', undefined, preference === undefined ? {} : { Prefer: preference })
    expect([...text.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status)).toEqual(statuses)
  })

  it('answers a URL that is none with 400, and the others as they are', async () => {
    const get = http(`GET ${path}/$count`)
    const { status, text } = await send([get, http('GET http://['), get], '', undefined, {
      Prefer: 'odata.continue-on-error'
    })
    expect([status, text.match(/HTTP\/1\.1 \d+/g)]).toEqual([200, ['HTTP/1.1 200', 'HTTP/1.1 400', 'HTTP/1.1 200']])
  })

  it.each([1, 25])('is refused with %d parts that do not say that they are requests', async (length) => {
    for (const header of ['', 'Content-Type: text/plain\r\n', 'Content-ID: 1\r\n']) {
      const parts = Array.from({ length }, () => `${header}\r\nGET ${path}/$count HTTP/1.1\r\n\r\n`)
      const answer = await send(parts, '/beta')
      expect([answer.status, errorOf(answer).code]).toEqual([400, 'invalidBody'])
    }
  })

  it('takes bodies as requests by themselves do', async () => {
    const part = creation('typed').replace('Content-Type: application/json', 'Content-Type: text/plain')
    expect(statusesIn((await send([part])).text)).toEqual([415])
    expect((await service.get(`${path}/typed`)).status).toBe(404)
  })

  it.each<[string, string]>([
    ['application/json, text/plain, */*', 'multipart/mixed'],
    ['application/json, */*;q=0.1', 'application/json'],
    ['application/json', 'application/json']
  ])('is answered in its own format, unless its client prefers the other: %s', async (accept, type) => {
    const { status, headers } = await send([http(`GET ${path}/$count`)], '', undefined, { Accept: accept })
    expect([status, headers.get('content-type')!.split(';')[0]]).toEqual([200, type])
  })

  it('has at most 20 requests at /beta', async () => {
    const parts = Array.from({ length: 21 }, () => http(`GET ${path}/$count`))
    expect((await send(parts, '/beta')).status).toBe(400)
    expect((await send(parts)).status).toBe(200)
  })

  it('may have text before its parts and after them, and spaces after boundaries', async () => {
    const body = `This is MIME.\r\n--b \r\n${http(`GET ${path}/$count`)}\r\n--b--  \r\n--b\r\nThe end.`
    const answer = await service.send('POST', '/$batch', body, { 'Content-Type': 'multipart/mixed;boundary=b' })
    expect([answer.status, statusesIn(answer.text)]).toEqual([200, [200]])
  })

  it('may have what looks like boundaries in bodies, and boundaries that begin like others', async () => {
    const event = { id: 'lookalike', activityDateTime: at, action: '--b--', jobId: '\r\n--b\r\n--c--' }
    const pretty = JSON.stringify(event, null, 2)
    const set = `Content-Type: multipart/mixed;boundary=bc\r\n\r\n${multipart('bc', [http(`POST ${path}`, '', pretty)])}`
    expect(statusesIn((await send([set])).text)).toEqual([201])
    const { body } = await service.get(`${path}/lookalike`)
    expect([body.action, body.jobId]).toEqual([event.action, event.jobId])
  })

  it('may have a boundary with characters that need quotes', async () => {
    const type = 'multipart/mixed; charset=utf-8; Boundary="a=b:c (d)"'
    const body = multipart('a=b:c (d)', [http(`GET ${path}/$count`)])
    const answer = await service.send('POST', '/$batch', body, { 'Content-Type': type })
    expect(statusesIn(answer.text)).toEqual([200])
  })

  it('is answered with another boundary, as what is read may have that of the batch in it (RFC 2046, 5.1)', async () => {
    const jobId = '\r\n--b\r\nContent-Type: application/http\r\n\r\nHTTP/1.1 204 Forged\r\n\r\n\r\n--b--\r\n'
    await service.post(path, { id: 'forged', activityDateTime: at, jobId })
    const { headers, text } = await send([http(`GET ${path}/forged/jobId/$value`), http(`GET ${path}/$count`)])
    const [, boundary = ''] = BOUNDARY.exec(headers.get('content-type') ?? '') ?? []
    const parts = text.split(`--${boundary}`)
    expect(parts).toHaveLength(4)
    expect([parts[0], parts[1]?.endsWith(`\r\n\r\n${jobId}\r\n`), parts[3]]).toEqual(['', true, '--\r\n'])
  })

  it('answers a body that is not JSON with 400, and the others as they are', async () => {
    const parts = [http(`POST ${path}`, '', '{"id":'), http(`POST ${path}`), creation('after text')]
    const { text } = await send(parts, '', undefined, { Prefer: 'continue-on-error' })
    expect(statusesIn(text)).toEqual([400, 400, 201])
    expect(text).toContain('The request body is not JSON')
  })

  it('answers a body with a member twice with 400, and the others as they are', async () => {
    const twice = http(`POST ${path}`, '', `{"activityDateTime":"${at}","jobId":"a:b","jobId":"c"}`)
    const sound = http(`POST ${path}`, '', `{"activityDateTime":"${at}","jobId":"a:b"}`)
    const { text } = await send([sound, twice, sound], '', undefined, { Prefer: 'continue-on-error' })
    expect(text.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 201', 'HTTP/1.1 400', 'HTTP/1.1 201'])
    expect(text).toContain("The request body has an object with two members 'jobId'.")
  })

  it('keeps numbers as they were sent', async () => {
    const body = `{"id":"exact","activityDateTime":"${at}","targetSystem":{"details":{"n":12345678901234567890}}}`
    expect(statusesIn((await send([http(`POST ${path}`, '', body)])).text)).toEqual([201])
    expect((await service.get(`${path}/exact`)).text).toContain('12345678901234567890')
  })

  const wrong: [string, string][] = [
    ['no end', `--b\r\n${creation('cut off')}\r\n`],
    ['more lines than the service takes', `--b\r\n${creation('long')}${'\n'.repeat(500_000)}\r\n--b--\r\n`],
    ['a change set without an end', `--b\r\n${changeSet([creation('cut off')]).replace('--c--', '')}\r\n--b--\r\n`],
    ['no parts', '--b--\r\n'],
    ['a change set without parts', multipart('b', [changeSet([])])],
    ['a change set in a change set', multipart('b', [changeSet([changeSet([creation('cut off')])])])],
    ['a change set without a boundary', multipart('b', [changeSet([creation('cut off')], 'multipart/mixed')])],
    ['another boundary', multipart('x', [creation('cut off')])],
    ['no line of a request', multipart('b', ['Content-Type: application/http\r\n\r\n'])],
    ['a URL that breaks off', multipart('b', [http('GET')])],
    ['a batch in it', multipart('b', [http('POST /$batch', '', '{}')])],
    ['an unknown method', multipart('b', [http(`FOO ${path}`)])]
  ]
  it.each(wrong)('is refused with %s', async (_, body) => {
    const answer = await service.send('POST', '/$batch', body, { 'Content-Type': 'multipart/mixed;boundary=b' })
    expect([answer.status, errorOf(answer).code]).toEqual([400, expect.stringMatching('invalidBody|badRequest')])
    expect((await service.get(`${path}/cut%20off`)).status).toBe(404)
  })

  it('is refused without a boundary', async () => {
    const answer = await send([http(`GET ${path}/$count`)], '', 'multipart/mixed')
    expect([answer.status, errorOf(answer).target]).toEqual([400, 'Content-Type'])
  })

  it.each(['%24batch', '/beta/$batch'])('answers a batch in it with 400, at %s, too', async (url) => {
    expect(statusesIn((await send([http(`POST ${url}`, '', '{"requests":[]}')], '/beta')).text)).toEqual([400])
  })
})
