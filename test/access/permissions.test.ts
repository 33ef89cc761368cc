import type { JWTPayload } from 'jose'
import { seconds, startIssuer } from '../support/issuer.ts'
import { startProduction } from '../support/production.ts'
import type { Json } from '../support/service.ts'

const PERSONAL_ACCOUNTS = '9188040d-6c67-4c5b-b112-36a304b66dad'

/** What a route answers to tokens that are good, by what they permit: nothing, read, create, all in another tenant. */
type Statuses = [nothing: number, read: number, create: number, otherTenant: number]

/** Every resource and method at a root; `LOG` stands for each name that the log has there. */
const ROUTES: [method: string, path: string, ...Statuses][] = [
  ['GET', '/', 200, 200, 200, 200],
  ['GET', '/$metadata', 200, 200, 200, 200],
  ['GET', '/$metadata?$format=json', 200, 200, 200, 200],
  ['GET', '/openapi.json', 200, 200, 200, 200],
  ['GET', '/nothing', 404, 404, 404, 404],
  ['GET', '/auditLogs', 403, 200, 403, 200],
  ['GET', '/auditLogs?$expand=*', 403, 200, 403, 200],
  ['GET', 'LOG', 403, 200, 403, 200],
  ['GET', "LOG?$filter=jobId eq 'j' and provisioningSteps/any(s:s/name eq 'x')", 403, 200, 403, 200],
  ['GET', 'LOG?$search=secret', 403, 200, 403, 200],
  ['GET', 'LOG?$apply=aggregate($count as n)', 403, 200, 403, 200],
  ['GET', 'LOG?$apply=groupby((jobId),aggregate($count as n))/filter(n gt 0)', 403, 200, 403, 200],
  ['GET', 'LOG?$apply=concat(identity,top(1))', 403, 200, 403, 200],
  ['GET', 'LOG?$compute=length(jobId) as n&$orderby=n&$top=1&$count=true', 403, 200, 403, 200],
  ['GET', 'LOG/$count', 403, 200, 403, 200],
  ['GET', 'LOG/known', 403, 200, 403, 404],
  ['GET', "LOG('known')?$select=id", 403, 200, 403, 404],
  ['GET', 'LOG/known/jobId', 403, 200, 403, 404],
  ['GET', 'LOG/known/jobId/$value', 403, 200, 403, 404],
  ['GET', 'LOG/known/provisioningSteps/$count', 403, 200, 403, 404],
  ['POST', 'LOG', 403, 403, 201, 201],
  ['POST', 'LOG/$query', 403, 200, 403, 200],
  ['POST', 'LOG/known/$query', 403, 200, 403, 404],
  ['PUT', 'LOG/known', 405, 405, 405, 405],
  ['PATCH', 'LOG/known', 405, 405, 405, 405],
  ['DELETE', 'LOG/known', 405, 405, 405, 405],
  ['DELETE', 'LOG', 405, 405, 405, 405]
]

/** These have no place in a batch. */
const OUTSIDE: typeof ROUTES = [
  ['HEAD', '/', 200, 200, 200, 200],
  ['HEAD', 'LOG', 403, 200, 403, 200],
  ['HEAD', 'LOG/known', 403, 200, 403, 404],
  ['OPTIONS', 'LOG', 204, 204, 204, 204],
  ['OPTIONS', '/auditLogs', 204, 204, 204, 204],
  ['POST', '/$batch', 403, 200, 200, 200],
  ['GET', '/$batch', 405, 405, 405, 405]
]

/** All that a token can permit within a tenant. */
const GOOD = { tid: 'contoso', roles: ['ProvisioningLog.ReadWrite.All'] }

const challenge = (description: string) =>
  `Bearer realm="auditLogs", error="invalid_token", error_description="${description}"`
const NOT_VALID = challenge('The access token is not valid.')

const EVENT = { activityDateTime: '2024-05-01T12:00:00Z', jobId: 'j' }

/** The names of the log at each root. */
const LOGS: Record<string, string[]> = {
  '': ['/auditLogs/provisioning', '/auditLogs/directoryProvisioning', '/provisioningEvents'],
  '/beta': ['/auditLogs/provisioning', '/auditLogs/directoryProvisioning'],
  '/v1.0': ['/auditLogs/provisioning']
}

