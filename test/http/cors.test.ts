import { startProduction } from '../support/production.ts'
import { documentedExample, sharedService, startService } from '../support/service.ts'

const ALLOWED = 'https://portal.example.com'
const service = startService({ CDS_SERVER_CORS__ORIGINS: JSON.stringify([ALLOWED, 'http://localhost:8080']) })
const path = '/auditLogs/provisioning'

/** The headers that browsers go by. */
const granted = (headers: Headers) =>
  Object.fromEntries([...headers].filter(([name]) => name.startsWith('access-control-')))

const PREFLIGHT = {
  'Access-Control-Request-Method': 'POST',
  'Access-Control-Request-Headers': 'authorization,content-type,odata-maxversion,prefer'
}

describe('Pages of an origin that is allowed (Fetch Standard, 3.2)', () => {
  it.each([ALLOWED, 'http://localhost:8080'])('may ask what they may send: %s', async (Origin) => {
    const answer = await service.send('OPTIONS', path, undefined, { Origin, ...PREFLIGHT })
    expect([answer.status, answer.text]).toEqual([204, ''])
    expect(granted(answer.headers)).toMatchObject({
      'access-control-allow-origin': Origin,
      'access-control-allow-methods': 'GET, HEAD, POST, OPTIONS',
      'access-control-allow-headers': 'authorization,content-type,odata-maxversion,prefer',
      'access-control-max-age': '7200'
    })
    expect(answer.headers.get('vary')).toContain('Origin')
  })

  it.each<[string, string, unknown]>([
    ['POST', path, { ...documentedExample, id: 'c' }],
    ['GET', `${path}/c`, undefined],
    ['GET', `/beta${path}/missing`, undefined],
    ['GET', '/$metadata', undefined],
    ['POST', '/$batch', { requests: [] }],
    ['GET', '/health/ready', undefined],
    ['OPTIONS', path, undefined]
  ])('may read the answer, and the headers of OData: %s %s', async (method, url, body) => {
    const { headers } = await service.send(method, url, body, { Origin: ALLOWED })
    expect(granted(headers)).toEqual({
      'access-control-allow-origin': ALLOWED,
      'access-control-expose-headers':
        'Content-Disposition, ETag, Location, OData-EntityId, OData-Version, Preference-Applied, Retry-After, WWW-Authenticate, request-id, client-request-id'
    })
  })
})

describe('Pages of another origin', () => {
  it.each([
    'https://evil.example.com',
    'http://portal.example.com',
    'https://portal.example.com:8443',
    'https://portal.example.com.evil.com',
    'https://portal.example',
    'null',
    ''
  ])('may neither ask nor read: %j', async (Origin) => {
    const asked = await service.send('OPTIONS', path, undefined, { Origin, ...PREFLIGHT })
    const read = await service.get(path, { Origin })
    for (const { headers } of [asked, read]) {
      expect(granted(headers)).toEqual({})
      expect(headers.get('vary')).toContain('Origin')
    }
  })
})

describe('The setting', () => {
  const shared = sharedService()

  it('allows no origin unless it names one', async () => {
    const answer = await shared.send('OPTIONS', path, undefined, { Origin: ALLOWED, ...PREFLIGHT })
    expect(granted(answer.headers)).toEqual({})
  })

  it.concurrent('lets pages ask without a token in production, and read that they need one', async () => {
    const { send, stop } = await startProduction({
      CDS_SERVER_CORS__ORIGINS: ALLOWED,
      CDS_REQUIRES_AUTH_ISSUER: 'http://localhost:1',
      CDS_REQUIRES_AUTH_AUDIENCE: 'api://provisioning'
    })
    const asked = await send('OPTIONS', path, undefined, undefined, { Origin: ALLOWED, ...PREFLIGHT })
    expect([asked.status, asked.headers.get('access-control-allow-origin')]).toEqual([204, ALLOWED])
    const refused = await send('GET', path, undefined, undefined, { Origin: ALLOWED })
    expect([refused.status, refused.headers.get('access-control-allow-origin')]).toEqual([401, ALLOWED])
    await stop()
  })
})
