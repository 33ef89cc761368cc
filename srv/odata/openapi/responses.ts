/** What operations share: parameters, headers of responses, and errors. What never changes is in components.json and fixed.json. */
import { errorBody, RequestError, STATUS, type ErrorCode } from '../../errors/errors.ts'
import answered from '../../errors/examples.json' with { type: 'json' }
import { RETRY_AFTER } from '../../errors/refuse.ts'
import type { JsonObject } from '../model/types.ts'
import shared from './components.json' with { type: 'json' }
import { reference } from './schemas.ts'

/** The errors of requests by what may cause them. */
const ANY = [400, 406, 412, 414, 429, 500, 501, 503]
const TOKENS = [401, 403]
export const OF_COLLECTION = [410]
export const OF_ENTITY = [404, 409]
export const OF_CREATION = [409, 413, 415, 507]
export const OF_BATCH = [413, 415, 431]

/** Errors that say when to try again. */
const MAY_PASS = Object.keys(RETRY_AFTER).map((code) => STATUS[code as ErrorCode]) as number[]

/** What identifies the request of an example, and when it failed. */
const REQUEST = '8f0e2c6a-3d0b-4c57-9c55-2a1f0b7d9e10'
const IDS = { 'request-id': REQUEST, 'client-request-id': REQUEST }
const NOW = new Date('2024-05-01T10:00:00Z')

/** The components of every description. @param examples values of query options, by their names without `$` */
export function sharedComponents(withTokens: boolean, examples: Record<string, string>) {
  const parameters = Object.entries(shared.parameters).map(([name, parameter]): [string, JsonObject] => {
    const example = examples[name]
    // in the schema, as forms would be filled with an example of a parameter
    return [
      name,
      example === undefined ? parameter : { ...parameter, schema: { ...parameter.schema, examples: [example] } }
    ]
  })
  return { ...shared, parameters: Object.fromEntries(parameters), responses: errorResponses(withTokens) }
}

/** References to parameters. @throws {Error} for a name that is not described */
export function parameters(names: readonly string[]): JsonObject[] {
  return names.map((each) => {
    const name = each.replace('$', '')
    if (!(name in shared.parameters)) throw new Error(`OpenAPI does not describe ${each}.`)
    return { $ref: `#/components/parameters/${name}` }
  })
}

/** A response with a body in one or more media types, and headers besides those that all responses have. */
export function response(description: string, content: JsonObject | undefined, ...headers: string[]): JsonObject {
  const all = ['OData-Version', 'request-id', 'client-request-id', ...headers]
  const references = all.map((name) => [name, { $ref: `#/components/headers/${name}` }])
  return { description, headers: Object.fromEntries(references) as JsonObject, ...(content && { content }) }
}

export const json = (schema: JsonObject, example?: unknown) => ({
  'application/json': { schema, ...(example !== undefined && { example }) }
})

/** References to the errors of an operation. @param others statuses besides those that any request may get */
export function errors(needsToken: boolean, others: number[] = []): JsonObject {
  const statuses = [...ANY, ...(needsToken ? TOKENS : []), ...others]
  return Object.fromEntries(statuses.map((status) => [status, { $ref: `#/components/responses/error${status}` }]))
}

/** The errors, each with the codes that it may have, and examples of what the service answers. */
function errorResponses(withTokens: boolean): Record<string, JsonObject> {
  const statuses = new Set([
    ...ANY,
    ...(withTokens ? TOKENS : []),
    ...OF_COLLECTION,
    ...OF_ENTITY,
    ...OF_CREATION,
    ...OF_BATCH
  ])
  const responses = [...statuses].map((status): [string, JsonObject] => {
    const codes = Object.entries(STATUS).filter(([, each]) => each === status)
    const description = `An error with the code ${codes.map(([code]) => `\`${code}\``).join(' or ')}.`
    const content = { 'application/json': { schema: reference('Error'), examples: errorExamples(status) } }
    const headers = ['Content-Language', ...(MAY_PASS.includes(status) ? ['Retry-After'] : [])]
    const error = response(description, content, ...headers)
    if (OF_COLLECTION.includes(status)) Object.assign(error.headers as object, ANEW)
    if (TOKENS.includes(status)) Object.assign(error.headers as object, CHALLENGE)
    return [`error${status}`, error]
  })
  return Object.fromEntries(responses)
}

/** The bodies of errors with a status, by their codes. */
function errorExamples(status: number): JsonObject {
  const examples = Object.entries<{ message: string; target?: string }>(answered)
  const ofStatus = examples.filter(([code]) => STATUS[code as ErrorCode] === status)
  const bodies = ofStatus.map(([code, { message, target }]) => {
    return [code, { value: errorBody(new RequestError(code as ErrorCode, message, target), IDS, NOW) }]
  })
  return Object.fromEntries(bodies) as JsonObject
}

const ANEW = { Location: { description: 'The URL to read the collection anew.', schema: { type: 'string' } } }
const CHALLENGE = { 'WWW-Authenticate': { description: 'How to authenticate.', schema: { type: 'string' } } }