const expanded = (routes: typeof ROUTES, root: string) =>
  routes.flatMap(([method, path, ...statuses]) => {
    const names = path.startsWith('LOG') ? (LOGS[root] ?? []) : ['']
    return names.map((name) => ({ method, path: path.replace('LOG', name), statuses }))
  })
const allAt = (root: string) => expanded([...ROUTES, ...OUTSIDE], root)

function bodyOf(method: string, path: string, root = '') {
  if (path === '/$batch' && method === 'POST')
    return { requests: [{ id: '1', method: 'GET', url: `${root}/$metadata` }] }
  if (path.endsWith('/$query')) return undefined
  return method === 'POST' ? EVENT : method === 'PUT' || method === 'PATCH' ? { jobId: 'changed' } : undefined
}

const ALGORITHMS = ['RS256', 'PS256', 'ES256', 'EdDSA']

let issuer: Awaited<ReturnType<typeof startIssuer>>
let service: Awaited<ReturnType<typeof startProduction>>

beforeAll(async () => {
  issuer = await startIssuer('', ALGORITHMS)
  service = await startProduction({
    ...issuer.settings,
    CDS_REQUIRES_AUTH_JWKS__URI: issuer.jwks
  })
  const token = await issuer.issue({ tid: 'contoso', roles: ['ProvisioningLog.Create'] })
  await service.post('/auditLogs/provisioning', token, { ...EVENT, id: 'known' })
})

afterAll(async () => {
  await service.stop()
  await issuer.stop()
})

/** What no text is to be taken out of: names of roles are whole, and so is each scope. */
const inPart = (name: string) => ({
  roles: [`x ${name}`, `${name} x`, `${name},x`, ` ${name}`, [name], { [name]: name }, name.toLowerCase(), '', null],
  scp: `x,${name} ${name.toLowerCase()} ${name}.x  x.${name} ${name}\t${name}`
})

const each = (root: string, status: number) =>
  Object.fromEntries(allAt(root).map(({ method, path }) => [`${method} ${path}`, status]))

const statusesOf = async (root: string, token: string | undefined) => {
  const entries = allAt(root).map(async ({ method, path }): Promise<[string, number]> => {
    const answer = await service.send(method, root + path, token, bodyOf(method, path, root))
    return [`${method} ${path}`, answer.status]
  })
  return Object.fromEntries(await Promise.all(entries))
}

