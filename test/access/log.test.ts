import { DatabaseSync } from 'node:sqlite'
import { setTimeout as delay } from 'node:timers/promises'
import { startIssuer } from '../support/issuer.ts'
import { startProduction } from '../support/production.ts'

const path = '/auditLogs/provisioning'
const EVENT = { activityDateTime: '2024-05-01T12:00:00Z', jobId: 'hidden-body' }

/** Headers that proxies put tokens into, and such as nobody thinks of. */
const SECRETS = Object.fromEntries(
  [
    'X-Forwarded-Access-Token',
    'X-MS-TOKEN-AAD-ACCESS-TOKEN',
    'X-MS-CLIENT-PRINCIPAL',
    'X-Goog-Iap-Jwt-Assertion',
    'X-Amzn-Oidc-Data',
    'X-Auth-Token',
    'X-Api-Key',
    'X-Correlation-ID',
    'Proxy-Authorization',
    'Cookie',
    'Ocp-Apim-Subscription-Key',
    'Traceparent',
    'Made-Up'
  ].map((name) => [name, `hidden-${name}`])
)
const HEADERS = {
  ...SECRETS,
  Referer: 'https://portal.example.com/?access_token=hidden-referer',
  'User-Agent': 'collector/1.0',
  // what a line of the log is made of
  Level: 'info',
  Msg: 'forged',
  Time: 'forged'
}

describe('The log of an error of the service', () => {
  it('shows harmless headers of the request only, and the cause', async () => {
    const issuer = await startIssuer()
    const service = await startProduction({
      ...issuer.settings,
      CDS_REQUIRES_DB_LOCK__TIMEOUT: '50'
    })
    const token = await issuer.issue({ tid: 'contoso', roles: ['ProvisioningLog.ReadWrite.All'] })
    await issuer.stop()
    const failed = await service.send('GET', path, token, undefined, HEADERS)
    await issuer.restart()
    await delay(1100) // it is not asked again sooner
    const database = new DatabaseSync(service.file)
    database.exec('BEGIN IMMEDIATE')
    const locked = await service.send('POST', `${path}?$format=json`, token, EVENT, HEADERS)
    database.close()
    await service.stop()
    await issuer.stop()

    expect([locked.status, failed.status]).toEqual([503, 503])
    const errors = service
      .log()
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line) as Record<string, unknown>)
      .filter(({ level }) => level === 'error')
    expect(errors.map((error) => error['request-id'])).toEqual(
      [failed, locked].map(({ headers }) => headers.get('request-id'))
    )
    for (const { time, headers } of errors) {
      expect(time).toMatch(/^\d{4}-\d\d-\d\dT.*Z$/)
      expect(headers).toMatchObject({ 'user-agent': 'collector/1.0', accept: '*/*' })
    }
    expect(JSON.stringify(errors[0]!.errors)).toContain('ECONNREFUSED')
    expect(JSON.stringify(errors[1]!.errors)).toContain('database is locked')
    expect(service.log()).not.toMatch(/hidden|forged/)
    expect(service.log()).not.toContain(token.split('.')[1])
  })
})

describe('The log', () => {
  it('has nothing that steers a terminal, and little of what is long', async () => {
    const issuer = await startIssuer()
    const service = await startProduction({ ...issuer.settings, CDS_ODATA_BATCH__TIMEOUT: '1' })
    const token = await issuer.issue({ tid: 'a\u009b\u202e\u2028', roles: ['ProvisioningLog.ReadWrite.All'] })
    const url = `${path}/\u009b2J\u202e\u007f${'x'.repeat(5000)}`
    const requests = Array.from({ length: 50 }, (_, i) => ({ id: `${i}`, method: 'GET', url }))
    const { text } = await service.send('POST', '/$batch', token, { requests }, { 'User-Agent': 'y'.repeat(5000) })
    await service.stop()
    await issuer.stop()

    expect(text).toContain('The batch took longer')
    const lines = service.log().split('\n')
    expect(lines.some((line) => line.includes(String.raw`${path}/\u009b2J\u202e\u007fxxx`))).toBe(true)
    expect(lines.some((line) => line.includes(String.raw`"tenant":"a\u009b\u202e\u2028"`))).toBe(true)
    expect(lines.filter((line) => /[\u007f-\u009f\u2028-\u202e]/.test(line) || /x{300}|y{300}/.test(line))).toEqual([])
  })
})
