/** The absolute URLs of an answer (OData Protocol 4.01, sections 4 and 10). */
import type { Request } from 'express'
import { RequestError } from '../../errors/errors.ts'
import type { Row } from '../../plans/statement.ts'
import type { Exchange } from '../request/exchange.ts'
import { keyPredicate, type EntityKey } from '../request/keys.ts'

/**
 * The service root that a request was sent to, with a trailing slash: `http://localhost:4004/beta/`.
 * Express derives protocol and host from `X-Forwarded-*` only if `trust proxy` is set.
 * @param request the HTTP request; for a part of a batch, the request of the batch
 * @throws {RequestError} 400 if the Host header is none, as links cannot be made of it
 */
export function serviceRoot({ protocol, host, baseUrl }: Request): string {
  const root = `${protocol}://${host}${baseUrl}/`
  if (/^([\w.-]+|\[[\da-f:.]+\])(:\d+)?$/i.test(host) && URL.canParse(root)) return root
  throw new RequestError('badRequest', 'The Host header is not valid.', 'Host')
}

/** A context URL. The fragment names what the answer is part of: `auditLogs/provisioning/$entity`. */
export function contextUrl(root: string, fragment = ''): string {
  return `${root}$metadata${fragment && `#${fragment}`}`
}

/**
 * A link to a collection with the query options of the request, and a token for where to go on.
 * @param options system query options and parameter aliases, under their full names
 */
export function linkUrl(url: string, options: Map<string, string>, tokenName: string, token: string): string {
  const others = [...options].filter(([name]) => name !== '$skiptoken' && name !== '$deltatoken')
  const query = [...others, [tokenName, token]].map(([name, value]) => `${name}=${encodeURIComponent(value as string)}`)
  return `${url}?${query.join('&')}`
}

/**
 * The URL of an entity, which resolves for any key and tells the entity from all others that the reader sees: for who
 * reads all tenants it has the alternate key.
 * @param path the path of the collection, `auditLogs/provisioning`
 * @param row its columns, the parts of the key among them
 */
export function entityUrl({ root, schema, scope }: Exchange, path: string, row: Row): string {
  const [key, ...others] = schema.identity.map((name) => String(row[name])) as EntityKey
  return root + path + keyPredicate(scope.readsAllTenants ? [key, ...others] : [key], schema)
}
