import { AUDIENCE, startIssuer } from '../support/issuer.ts'
import { startProduction } from '../support/production.ts'

const TENANT = 'contoso'
const ISSUER = 'https://login.example.com/v2.0'
const ACCESS = { CDS_REQUIRES_AUTH_ISSUER: ISSUER, CDS_REQUIRES_AUTH_AUDIENCE: AUDIENCE }

describe('The production profile', () => {
  it('does not start without an issuer and an audience', async () => {
    const { url, log, exited } = await startProduction({})
    expect([url, (await exited)[0]]).toEqual([undefined, 1])
    expect(log()).toContain('CDS_REQUIRES_AUTH_ISSUER is missing')
    expect(log()).toContain('CDS_REQUIRES_AUTH_AUDIENCE is missing')
  })
})

describe('A profile that is not known', () => {
  it.each<[string, Record<string, string>]>([
    ['Production', { NODE_ENV: 'Production' }],
    ['prod', { NODE_ENV: 'prod' }],
    ['test', { NODE_ENV: 'test' }],
    ['hybrid', { NODE_ENV: 'development', CDS_ENV: 'hybrid' }],
    [' production', { NODE_ENV: '', CDS_ENV: ' production' }],
    ['prod', { CDS_ENV: 'prod', ...ACCESS }]
  ])('%j refuses to start, whatever is configured: %j', async (name, env) => {
    const { url, log, exited } = await startProduction(env)
    expect(url).toBeUndefined()
    expect(log()).toContain(`The service does not know the profile '${name}'`)
    expect((await exited)[0]).toBe(1)
  })
})

describe('The service asks for no token', () => {
  it.each<[string, Record<string, string>]>([
    ['in no profile', { NODE_ENV: '' }],
    ['in the profile development', { NODE_ENV: 'development' }],
    ['in the profile development of CDS_ENV', { NODE_ENV: '', CDS_ENV: 'development' }]
  ])('%s', async (_, env) => {
    const service = await startProduction(env)
    expect((await service.get('/auditLogs/provisioning')).status).toBe(200)
    await service.stop()
  })
})

describe('The production profile', () => {
  it.each<[string, Record<string, string>]>([
    ['CAP is told to use its dummy', { CDS_REQUIRES_AUTH_KIND: 'dummy' }],
    ['the development profile is given, too', { CDS_ENV: 'development' }],
    ['it is named in CDS_ENV only', { NODE_ENV: '', CDS_ENV: 'production' }],
    ['development is named in NODE_ENV', { NODE_ENV: 'development', CDS_ENV: 'production' }],
    ['it is one of several names', { NODE_ENV: '', CDS_ENV: 'development , production' }]
  ])('is not open even if %s', async (_, env) => {
    const issuer = await startIssuer()
    const service = await startProduction({
      CDS_REQUIRES_AUTH_ISSUER: issuer.url,
      CDS_REQUIRES_AUTH_AUDIENCE: AUDIENCE,
      ...env
    })
    expect((await service.get('/auditLogs/provisioning')).status).toBe(401)
    await service.stop()
    await issuer.stop()
  })

  it('finds the keys by OpenID discovery, takes other names of permissions, and shows metadata if configured', async () => {
    const issuer = await startIssuer()
    const service = await startProduction({
      CDS_REQUIRES_AUTH_ISSUER: issuer.url,
      CDS_REQUIRES_AUTH_AUDIENCE: JSON.stringify(['other', AUDIENCE]),
      CDS_REQUIRES_AUTH_PERMISSIONS_READ: '["Logs.Look"]',
      CDS_REQUIRES_AUTH_PERMISSIONS_ALL__TENANTS: 'Logs.LookEverywhere',
      CDS_REQUIRES_AUTH_PUBLIC__METADATA: 'true'
    })
    const path = '/auditLogs/provisioning'
    const renamed = await issuer.issue({ tid: TENANT, roles: ['Logs.Look'] })
    expect((await service.get(path, renamed)).status).toBe(200)
    expect((await service.get(path, await issuer.issue({ roles: ['Logs.Look', 'Logs.LookEverywhere'] }))).status).toBe(
      200
    )
    const documented = await issuer.issue({ tid: TENANT, roles: ['ProvisioningLog.Read.All'] })
    expect((await service.get(path, documented)).status).toBe(403)

    const statuses = async (paths: string[]) => {
      return Promise.all(paths.map(async (each) => (await service.get(each)).status))
    }
    expect(await statuses(['/', '/$metadata', '/beta', '/beta/', '/beta/$metadata'])).toEqual([200, 200, 200, 200, 200])
    expect(await statuses(['/auditLogs', path, '/$metadata/x', '//', '/%24metadata'])).toEqual([
      401, 401, 401, 401, 401
    ])
    expect((await service.send('POST', '/$batch', undefined, { requests: [] })).status).toBe(401)
    await service.stop()
    await issuer.stop()
  })

  it('answers 503 while the issuer cannot be reached, and goes on when it is back', async () => {
    const issuer = await startIssuer()
    const service = await startProduction({
      CDS_REQUIRES_AUTH_ISSUER: issuer.url,
      CDS_REQUIRES_AUTH_AUDIENCE: AUDIENCE
    })
    const token = await issuer.issue({ tid: TENANT, roles: ['ProvisioningLog.Read.All'] })
    await issuer.stop()
    const refused = await service.get('/auditLogs/provisioning', token)
    expect([refused.status, refused.body.error]).toMatchObject([503, { code: 'serviceUnavailable' }])
    await issuer.restart()
    await new Promise((resolve) => setTimeout(resolve, 1100))
    expect((await service.get('/auditLogs/provisioning', token)).status).toBe(200)
    await service.stop()
    await issuer.stop()
  })

  it('takes no keys from the configuration of another issuer', async () => {
    const issuer = await startIssuer()
    const service = await startProduction({
      CDS_REQUIRES_AUTH_ISSUER: `${issuer.url}/other/v2.0`,
      CDS_REQUIRES_AUTH_AUDIENCE: AUDIENCE
    })
    const token = await issuer.issue({ iss: `${issuer.url}/other/v2.0`, tid: TENANT })
    expect((await service.get('/auditLogs/provisioning', token)).status).toBe(503)
    expect(service.log()).toContain('The configuration of the issuer is that of another one')
    expect(issuer.state.asked).toBe(0)
    await service.stop()
    await issuer.stop()
  })

  it.each(['discovered', 'configured'])(
    'takes the tokens of each tenant from its own issuer, keys %s',
    async (keys) => {
      const issuer = await startIssuer('/{tenantid}/v2.0')
      const service = await startProduction({
        CDS_REQUIRES_AUTH_ISSUER: `${issuer.url}/{tenantid}/v2.0`,
        CDS_REQUIRES_AUTH_AUDIENCE: AUDIENCE,
        ...(keys === 'configured' && { CDS_REQUIRES_AUTH_JWKS__URI: issuer.jwks })
      })
      const roles = ['ProvisioningLog.Read.All']
      const status = async (iss: string, tid?: string) => {
        const token = await issuer.issue({ iss: issuer.url + iss, roles, ...(tid && { tid }) })
        return (await service.get('/auditLogs/provisioning', token)).status
      }
      expect(await status('/contoso/v2.0', 'contoso')).toBe(200)
      expect(await status('/fabrikam/v2.0', 'fabrikam')).toBe(200)
      expect(await status('/fabrikam/v2.0', 'contoso')).toBe(401)
      expect(await status('/{tenantid}/v2.0', 'contoso')).toBe(401)
      expect(await status('/contoso/v2.0')).toBe(401)
      await service.stop()
      await issuer.stop()
    }
  )
})

