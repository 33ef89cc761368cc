import { needsTokens } from '../../srv/access/profile.ts'
import { configured } from '../support/configured.ts'
import { isOnPostgres } from '../support/postgres.ts'
import { startProduction } from '../support/production.ts'

const ACCESS = {
  CDS_REQUIRES_AUTH_ISSUER: 'https://login.example.com/v2.0',
  CDS_REQUIRES_AUTH_AUDIENCE: 'api://provisioning-log'
}

interface Settings {
  profiles: string[]
  requires: { auth: { impl?: string } }
}

describe('A profile that is not known', () => {
  it.each<[string, Record<string, string>]>([
    ['Production', { NODE_ENV: 'Production' }],
    ['prod', { NODE_ENV: 'prod' }],
    ['test', { NODE_ENV: 'test' }],
    ['hybrid', { NODE_ENV: 'development', CDS_ENV: 'hybrid' }],
    [' production', { NODE_ENV: '', CDS_ENV: ' production' }],
    ['prod', { CDS_ENV: 'prod', ...ACCESS }]
  ])('%j is refused, whatever is configured: %j', (name, env) => {
    const { profiles } = configured<Settings>(env)
    expect(() => needsTokens(profiles)).toThrow(`The service does not know the profile '${name}'`)
  })

  it.concurrent('ends the start', async () => {
    const { url, log, exited } = await startProduction({ NODE_ENV: 'prod' })
    expect(url).toBeUndefined()
    expect(log()).toContain("The service does not know the profile 'prod'")
    expect((await exited)[0]).toBe(1)
  })
})

describe('The service asks for no token', () => {
  it.each<[string, Record<string, string>]>([
    ['in no profile', { NODE_ENV: '' }],
    ['in the profile development', { NODE_ENV: 'development' }],
    ['in the profile development of CDS_ENV', { NODE_ENV: '', CDS_ENV: 'development' }]
  ])('%s', (_, env) => expect(needsTokens(configured<Settings>(env).profiles)).toBe(false))
})

describe('The production profile', () => {
  it.concurrent('does not start without an issuer and an audience', async () => {
    const { url, log, exited } = await startProduction({})
    expect([url, (await exited)[0]]).toEqual([undefined, 1])
    expect(log()).toContain('CDS_REQUIRES_AUTH_ISSUER is missing')
    expect(log()).toContain('CDS_REQUIRES_AUTH_AUDIENCE is missing')
  })

  const attempts: [string, Record<string, string>][] = [
    ['CAP is told to use its dummy', { CDS_REQUIRES_AUTH_KIND: 'dummy' }],
    ['the development profile is given, too', { CDS_ENV: 'development' }],
    ['it is named in CDS_ENV only', { NODE_ENV: '', CDS_ENV: 'production' }],
    ['development is named in NODE_ENV', { NODE_ENV: 'development', CDS_ENV: 'production' }],
    ['it is one of several names', { NODE_ENV: '', CDS_ENV: 'development , production' }]
  ]

  it.each(attempts)('asks for tokens even if %s', (_, env) => {
    const { profiles, requires } = configured<Settings>({ NODE_ENV: 'production', ...ACCESS, ...env })
    expect([needsTokens(profiles), requires.auth.impl]).toEqual([true, 'srv/access/authentication.ts'])
  })

  it.concurrent('is not open even if CAP is told to use its dummy, and it is one of several names', async () => {
    const [[, dummy], [, several]] = [attempts[0]!, attempts.at(-1)!]
    const profiles = isOnPostgres() ? `${several.CDS_ENV},postgres` : several.CDS_ENV!
    const service = await startProduction({ ...ACCESS, ...dummy, ...several, CDS_ENV: profiles })
    expect((await service.get('/auditLogs/provisioning')).status).toBe(401)
    await service.stop()
  })
})
