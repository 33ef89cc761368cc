/** Operations: what requests take, and what they answer with. */
import { mediaTypesOf } from '../request/format.ts'
import type { Resource } from '../request/resource.ts'
import type { JsonObject } from '../model/types.ts'
import type { Access } from './setup.ts'
import { errors, json, parameters, response } from './responses.ts'

interface Operation {
  id: string
  tag: string
  summary: string
  /** The names of query options and headers. */
  parameters: readonly string[]
  /** The content of the request body. */
  body?: JsonObject
  responses: JsonObject
  /** The statuses of errors that not every request may get; none if left out. */
  errors?: number[]
  /** What it needs one of; none if any token will do. */
  roles: readonly (keyof Access['permissions'])[] | 'public'
}

/** An operation, with the errors that any may have. */
export function operation(access: Access | undefined, what: Operation): JsonObject {
  const { id, tag, summary, body, roles } = what
  const isPublic = !access || roles === 'public'
  const permissions = isPublic ? [] : [...new Set(roles.flatMap((role) => access.permissions[role]))]
  return {
    operationId: id,
    tags: [tag],
    summary,
    ...(permissions.length && { description: `Needs one of the permissions ${permissions.join(', ')}.` }),
    ...(roles === 'public' && { security: [] }),
    parameters: parameters([...what.parameters, 'OData-MaxVersion', 'client-request-id']),
    ...(body && { requestBody: { required: true, content: body } }),
    responses: { ...what.responses, ...errors(!isPublic, what.errors) }
  }
}

/**
 * The answers to a GET that succeeds, in all media types that the resource has.
 * @param schema of the JSON, or of a number that is text; other text is a string
 */
export function found(kind: Resource['kind'], description: string, schema: JsonObject, example?: unknown): JsonObject {
  const types = mediaTypesOf({ kind, suffix: '' } as Resource, true, true)
  const content = types.map((type): [string, JsonObject] => {
    if (type === 'application/json') return [type, json(schema, example)[type]]
    return [type, { schema: schema.type === 'integer' ? schema : { type: 'string' } }]
  })
  return {
    200: response(description, Object.fromEntries(content), 'ETag'),
    304: response('The client has it already.', undefined, 'ETag')
  }
}