describe.each(['', '/beta', '/v1.0'])("At the root '%s/'", (root) => {
  const inBatch = expanded(ROUTES, root)

  it.each<[string, () => Promise<string | undefined> | string | undefined, string]>([
    ['no token', () => undefined, 'Bearer realm="auditLogs"'],
    ['garbage', () => 'garbage', NOT_VALID],
    [
      'an expired one',
      () => issuer.issue({ ...GOOD, exp: seconds() - 60 }),
      challenge('The access token has expired.')
    ],
    ['one without an end', () => issuer.issue({ ...GOOD, exp: undefined }), NOT_VALID],
    ['one that is not valid yet', () => issuer.issue({ ...GOOD, nbf: seconds() + 60 }), NOT_VALID],
    ['one for another audience', () => issuer.issue({ ...GOOD, aud: 'api://other' }), NOT_VALID],
    ['one of another issuer', () => issuer.issue({ ...GOOD, iss: 'https://other.example.com' }), NOT_VALID],
    ['one of another type', () => issuer.issue(GOOD, 'RS256', 'logout+jwt'), NOT_VALID],
    ['one signed by another key', () => issuer.signedByOthers(GOOD), NOT_VALID],
    ['one signed by an unknown key', () => issuer.signedByUnknown(GOOD), NOT_VALID],
    ['one that is not signed', () => issuer.unsigned(GOOD), NOT_VALID],
    ['one signed with the public key', () => issuer.signedByPublicKey(GOOD), NOT_VALID]
  ])('every route refuses %s with 401', async (_, make, header) => {
    const token = await make()
    expect(await statusesOf(root, token)).toEqual(each(root, 401))
    const refused = await service.get(`${root}/auditLogs/provisioning`, token)
    expect(refused.body.error).toMatchObject({
      code: 'unauthenticated',
      innerError: { 'request-id': expect.any(String) as string }
    })
    expect(refused.headers.get('www-authenticate')).toBe(header)
  })

  it.each([PERSONAL_ACCOUNTS, PERSONAL_ACCOUNTS.toUpperCase(), '9188040D-6c67-4c5b-b112-36a304b66dad'])(
    'every route refuses personal accounts with 403: %s',
    async (tid) => {
      const token = await issuer.issue({ ...GOOD, tid })
      expect(await statusesOf(root, token)).toEqual(each(root, 403))
      const { body } = await service.get(`${root}/auditLogs/provisioning`, token)
      expect(body.error).toMatchObject({
        code: 'accessDenied',
        message: 'Personal Microsoft accounts are not supported.'
      })
    }
  )

  const permissions: [string, JWTPayload, number][] = [
    ['no permission', { tid: 'contoso' }, 0],
    [
      'roles and scopes that are permissions in part only',
      { tid: 'contoso', ...inPart('ProvisioningLog.ReadWrite.All') },
      0
    ],
    ['roles as a text', { tid: 'contoso', roles: 'ProvisioningLog.ReadWrite.All' }, 0],
    ['scopes as an array', { tid: 'contoso', scp: ['ProvisioningLog.ReadWrite.All'] }, 0],
    ['a permission of another service', { tid: 'contoso', roles: ['User.Read.All'], scp: 'openid read create' }, 0],
    ['ProvisioningLog.Read.All as a role', { tid: 'contoso', roles: ['ProvisioningLog.Read.All'] }, 1],
    ['AuditLog.Read.All as a scope', { tid: 'contoso', scp: 'openid AuditLog.Read.All' }, 1],
    ['ProvisioningLog.Create as a role', { tid: 'contoso', roles: ['ProvisioningLog.Create'] }, 2],
    ['ProvisioningLog.Create as a scope', { tid: 'contoso', scp: 'ProvisioningLog.Create' }, 2],
    ['all permissions of another tenant', { tid: 'fabrikam', roles: ['ProvisioningLog.ReadWrite.All'] }, 3]
  ]

  it.each(permissions)('every route answers a token with %s as it should', async (_, claims, column) => {
    const expected = Object.fromEntries(
      allAt(root).map(({ method, path, statuses }) => [`${method} ${path}`, statuses[column]])
    )
    expect(await statusesOf(root, await issuer.issue(claims))).toEqual(expected)
  })

  it.each(permissions.filter(([, , column]) => column))(
    'every part of a batch answers a token with %s as it should',
    async (_, claims, column) => {
      const token = await issuer.issue(claims)
      const found: Record<string, number> = {}
      // a batch has at most 20 parts at /beta and /v1.0; a token in a part counts for nothing
      const headers = { 'content-type': 'application/json', authorization: `Bearer ${await issuer.issue(GOOD)}` }
      for (let start = 0; start < inBatch.length; start += 20) {
        const routes = inBatch.slice(start, start + 20)
        const requests = routes.map(({ method, path }, index) => {
          return { id: String(index), method, url: path, headers: { ...headers }, body: bodyOf(method, path) }
        })
        const { status, body } = await service.post(`${root}/$batch`, token, { requests })
        expect(status).toBe(200)
        for (const part of body.responses as { id: string; status: number }[]) {
          const { method, path } = routes[Number(part.id)]!
          found[`${method} ${path}`] = part.status
        }
      }
      const expected = Object.fromEntries(
        inBatch.map(({ method, path, statuses }) => [`${method} ${path}`, statuses[column]])
      )
      expect(found).toEqual(expected)
    }
  )
})

