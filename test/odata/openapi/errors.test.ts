import { once } from 'node:events'
import { request } from 'node:http'
import { join } from 'node:path'
import { downloadUnderWay } from '../../support/download.ts'
import { startIssuer } from '../../support/issuer.ts'
import { until } from '../../support/command.ts'
import { startProduction } from '../../support/production.ts'
import { errorOf, query, sharedService, type Answer, type Json } from '../../support/service.ts'

const service = sharedService()
let issuer: Awaited<ReturnType<typeof startIssuer>>
/** It takes one request at a time, and has requests that fail. */
let limited: Awaited<ReturnType<typeof startProduction>>
let token: string

beforeAll(async () => {
  issuer = await startIssuer()
  token = await issuer.issue({ tid: 'contoso', roles: ['ProvisioningLog.ReadWrite.All'] })
  limited = await startProduction({
    ...issuer.settings,
    CDS_SERVER_MAX__REQUESTS: '1',
    NODE_OPTIONS: `--require ${JSON.stringify(join(__dirname, '../../fixtures/faults.cjs'))}`
  })
})

afterAll(async () => {
  await limited.stop()
  await issuer.stop()
})

const path = '/auditLogs/provisioning'
const event = { id: 'taken', activityDateTime: '2024-05-01T10:00:00Z' }

type Responses = Record<string, { content: { 'application/json': { examples: Record<string, { value: Json }> } } }>

/** The examples of errors in a description, by their codes. */
function examplesOf({ body }: Answer) {
  const responses = (body.components as { responses: Responses }).responses
  const all = Object.entries(responses).flatMap(([name, { content }]) =>
    Object.entries(content['application/json'].examples).map(([code, { value }]) => ({ name, code, value }))
  )
  return Object.fromEntries(all.map(({ name, code, value }) => [code, { status: Number(name.slice(5)), value }]))
}

/** An answer as an example would show it. */
function seen(answer: Answer) {
  const { innerError, ...error } = errorOf(answer)
  expect(Object.keys(innerError)).toEqual(['date', 'request-id', 'client-request-id'])
  const request = '8f0e2c6a-3d0b-4c57-9c55-2a1f0b7d9e10'
  const ids = { date: '2024-05-01T10:00:00', 'request-id': request, 'client-request-id': request }
  return { status: answer.status, value: { error: { ...error, innerError: ids } } }
}

/** The answer to a GET in a batch. */
async function inBatch(url: string): Promise<Answer> {
  const { headers, body, text } = await service.post('/$batch', { requests: [{ id: '1', method: 'GET', url }] })
  const [response] = body.responses as [{ status: number; body: Json }]
  return { ...response, headers, text }
}

const longHeader = `--b\r\nContent-Type: application/http\r\n\r\nGET ${path} HTTP/1.1\r\nX: ${'x'.repeat(70_000)}\r\n\r\n\r\n--b--\r\n`

describe('The errors in /openapi.json', () => {
  it('have an example for each status', async () => {
    const { body } = await service.get('/openapi.json')
    for (const [name, { content }] of Object.entries((body.components as { responses: Responses }).responses))
      expect([name, Object.keys(content['application/json'].examples)]).not.toEqual([name, []])
  })

  it.each<[string, () => Promise<Answer>]>([
    ['unknownQueryOption', () => service.get(query(path, { $fiter: 'true' }))],
    ['invalidQueryOption', () => service.get(query(path, { $top: '-1' }))],
    ['invalidBody', () => service.post(path, '{"id":')],
    ['resourceNotFound', () => service.get(`${path}/none`)],
    ['notAcceptable', () => service.get(query(`${path}/none`, { $format: 'atom' }))],
    ['resourceExists', async () => (await service.post(path, event)) && service.post(path, event)],
    ['preconditionFailed', () => service.get(path, { Isolation: 'snapshot' })],
    ['payloadTooLarge', () => service.post(path, { ...event, jobId: 'x'.repeat(5_000_000) })],
    ['uriTooLong', () => inBatch(query(path, { $filter: 'x'.repeat(20_000) }))], // as Node takes none that long
    ['unsupportedMediaType', () => service.post(path, 'id=x', { 'Content-Type': 'application/x-www-form-urlencoded' })],
    ['headersTooLarge', () => service.post('/$batch', longHeader, { 'Content-Type': 'multipart/mixed;boundary=b' })],
    ['notImplemented', () => service.get(query(path, { $schemaversion: '*' }))]
  ])('are what the service answers: %s', async (code, provoke) => {
    const answer = await provoke()
    for (const root of ['', '/v1.0'])
      expect(seen(answer)).toEqual(examplesOf(await service.get(`${root}/openapi.json`))[code])
  })

  it('are what it answers while it has enough to do: tooManyRequests, serviceUnavailable', async () => {
    const { tooManyRequests, serviceUnavailable } = examplesOf(await service.get('/openapi.json'))
    const download = await downloadUnderWay(service.url)
    const answer = await service.get(query(path, { $format: 'csv' }))
    expect([seen(answer), answer.headers.get('retry-after')]).toEqual([tooManyRequests, '10'])
    download.destroy()

    const waiting = request(limited.url + path, {
      method: 'POST',
      headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json', 'Content-Length': '1000' }
    })
    waiting.on('error', () => {}) // when it is given up
    waiting.write('{')
    await once(waiting, 'socket')
    let refused = await limited.get(path, token)
    while (refused.status === 200) refused = await limited.get(path, token)
    expect([seen(refused), refused.headers.get('retry-after')]).toEqual([serviceUnavailable, '2'])
    waiting.destroy()
  })

  it('are what it answers when it fails: internalError', async () => {
    await until(async () => (await limited.get(path, token)).status === 200) // the request before has gone
    expect(seen(await limited.get('/fault/handler'))).toEqual(
      examplesOf(await service.get('/openapi.json')).internalError
    )
  })

  it('are what it answers in production: unauthenticated, accessDenied', async () => {
    const creator = await issuer.issue({ tid: 'contoso', roles: ['ProvisioningLog.Create'] })
    const { unauthenticated, accessDenied } = examplesOf(await limited.get('/openapi.json', creator))
    expect(seen(await limited.get(path))).toEqual(unauthenticated)
    expect(seen(await limited.get(path, creator))).toEqual(accessDenied)
  })
})
