/** The absolute URLs of an answer (OData Protocol 4.01, section 4). */
import type { Request } from 'express'
import { RequestError } from '../../errors/errors.ts'
import type { Row } from '../../plans/statement.ts'
import { toToken, type Position, type TokenName } from '../query/paging.ts'
import { linkOptions, type Exchange } from '../request/exchange.ts'
import { keyPredicate, type EntityKey } from '../request/keys.ts'
import { LONGEST_LINK } from '../request/url.ts'
import type { JsonText } from './json-text.ts'

/**
 * The service root that a request was sent to, with a trailing slash: `http://localhost:4004/beta/`.
 * Express derives protocol and host from `X-Forwarded-*` only if `trust proxy` is set.
 * @param request the HTTP request; for a part of a batch, the request of the batch
 * @throws {RequestError} 400 if one of them is invalid or missing: links are made from them
 */
export function serviceRoot({ protocol, host = '', baseUrl }: Request): string {
  if (!/^https?$/i.test(protocol))
    throw new RequestError('badRequest', 'The protocol of the request must be http or https.', 'X-Forwarded-Proto')
  const root = `${protocol}://${host}${baseUrl}/`
  if (/^([\w.-]+|\[[\da-f:.]+\])(:\d+)?$/i.test(host) && URL.canParse(root)) return root
  throw new RequestError('badRequest', 'The Host header is not valid.', 'Host')
}

/**
 * A link to a collection, as JSON text, with the query options of the request and a token.
 * @param path the path of the collection, `auditLogs/provisioning`
 * @param options the query options and parameter aliases that the link keeps, under their full names
 * @throws {RequestError} 501 if the position has values that are too long for a link, 414 if the options are
 */
export function linkTo(
  exchange: Exchange,
  path: string,
  name: TokenName,
  position: Position,
  options = linkOptions(exchange)
): JsonText {
  const all: [string, string][] = [...withoutTokens(options), [name, toToken(exchange, name, position, options)]]
  const query = queryOf(all)
  if (path.length + query.length > LONGEST_LINK - MOST_OF_ROOT)
    throw new RequestError('uriTooLong', 'The URL is too long for a link to the next page.')
  return [JSON.stringify(`${exchange.root}${path}?${query}`)]
}

/**
 * The URL to read a collection anew, with the query options of the link that is no longer followed.
 * @param path the path of the collection, `auditLogs/provisioning`
 */
export function urlAnew(exchange: Exchange, path: string): string {
  const query = queryOf(withoutTokens(linkOptions(exchange)))
  return `${exchange.root}${path}${query && '?'}${query}`
}

const withoutTokens = (options: Iterable<[string, string]>) =>
  [...options].filter(([each]) => each !== '$skiptoken' && each !== '$deltatoken')

const queryOf = (options: [string, string][]) =>
  options.map(([option, value]) => `${option}=${encoded(value)}`).join('&')

/** What is left of a link for the root, which may be long behind a proxy. */
const MOST_OF_ROOT = 1024

/** A value in a query, with the characters that may stand there as they are (RFC 3986, 3.4): URLs stay short. */
const encoded = (value: string) => encodeURIComponent(value).replaceAll(/%(?:24|2C|2F|3A|40)/g, decodeURIComponent)

/**
 * The URL of an entity. It resolves for any key and identifies the entity among all that the reader sees: for readers
 * of all tenants it has the alternate key.
 * @param path the path of the collection, `auditLogs/provisioning`
 * @param row its columns, the parts of the key among them
 */
export function entityUrl({ root, schema, scope }: Exchange, path: string, row: Row): string {
  const [key, ...others] = schema.identity.map((name) => String(row[name])) as EntityKey
  return root + path + keyPredicate(scope.readsAllTenants ? [key, ...others] : [key], schema)
}
