import { accessByToken } from '../../srv/access/access-tokens.ts'
import type { RequestError } from '../../srv/errors/errors.ts'
import { checkSettings } from '../../srv/settings/settings.ts'
import { configured } from '../support/configured.ts'
import { AUDIENCE, seconds, startIssuer } from '../support/issuer.ts'
import { startProduction } from '../support/production.ts'

const TENANT = 'contoso'

/**
 * What tokens are accepted, as by the middleware of a service with such settings.
 * @param more other settings of access
 * @param cooldown in milliseconds
 * @returns gives the status of the answer to a request with a token, and what it may do, or the error if it is refused
 */
function acceptance(issuer: string, more: Record<string, string> = {}, cooldown?: number) {
  const env = {
    NODE_ENV: 'production',
    CDS_REQUIRES_AUTH_ISSUER: issuer,
    CDS_REQUIRES_AUTH_AUDIENCE: AUDIENCE,
    ...more
  }
  const access = accessByToken(checkSettings(configured(env), env, true).requires.auth, cooldown)
  const answerTo = async (token: string): Promise<{ status: number; roles?: string[]; error?: RequestError }> => {
    const known = access.known(token)
    if (known) return { status: 200, roles: known.roles }
    return access.check(token).then(
      ({ roles }) => ({ status: 200, roles }),
      (error: RequestError) => ({ status: error.status, error })
    )
  }
  return { answerTo, status: async (token: string) => (await answerTo(token)).status }
}

