/** Batches in JSON (OData JSON 4.01, 19.1). */
import { RequestError } from '../../errors/errors.ts'
import { isJsonObject } from '../../values/json.ts'
import type { JsonObject } from '../model/types.ts'
import { asRead, checkRequest, checkSize, forwardReference, invalid, referenceOf } from './requests.ts'
import type { BatchRequest, Unit } from './requests.ts'

/** The rule `request-id` of the ABNF. */
const GROUP_NAME = /^[\w.~-]+$/

/**
 * Reads a batch in JSON.
 * @param limit the most requests that it may have
 * @throws {RequestError} 400 naming the first member that is missing or wrong
 */
export function readBatch(body: unknown, limit: number): Unit[] {
  const requests = isJsonObject(body) ? body.requests : undefined
  if (!Array.isArray(requests)) throw invalid("A batch must be a JSON object with an array 'requests'.", 'requests')
  checkSize(requests.length, limit)
  const units: Unit[] = []
  const named = new Map<string, BatchRequest>() // a group's name leads to its first request, as all succeed or none
  for (const [index, each] of requests.entries()) {
    const target = `requests/${index}`
    const request = readRequest(each, target)
    const group = readGroup((each as JsonObject).atomicityGroup ?? undefined, `${target}/atomicityGroup`)
    const isFurther = group !== undefined && units.at(-1)?.group === group
    checkRequest(request, group !== undefined, group === undefined ? target : `${target}/atomicityGroup`)
    connect(request, (each as JsonObject).dependsOn ?? [], group, named, `${target}/dependsOn`)
    for (const name of isFurther || group === undefined ? [request.id] : [request.id, group]) {
      if (named.has(name)) throw invalid(`The id '${name}' is not unique.`, `${target}/id`)
      named.set(name, request)
    }
    if (isFurther) units.at(-1)?.requests.push(request)
    else units.push({ group, requests: [request] })
  }
  return units
}

function readRequest(request: unknown, target: string) {
  if (!isJsonObject(request)) throw invalid('A request of a batch must be an object.', target)
  for (const name of ['id', 'method', 'url']) {
    if (typeof request[name] !== 'string')
      throw invalid(`A request of a batch must have a string '${name}'.`, `${target}/${name}`)
  }
  const { id, method, url, headers, body } = request as { id: string; method: string; url: string } & JsonObject
  const read = readHeaders(headers ?? {}, `${target}/headers`)
  return {
    id,
    ...asRead(method.toUpperCase(), url, read['content-type'], body),
    headers: read,
    body: () => {
      if (body instanceof RequestError) throw body
      return body
    },
    dependsOn: [] as BatchRequest[],
    isConditional: (request.if ?? null) !== null
  } satisfies BatchRequest
}

/** Header names are case-insensitive. */
function readHeaders(headers: unknown, target: string) {
  if (!isJsonObject(headers)) throw invalid('The headers of a request must be an object.', target)
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), readHeader(value, target)])
  )
}

/** Some clients send numbers, such as 4.01, in place of texts. */
function readHeader(value: unknown, target: string): string {
  if (typeof value === 'string') return value
  if (typeof value === 'object' && !JSON.isRawJSON(value))
    throw invalid('The value of a header must be a text.', target)
  return JSON.stringify(value)
}

function readGroup(group: unknown, target: string): string | undefined {
  if (group === undefined || (typeof group === 'string' && GROUP_NAME.test(group))) return group
  throw invalid("An 'atomicityGroup' must be a string of letters, digits, and '.~_-'.", target)
}

/** Resolves what a request depends on. A dependency on its own group means nothing. */
function connect(
  request: BatchRequest,
  dependsOn: unknown,
  group: string | undefined,
  named: Map<string, BatchRequest>,
  target: string
) {
  if (!Array.isArray(dependsOn)) throw invalid("'dependsOn' must be an array.", target)
  const reference = referenceOf(request.url)
  request.reference = reference === undefined ? undefined : named.get(reference)
  if (request.reference?.id !== reference) throw forwardReference(target)
  const names = new Set<unknown>(reference === undefined ? dependsOn : [...(dependsOn as unknown[]), reference])
  if (group !== undefined) names.delete(group)
  for (const name of names) {
    const other = named.get(name as string)
    if (!other) throw forwardReference(target)
    request.dependsOn.push(other)
  }
}
