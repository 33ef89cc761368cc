/**
 * By which names the service is called where nobody needs a token. A page of any site can have the name of its host lead
 * to this machine (DNS rebinding): its browser then takes the service for a part of that site, and lets it read the log.
 */
import { isIP } from 'node:net'
import type { RequestHandler } from 'express'
import { RequestError } from '../errors/errors.ts'
import { refuse } from '../errors/refuse.ts'
import { settings } from '../settings/settings.ts'

const MESSAGE =
  'In development the service is called localhost, or by an address: set server.trust_proxy if a proxy has another name for it.'

/** Makes the middleware that refuses other names; none behind a proxy, whose names are not known here. */
export function localHostsOnly(): RequestHandler[] {
  if (settings().server.trust_proxy !== false) return []
  return [
    ({ hostname }, res, next) => {
      if (isLocal(hostname ?? 'localhost')) next() // no browser leaves it out
      else refuse(res, new RequestError('badRequest', MESSAGE, 'Host'))
    }
  ]
}

/** The names that no other machine can have (RFC 6761, 6.3), and addresses, in brackets for IPv6. */
const isLocal = (name: string) => /^(.+\.)?localhost$/i.test(name) || isIP(name.replace(/^\[(.*)\]$/, '$1')) > 0
