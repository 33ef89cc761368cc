import http from 'node:http'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import fc from 'fast-check'
import { startInProcess } from '../support/in-process.ts'
import { documentedExample, type Json } from '../support/service.ts'
import { effort } from './effort.ts'

const service = startInProcess()
const path = '/auditLogs/provisioning'
const requests = effort(500, 20_000, 500_000)
/** In milliseconds, on a machine that is busy. */
const TIMEOUT = Math.max(600_000, requests * 5)
const agent = new http.Agent({ keepAlive: true, maxSockets: 8 })

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

interface Request {
  method: string
  url: string
  headers: Record<string, string>
  body?: string | undefined
}

/** Sends a request as it is: fetch would mend what is broken about it. */
function send({ method, url, headers, body }: Request) {
  const { hostname, port } = new URL(service.url)
  return new Promise<{ status: number; text: string }>((resolve, reject) => {
    let request: http.ClientRequest
    try {
      request = http.request({ hostname, port, method, path: url, headers, agent }, (response) => {
        let text = ''
        response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
        response.on('end', () => resolve({ status: response.statusCode ?? 0, text }))
      })
    } catch {
      return resolve({ status: 400, text: '' }) // Node.js does not send it: a control character in a path or header
    }
    request.setTimeout(10_000, () =>
      request.destroy(new Error(`No answer to ${method} ${url} ${JSON.stringify(headers)} ${body}`))
    )
    request.on('error', reject)
    request.end(body)
  })
}

const nasty = [
  '',
  ' ',
  "'",
  "''",
  '"',
  '\\',
  '%',
  '%%',
  '%00',
  '%zz',
  '%ff',
  '%C0%AF',
  '../../etc/passwd',
  '..%2f',
  ';',
  '--',
  '/*',
  '*',
  "' or 1=1 --",
  "'; DROP TABLE x; --",
  '$',
  '$$',
  '@',
  '@odata.type',
  '#',
  '&',
  '=',
  '?',
  '+',
  '(',
  ')',
  '((',
  '))',
  '[',
  '{',
  '{}',
  '[]',
  'null',
  'undefined',
  'NaN',
  'INF',
  'true',
  '-1',
  '0',
  '1e400',
  '9'.repeat(40),
  '-0',
  '0x10',
  '1.5.5',
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  'id',
  'activityDateTime_utc',
  'emptyObjects',
  'statusInfo_type',
  'provisioningSteps',
  'statusInfo',
  'jobId',
  'microsoft.graph.statusDetails',
  '$it',
  '$count',
  '$value',
  '$batch',
  '$metadata',
  'auditLogs',
  'provisioning',
  "provisioning('x')",
  'any(s:s/name)',
  'eq',
  'and',
  'not',
  '\u0000',
  '\ud800',
  '\u2028',
  '😀',
  'ﷺ',
  'a'.repeat(300),
  '('.repeat(300),
  "x'x'",
  '2024-13-45',
  '2024-05-01T99:99:99Z',
  "duration'P1D'",
  '${7*7}',
  '<script>',
  '\r\n'
]

const piece = fc.oneof(
  fc.constantFrom(...nasty),
  fc.string({ maxLength: 12 }),
  fc.string({ unit: 'binary', maxLength: 6 })
)
const encoded = piece.map((text) => {
  try {
    return encodeURIComponent(text)
  } catch {
    return '%EF%BF%BD'
  }
})
const ascii = (text: string) => text.replaceAll(/[^\x21-\x7e]/g, '')
const rawPiece = piece.map(ascii)

const filters = [
  "jobId eq 'x'",
  'durationInMilliseconds add 1 gt 2',
  "provisioningSteps/any(s:s/name eq 'x')",
  "contains(tolower(jobId),'x')",
  'activityDateTime gt 2024-05-01',
  'isof(statusInfo,microsoft.graph.statusDetails)',
  'not (id eq null)',
  "id in ('a','b')",
  "provisioningAction eq 'create' and provisioningStatusInfo/status ne microsoft.graph.provisioningResult'failure'",
  "contains(tolower(servicePrincipal/id),'x') or provisioningStatusInfo/errorInformation eq null"
]
const applies = [
  'groupby((jobId),aggregate($count as n))',
  "filter(jobId eq 'x')/aggregate(durationInMilliseconds with sum as s)",
  'concat(aggregate($count as n),groupby((action)))',
  'topcount(2,durationInMilliseconds)',
  'groupby((provisioningAction,servicePrincipal/id))'
]
const seeds: Record<string, string[]> = {
  $filter: filters,
  $orderby: ['jobId desc', 'tolower(id),durationInMilliseconds'],
  $select: ['id,initiatedBy/displayName', '*'],
  $search: ['a AND b', '"x y" NOT z'],
  $compute: ['durationInMilliseconds add 1 as x'],
  $apply: applies,
  $top: ['1'],
  $skip: ['1'],
  $count: ['true'],
  $format: ['json', 'application/json;odata.metadata=full'],
  $expand: ['provisioning($top=1)'],
  $skiptoken: ['x.y'],
  $deltatoken: ['x.y']
}

