import { once } from 'node:events'
import { request, type IncomingMessage } from 'node:http'
import { connect } from 'node:net'
import { errorOf, sharedService, startService } from '../support/service.ts'

const service = sharedService()
const proxied = startService({ CDS_SERVER_TRUST__PROXY: 'loopback' })

/** Sends the lines of a request as they are, and returns the status and the body of the answer. */
const sent = async (...lines: string[]) => sentTo(service.url, ...lines)

async function sentTo(url: string, ...lines: string[]) {
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname)
  let text = ''
  socket.setEncoding('utf8').on('data', (part: string) => (text += part))
  socket.write([...lines, 'Connection: close', '', ''].join('\r\n'))
  await once(socket, 'close')
  const [head = '', body = ''] = text.split('\r\n\r\n')
  return { status: Number(head.split(' ')[1]), body }
}

describe('A request', () => {
  it.each(['/auditLogs', ''])('may have an absolute URL, whose host wins over the Host header: %s', async (path) => {
    const { status, body } = await sent(`GET http://log.localhost:81${path} HTTP/1.1`, 'Host: other.localhost')
    expect([status, body]).toEqual([200, expect.stringContaining('"http://log.localhost:81/$metadata')])
  })

  it('with several hosts is refused', async () => {
    const request = ['GET /auditLogs HTTP/1.1', 'Host: localhost', 'Host: evil.example']
    const { status, body } = await sentTo(proxied.url, ...request)
    expect([status, body]).toEqual([400, expect.stringContaining('The Host header is not valid.')])
    expect((await sent(...request)).status).toBe(400)
  })

  it('takes no transfer coding but chunked', async () => {
    const body = '{"activityDateTime":"2024-05-01T00:00:00Z"}'
    const post = ['POST /auditLogs/provisioning HTTP/1.1', 'Host: localhost', 'Content-Type: application/json']
    const chunks = ['Connection: close', '', body.length.toString(16), body, '0'] // and a trailer
    for (const [coding, expected] of [
      ['chunked', 201],
      ['Chunked', 201],
      ['gzip, chunked', 501]
    ]) {
      const { status } = await sent(...post, `Transfer-Encoding: ${coding}`, ...chunks)
      expect([coding, status]).toEqual([coding, expected])
    }
  })

  it('needs a host, of which links are made, in HTTP 1.0, too', async () => {
    const { status, body } = await sent('GET /auditLogs HTTP/1.0')
    expect([status, body]).toEqual([400, expect.stringContaining('The Host header is not valid.')])
    const { body: called } = await sent('GET /auditLogs HTTP/1.0', 'Host: log.localhost')
    expect(called).toContain('"http://log.localhost/$metadata')
  })
})

describe('In development, where nobody needs a token, the service', () => {
  const refusal = {
    code: 'badRequest',
    message:
      'In development the service is called localhost, or by an address: set server.trust_proxy if a proxy has another name for it.',
    target: 'Host'
  }

  it.each([
    'localhost',
    'LOCALHOST:4004',
    'log.localhost:81',
    '127.0.0.1',
    '192.0.2.1:81',
    '[::1]',
    '[2001:db8::1]:81'
  ])('answers to names that no other site can have: %s', async (Host) => {
    const { status, body } = await service.get('/auditLogs', { Host })
    expect([status, body['@odata.context']]).toEqual([200, `http://${Host}/$metadata#auditLogs`])
  })

  it.each(['evil.example', 'evil.example:4004', 'localhost.evil.example', 'notlocalhost', '127.0.0.1.evil.example'])(
    'does not answer to those of others, whose pages would be of the same origin: %s',
    async (Host) => {
      for (const path of ['/auditLogs/provisioning', '/$metadata', '/app/', '/docs/']) {
        const answer = await service.get(path, { Host })
        expect([answer.status, errorOf(answer)]).toMatchObject([400, refusal])
      }
      const posted = await service.post(
        '/auditLogs/provisioning',
        { activityDateTime: '2024-05-01T00:00:00Z' },
        { Host }
      )
      expect([posted.status, errorOf(posted)]).toMatchObject([400, refusal])
      const { status, body } = await sent(`GET http://${Host}/auditLogs HTTP/1.1`, 'Host: localhost')
      expect([status, body]).toEqual([400, expect.stringContaining(refusal.message)])
    }
  )

  it('answers to any name that a proxy gives it', async () => {
    const { status, body } = await proxied.get('/auditLogs', { Host: 'log.example' })
    expect([status, body['@odata.context']]).toEqual([200, 'http://log.example/$metadata#auditLogs'])
  })
})

