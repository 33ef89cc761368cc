/**
 * Authentication in production, by bearer tokens (RFC 6750). CAP runs it before each request to the service: see
 * `requires.auth`.
 */
import cds from '@sap/cds'
import type { NextFunction, Request, RequestHandler } from 'express'
import { decodeJwt, errors, jwtVerify, type JWTPayload } from 'jose'
import { issuerKeys, type AccessSettings } from './issuer.ts'
import { RequestError } from '../errors/errors.ts'
import { refuseAnything } from '../errors/refuse.ts'
import { accessSettings } from '../settings/settings.ts'
import { verifiedTokens } from './verified-tokens.ts'

/** The tenant of all personal Microsoft accounts. */
const PERSONAL_ACCOUNTS = '9188040d-6c67-4c5b-b112-36a304b66dad'

const PUBLIC_PATHS = ['/', '/$metadata', '/openapi.json']

/** Signatures by keys that only the issuer has. HMAC and `none` would let anyone sign. */
const ALGORITHMS = ['RS256', 'PS256', 'ES256', 'EdDSA']

/** What jose throws if the issuer is at fault, not the token. */
const FAULTS_OF_ISSUER = ['ERR_JOSE_GENERIC', 'ERR_JWKS_TIMEOUT', 'ERR_JWKS_INVALID']

/**
 * Makes the middleware that authenticates requests, and refuses those without a valid token.
 * @throws {Error} if a setting is wrong or missing
 */
export default function authentication(): RequestHandler {
  const settings = accessSettings()
  const access = accessByToken(settings)
  const enter = ({ id, roles, attr }: Access, next: NextFunction) => {
    const user = new cds.User({ id, roles, attr: { ...attr } }) // of this request: handlers may change it
    Object.assign(cds.context as object, { user })
    next()
  }
  return (req, res, next) => {
    if (settings.public_metadata && isPublic(req)) return next()
    const token = bearerToken(req)
    if (token === undefined)
      return refuseAnything(new RequestError('unauthenticated', 'The request has no access token.'), req, res)
    const known = access.known(token)
    if (known) return enter(known, next)
    return access.check(token).then(
      (checked) => enter(checked, next),
      (error: unknown) => refuseAnything(error, req, res)
    )
  }
}

/** Relative to the root that the request was sent to. */
function isPublic({ method, path }: Request): boolean {
  return ['GET', 'HEAD'].includes(method) && PUBLIC_PATHS.includes(path)
}

function bearerToken(req: Request): string | undefined {
  return /^Bearer +(\S.*)$/i.exec(req.get('Authorization') ?? '')?.[1]
}

/** The user that a token stands for, an application or a person. */
interface Access {
  id: string
  roles: string[]
  attr: { tenant?: string }
}

/**
 * Finds what access tokens give access to (JSON Web Tokens, RFC 7519 and 8725).
 * @returns `known` finds a token that was checked before; `check` checks one. It throws {@link RequestError}: 401 if the
 *   token is not valid, 403 if it is for a personal account, 503 if it cannot be checked now
 */
function accessByToken(settings: AccessSettings) {
  const { audience, leeway } = settings
  const keys = issuerKeys(settings)
  const tokens = verifiedTokens<Access>(leeway, keys.version)

  async function check(token: string): Promise<Access> {
    const version = keys.version()
    try {
      const options = { issuer: issuerOf(token, settings), audience, clockTolerance: leeway }
      const required = { algorithms: ALGORITHMS, requiredClaims: ['exp'] }
      const { payload } = await jwtVerify(token, keys.find, { ...options, ...required })
      const access = accessOf(payload, settings)
      tokens.add(token, access, { exp: payload.exp as number, nbf: payload.nbf }, version)
      return access
    } catch (cause) {
      throw cause instanceof RequestError ? cause : refusal(cause)
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

function refusal(cause: unknown): RequestError {
  const refused = (message: string) => new RequestError('unauthenticated', message, undefined, { cause })
  if (cause instanceof errors.JWTExpired) return refused('The access token has expired.')
  if (cause instanceof errors.JOSEError && !FAULTS_OF_ISSUER.includes(cause.code))
    return refused('The access token is not valid.')
  const message = 'The access token cannot be checked now, as its issuer does not answer.'
  return new RequestError('serviceUnavailable', message, undefined, { cause })
}

function accessOf({ tid, roles, scp, oid, sub }: JWTPayload, { permissions }: AccessSettings): Access {
  const attr = typeof tid === 'string' && tid ? { tenant: tid } : {}
  if (attr.tenant?.toLowerCase() === PERSONAL_ACCOUNTS)
    throw new RequestError('accessDenied', 'Personal Microsoft accounts are not supported.')
  // an item of `roles` is one name, blanks included; `scp` has blanks between names (RFC 8693, 4.2)
  const granted: unknown[] = [
    ...(Array.isArray(roles) ? (roles as unknown[]) : []),
    ...(typeof scp === 'string' ? scp.split(' ') : [])
  ]
  const given = Object.entries(permissions)
    .filter(([, names]) => names.some((name) => granted.includes(name)))
    .map(([role]) => role)
  return { id: (oid ?? sub ?? 'unknown') as string, roles: given, attr }
}