describe('The service listens', () => {
  // all of 127.0.0.0/8 is this machine, so that a second address stands for the other interfaces
  const reached = (url: string | undefined) =>
    fetch(`${url?.replace('127.0.0.1', '127.0.0.2')}/auditLogs`).then(
      ({ status }) => status,
      () => 'not reached'
    )

  it.each<[string, Record<string, string>, number | string]>([
    ['on all interfaces in production', ACCESS, 401],
    ['on the host that is configured in production', { ...ACCESS, HOST: '127.0.0.1' }, 'not reached'],
    ['on loopback only in development', { NODE_ENV: 'development', HOST: '0.0.0.0' }, 'not reached']
  ])('%s', async (_, env, expected) => {
    const service = await startProduction(env)
    expect(await reached(service.url)).toBe(expected)
    await service.stop()
  })
})

describe('Keys of the issuer', () => {
  it('are cached, and fetched anew for an unknown one, but not more often than configured', async () => {
    const issuer = await startIssuer()
    const service = await startProduction({
      CDS_REQUIRES_AUTH_ISSUER: issuer.url,
      CDS_REQUIRES_AUTH_AUDIENCE: AUDIENCE,
      CDS_REQUIRES_AUTH_JWKS__COOLDOWN: '2'
    })
    const claims = { tid: TENANT, roles: ['ProvisioningLog.Read.All'] }
    const status = async (token: string) => (await service.get('/auditLogs/provisioning', token)).status
    const started = Date.now()
    const most = (before: number, since: number) => before + (Date.now() - since) / 2000 // on machines that are busy
    expect([await status(await issuer.issue(claims)), await status(await issuer.issue(claims))]).toEqual([200, 200])
    expect(issuer.state.asked).toBe(1)

    const unknown = await issuer.signedByUnknown(claims)
    for (let i = 0; i < 20; i++) expect(await status(unknown)).toBe(401)
    expect(issuer.state.asked).toBeLessThanOrEqual(most(1, started))

    await issuer.keys.generate('ES256', { kid: 'new' })
    await new Promise((resolve) => setTimeout(resolve, 2100))
    const [asked, renewed] = [issuer.state.asked, Date.now()]
    expect(await status(await issuer.issue(claims, 'new'))).toBe(200)
    expect(issuer.state.asked).toBe(asked + 1)
    for (let i = 0; i < 20; i++) expect(await status(unknown)).toBe(401)
    expect(issuer.state.asked).toBeLessThanOrEqual(most(asked + 1, renewed))
    await service.stop()
    await issuer.stop()
  })

  it('are not asked for by every token while the issuer fails', async () => {
    const issuer = await startIssuer()
    const service = await startProduction({
      CDS_REQUIRES_AUTH_ISSUER: issuer.url,
      CDS_REQUIRES_AUTH_AUDIENCE: AUDIENCE,
      CDS_REQUIRES_AUTH_JWKS__URI: issuer.jwks
    })
    issuer.state.fails = true
    const token = await issuer.issue({ tid: TENANT })
    const started = Date.now()
    for (let i = 0; i < 50; i++) expect((await service.get('/auditLogs', token)).status).toBe(503)
    expect(issuer.state.asked).toBeLessThanOrEqual(1 + (Date.now() - started) / 1000)
    await service.stop()
    await issuer.stop()
  })
})