/** Takes a text that is right, and cuts, doubles or replaces a part of it. */
const mutated = (texts: string[]) =>
  fc
    .tuple(fc.constantFrom(...texts), fc.nat(), fc.nat({ max: 8 }), piece, fc.nat({ max: 3 }))
    .map(([text, at, length, other, kind]) => {
      const start = at % (text.length + 1)
      const [before, cut, after] = [text.slice(0, start), text.slice(start, start + length), text.slice(start + length)]
      return [text, before + after, before + other + after, before + cut + cut + other + after][kind] as string
    })

const safely = (text: string) => encodeURIComponent(text.toWellFormed())
const option = fc
  .constantFrom(...Object.keys(seeds))
  .chain((name) => mutated(seeds[name] as string[]).map((value) => `${name}=${safely(value)}`))
const looseOption = fc.tuple(rawPiece, encoded).map((parts) => parts.join('='))
const queryString = fc.array(fc.oneof({ weight: 4, arbitrary: option }, { weight: 1, arbitrary: looseOption }), {
  maxLength: 3
})
const segments = fc.array(fc.oneof(encoded, rawPiece), { maxLength: 3 })
const url = fc
  .tuple(
    fc.constantFrom('', '/beta', '/v1.0'),
    fc.constantFrom('/auditLogs/provisioning', '/auditLogs/directoryProvisioning', '/auditLogs', '', '/$metadata'),
    segments,
    queryString
  )
  .map(([root, base, more, options]) => {
    const rest = more.length ? `/${more.join('/')}` : ''
    return `${root}${base}${rest}${options.length ? `?${options.join('&')}` : ''}`.slice(0, 8000) || '/'
  })

const headerNames = [
  'Accept',
  'Prefer',
  'OData-MaxVersion',
  'OData-Version',
  'If-None-Match',
  'Content-Type',
  'client-request-id',
  'Accept-Encoding',
  'X-Forwarded-Host',
  'X-HTTP-Method-Override',
  'Host'
]
const headers = fc
  .array(fc.tuple(fc.constantFrom(...headerNames), rawPiece), { maxLength: 2 })
  .map((pairs) => Object.fromEntries(pairs.filter(([name, value]) => name !== 'Host' || value)))

const reads: fc.Arbitrary<Request> = fc.record({
  method: fc.constantFrom('GET', 'GET', 'GET', 'HEAD', 'OPTIONS', 'PUT', 'PATCH', 'DELETE'),
  url,
  headers
})

const { value: anyJson } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    piece,
    fc.constantFrom(null, true, 0, -1, 1.5, 2 ** 31, 1e300, [], {}),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fc.oneof(piece, fc.constantFrom(...Object.keys(documentedExample))), tie('value'), {
      maxKeys: 4,
      noNullPrototype: true
    })
  )
}))

/** The documented example, and one in the shape of /v1.0. */
const examples: Json[] = [
  documentedExample,
  {
    activityDateTime: '2024-05-01T00:00:00Z',
    provisioningAction: 'create',
    provisioningStatusInfo: { status: 'failure', errorInformation: { errorCode: 'c' } },
    servicePrincipal: { id: 's' },
    targetSystem: { details: { ServicePrincipalId: 's' } },
    provisioningSteps: [{ status: 'success', provisioningStepType: 'import', details: {} }]
  }
]

/** An example with an id that is no string, and with a member replaced or added. */
const wrongEvent = fc
  .tuple(fc.constantFrom(...examples), fc.nat(), piece, anyJson)
  .map(([example, index, other, value]): Json => {
    const names = Object.keys(example)
    return { ...example, id: 5, [names[index % names.length]!]: value, [other]: value }
  })

const deepText = fc
  .integer({ min: 1, max: 10_000 })
  .chain((depth) => fc.constantFrom('[', '{"a":', '[{"a":').map((open) => open.repeat(depth)))
