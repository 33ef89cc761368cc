/**
 * Authentication in production, by bearer tokens (RFC 6750). CAP runs it before each request to the service: see
 * `requires.auth`.
 */
import cds from '@sap/cds'
import type { Request, RequestHandler, Response } from 'express'
import type { JWTPayload } from 'jose'
import type { AccessSettings } from './issuer.ts'
import { tokenChecker } from './token.ts'
import { requestError, RequestError } from '../errors/errors.ts'
import { refuse } from '../errors/refuse.ts'
import { accessSettings } from '../settings/settings.ts'

const LOG = cds.log('provisioning')

/** The tenant of all personal Microsoft accounts. */
const PERSONAL_ACCOUNTS = '9188040d-6c67-4c5b-b112-36a304b66dad'

const PUBLIC_PATHS = ['/', '/$metadata']

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
