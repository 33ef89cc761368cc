/** The requests of a batch (OData Protocol 4.01, 11.7), whichever format they were written in. */
import { RequestError } from '../../errors/errors.ts'
import { queriedUrl } from '../request/url.ts'

/** A request of a batch. */
export interface BatchRequest {
  /** `id` in JSON; in the multipart format `Content-ID`, which is optional. */
  id: string | undefined
  /** In upper case. */
  method: string
  url: string
  /** Header values by lower-case name. */
  headers: Record<string, string>
  /** Returns the parsed JSON body, or undefined if there is none. @throws {RequestError} 400 if it is not JSON */
  body: () => unknown
  /** Earlier requests that must succeed first. */
  dependsOn: BatchRequest[]
  /** The earlier request that the first segment of the URL refers to. */
  reference?: BatchRequest | undefined
  /** Whether it has an `if`. */
  isConditional?: boolean
  /** Once it was run: the URL of the entity that it created or read, and whether it failed. */
  outcome?: { url: string; hasFailed: boolean }
}

/** An atomicity group or change set, whose requests succeed or fail together, or a single request outside of groups. */
export interface Unit {
  /** The name of the group; undefined for a single request. */
  group?: string | undefined
  requests: BatchRequest[]
}

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']

/** System resources, which win over references of the same name (11.7.4). */
const RESERVED = ['metadata', 'batch', 'crossjoin', 'all', 'entity', 'root', 'id']

/** Matches a reference to a request: the first segment of a URL (11.7.4). */
export const REFERENCE = /^\/?\$([^/?]+)/

/** Returns the name of the request that a URL refers to, or undefined. */
export function referenceOf(url: string): string | undefined {
  const name = REFERENCE.exec(url)?.[1]
  return RESERVED.includes(name ?? '') ? undefined : name
}

/**
 * Turns a POST to `/$query` into the GET that it stands for, and leaves all else as it is.
 * @param type the type of its body, which is text if it is not named (RFC 2046, 5.1)
 */
export function asRead(method: string, url: string, type = 'text/plain', body: unknown) {
  const options = body ?? ''
  const isText = options === '' || /^text\/plain\s*(;|$)/i.test(type)
  const read = method === 'POST' && isText && typeof options === 'string' ? queriedUrl(url, options) : undefined
  return read === undefined ? { method, url } : { method: 'GET', url: read }
}

/** @throws {RequestError} 400 if a batch has no requests, or more than it may have */
export function checkSize(size: number, limit: number) {
  if (!size) throw invalid('A batch must have at least one request.', 'requests')
  if (size > limit) throw invalid(`A batch must have at most ${limit} requests.`, 'requests')
}

/**
 * Checks that a batch may contain a request.
 * @param isInGroup whether the request is in a change set or atomicity group
 * @param target the target of errors
 * @throws {RequestError} 400 for an unknown method, for a batch within the batch, and for a query in a group
 */
export function checkRequest({ method, url }: { method: string; url: string }, isInGroup: boolean, target: string) {
  if (!METHODS.includes(method)) throw invalid(`A batch must not have requests with the method ${method}.`, target)
  if (/^\/?\$batch\b/.test(url)) throw invalid('A batch must not have a batch in it.', target)
  if (isInGroup && method === 'GET')
    throw invalid('A change set or atomicity group takes only requests that change data.', target)
}

/** The error of a batch that is not well formed. */
export const invalid = (message: string, target?: string) => new RequestError('invalidBody', message, target)

/** The error of a request that depends on itself or on a later one. */
export const forwardReference = (target: string) => invalid('A request can depend on requests before it only.', target)
