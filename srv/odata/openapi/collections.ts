/** The paths of a collection of entities: the collection, its count, its entities, and what collections those have. */
import { optionsOf } from '../request/capabilities.ts'
import type { JsonObject } from '../model/types.ts'
import { members, propertiesOf, type Csdl } from './csdl.ts'
import { operation, read, type Setup } from './operations.ts'
import { json, OF_COLLECTION, OF_CREATION, OF_ENTITY, response } from './responses.ts'
import { collectionSchema, propertySchema, reference } from './schemas.ts'

interface Collection {
  path: string
  type: string
  /** The entry of the container that it belongs to. */
  tag: string
  description: string
}

/** The entity sets, and the collections that singletons contain. */
export function collections({ entries, types, description, container }: Csdl): Collection[] {
  return [...entries].flatMap(([tag, { $Type: type = '', $Collection: isSet }]) => {
    if (isSet) return [{ path: `/${tag}`, type, tag, description: description(`${container}/${tag}`) }]
    const contained = [...members(types.get(type) ?? {})].filter(([, each]) => each.$ContainsTarget)
    return contained.map(([name, { $Type = '' }]) => {
      return { path: `/${tag}/${name}`, type: $Type, tag, description: description(`${type}/${name}`) }
    })
  })
}

const CREATED = ['Location', 'ETag', 'Preference-Applied']

/** The path items of a collection. */
export function collectionPaths(csdl: Csdl, setup: Setup, collection: Collection): Record<string, JsonObject> {
  const { access, root, examples } = setup
  const { path, type, tag } = collection
  const name = identifier(path)
  const key = keyOf(csdl, type)
  const described = { name: key, in: 'path', required: true, description: 'The key, percent-encoded.' }
  const parameters = [{ ...described, schema: { type: 'string' }, example: examples.sent[key] }]
  const context = `${root}$metadata#${path.slice(1)}`
  const answered = { '@odata.context': `${context}/$entity`, ...examples.answered }
  const list = read(
    access,
    'collection',
    { id: `list${name}`, tag, summary: collection.description, roles: ['read'], errors: OF_COLLECTION },
    {
      found: 'A page of the collection.',
      schema: reference(collectionSchema(type)),
      example: { '@odata.context': context, value: [examples.answered] },
      headers: ['Prefer', 'If-None-Match']
    }
  )
  const creation = operation(
    access,
    { id: `create${name}`, tag, summary: 'Creates an entity.', roles: ['create'], errors: OF_CREATION },
    {
      parameters: [...optionsOf('collection', 'POST'), 'Prefer'],
      body: json({ allOf: [reference(type), { required: mandatory(csdl, type) }] }, examples.sent),
      responses: {
        201: response('The entity as it is stored.', json(reference(type), answered), ...CREATED),
        204: response('The entity is stored, and no answer was asked for.', undefined, 'OData-EntityId', ...CREATED)
      }
    }
  )
  const count = read(
    access,
    'count',
    { id: `count${name}`, tag, summary: 'How many entities there are.', roles: ['read'] },
    { found: 'The number.', schema: { type: 'integer', format: 'int64' }, headers: [] }
  )
  const entity = read(
    access,
    'entity',
    { id: `get${name}`, tag, summary: 'One entity.', roles: ['read'], errors: OF_ENTITY },
    { found: 'The entity.', schema: reference(type), example: answered }
  )
  const lists = [...propertiesOf(csdl, type).keys()].filter((each) => propertiesOf(csdl, type).get(each)?.$Collection)
  return {
    [path]: { get: list, post: creation },
    [`${path}/$count`]: { get: count },
    [`${path}/{${key}}`]: { parameters, get: entity },
    ...Object.fromEntries(
      lists.map((each) => [`${path}/{${key}}/${each}`, { parameters, get: items(csdl, setup, collection, each) }])
    )
  }
}

/** A property of an entity that is a collection. */
function items(csdl: Csdl, { access }: Setup, { path, type, tag }: Collection, name: string) {
  const target = `${type}/${name}`
  const value = propertySchema(csdl, target, propertiesOf(csdl, type).get(name) ?? {})
  const id = `get${identifier(path)}${identifier(`/${name}`)}`
  const properties = { '@odata.context': { type: 'string' }, value }
  return read(
    access,
    'property',
    { id, tag, summary: csdl.description(target), roles: ['read'], errors: OF_ENTITY },
    { found: 'The items.', schema: { type: 'object', required: ['value'], properties } }
  )
}

/** What a client must send of a type. */
function mandatory(csdl: Csdl, type: string): string[] {
  const names = [...propertiesOf(csdl, type).keys()]
  return names.filter((name) => csdl.annotation(`${type}/${name}`, 'Common.FieldControl') === 'Mandatory')
}

/** The name of the key, which a base type may have. */
function keyOf({ types }: Pick<Csdl, 'types'>, name: string): string {
  const { $Key, $BaseType } = types.get(name) ?? {}
  return $Key?.[0] ?? ($BaseType ? keyOf({ types }, $BaseType) : '')
}

/** The names of a path, without that of a singleton, in the form that identifiers have. */
function identifier(path: string) {
  const names = path.slice(1).split('/')
  return names
    .slice(names.length > 1 ? 1 : 0)
    .map((name) => name.charAt(0).toUpperCase() + name.slice(1))
    .join('')
}
