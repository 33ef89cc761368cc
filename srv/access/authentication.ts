/**
 * Authentication in production, by bearer tokens (RFC 6750). CAP runs it before each request to the service: see
 * `requires.auth`.
 */
import cds from '@sap/cds'
import type { Request, RequestHandler, Response } from 'express'
import { decodeJwt, errors, jwtVerify, type JWTPayload } from 'jose'
import { issuerKeys, type AccessSettings } from './issuer.ts'
import { requestError, RequestError } from '../errors/errors.ts'
import { refuse } from '../errors/refuse.ts'
import { accessSettings } from '../settings/settings.ts'

const LOG = cds.log('provisioning')

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
  const check = tokenChecker(settings)
  return async (req, res, next) => {
    try {
      if (!(settings.public_metadata && isPublic(req))) {
        const user = userOf(await check(bearerToken(req)), settings)
        Object.assign(cds.context as object, { user })
      }
    } catch (error) {
      return refused(req, res, error)
    }
    next()
  }
}

/** Relative to the root that the request was sent to. */
function isPublic({ method, path }: Request): boolean {
  return ['GET', 'HEAD'].includes(method) && PUBLIC_PATHS.includes(path)
}

function bearerToken(req: Request): string {
  const [, token] = /^Bearer +(\S.*)$/i.exec(req.get('Authorization') ?? '') ?? []
  if (token) return token
  throw new RequestError('unauthenticated', 'The request has no access token.')
}

/**
 * Makes a function that checks access tokens (JSON Web Tokens, RFC 7519 and 8725).
 * @returns a function that returns the claims of the token. It throws {@link RequestError}: 401 if the token is not
 *   valid, 503 if it cannot be checked now
 */
function tokenChecker(settings: AccessSettings): (token: string) => Promise<JWTPayload> {
  const { audience, leeway } = settings
  const keys = issuerKeys(settings)
  return async (token) => {
    try {
      const options = { issuer: issuerOf(token, settings), audience, clockTolerance: leeway }
      const { payload } = await jwtVerify(token, keys, { ...options, algorithms: ALGORITHMS, requiredClaims: ['exp'] })
      return payload
    } catch (cause) {
      throw refusal(cause)
    }
  }
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

/** The user that a token stands for, an application or a person. */
function userOf({ tid, roles, scp, oid, sub }: JWTPayload, { permissions }: AccessSettings) {
  const tenant = typeof tid === 'string' && tid ? { tenant: tid } : {}
  if (tenant.tenant?.toLowerCase() === PERSONAL_ACCOUNTS)
    throw new RequestError('accessDenied', 'Personal Microsoft accounts are not supported.')
  // an item of `roles` is one name, blanks included; `scp` has blanks between names (RFC 8693, 4.2)
  const granted: unknown[] = [
    ...(Array.isArray(roles) ? (roles as unknown[]) : []),
    ...(typeof scp === 'string' ? scp.split(' ') : [])
  ]
  const given = Object.entries(permissions)
    .filter(([, names]) => names.some((name) => granted.includes(name)))
    .map(([role]) => role)
  return new cds.User({ id: (oid ?? sub ?? 'unknown') as string, roles: given, attr: tenant } as never)
}

function refused(req: Request, res: Response, error: unknown) {
  const failure = requestError(error)
  const { cause } = failure // for operators, not for clients
  if (failure.status >= 500) LOG.error(req.method, req.path, cause ?? error)
  else LOG.debug(req.method, req.path, failure.code, failure.message, cause ?? '')
  refuse(res, failure)
}