// in one block, as blocks run one after the other
describe('The issuer', () => {
  it.concurrent('finds keys by discovery, takes other names of permissions, and can show metadata', async () => {
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
    expect(await statuses(['/', '/$metadata', '/beta', '/beta/', '/beta/$metadata', '/v1.0/$metadata'])).toEqual([
      200, 200, 200, 200, 200, 200
    ])
    expect(await statuses(['/auditLogs', path, '/$metadata/x', '//', '/%24metadata'])).toEqual([
      401, 401, 401, 401, 401
    ])
    expect((await service.send('POST', '/$batch', undefined, { requests: [] })).status).toBe(401)
    await service.stop()
    await issuer.stop()
  })

  it.concurrent('answers 503 while the issuer cannot be reached, and goes on when it is back', async () => {
    const issuer = await startIssuer()
    const { status, answerTo } = acceptance(issuer.url)
    const token = await issuer.issue({ tid: TENANT, roles: ['ProvisioningLog.Read.All'] })
    await issuer.stop()
    expect(await answerTo(token)).toMatchObject({ status: 503, error: { code: 'serviceUnavailable' } })
    await issuer.restart()
    await new Promise((resolve) => setTimeout(resolve, 1100))
    expect(await status(token)).toBe(200)
    await issuer.stop()
  })

  it.concurrent('takes no keys from the configuration of another issuer', async () => {
    const issuer = await startIssuer()
    const { answerTo } = acceptance(`${issuer.url}/other/v2.0`)
    const { status, error } = await answerTo(await issuer.issue({ iss: `${issuer.url}/other/v2.0`, tid: TENANT }))
    expect(status).toBe(503)
    expect(String(error?.cause)).toContain('The configuration of the issuer is that of another one')
    expect(issuer.state.asked).toBe(0)
    await issuer.stop()
  })

  it.concurrent('takes no keys that come without encryption', async () => {
    const issuer = await startIssuer()
    issuer.state.keysAt = 'http://keys.example.com/jwks'
    const { status, error } = await acceptance(issuer.url).answerTo(await issuer.issue({ tid: TENANT }))
    expect(status).toBe(503)
    const problem = 'An endpoint of the issuer is not a URL with https: http://keys.example.com/jwks.'
    expect(String(error?.cause)).toContain(problem)
    await issuer.stop()
  })

  it.concurrent('is asked for a wrong configuration once a second at most, however many requests come in', async () => {
    const issuer = await startIssuer()
    const service = await startProduction({
      CDS_REQUIRES_AUTH_ISSUER: `${issuer.url}/other/v2.0`,
      CDS_REQUIRES_AUTH_AUDIENCE: AUDIENCE,
      CDS_APP_CLIENT__ID: 'page'
    })
    const token = await issuer.issue({ iss: `${issuer.url}/other/v2.0`, tid: TENANT })
    for (const [path, given] of [
      ['/app/settings.json', undefined],
      ['/auditLogs/provisioning', token]
    ] as const) {
      issuer.state.discovered = 0
      const begun = performance.now()
      for (let count = 0; count < 20; count++) expect((await service.get(path, given)).status).toBe(503)
      const seconds = (performance.now() - begun) / 1000
      expect(issuer.state.discovered).toBeGreaterThan(0)
      expect(issuer.state.discovered).toBeLessThanOrEqual(1 + seconds)
    }
    expect((await service.get('/app/')).status).toBe(200)
    await service.stop()
    await issuer.stop()
  })

  it.concurrent.each(['discovered', 'configured'])(
    'takes the tokens of each tenant from its own issuer, keys %s',
    async (keys) => {
      const issuer = await startIssuer('/{tenantid}/v2.0')
      const more: Record<string, string> = keys === 'configured' ? { CDS_REQUIRES_AUTH_JWKS__URI: issuer.jwks } : {}
      const accepted = acceptance(`${issuer.url}/{tenantid}/v2.0`, more)
      const roles = ['ProvisioningLog.Read.All']
      const status = async (iss: string, tid?: string) =>
        accepted.status(await issuer.issue({ iss: issuer.url + iss, roles, ...(tid && { tid }) }))
      expect(await status('/contoso/v2.0', 'contoso')).toBe(200)
      expect(await status('/fabrikam/v2.0', 'fabrikam')).toBe(200)
      expect(await status('/fabrikam/v2.0', 'contoso')).toBe(401)
      expect(await status('/{tenantid}/v2.0', 'contoso')).toBe(401)
      expect(await status('/contoso/v2.0')).toBe(401)
      await issuer.stop()
    }
  )

  it.concurrent('takes the tokens of a tenant with keys for all tenants and its own only', async () => {
    const issuer = await startIssuer('/{tenantid}/v2.0', ['RS256', 'PS256', 'ES256', 'EdDSA'])
    issuer.state.owners = {
      RS256: `${issuer.url}/{tenantid}/v2.0`,
      PS256: `${issuer.url}/personal/v2.0`,
      ES256: `${issuer.url}/contoso/v2.0`
    }
    const accepted = acceptance(`${issuer.url}/{tenantid}/v2.0`)
    const status = async (tid: string, kid: string) =>
      accepted.status(await issuer.issue({ iss: `${issuer.url}/${tid}/v2.0`, tid }, kid))
    const statuses = async (tid: string) =>
      Promise.all(['RS256', 'PS256', 'ES256', 'EdDSA'].map((kid) => status(tid, kid)))
    expect(await statuses('contoso')).toEqual([200, 401, 200, 200]) // that of EdDSA names no issuer
    expect(await statuses('personal')).toEqual([200, 200, 401, 200])
    expect(await statuses('fabrikam')).toEqual([200, 401, 401, 200])
    await issuer.stop()
  })

  it.concurrent('of many tenants gives the events of all to operators only, whatever a tenant permits', async () => {
    const issuer = await startIssuer('/{tenantid}/v2.0')
    const roles = ['ProvisioningLog.Read.All', 'ProvisioningLog.AllTenants']
    const rolesOf = async (more: Record<string, string>, tid: string, claims: object = { roles }) => {
      const { answerTo } = acceptance(`${issuer.url}/{tenantid}/v2.0`, more)
      return (await answerTo(await issuer.issue({ iss: `${issuer.url}/${tid}/v2.0`, tid, ...claims }))).roles
    }
    const operators = { CDS_REQUIRES_AUTH_OPERATOR__TENANTS: '["contoso","tailspin"]' }
    expect(await rolesOf(operators, 'contoso')).toEqual(['read', 'all_tenants'])
    expect(await rolesOf(operators, 'tailspin')).toEqual(['read', 'all_tenants'])
    expect(await rolesOf(operators, 'fabrikam')).toEqual(['read'])
    expect(await rolesOf(operators, 'Contoso')).toEqual(['read'])
    expect(await rolesOf(operators, 'fabrikam', { scp: roles.join(' ') })).toEqual(['read'])
    expect(await rolesOf(operators, 'contoso', { roles: ['ProvisioningLog.Read.All'] })).toEqual(['read'])
    expect(await rolesOf({}, 'contoso')).toEqual(['read'])
    await issuer.stop()
  })

  it.concurrent('of one tenant gives the events of all to whom it permits that', async () => {
    const issuer = await startIssuer()
    const { answerTo } = acceptance(issuer.url)
    const roles = ['ProvisioningLog.Read.All', 'ProvisioningLog.AllTenants']
    expect((await answerTo(await issuer.issue({ tid: TENANT, roles }))).roles).toEqual(['read', 'all_tenants'])
    await issuer.stop()
  })

  it.concurrent('may have tenants that may not use the service', async () => {
    const issuer = await startIssuer()
    const { answerTo } = acceptance(issuer.url, { CDS_REQUIRES_AUTH_SERVED__TENANTS: '["contoso","fabrikam"]' })
    const roles = ['ProvisioningLog.ReadWrite.All', 'ProvisioningLog.AllTenants']
    const answer = async (tid?: string) => answerTo(await issuer.issue({ roles, ...(tid !== undefined && { tid }) }))
    expect((await answer('contoso')).status).toBe(200)
    expect((await answer('fabrikam')).status).toBe(200)
    for (const tid of ['northwind', 'Contoso', 'contoso ', '', undefined])
      expect(await answer(tid)).toMatchObject({ status: 403, error: { code: 'accessDenied' } })
    await issuer.stop()
  })

  it.concurrent('has its keys cached, and fetched anew for an unknown one, but once in the cooldown at most', async () => {
    const issuer = await startIssuer()
    const { status } = acceptance(issuer.url, {}, 2000)
    const claims = { tid: TENANT, roles: ['ProvisioningLog.Read.All'] }
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
    await issuer.stop()
  })

  it.concurrent('is not asked for keys by every token while it fails', async () => {
    const issuer = await startIssuer()
    const { status } = acceptance(issuer.url, { CDS_REQUIRES_AUTH_JWKS__URI: issuer.jwks })
    issuer.state.fails = true
    const token = await issuer.issue({ tid: TENANT })
    const started = Date.now()
    for (let i = 0; i < 50; i++) expect(await status(token)).toBe(503)
    expect(issuer.state.asked).toBeLessThanOrEqual(1 + (Date.now() - started) / 1000)
    await issuer.stop()
  })

  it.concurrent('withdraws keys, which verify no token any longer, not even one that they verified before', async () => {
    const issuer = await startIssuer('', ['RS256', 'ES256'])
    const { status } = acceptance(issuer.url, {}, 0)
    const claims = { tid: TENANT, roles: ['ProvisioningLog.Read.All'] }
    const [old, other] = [await issuer.issue(claims, 'ES256'), await issuer.issue(claims)]
    for (let i = 0; i < 3; i++) expect(await status(old)).toBe(200)
    issuer.state.withdrawn = ['ES256']
    expect(await status(await issuer.signedByUnknown(claims))).toBe(401) // has the keys fetched
    expect([await status(old), await status(other), await status(other)]).toEqual([401, 200, 200])
    await issuer.stop()
  })

  it.concurrent('is at fault where two of its keys have one name, but not where a token names no key', async () => {
    const issuer = await startIssuer('', ['RS256', 'ES256'])
    const { answerTo } = acceptance(issuer.url)
    issuer.state.twice = ['RS256']
    const claims = { tid: TENANT, roles: ['ProvisioningLog.Read.All'] }
    expect(await answerTo(await issuer.issue(claims))).toMatchObject({
      status: 503,
      error: { code: 'serviceUnavailable' }
    })
    expect(await answerTo(await issuer.issue(claims, 'ES256'))).toMatchObject({ status: 200 })
    const nameless = await issuer.signedByOthers(claims, { alg: 'RS256' })
    expect(await answerTo(nameless)).toMatchObject({ status: 401, error: { code: 'unauthenticated' } })
    await issuer.stop()
  })

  it.concurrent('has given a token that is refused once it has expired, and with any other signature', async () => {
    const issuer = await startIssuer()
    const { status, answerTo } = acceptance(issuer.url, { CDS_REQUIRES_AUTH_LEEWAY: '0' })
    const claims = { tid: TENANT, roles: ['ProvisioningLog.Read.All'] }
    expect(await status(await issuer.issue(claims))).toBe(200) // the first request takes longest
    const expires = seconds() + 4
    const token = await issuer.issue({ ...claims, exp: expires })
    expect([await status(token), await status(token), await status(token)]).toEqual([200, 200, 200])
    const [header = '', payload = '', signature = ''] = token.split('.')
    const other = (signature.startsWith('A') ? 'B' : 'A') + signature.slice(1)
    expect(await status([header, payload, other].join('.'))).toBe(401)
    const changed = Buffer.from(payload, 'base64url').toString().replace(TENANT, 'fabrikam')
    expect(await status([header, Buffer.from(changed).toString('base64url'), signature].join('.'))).toBe(401)
    while (seconds() < expires) await new Promise((resolve) => setTimeout(resolve, 100))
    expect(await answerTo(token)).toMatchObject({ status: 401, error: { message: 'The access token has expired.' } })
    await issuer.stop()
  })
})
