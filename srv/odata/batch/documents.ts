/** The documents of batches (OData Protocol 4.01, 11.7; OData JSON 4.01, section 19). CAP runs them, but trusts their shape. */
import { RequestError } from '../../errors/errors.ts'

/** A request of a batch in JSON. */
export interface BatchRequest {
  id: string
  method: string
  url: string
  /** Their names in lower case. */
  headers?: Record<string, string>
  body?: unknown
  atomicityGroup?: unknown
  dependsOn?: unknown
}

/**
 * Checks that a request body has the shape of a batch in JSON.
 * @param limit the most requests that it may have
 * @returns the body
 * @throws {RequestError} 400 naming the first member that is missing or of the wrong type, 501 for `if`
 */
export function readBatch(body: unknown, limit: number): { requests: BatchRequest[] } {
  const requests = isObject(body) ? body.requests : undefined
  if (!Array.isArray(requests))
    throw new RequestError('invalidBody', "A batch must be a JSON object with an array 'requests'.", 'requests')
  checkSize(requests.length, limit)
  const earlier = new Set<unknown>()
  for (const [index, request] of requests.entries()) {
    const target = `requests/${index}`
    if (!isObject(request)) throw new RequestError('invalidBody', 'A request of a batch must be an object.', target)
    for (const name of ['id', 'method', 'url']) {
      if (typeof request[name] !== 'string')
        throw new RequestError('invalidBody', `A request of a batch must have a string '${name}'.`, `${target}/${name}`)
    }
    if (request.if !== undefined)
      throw new RequestError('notImplemented', "The service does not implement 'if' in batches.", `${target}/if`)
    request.url = parsable(request.url as string)
    checkReferences(request, earlier, target)
    if (request.atomicityGroup !== undefined && (request.method as string).toUpperCase() === 'GET')
      throw queryInGroup(`${target}/atomicityGroup`)
    if (request.headers !== undefined) request.headers = readHeaders(request.headers, `${target}/headers`)
  }
  return body as { requests: BatchRequest[] }
}

/** Names of headers have no case (OData JSON 4.01, 19.1). */
function readHeaders(headers: unknown, target: string) {
  if (!isObject(headers)) throw new RequestError('invalidBody', 'The headers of a request must be an object.', target)
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)]))
}

/** A request that depends on itself, or on one to come, would wait forever. */
function checkReferences({ id, url, dependsOn, atomicityGroup }: Json, earlier: Set<unknown>, target: string) {
  const [, reference] = /^\/?\$([^/?]+)/.exec(url as string) ?? []
  const references = [...(Array.isArray(dependsOn) ? (dependsOn as unknown[]) : [])]
  if (reference !== undefined && !RESERVED.has(reference)) references.push(reference)
  for (const each of references) {
    if (each === id || !(earlier.has(each) || each === atomicityGroup))
      throw new RequestError('invalidBody', 'A request can depend on requests before it only.', `${target}/dependsOn`)
  }
  earlier.add(id).add(atomicityGroup)
}

/** What begins with `$` in a URL and is no reference (URL Conventions 4.01, section 4). */
const RESERVED = new Set(['metadata', 'batch', 'crossjoin', 'all', 'entity', 'root', 'id'])

/** OData 4.0 has no queries in change sets; here they would hold the write lock, and run without a time limit. */
function queryInGroup(target: string) {
  return new RequestError(
    'invalidBody',
    'A change set or atomicity group takes only requests that change data.',
    target
  )
}

/**
 * Checks a batch in the multipart format: its size, that no request refers to itself, and that change sets only change.
 * @returns the text, with line ends and boundaries as CAP reads them
 * @throws {RequestError} 400 naming what is wrong
 */
export function readMultipartBatch(body: string, limit: number): string {
  // some clients end lines with line feeds only; within bodies, which are JSON, line ends have no meaning
  const text = body
    .replace(/\r?\n/g, '\r\n')
    .replace(/^content-type:.*/gim, plainBoundary)
    // what is said of the connection is not about a part; CAP's parser would end with it, and leave out what follows
    .replace(/^(?:proxy-)?connection:.*\r\n/gim, '')
    .replace(/^([A-Z]+ )(\S+)(?= HTTP\/)/gim, (_, method: string, url: string) => method + parsable(url))
  checkSize(text.match(/^[A-Z]+ \S+ HTTP\//gim)?.length ?? 0, limit)
  // CAP takes them for boundaries, and gives no answer to them
  if (/^HEAD \S+ HTTP\//im.test(text))
    throw new RequestError('invalidBody', 'A batch must not have requests with the method HEAD.', 'HEAD')
  const [, ...parts] = text.split(/^--/m)
  for (const part of parts) {
    const [, header = ''] = /^.*(?<!--)\r?\n([^]*?\r?\n)\r?\n/.exec(part) ?? []
    if (!/^.*--\s*$/.test(part) && !/^content-type:\s*(application\/http|multipart\/mixed)\b/im.test(header))
      throw new RequestError('invalidBody', 'A part of a batch must be application/http.', 'Content-Type')
    const [, id] = /^content-id:\s*(\S+)/im.exec(part) ?? []
    const [, reference] = /^\w+ \/?\$([^/?\s]+)/m.exec(part) ?? []
    if (id !== undefined && id === reference)
      throw new RequestError('invalidBody', 'A request can depend on requests before it only.', 'Content-ID')
  }
  checkChangeSets(text)
  return text
}

/** CAP and Express fall over a URL that is none. They take this one, and the request in the batch is refused for it. */
function parsable(url: string): string {
  return URL.canParse(url, 'http://host') ? url : '/%'
}

/** Takes the quotes off the boundary in a content type, which RFC 2046 allows and CAP does not know. */
export function plainBoundary(contentType: string): string {
  return contentType.replace(/boundary="([^"]+)"/i, 'boundary=$1')
}

function checkChangeSets(text: string) {
  const changeSets: string[] = []
  for (const line of text.split(/\r?\n/)) {
    const [, boundary] = /^content-type:.*boundary=([^\s;]+)/i.exec(line) ?? []
    if (boundary !== undefined) changeSets.push(boundary)
    else if (line === `--${changeSets.at(-1)}--`) changeSets.pop()
    else if (changeSets.length && /^GET\s/i.test(line)) throw queryInGroup('GET')
  }
}

function checkSize(size: number, limit: number) {
  if (size > limit) throw new RequestError('invalidBody', `A batch must have at most ${limit} requests.`, 'requests')
}

type Json = Record<string, unknown>

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