describe('What is no request of HTTP', () => {
  const post = 'POST /auditLogs/provisioning HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n'
  const event = '{"activityDateTime":"2024-05-01T00:00:00Z"}'

  /** Sends a text as it is, and returns all answers until the connection is closed. */
  async function answers(text: string) {
    const { hostname, port } = new URL(service.url)
    const socket = connect(Number(port), hostname)
    let received = ''
    socket.setEncoding('utf8').on('data', (part: string) => (received += part))
    socket.write(text)
    await once(socket, 'close')
    return received.split(/(?=HTTP\/1\.1 \d)/).map((each) => {
      const [head = '', body = ''] = each.split('\r\n\r\n')
      return {
        head,
        status: Number(head.split(' ')[1]),
        body: JSON.parse(body || '{}') as { error?: Record<string, unknown> }
      }
    })
  }

  const count = async () => Number((await service.get('/auditLogs/provisioning/$count')).text)

  it.each<[string, string, number, string, string]>([
    [
      'another protocol',
      'EHLO localhost\r\n\r\n',
      400,
      'badRequest',
      'The request is not one of HTTP/1.1: Invalid method encountered.'
    ],
    [
      'a body whose chunks have other sizes',
      `${post}Transfer-Encoding: chunked\r\n\r\n5\r\n${event}\r\n0\r\n\r\n`,
      ...([400, 'badRequest', 'The request is not one of HTTP/1.1: Expected LF after chunk data.'] as const)
    ],
    [
      'a body of two lengths',
      `${post}Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n${event}`,
      ...([
        400,
        'badRequest',
        "The request is not one of HTTP/1.1: Content-Length can't be present with Transfer-Encoding."
      ] as const)
    ],
    [
      'headers of 60,000 bytes',
      `${post}X: ${'x'.repeat(60_000)}\r\n\r\n`,
      ...([431, 'headersTooLarge', 'The URL and the headers are larger than those of a request may be.'] as const)
    ]
  ])('is refused like others, and stores nothing: %s', async (_, text, status, code, message) => {
    const before = await count()
    const [answer, ...others] = await answers(text)
    expect([answer?.status, answer?.body.error, others]).toMatchObject([status, { code, message }, []])
    const id = /request-id: (\S+)/.exec(answer?.head ?? '')?.[1]
    expect(answer?.body.error?.innerError).toMatchObject({ 'request-id': id, 'client-request-id': id })
    expect(answer?.head).toMatch(/OData-Version: 4.0\r\n/)
    expect(answer?.head).toMatch(/Connection: close/)
    expect(await count()).toBe(before)
  })

  it.each([
    'HEAD ?$search=x HTTP/1.1\r\nHost: localhost\r\n\r\n',
    'HEAD /auditLogs HTTP/1.1\r\nHost: localhost\r\nX Y: z\r\n\r\n'
  ])('is refused without a body where it asks for none: %j', async (text) => {
    const all = await answers(text)
    expect(all.map(({ status, body }) => [status, body])).toEqual([[400, {}]])
    const sent = request(service.url, { method: 'HEAD', path: '?$search=x' }).end()
    const [{ statusCode }] = (await once(sent, 'response')) as [IncomingMessage]
    expect(statusCode).toBe(400)
  })

  it('is refused after the request before it on its connection is answered', async () => {
    const before = await count()
    const whole = `${post}Content-Length: ${event.length}\r\n\r\n${event}`
    for (const more of [' ', '\0', 'x\r\n\r\n', `${whole} `])
      expect((await answers(`${whole}${more}`)).map(({ status }) => status)).toEqual(
        more.startsWith('P') ? [201, 201, 400] : [201, 400]
      )
    expect(await count()).toBe(before + 5)
  })
})

describe('A request that is refused before it is received', () => {
  it.each<[string, string, string, number]>([
    ['for its size', '/auditLogs/provisioning', 'application/json', 413],
    ['for its type', '/auditLogs/provisioning', 'text/plain', 415],
    ['for its address', '/auditLogs/signIns', 'application/json', 404]
  ])('%s is answered also where the connection is closed then, which it waits for', async (_, to, type, status) => {
    const { hostname, port } = new URL(service.url)
    const socket = connect(Number(port), hostname)
    const errors: unknown[] = []
    let text = ''
    socket.on('error', (error) => errors.push(error))
    socket.setEncoding('utf8').on('data', (part: string) => (text += part))
    const head = [`POST ${to} HTTP/1.1`, 'Host: localhost', `Content-Type: ${type}`, 'Connection: close']
    socket.write([...head, 'Content-Length: 8000000', '', ''].join('\r\n'))
    const part = ' '.repeat(1_000_000)
    for (let sent = 0; sent < 8; sent++) await new Promise((resolve) => socket.write(part, resolve))
    await once(socket, 'close')
    expect([errors, text.split(' ')[1]]).toEqual([[], String(status)])
  })
})

describe('A client that waits until it is asked for the body (RFC 9110, 10.1.1)', () => {
  const path = '/auditLogs/provisioning'
  const event = '{"activityDateTime":"2024-05-01T00:00:00Z"}'

  /** Posts an event with headers; tells whether its body was asked for, and the status. */
  async function posted(headers: Record<string, string | number>, to = path) {
    const post = request(service.url + to, {
      method: 'POST',
      agent: false,
      headers: { Expect: '100-continue', ...headers }
    })
    let isAsked = false
    post.once('continue', () => {
      isAsked = true
      post.end(event)
    })
    post.flushHeaders()
    const [response] = (await once(post, 'response')) as [IncomingMessage]
    response.resume()
    return [response.statusCode, isAsked ? 'asked' : 'not asked']
  }

  it('is asked for what the service may take', async () => {
    const headers = { 'Content-Type': 'application/json', 'Content-Length': event.length }
    expect(await posted(headers)).toEqual([201, 'asked'])
  })

  it.each<[string, Record<string, string | number>, string, number]>([
    ['of another type', { 'Content-Type': 'text/plain', 'Content-Length': 100 }, path, 415],
    ['for another resource', { 'Content-Type': 'application/json', 'Content-Length': 100 }, '/auditLogs/signIns', 404],
    ['with too many bytes', { 'Content-Type': 'application/json', 'Content-Length': 5_000_000 }, path, 413]
  ])('is not asked for a body %s', async (_, headers, to, status) => {
    expect(await posted(headers, to)).toEqual([status, 'not asked'])
  })

  it('may expect more, which means nothing', async () => {
    const post = [`POST ${path} HTTP/1.1`, 'Host: localhost', 'Content-Type: application/json', 'Expect: 200-ok']
    const { status } = await sent(
      ...post,
      'Transfer-Encoding: chunked',
      'Connection: close',
      '',
      event.length.toString(16),
      event,
      '0'
    )
    expect(status).toBe(201)
  })
})
