/** Authentication in production, by bearer tokens (RFC 6750). CAP runs it before each request: see `requires.auth`. */
import cds from '@sap/cds'
import type { NextFunction, Request, RequestHandler } from 'express'
import { accessByToken, type Access } from './access-tokens.ts'
import { RequestError } from '../errors/errors.ts'
import { refuseAnything } from '../errors/refuse.ts'
import { accessSettings } from '../settings/settings.ts'

const BEARER = /^Bearer +(\S.*)$/i

const PUBLIC_PATHS = ['/', '/$metadata', '/openapi.json']

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
    const [, token] = BEARER.exec(req.get('Authorization') ?? '') ?? []
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
