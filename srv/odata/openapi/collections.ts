/** The paths of a collection of entities: the collection, its count, its entities, and what collections those have. */
import { optionsOf } from '../request/capabilities.ts'
import type { JsonObject } from '../model/types.ts'
import { members, propertiesOf, type Csdl } from './csdl.ts'
import type { Setup } from './setup.ts'
import { found, operation } from './operations.ts'
import { json, OF_CREATION, OF_ENTITY, response } from './responses.ts'
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

/** The path items of a collection. */
export function collectionPaths(csdl: Csdl, setup: Setup, where: Collection): Record<string, JsonObject> {
  const { path, type } = where
  const key = keyOf(csdl, type)
  const description = 'The key, percent-encoded.'
  const example = setup.examples.sent[key]
  const parameters = [{ name: key, in: 'path', required: true, description, schema: { type: 'string' }, example }]
  const lists = [...propertiesOf(csdl, type)].filter(([, each]) => each.$Collection)
  return {
    [path]: { get: list(setup, where), post: creation(csdl, setup, where) },
    [`${path}/$count`]: { get: count(setup, where) },
    [`${path}/{${key}}`]: { parameters, get: entity(setup, where) },
    ...Object.fromEntries(
      lists.map(([name]) => [`${path}/{${key}}/${name}`, { parameters, get: items(csdl, setup, where, name) }])
    )
  }
}

const CREATED = ['Location', 'ETag', 'Preference-Applied']
const READS = { roles: ['read'] } as const

function list({ access, root, examples }: Setup, { path, type, tag, description }: Collection) {
  const page = { '@odata.context': `${root}$metadata#${path.slice(1)}`, value: [examples.answered] }
  return operation(access, {
    ...{ id: `list${pascal(path)}`, tag, summary: description, ...READS },
    parameters: [...optionsOf('collection', 'GET'), 'Prefer', 'If-None-Match'],
    responses: found('collection', 'A page of the collection.', reference(collectionSchema(type)), page)
  })
}

function creation(csdl: Csdl, setup: Setup, { path, type, tag }: Collection) {
  const body = { allOf: [reference(type), { required: mandatory(csdl, type) }] }
  const answered = json(reference(type), entityExample(setup, path))
  return operation(setup.access, {
    ...{ id: `create${pascal(path)}`, tag, summary: 'Creates an entity.', roles: ['create'] },
    parameters: [...optionsOf('collection', 'POST'), 'Prefer'],
    body: json(body, setup.examples.sent),
    responses: {
      201: response('The entity as it is stored.', answered, ...CREATED),
      204: response('The entity is stored, and no answer was asked for.', undefined, 'OData-EntityId', ...CREATED)
    },
    errors: OF_CREATION
  })
}

function count({ access }: Setup, { path, tag }: Collection) {
  return operation(access, {
    ...{ id: `count${pascal(path)}`, tag, summary: 'How many entities there are.', ...READS },
    parameters: optionsOf('count', 'GET'),
    responses: found('count', 'The number.', { type: 'integer', format: 'int64' })
  })
}

function entity(setup: Setup, { path, type, tag }: Collection) {
  return operation(setup.access, {
    ...{ id: `get${pascal(path)}`, tag, summary: 'One entity.', ...READS },
    parameters: [...optionsOf('entity', 'GET'), 'If-None-Match'],
    responses: found('entity', 'The entity.', reference(type), entityExample(setup, path)),
    errors: OF_ENTITY
  })
}

/** A property of an entity that is a collection. */
function items(csdl: Csdl, { access }: Setup, { path, type, tag }: Collection, name: string) {
  const target = `${type}/${name}`
  const value = propertySchema(csdl, target, propertiesOf(csdl, type).get(name) ?? {})
  const schema = { type: 'object', required: ['value'], properties: { '@odata.context': { type: 'string' }, value } }
  const summary = csdl.description(target)
  return operation(access, {
    ...{ id: `get${pascal(path)}${pascal(`/${name}`)}`, tag, summary, ...READS },
    parameters: [...optionsOf('property', 'GET'), 'If-None-Match'],
    responses: found('property', 'The items.', schema),
    errors: OF_ENTITY
  })
}

function entityExample({ root, examples }: Setup, path: string) {
  return { '@odata.context': `${root}$metadata#${path.slice(1)}/$entity`, ...examples.answered }
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
function pascal(path: string) {
  const names = path.slice(1).split('/')
  return names
    .slice(names.length > 1 ? 1 : 0)
    .map((name) => name.charAt(0).toUpperCase() + name.slice(1))
    .join('')
}
