/** An issuer on loopback at which people sign in, without being asked for a password. */
import type { JWTPayload } from 'jose'
import type { MutableRedirectUri, MutableResponse, MutableToken } from 'oauth2-mock-server'
import type { IncomingMessage } from 'node:http'
import { AUDIENCE, seconds, startIssuer } from './issuer.ts'

/** What the issuer does from now on. */
const USUAL = {
  /** Of the access token. */
  claims: { tid: 'contoso', scp: 'AuditLog.Read.All' } as JWTPayload,
  /** Of the access token, in seconds. */
  lifetime: 3600,
  /** Of the ID token. */
  identity: { sub: 'ann', name: 'Ann Auditor', tid: 'contoso' } as JWTPayload,
  /** Parameters of its answer to a sign-in; those that are undefined are left out. */
  answer: {} as Record<string, string | undefined>,
  givesRefreshTokens: true
}

export async function startIssuerOfPeople(path?: '/{tenantid}/v2.0') {
  const issuer = await startIssuer(path)
  const behaviour = { ...USUAL }
  /** The requests for sign-ins and for tokens. */
  const asked: Record<string, string>[] = []

  issuer.provider.on('beforeTokenSigning', ({ payload }: MutableToken) => {
    const { claims, lifetime, identity } = behaviour
    const isAccess = 'scope' in payload
    Object.assign(payload, isAccess ? { aud: AUDIENCE, exp: seconds() + lifetime, ...claims } : identity)
    if (path) payload.iss = issuer.url + path.replace('{tenantid}', String(claims.tid))
  })
  issuer.provider.on('beforeAuthorizeRedirect', ({ url }: MutableRedirectUri, { url: own }: IncomingMessage) => {
    asked.push(Object.fromEntries(new URL(own ?? '', issuer.url).searchParams))
    for (const [name, value] of Object.entries(behaviour.answer))
      if (value === undefined) url.searchParams.delete(name)
      else url.searchParams.set(name, value)
  })
  issuer.provider.on('beforeResponse', ({ body }: MutableResponse, req: IncomingMessage & { body: object }) => {
    asked.push({ ...req.body })
    if (body && !behaviour.givesRefreshTokens) delete body.refresh_token
  })
  return {
    ...issuer,
    asked,
    /** Has it do something else than usual. */
    behave: (change: Partial<typeof USUAL>) => Object.assign(behaviour, USUAL, change)
  }
}