const bodies = fc.oneof(
  { weight: 4, arbitrary: wrongEvent.map((event) => JSON.stringify(event)) },
  { weight: 2, arbitrary: mutated([JSON.stringify({ ...documentedExample, id: 5 })]) },
  { weight: 1, arbitrary: anyJson.map((value) => JSON.stringify(value)) },
  { weight: 1, arbitrary: deepText }
)
const json = { 'Content-Type': 'application/json' }
const posts: fc.Arbitrary<Request> = fc.record({
  method: fc.constant('POST'),
  url: fc.constantFrom(path, `/v1.0${path}`),
  headers: headers.map((more) => ({ ...json, ...more })),
  body: bodies
})

const part = fc.oneof(
  fc.record({
    id: piece,
    method: fc.constantFrom('GET', 'POST', 'PATCH', 'FOO', ''),
    url: fc.oneof(url, piece),
    headers: fc.option(headers, { nil: undefined }),
    body: fc.option(wrongEvent, { nil: undefined }),
    atomicityGroup: fc.option(piece, { nil: undefined }),
    dependsOn: fc.option(fc.array(piece, { maxLength: 2 }), { nil: undefined })
  }),
  anyJson
)
const batches: fc.Arbitrary<Request> = fc.record({
  method: fc.constant('POST'),
  url: fc.constantFrom('/$batch', '/beta/$batch', '/v1.0/$batch'),
  headers: fc.constant(json),
  body: fc.array(part, { maxLength: 4 }).map((each) => JSON.stringify({ requests: each }))
})
const boundary = 'multipart/mixed;boundary=b'
const multipart: fc.Arbitrary<Request> = fc.record({
  method: fc.constant('POST'),
  url: fc.constant('/$batch'),
  headers: fc.constant({ 'Content-Type': boundary }),
  body: mutated([
    `--b\r\nContent-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n\r\nGET ${path}/$count HTTP/1.1\r\n\r\n\r\n--b--\r\n`,
    `--b\r\nContent-Type: multipart/mixed;boundary=c\r\n\r\n--c\r\nContent-Type: application/http\r\nContent-ID: 1\r\n\r\nPOST ${path} HTTP/1.1\r\nContent-Type: application/json\r\n\r\n{"id":5}\r\n--c--\r\n--b--\r\n`
  ])
})

const kinds: [string, fc.Arbitrary<Request>, number][] = [
  ['paths, options and headers', reads, 0.6],
  ['request bodies', posts, 0.25],
  ['batch documents', batches, 0.1],
  ['multipart documents', multipart, 0.05]
]

describe('Hostile', () => {
  const rejections: unknown[] = []
  const note = (reason: unknown) => rejections.push(reason)
  const prototype = Object.getOwnPropertyNames(Object.prototype).join()
  let heap = 0

  beforeAll(() => {
    process.on('unhandledRejection', note)
    collectGarbage()
    heap = process.memoryUsage().heapUsed
  })
  afterAll(() => {
    process.off('unhandledRejection', note)
    agent.destroy()
  })

  it.each(kinds)(
    '%s are refused or answered, and nothing breaks',
    async (_, arbitrary, share) => {
      const before = Number((await service.get(`${path}/$count`)).text)
      let created = 0 // some mutations leave a valid event, or give an id that is one
      await fc.assert(
        fc.asyncProperty(fc.array(arbitrary, { minLength: 8, maxLength: 8 }), async (batch) => {
          for (const [index, { status, text }] of (await Promise.all(batch.map(send))).entries()) {
            created += status === 201 ? 1 : (text.match(/"status":201|HTTP\/1\.1 201/g)?.length ?? 0)
            const isFine = status >= 200 && (status < 500 || status === 501)
            if (!isFine || /SELECT |SQLITE|node_modules|\bat .*\.(ts|js):\d/.test(text))
              throw new Error(`${status} ${text.slice(0, 500)} for ${JSON.stringify(batch[index])}`)
          }
        }),
        { numRuns: Math.ceil((requests * share) / 8), endOnFailure: true }
      )
      expect(Number((await service.get(`${path}/$count`)).text)).toBe(before + created)
    },
    TIMEOUT
  )

  it('requests leave no trace in the process', () => {
    expect(rejections).toEqual([])
    expect(Object.getOwnPropertyNames(Object.prototype).join()).toBe(prototype)
    collectGarbage()
    expect(process.memoryUsage().heapUsed - heap).toBeLessThan(100 * 1024 * 1024)
  })
})
