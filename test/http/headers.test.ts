import { join } from 'node:path'
import { until } from '../support/command.ts'
import { startProcess, temporaryFolder } from '../support/process.ts'
import { sharedService } from '../support/service.ts'

const service = sharedService()

describe('Every answer', () => {
  it.each(['/', '/$metadata', '/auditLogs/provisioning', '/missing', '/health/live'])(
    'has security headers and tells no version: %s',
    async (path) => {
      const { headers } = await service.get(path)
      expect(headers.get('x-content-type-options')).toBe('nosniff')
      expect(headers.get('content-security-policy')).toContain("default-src 'self'")
      expect(headers.get('content-security-policy')).not.toContain('upgrade-insecure-requests')
      expect(headers.get('strict-transport-security')).toContain('max-age')
      expect([headers.get('x-powered-by'), headers.get('server')]).toEqual([null, null])
    }
  )

  it('says that its connection stays open longer than the minute for which proxies keep theirs', async () => {
    expect((await service.get('/health/live')).headers.get('keep-alive')).toBe('timeout=75')
  })

  it.each([
    '/',
    '/auditLogs/provisioning',
    '/auditLogs/provisioning?$format=csv',
    '/auditLogs/provisioning/x',
    '/beta/x'
  ])('with what is in the log is kept by no browser: %s', async (path) => {
    expect((await service.get(path)).headers.get('cache-control')).toBe('no-store')
  })

  it.each(['/$metadata', '/v1.0/$metadata?$format=json', '/beta/openapi.json'])(
    'without it may be kept, and is asked for with its ETag: %s',
    async (path) => {
      const { headers } = await service.get(path)
      expect(headers.get('cache-control')).toBe('no-cache')
      const again = await service.get(path, { 'If-None-Match': String(headers.get('etag')) })
      expect([again.status, again.headers.get('cache-control')]).toEqual([304, 'no-cache'])
    }
  )
})

describe('The log of requests', () => {
  const env = { CDS_SERVER_REQUEST__LOG: 'true' }
  let logging: Awaited<ReturnType<typeof startProcess>>

  beforeAll(async () => {
    logging = await startProcess({ file: join(temporaryFolder(), 'events.sqlite'), env })
  })

  it('has one line of JSON for each, without tokens, queries or bodies', async () => {
    const { url, log } = logging
    const headers = { Authorization: 'Bearer secret-token', 'Content-Type': 'application/json' }
    const path = `${url}/auditLogs/provisioning`
    const query = "?$filter=jobId eq 'secret-query'"
    const body = JSON.stringify({ activityDateTime: '2024-05-01T12:00:00Z', jobId: 'secret-body' })
    const answers = [
      await fetch(path, { method: 'POST', headers, body }),
      await fetch(path + query, { headers }),
      await fetch(`${path}/missing`, { headers }),
      await fetch(`${path}/$query`, {
        method: 'POST',
        headers: { ...headers, 'Content-Type': 'text/plain' },
        body: query.slice(1)
      })
    ]
    const lines = () =>
      log()
        .split('\n')
        .slice(0, -1)
        .filter((line) => line.startsWith('{"time"'))
        .map((line) => JSON.parse(line) as Record<string, unknown>)
    await until(() => lines().length >= answers.length)
    expect(lines()).toEqual(
      answers.map(({ status, headers }, index) => ({
        time: expect.stringMatching(/^\d{4}-.*Z$/) as unknown,
        'request-id': headers.get('request-id'),
        tenant: null,
        method: ['POST', 'GET', 'GET', 'POST'][index],
        path: `/auditLogs/provisioning${['', '', '/missing', '/$query'][index]}`,
        status,
        ms: expect.any(Number) as unknown
      }))
    )
    expect(log()).not.toMatch(/secret-(token|query|body)/)
  })

  it('has all lines of requests that were answered before the service stopped', async () => {
    const { url, log, stop } = logging
    const before = log().length
    const ask = async () => (await fetch(`${url}/auditLogs`)).headers.get('request-id')
    const ids = await Promise.all(Array.from({ length: 200 }, ask))
    await stop()
    const logged = [
      ...log()
        .slice(before)
        .matchAll(/^\{"time".*"request-id":"([^"]+)"/gm)
    ].map(([, id]) => id)
    expect(logged.toSorted()).toEqual(ids.toSorted())
  })
})
