/** Operations: what requests take, and what they answer with. */
import { optionsOf } from '../request/capabilities.ts'
import { mediaTypesOf } from '../request/format.ts'
import type { Resource } from '../request/resource.ts'
import type { JsonObject } from '../model/types.ts'
import { errors, json, parameters, response } from './responses.ts'

/** What the metadata does not say of a root. */
export interface Setup {
  /** Its URL, with a trailing slash. */
  root: string
  version: string
  /** Undefined if no token is needed. */
  access: Access | undefined
  examples: Examples
}

/** An entity to be posted, how the service answers with it, and values of query options, by their names without `$`. */
export interface Examples {
  sent: JsonObject
  answered: JsonObject
  options: Record<string, string>
}

/** How the service asks for tokens. */
export interface Access {
  /** Where the configuration of the issuer is, if it publishes one. */
  openIdConnectUrl?: string | undefined
  /** The permissions that allow each kind of request, one of them. */
  permissions: Record<'create' | 'read', string[]>
  /** Whether the metadata needs no token. */
  publicMetadata: boolean
}

interface Named {
  id: string
  tag: string
  summary: string
  /** What it needs one of; none if any token will do. */
  roles: readonly (keyof Access['permissions'])[] | 'public'
  /** The statuses of errors that not every request may get; none if left out. */
  errors?: number[]
}

interface Operation {
  /** The names of query options and headers. */
  parameters: readonly string[]
  /** The content of the request body. */
  body?: JsonObject
  responses: JsonObject
}

/** An operation, with the errors that any may have. */
export function operation(access: Access | undefined, named: Named, what: Operation): JsonObject {
  const { id, tag, summary, roles } = named
  const { body } = what
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
    responses: { ...what.responses, ...errors(!isPublic, named.errors) }
  }
}

/** What a GET answers with. */
interface Answer {
  /** Describes it. */
  found: string
  /** Of the JSON, or of a number that is text; other text is a string. */
  schema: JsonObject
  example?: unknown
  /** The names of the headers that requests for it take. */
  headers?: string[]
}

/** A GET, with its query options, and its answers in all media types that the resource has. */
export function read(
  access: Access | undefined,
  kind: Resource['kind'],
  named: Named,
  { found, schema, example, headers = ['If-None-Match'] }: Answer
): JsonObject {
  const text = schema.type === 'integer' ? schema : { type: 'string' }
  const [preferred = '', ...others] = mediaTypesOf({ kind, suffix: '' } as Resource, true, true)
  const types = preferred === 'text/plain' ? [preferred] : [preferred, ...others] // JSON is no more than accepted there
  const content = types.map((type) => [
    type,
    type === 'application/json' ? json(schema, example)[type] : { schema: text }
  ])
  const ofPages = kind === 'collection' ? ['Preference-Applied', 'Content-Disposition'] : []
  const responses = {
    200: response(found, Object.fromEntries(content) as JsonObject, 'ETag', ...ofPages),
    304: response('The client has it already.', undefined, 'ETag')
  }
  return operation(access, named, { parameters: [...optionsOf(kind, 'GET'), ...headers], responses })
}
