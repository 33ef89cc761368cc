import { readMultipartBatch } from '../../../srv/odata/batch/multipart.ts'
import { errorOf, sharedService } from '../../support/service.ts'

const service = sharedService()
const path = '/auditLogs/provisioning'
const event = (id: string) => JSON.stringify({ id, activityDateTime: '2024-05-01T00:00:00Z' })

const part = (request: string, header = 'Accept: */*', body = '', mime = '') =>
  `--b\r\nContent-Type: application/http\r\n${mime}\r\n${request} HTTP/1.1\r\n${header}\r\n\r\n${body}\r\n`
/** Longer than the headers of a request may be. */
const lengthened = (header: string) => header.replace('long', 'x'.repeat(16_385))
const get = part(`GET ${path}/$count`)

async function send(parts: string[]) {
  const headers = { 'Content-Type': 'multipart/mixed;boundary=b', Prefer: 'continue-on-error' }
  const answer = await service.send('POST', '/$batch', `${parts.join('')}--b--\r\n`, headers)
  return { ...answer, statuses: [...answer.text.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status) }
}

describe('A multipart batch whose text is malformed is refused as a whole', () => {
  it.each<[string, number, string]>([
    ['X: a\u0007b', 400, 'badRequest'],
    ['X: a\u0000b', 400, 'badRequest'],
    ['X: a\u007fb', 400, 'badRequest'],
    ['X: a\rb', 400, 'badRequest'],
    ['X\u0007: a', 400, 'badRequest'],
    ['X\u0000: a', 400, 'badRequest'],
    ['Prefer: \u000breturn=minimal', 400, 'badRequest'],
    ['Accept: \u0001', 400, 'badRequest'],
    ['Content-Type: application/json\u0001', 400, 'badRequest'],
    ['a b: c', 400, 'badRequest'],
    [': c', 400, 'badRequest'],
    ['nocolon', 400, 'badRequest'],
    ['X: a\r\n b', 400, 'badRequest'],
    ['X: long', 431, 'headersTooLarge'],
    ['long: x', 431, 'headersTooLarge'],
    ['Transfer-Encoding: gzip', 400, 'badRequest'],
    ['Content-Length: abc', 400, 'badRequest']
  ])('for the header %j', async (header, status, code) => {
    for (const wrong of [
      part(`GET ${path}`, lengthened(header)),
      part(`POST ${path}`, lengthened(header), event('not stored'))
    ]) {
      const answer = await send([part(`POST ${path}`, undefined, event('not stored')), wrong, get])
      expect([answer.status, errorOf(answer).code]).toEqual([status, code])
    }
    expect((await service.get(`${path}/not%20stored`)).status).toBe(404)
  })

  it.each<[string, number, string]>([
    ['Content-ID: \u0007', 400, 'badRequest'],
    ['X: \u0000', 400, 'badRequest'],
    ['X y: z', 400, 'badRequest'],
    ['nocolon', 400, 'badRequest'],
    ['X: long', 431, 'headersTooLarge']
  ])('for the header %j before a request', async (header, status, code) => {
    const answer = await send([get, part(`GET ${path}`, undefined, '', `${lengthened(header)}\r\n`), get])
    expect([answer.status, errorOf(answer).code]).toEqual([status, code])
  })

  it.each([`HEAD ${path}`, `head ${path}/$count`])('for the request %s, which would get no answer', async (request) => {
    const answer = await send([get, part(request), get])
    expect([answer.status, errorOf(answer).code, errorOf(answer).message]).toEqual([
      400,
      'invalidBody',
      'A batch must not have requests with the method HEAD.'
    ])
  })
})

describe('Every request of a multipart batch gets an answer of its own', () => {
  it.each<[string, string]>([
    ['constructor: x', '201'],
    ['__proto__: x', '201'],
    ['toString: x', '201'],
    ['hasOwnProperty: x', '201'],
    ['X: é', '201'],
    ['Prefer: include-annotations="é"', '201'],
    ['Content-Length: 5', '201'],
    ['Expect: 100-continue', '201'],
    ['Connection: close', '201'],
    ['Connection: Upgrade\r\nUpgrade: websocket', '201'],
    ['Proxy-Connection: close', '201'],
    ['OData-Version: \u0080', '400'],
    ['Accept: \u00ff', '406'],
    ['Isolation: snapshot', '412']
  ])('with the header %j', async (header, status) => {
    const answer = await send([get, part(`POST ${path}`, header, event('')), get].map(withId))
    expect([answer.status, answer.statuses]).toEqual([200, ['200', status, '200']])
  })

  it.each(['constructor', '__proto__', 'é'])('with the Content-ID %s', async (id) => {
    const named = part(`GET ${path}/$count`, undefined, '', `Content-ID: ${id}\r\n`)
    expect((await send([get, named, get])).statuses).toEqual(['200', '200', '200'])
  })
})

it('Blanks within a header are read as fast as letters', () => {
  const batchWith = (between: string) => part(`GET ${path}`, `X: a${between.repeat(16_000)}b`).repeat(200) + '--b--\r\n'
  const timeOf = (text: string) => {
    const start = performance.now()
    expect(readMultipartBatch(text, 'b', 1000)).toHaveLength(200)
    return performance.now() - start
  }
  const [letters, blanks] = ['x', ' '].map((each) => Math.min(...[1, 2].map(() => timeOf(batchWith(each)))))
  expect((blanks as number) / (letters as number)).toBeLessThan(50) // 1,000 where each blank leads to all that follow
})

let count = 0
const withId = (text: string) => text.replace('"id":""', () => `"id":"${++count}"`)
