/** Reads single entities and their properties (OData Protocol 4.01, 11.2.3 to 11.2.4). */
import { nest, typeOfValue, type Row, type Selection } from './columns.ts'
import { RequestError } from './errors.ts'
import { weakEtag } from './etag.ts'
import { respond, respondWith, type Exchange } from './exchange.ts'
import { allOf, ref, val, xpr, type Cqn, type Source } from './expressions/cqn.ts'
import { keyPredicate, type EntityKey } from './keys.ts'
import { contextUrl } from './links.ts'
import type { ServiceSchema } from './model.ts'
import { planned, type Planned } from './plans.ts'
import { representValue, typeAnnotation } from './representation.ts'
import type { PathStep, Resource } from './resource.ts'
import { entities } from './rows.ts'
import { columnsFor, parseSelect, selectList } from './select.ts'
import { requestShape } from './shape.ts'
import { entityTag, TAG_COLUMN } from './stored.ts'
import { shownColumns, textOf } from './texts.ts'
import type { Property } from './types.ts'

/** Answers with one entity. */
export async function readEntity(exchange: Exchange, { collection, key }: Resource & { kind: 'entity' }) {
  const { root, schema } = exchange
  const { entityType: type, singleton } = schema
  const path = `${singleton}/${collection}`
  const select = () => parseSelect(exchange.options.get('$select'), type)
  const plan = planned(exchange, requestShape(exchange, ['entity', key.length], keyLiterals(key)), select)
  const selection = plan.prepared
  const all = entities(schema)
  const row = await rowByKey(exchange, plan, key, () => [
    ...new Set([...shownColumns(exchange, all, selection), TAG_COLUMN])
  ])
  plan.keep()
  const text = await textOf(exchange, row, all, selection, path)
  const etag = weakEtag(entityTag(row, type, schema.identity))
  respondWith(exchange, contextUrl(root, `${path}${selectList(selection)}/$entity`), [text], etag)
}

/** Answers with the value of a property, or with 204 where it is null (OData Protocol 4.01, 11.2.4). */
export async function readProperty(exchange: Exchange, resource: Resource & { kind: 'property' }) {
  const { res, root, format, schema } = exchange
  const { collection, key, path, suffix } = resource
  const names = path.map(({ name }) => name)
  const entity = await entityByKey(exchange, key, new Map([[names[0] as string, undefined]]))
  const value = valueAt(entity, path)

  if (value === undefined) throw new RequestError('resourceNotFound', `The entity has no '${names.join('/')}'.`)
  if (suffix === '$count') return void res.type('text/plain').send(String((value as unknown[]).length))
  if (value === null) return void res.status(204).end()
  if (suffix === '$value') return void res.type('text/plain').send((value as string | number | boolean).toString())
  const context = contextUrl(root, `${schema.singleton}/${collection}${keyPredicate(key, schema)}/${names.join('/')}`)
  const property = path.findLast((step) => step.property)?.property as Property
  const isMember = path.at(-1)?.property === undefined && path.at(-1)?.cast === undefined
  const represented = isMember ? value : representValue(value, property, format)
  const isObject = typeof represented === 'object' && !Array.isArray(represented) && !JSON.isRawJSON(represented)
  const type = !isMember && !isObject && format.metadata === 'full' && typeAnnotation(property)
  respond(
    exchange,
    context,
    isObject ? (represented as object) : { ...(type && { '@odata.type': type }), value: represented }
  )
}

/** Follows a path. Undefined: there is no such member, or the value does not have the type that it is cast to. */
function valueAt(entity: object, path: PathStep[]): unknown {
  let value: unknown = entity
  let property: Property | undefined
  for (const step of path) {
    if (value === null) return null
    if (step.cast) {
      if (!property || typeOfValue(value as object, property) !== step.cast) return undefined
      continue
    }
    value = typeof value === 'object' && Object.hasOwn(value, step.name) ? (value as Row)[step.name] : undefined
    property = step.property
  }
  return value
}

const keySource = (position: number): Source => ({ option: 'key', position, read: (text) => text })
const keyLiterals = (key: EntityKey) => key.map((part, position) => ({ ...keySource(position), text: part }))

async function entityByKey(exchange: Exchange, key: EntityKey, selection: Selection) {
  const { schema } = exchange
  const plan = planned(exchange, undefined, () => selection)
  const row = await rowByKey(exchange, plan, key, () => columnsFor(selection, entities(schema)))
  return nest(row, schema.entityType, selection)
}

async function rowByKey({ schema }: Exchange, { ask }: Planned<unknown>, key: EntityKey, columns: () => Cqn[]) {
  const { from } = entities(schema)
  const parts = key.map((part, index) => xpr(ref(schema.identity[index] as string), '=', val(part, keySource(index))))
  const where = [allOf(...parts)]
  const limit = { rows: { val: 2 } } // who sees several tenants may see an id twice
  const [row, other] = await ask('entity', () => ({ SELECT: { from, columns: columns(), where, limit } }))
  if (!row) throw new RequestError('resourceNotFound', `There is no entity with the key '${key[0]}'.`)
  if (other) throw ambiguous(schema, key, [row, other])
  return row
}

function ambiguous(schema: ServiceSchema, [key]: EntityKey, rows: Row[]) {
  const others = rows.map((row) => schema.identity.slice(1).map((name) => String(row[name])))
  const addresses = others.map((each) => keyPredicate([key, ...each], schema))
  const message = `The tenants '${others.join("' and '")}' have an entity with this key: ask for ${addresses.join(' or ')}.`
  return new RequestError('ambiguousKey', message, schema.key)
}