describe('A good token', () => {
  it.each(ALGORITHMS)('may be signed by %s', async (algorithm) => {
    const token = await issuer.issue(GOOD, algorithm)
    expect((await service.get('/auditLogs/provisioning', token)).status).toBe(200)
  })

  it.each(['JWT', 'at+jwt', 'AT+JWT', 'application/at+jwt'])('may have the type %s', async (type) => {
    const token = await issuer.issue(GOOD, 'RS256', type)
    expect((await service.get('/auditLogs/provisioning', token)).status).toBe(200)
  })

  it('may differ by some seconds in time', async () => {
    const token = await issuer.issue({ ...GOOD, nbf: seconds() + 10, exp: seconds() - 10 })
    expect((await service.get('/auditLogs/provisioning', token)).status).toBe(200)
  })

  it('is read from the Authorization header only, in any case of its scheme', async () => {
    const token = await issuer.issue(GOOD)
    const send = (path: string, headers: Json) => service.get(path, undefined, headers)
    expect((await send('/auditLogs', { Authorization: `bearer ${token}` })).status).toBe(200)
    const challenged = async (Authorization: string) => {
      const { status, headers } = await send('/auditLogs', { Authorization })
      return [status, headers.get('www-authenticate')]
    }
    expect(await challenged(`Basic ${token}`)).toEqual([401, 'Bearer realm="auditLogs"'])
    expect(await challenged(`BearerToken ${token}`)).toEqual([401, 'Bearer realm="auditLogs"'])
    expect(await challenged('Bearer')).toEqual([401, challenge('The request has no access token.')])
    expect((await send('/auditLogs', { Cookie: `access_token=${token}` })).status).toBe(401)
    expect((await send(`/auditLogs?access_token=${token}`, {})).status).toBe(401)
  })

  it.each([['contoso\0'], ['\ud800'], ['contoso\udfff'], [''], [7], [['contoso']], ['x'.repeat(257)]])(
    'names no tenant by %j, which is no text that can be stored as it is',
    async (tid) => {
      const token = await issuer.issue({ ...GOOD, tid })
      for (const { status, body } of [
        await service.get('/auditLogs/provisioning', token),
        await service.post('/auditLogs/provisioning', token, EVENT)
      ]) {
        const { code, message } = body.error as Json
        expect([status, code, message]).toEqual([403, 'accessDenied', 'The token names no tenant.'])
      }
    }
  )

  it('that lacks a permission is told so', async () => {
    const token = await issuer.issue({ tid: 'contoso' })
    const { body, headers } = await service.get('/auditLogs/provisioning', token)
    expect(body.error).toMatchObject({
      code: 'accessDenied',
      message: 'The access token lacks the permission for this request.'
    })
    expect(headers.get('www-authenticate')).toBe('Bearer realm="auditLogs", error="insufficient_scope"')
  })

  it('permits to see all tenants by the whole name of a role only', async () => {
    const roles = ['ProvisioningLog.Read.All', 'x ProvisioningLog.AllTenants']
    const token = await issuer.issue({ tid: 'fabrikam', roles })
    expect((await service.get('/auditLogs/provisioning/known', token)).status).toBe(404)
    const all = await issuer.issue({ tid: 'fabrikam', scp: 'ProvisioningLog.Read.All  ProvisioningLog.AllTenants' })
    expect((await service.get('/auditLogs/provisioning/known', all)).status).toBe(200)
  })

  it('needs a tenant, unless it permits to see all', async () => {
    const roles = ['ProvisioningLog.ReadWrite.All']
    const status = async (claims: JWTPayload) =>
      (await service.get('/auditLogs/provisioning', await issuer.issue(claims))).status
    expect(await status({ roles })).toBe(403)
    expect(await status({ roles, tid: '' })).toBe(403)
    expect(await status({ roles: [...roles, 'ProvisioningLog.AllTenants'] })).toBe(200)
    expect(await status({ roles: ['ProvisioningLog.AllTenants'], tid: 'contoso' })).toBe(403)
  })
})

describe('What is served besides in development', () => {
  it.each(['/health', '/favicon.ico', '/index.html', '/$api-docs'])('%s is not open', async (path) => {
    expect((await service.get(path)).status).toBe(401)
  })

  it('there is no API reference', async () => {
    expect((await service.get('/docs')).status).toBe(401)
    expect((await service.get('/docs', await issuer.issue({ tid: 'contoso' }))).status).toBe(404)
  })

  it('a browser gets no page', async () => {
    expect((await service.get('/', undefined, { Accept: 'text/html' })).status).toBe(401)
  })
})
