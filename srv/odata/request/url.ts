/** Parses a request URL: first split, then decoded (OData URL Conventions 4.01, section 2). */
import { RequestError } from '../../errors/errors.ts'

export interface ParsedUrl {
  /** Decoded path segments below the service root. */
  segments: string[]
  /** System query options under their full names, `$filter`, with decoded values. */
  options: Map<string, string>
  /** Parameter aliases, `@p`, with decoded values. */
  aliases: Map<string, string>
}

/** The most characters of a URL that a client makes, and of a link, which is longer by what it encodes and its token. */
const LONGEST = 16_384
export const LONGEST_LINK = 2 * LONGEST

/** Values of open types nest no deeper than 100 levels. */
const MOST_SEGMENTS = 110

const SYSTEM_QUERY_OPTIONS =
  'apply compute count deltatoken expand filter format id orderby search select skip skiptoken top'.split(' ')
const NOT_IMPLEMENTED = ['index', 'schemaversion']

/**
 * Parses a URL. System query options may be written in any case and without `$`.
 * @param url relative to the service root; in a batch it may be absolute, too, or begin with the path of the root
 * @param root the service root, absolute, with a trailing slash
 * @throws {RequestError} 414 if it is too long, 400 for invalid percent-encoding, for what no text has, and for an
 *   option that is unknown or given twice
 */
export function parseUrl(url: string, root: string): ParsedUrl {
  if (url.length > LONGEST && (url.length > LONGEST_LINK || !/(skip|delta)token=/i.test(url)))
    throw new RequestError('uriTooLong', `A URL, with the query in a body, must have at most ${LONGEST} characters.`)
  // what is between lines would be part of a value
  if (/[\t\n\r]/.test(url)) throw new RequestError('badRequest', UNENCODED)
  // as in a batch in JSON: links could not repeat it
  if (!url.isWellFormed())
    throw new RequestError('badRequest', 'The URL has half of a character, which no text of the log has.')
  const [, path = '', query = ''] = /^([^?]*)(?:\?(.*))?$/s.exec(relative(url, root)) ?? []
  const segments = path.split('/').map((segment) => decode(segment, 'path'))
  if (segments[0] === '') segments.shift()
  if (segments.at(-1) === '') segments.pop() // a trailing slash: Graph's own links have one
  if (segments.length > MOST_SEGMENTS)
    throw new RequestError('badRequest', `A URL may have at most ${MOST_SEGMENTS} segments.`)
  return { segments, ...parseQuery(query) }
}

function relative(url: string, root: string) {
  const pathname = root.slice(root.indexOf('/', root.indexOf('//') + 2))
  // a slash before: Graph's JavaScript client takes only https links as absolute, and puts its base before others
  const [start = '', host] = /^\/?(\w+:\/\/[^/?]*)/.exec(url) ?? []
  const isHere = host !== undefined && URL.parse(host)?.origin === new URL(root).origin // in any case: RFC 3986, 6.2.2
  const path = isHere ? url.slice(start.length) || '/' : url
  return path.startsWith(pathname) && (isHere || pathname !== '/') ? path.slice(pathname.length) : url
}

function parseQuery(query: string) {
  const options = new Map<string, string>()
  const aliases = new Map<string, string>()
  for (const part of query.split('&')) {
    if (part === '') continue
    const [, rawName = '', rawValue = ''] = /^([^=]*)=?(.*)$/s.exec(part) ?? []
    const name = decode(withSpaces(rawName), 'query')
    if (name.startsWith('sap-')) continue // UI5 adds sap-client, sap-language and the like
    if (name.startsWith('@')) {
      if (!/^@[\p{L}_][\p{L}\p{N}_]*$/u.test(name))
        throw new RequestError('invalidQueryOption', `'${name}' is not the name of a parameter alias.`, name)
      if (aliases.has(name))
        throw new RequestError('invalidQueryOption', `The parameter alias '${name}' is given twice.`, name)
      aliases.set(name, decode(withSpaces(rawValue), name))
      continue
    }
    const option = name.replace(/^\$/, '').toLowerCase()
    if (NOT_IMPLEMENTED.includes(option))
      throw new RequestError('notImplemented', `The service does not implement the query option $${option}.`, name)
    if (!SYSTEM_QUERY_OPTIONS.includes(option))
      throw new RequestError('unknownQueryOption', `The query option '${name}' is not known.`, name)
    if (options.has(`$${option}`))
      throw new RequestError('invalidQueryOption', `The query option '$${option}' is given twice.`, `$${option}`)
    options.set(`$${option}`, decode(withSpaces(rawValue), `$${option}`))
  }
  return { options, aliases }
}

const UNENCODED = 'A URL, and the query in a body, must have no tabs or line breaks, but %09, %0A, %0D.'

/** A path that ends with `/$query`: what is before that, and the options in the URL. */
const QUERY = /^([^?]*)(?:^|\/)(?:\$|%24)query\/?(?:\?(.*))?$/s

/**
 * The URL that stands for a query in a body (URL Conventions 4.01, 4.17); undefined if the path does not end with
 * `/$query`.
 * @param body the query options in the body, which are taken together with those in the URL
 */
export function queriedUrl(url: string, body: string): string | undefined {
  const [found, path, query = ''] = QUERY.exec(url) ?? []
  return found === undefined ? undefined : `${path}?${query}&${body.trimEnd()}`
}

/** Many clients encode a space as `+`. The `+` of an offset from UTC is kept, since many do not encode it. */
function withSpaces(encoded: string) {
  if (!encoded.includes('+')) return encoded
  return encoded.replace(/(T\d\d(?::|%3A)\d\d(?:(?::|%3A)\d\d(?:\.\d+)?)?)?\+/gi, (match, time) =>
    time ? match : '%20'
  )
}

function decode(encoded: string, target: string) {
  if (/%00|\0/.test(encoded))
    throw new RequestError('badRequest', 'The URL has the character U+0000, which no text of the log has.', target)
  try {
    return decodeURIComponent(encoded)
  } catch (cause) {
    throw new RequestError('badRequest', 'The URL is not percent-encoded as UTF-8.', target, { cause })
  }
}
