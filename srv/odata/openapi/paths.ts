/** The paths of resources that hold no events: singletons, what every root has, and the health checks. */
import { optionsOf } from '../request/capabilities.ts'
import type { JsonObject } from '../model/types.ts'
import type { Csdl } from './csdl.ts'
import type { Setup } from './setup.ts'
import { found, operation } from './operations.ts'
import { json, OF_BATCH, response } from './responses.ts'
import { reference } from './schemas.ts'

/** The tag of what is there besides the data. */
export const SERVICE = 'service'

/** The path items of singletons. */
export function singletonPaths(csdl: Csdl, { access }: Setup): Record<string, JsonObject> {
  const singletons = [...csdl.entries].filter(([, { $Collection: isSet }]) => !isSet)
  const items = singletons.map(([name, { $Type: type = '' }]) => {
    const summary = csdl.description(type)
    const get = operation(access, {
      ...{ id: name, tag: name, summary, roles: ['read'] },
      parameters: [...optionsOf('singleton', 'GET'), 'If-None-Match'],
      responses: found('singleton', 'The singleton, with the collections that are asked for.', reference(type))
    })
    return [`/${name}`, { get }]
  })
  return Object.fromEntries(items) as Record<string, JsonObject>
}

/** The path items of the protocol: service document, metadata, batches. */
export function protocolPaths({ entries }: Csdl, { access }: Setup): Record<string, JsonObject> {
  const roles = access?.publicMetadata ? 'public' : []
  const [first = ''] = entries.keys()
  const serviceDocument = operation(access, {
    ...{ id: 'serviceDocument', tag: SERVICE, summary: 'What the service has.', roles },
    parameters: [...optionsOf('serviceDocument', 'GET'), 'If-None-Match'],
    responses: found('serviceDocument', 'The service document.', reference('ServiceDocument'))
  })
  const metadata = operation(access, {
    ...{ id: 'metadata', tag: SERVICE, summary: 'The types and capabilities of the service, in CSDL.', roles },
    parameters: [...optionsOf('metadata', 'GET'), 'If-None-Match'],
    responses: found('metadata', 'The metadata.', { type: 'object' })
  })
  const example = { requests: [{ id: '1', method: 'GET', url: `/${first}` }] }
  const multipart = { 'multipart/mixed': { schema: { type: 'string' } } }
  const batch = operation(access, {
    ...{ id: 'batch', tag: SERVICE, summary: 'Several requests in one.', roles: ['read', 'create'] },
    parameters: ['Prefer'],
    body: { ...json(reference('BatchRequest'), example), ...multipart },
    responses: {
      200: response('The answers.', { ...json(reference('BatchResponse')), ...multipart }, 'Preference-Applied')
    },
    errors: OF_BATCH
  })
  return { '/': { get: serviceDocument }, '/$metadata': { get: metadata }, '/$batch': { post: batch } }
}

/** The path items of the health checks, which need no token. */
export function healthPaths(): Record<string, JsonObject> {
  const check = (id: string, summary: string, more: JsonObject = {}) => {
    const properties = { status: { type: 'string', const: 'UP' }, ...more }
    const content = json({ type: 'object', required: Object.keys(properties), properties })
    return {
      operationId: id,
      ...{ tags: [SERVICE], summary, security: [] },
      responses: { 200: { description: 'Yes.', content }, 503: { $ref: '#/components/responses/error503' } }
    }
  }
  const waiting = 'The size of the write-ahead log of SQLite, rounded up.'
  return {
    '/health/live': { get: check('isLive', 'Whether the process lives.') },
    '/health/ready': {
      get: check('isReady', 'Whether it can serve.', {
        writeAheadLogMegabytes: { type: 'integer', description: waiting }
      })
    }
  }
}
