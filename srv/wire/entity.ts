/** Reads single entities and their properties (OData Protocol 4.01, 11.2.3 to 11.2.4). */
import { nest, typeOfValue, type Row, type Selection } from './columns.ts'
import { RequestError } from './errors.ts'
import { respond, type Exchange } from './exchange.ts'
import { contextUrl, entityUrl, keyPredicate } from './links.ts'
import { representEntity, representValue, typeAnnotation } from './representation.ts'
import type { PathStep, Resource } from './resource.ts'
import { entities } from './rows.ts'
import { columnsFor, parseSelect, selectList } from './select.ts'
import type { Property } from './types.ts'

/** Answers with one entity. */
export async function readEntity(exchange: Exchange, { collection, key }: Resource & { kind: 'entity' }) {
  const { root, options, format, schema } = exchange
  const selection = parseSelect(options.get('$select'), schema.entityType)
  const entity = await entityByKey(exchange, key, selection)
  const path = `${schema.singleton}/${collection}`
  const context = contextUrl(root, `${path}${selectList(selection)}/$entity`)
  respond(exchange, context, representEntity(entity, schema.entityType, format, entityUrl(root, path, key)))
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
  const context = contextUrl(root, `${schema.singleton}/${collection}${keyPredicate(key)}/${names.join('/')}`)
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

async function entityByKey({ run, schema }: Exchange, key: string, selection: Selection) {
  const where = [{ ref: [schema.key] }, '=', { val: key }]
  const columns = columnsFor(selection, entities(schema))
  const limit = { rows: { val: 2 } } // who sees several tenants may see an id twice
  const [row, other] = (await run({ SELECT: { from: { ref: [schema.entity] }, columns, where, limit } })) as Row[]
  if (!row) throw new RequestError('resourceNotFound', `There is no entity with the key '${key}'.`)
  if (other) throw new RequestError('ambiguousKey', `Several tenants have an entity with the key '${key}'.`)
  return nest(row, schema.entityType, selection)
}
