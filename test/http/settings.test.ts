import { errorOf, startService } from '../support/service.ts'

const service = startService({
  CDS_SERVER_TRUST__PROXY: 'true',
  CDS_SERVER_BODY__PARSER_LIMIT: '1kb',
  CDS_SERVER_REQUEST__TIMEOUT: '5000', // less than that for the headers, which Node refuses
  CDS_ODATA_BATCH__LIMIT: '2'
})

describe('Configured behind a proxy, the service', () => {
  it('builds links from X-Forwarded headers', async () => {
    const headers = { 'X-Forwarded-Host': 'log.example.com', 'X-Forwarded-Proto': 'https' }
    const { body } = await service.get('/beta/auditLogs', headers)
    expect(body['@odata.context']).toBe('https://log.example.com/beta/$metadata#auditLogs')
    const created = await service.post(
      '/beta/auditLogs/provisioning',
      { id: 'x', activityDateTime: '2024-05-01T12:00:00Z' },
      headers
    )
    expect(created.headers.get('location')).toBe("https://log.example.com/beta/auditLogs/provisioning('x')")
  })

  it.each(['javascript', 'https://evil.example/?', 'https:', 'ftp, https'])(
    'builds no links of another protocol: %s',
    async (protocol) => {
      const answer = await service.get('/auditLogs', { 'X-Forwarded-Proto': protocol })
      const { code, message, target } = errorOf(answer)
      expect([answer.status, code, message, target]).toEqual([
        400,
        'badRequest',
        'The protocol of the request must be http or https.',
        'X-Forwarded-Proto'
      ])
      const { body } = await service.get('/auditLogs', { 'X-Forwarded-Proto': 'https, http' })
      expect(body['@odata.context']).toMatch(/^https:/)
    }
  )
})

describe('Configured with smaller limits, the service', () => {
  it('refuses batches over it', async () => {
    const requests = ['1', '2', '3'].map((id) => ({ id, method: 'GET', url: '/auditLogs' }))
    expect((await service.post('/$batch', { requests })).status).toBe(400)
    expect((await service.post('/$batch', { requests: requests.slice(1) })).status).toBe(200)
  })

  it('refuses bodies over it', async () => {
    const answer = await service.post('/auditLogs/provisioning', {
      activityDateTime: '2024-05-01T12:00:00Z',
      jobId: 'x'.repeat(1000)
    })
    const message = 'The request body must have at most 1024 bytes, once it is decoded.'
    expect([answer.status, errorOf(answer)]).toMatchObject([413, { code: 'payloadTooLarge', message }])
  })
})
