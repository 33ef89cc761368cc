/** The paths of resources that hold no events: singletons, and what every root has. */
import { optionsOf } from '../request/capabilities.ts'
import type { JsonObject } from '../model/types.ts'
import type { Csdl } from './csdl.ts'
import { operation, read, type Setup } from './operations.ts'
import { json, OF_BATCH, response } from './responses.ts'
import { reference } from './schemas.ts'

/** The tag of what is there besides the data. */
export const SERVICE = 'service'

/** The path items of singletons. */
export function singletonPaths(csdl: Csdl, { access }: Setup): Record<string, JsonObject> {
  const singletons = [...csdl.entries].filter(([, { $Collection: isSet }]) => !isSet)
  const items = singletons.map(([name, { $Type: type = '' }]) => {
    const get = read(
      access,
      'singleton',
      { id: name, tag: name, summary: csdl.description(type), roles: ['read'] },
      { found: 'The singleton, with the collections that are asked for.', schema: reference(type) }
    )
    return [`/${name}`, { get }]
  })
  return Object.fromEntries(items) as Record<string, JsonObject>
}

/** The path items of the protocol: service document, metadata, batches. */
export function protocolPaths({ entries }: Csdl, { access }: Setup): Record<string, JsonObject> {
  const roles = access?.publicMetadata ? 'public' : []
  const serviceDocument = read(
    access,
    'serviceDocument',
    { id: 'serviceDocument', tag: SERVICE, summary: 'What the service has.', roles },
    { found: 'The service document.', schema: reference('ServiceDocument') }
  )
  const metadata = read(
    access,
    'metadata',
    { id: 'metadata', tag: SERVICE, summary: 'The types and capabilities of the service, in CSDL.', roles },
    { found: 'The metadata.', schema: { type: 'object' } }
  )
  const [first = ''] = entries.keys()
  const example = { requests: [{ id: '1', method: 'GET', url: `/${first}` }] }
  const multipart = { 'multipart/mixed': { schema: { type: 'string' } } }
  const answers = { ...json(reference('BatchResponse')), ...multipart }
  const batch = operation(
    access,
    { id: 'batch', tag: SERVICE, summary: 'Several requests in one.', roles: ['read', 'create'], errors: OF_BATCH },
    {
      parameters: [...optionsOf('batch', 'POST'), 'Prefer'],
      body: { ...json(reference('BatchRequest'), example), ...multipart },
      responses: { 200: response('The answers.', answers, 'Preference-Applied') }
    }
  )
  return { '/': { get: serviceDocument }, '/$metadata': { get: metadata }, '/$batch': { post: batch } }
}
