/** What access tokens give access to (JSON Web Tokens, RFC 7519 and 8725). */
import { decodeJwt, decodeProtectedHeader, errors, jwtVerify, type JWTPayload } from 'jose'
import { RequestError } from '../errors/errors.ts'
import { COOLDOWN, issuerKeys, type AccessSettings } from './issuer.ts'
import { isLonger } from '../values/length.ts'
import { LONGEST_TENANT } from './tenants.ts'
import { verifiedTokens } from './verified-tokens.ts'

/** The tenant of all personal Microsoft accounts. */
const PERSONAL_ACCOUNTS = '9188040d-6c67-4c5b-b112-36a304b66dad'

/** Signatures by keys that only the issuer has. HMAC and `none` would let anyone sign. */
const ALGORITHMS = ['RS256', 'PS256', 'ES256', 'EdDSA']

/** The types of access tokens (RFC 9068, 2.1), or of any token. An issuer may sign other kinds (RFC 8725, 3.11). */
const TYPES = ['jwt', 'at+jwt', 'application/at+jwt']

/** The user that a token stands for, an application or a person. */
export interface Access {
  id: string
  roles: string[]
  attr: { tenant?: string }
}

/**
 * Finds what access tokens give access to.
 * @param cooldown for how long keys are not fetched again for unknown ones, in milliseconds
 * @returns `known` finds a token that was checked before; `check` checks one. It throws {@link RequestError}: 401 if
 *   the token is not valid, 403 if it is for a personal account, 503 if it cannot be checked now
 */
export function accessByToken(settings: AccessSettings, cooldown = COOLDOWN) {
  const { audience, leeway } = settings
  const keys = issuerKeys(settings, cooldown)
  const tokens = verifiedTokens<Access>(leeway, keys.version)

  async function check(token: string): Promise<Access> {
    const version = keys.version()
    try {
      const issuer = issuerOf(token, settings)
      const required = { issuer, audience, algorithms: ALGORITHMS, requiredClaims: ['exp'], clockTolerance: leeway }
      const { payload, protectedHeader } = await jwtVerify(token, keys.findFor(issuer), required)
      if (!TYPES.includes(String(protectedHeader.typ ?? 'JWT').toLowerCase()))
        throw new errors.JWTInvalid('The token is none for access.')
      const access = accessOf(payload, settings)
      tokens.add(token, access, { exp: payload.exp as number, nbf: payload.nbf }, version)
      return access
    } catch (cause) {
      throw cause instanceof RequestError ? cause : refusal(cause, token)
    }
  }

  return { known: tokens.find, check }
}

/** The expected issuer. Where each tenant has its own, it is that of the tenant in the token. */
function issuerOf(token: string, { issuer }: AccessSettings): string {
  if (!issuer.includes('{tenantid}')) return issuer
  const { tid } = decodeJwt(token)
  if (typeof tid !== 'string') throw new errors.JWTInvalid('The token names no tenant.')
  return issuer.replace('{tenantid}', () => tid)
}

function refusal(cause: unknown, token: string): RequestError {
  const refused = (message: string) => new RequestError('unauthenticated', message, undefined, { cause })
  if (cause instanceof errors.JWTExpired) return refused('The access token has expired.')
  // where its keys are wrong, the issuer is at fault; with a name for several, unless the token names none (RFC 7517, 4.5)
  const isOfIssuer =
    cause instanceof errors.JWKSInvalid ||
    (cause instanceof errors.JWKSMultipleMatchingKeys && decodeProtectedHeader(token).kid !== undefined)
  if (cause instanceof errors.JOSEError && !isOfIssuer) return refused('The access token is not valid.')
  const message = 'The access token cannot be checked now, as its issuer does not answer.'
  return new RequestError('serviceUnavailable', message, undefined, { cause })
}

function accessOf({ tid, roles, scp, oid, sub }: JWTPayload, settings: AccessSettings): Access {
  const attr = isTenant(tid) ? { tenant: tid } : {}
  if (attr.tenant?.toLowerCase() === PERSONAL_ACCOUNTS)
    throw new RequestError('accessDenied', 'Personal Microsoft accounts are not supported.')
  const served = settings.served_tenants
  if (served.length && !served.includes(attr.tenant ?? ''))
    throw new RequestError('accessDenied', 'The tenant of the token may not use the service.')
  // an item of `roles` is one name, blanks included; `scp` has blanks between names (RFC 8693, 4.2)
  const granted: unknown[] = [
    ...(Array.isArray(roles) ? (roles as unknown[]) : []),
    ...(typeof scp === 'string' ? scp.split(' ') : [])
  ]
  const given = Object.entries(settings.permissions)
    .filter(([role]) => role !== 'all_tenants' || grantsAllTenants(attr.tenant, settings))
    .filter(([, names]) => names.some((name) => granted.includes(name)))
    .map(([role]) => role)
  return { id: (oid ?? sub ?? 'unknown') as string, roles: given, attr }
}

/** Whether it can be stored as it is: anything else could become the name of another tenant. */
const isTenant = (tid: unknown): tid is string =>
  typeof tid === 'string' && tid !== '' && tid.isWellFormed() && !tid.includes('\0') && !isLonger(tid, LONGEST_TENANT)

/** Where each tenant has an issuer of its own, its administrators give whom they like any permission of the service. */
function grantsAllTenants(tenant: string | undefined, { issuer, operator_tenants }: AccessSettings): boolean {
  return !issuer.includes('{tenantid}') || operator_tenants.includes(tenant ?? '')
}
