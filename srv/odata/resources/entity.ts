/** Reads single entities and their properties (OData Protocol 4.01, 11.2.3 to 11.2.4). */
import { typeSentWith, withoutTypes } from '../model/annotations.ts'
import { nest, typeOfValue } from '../model/columns.ts'
import { RequestError } from '../../errors/errors.ts'
import type { Exchange } from '../request/exchange.ts'
import { allOf, ref, val, xpr, type Source } from '../../cqn/cqn.ts'
import { keyPredicate, type EntityKey } from '../request/keys.ts'
import type { JsonFormat } from '../request/format.ts'
import type { ServiceSchema } from '../model/schema.ts'
import { planned } from '../../plans/plans.ts'
import type { Row } from '../../plans/statement.ts'
import { representValue, typeAnnotation } from '../response/representation.ts'
import type { PathStep } from '../request/property-path.ts'
import type { Resource } from '../request/resource.ts'
import { asManyAsFit } from '../../database/result-size.ts'
import { countName } from '../query/narrowing.ts'
import { checkOptions } from '../request/options.ts'
import { clauses, entities, filtered, type Rows } from '../query/rows.ts'
import { columnsFor, rowsList, selected, selectedOf, urlPath } from '../query/select.ts'
import { rowSets } from '../query/row-sets.ts'
import { requestShape } from '../request/shape.ts'
import { readRows, type Prepared } from '../response/read-rows.ts'
import { refuseOtherTags, respond, respondWith, respondWithText } from '../response/respond.ts'
import { entityEtag } from '../response/render-rows.ts'
import { isStructured, type JsonObject, type Property, type StructuredType } from '../model/types.ts'
import { isJsonObject } from '../../values/json.ts'

/** Answers with one entity. @throws {RequestError} 404 if there is none, 409 if several tenants have one with the key */
export async function readEntity(exchange: Exchange, { collection, key }: Resource & { kind: 'entity' }) {
  const { texts, row, list } = await readOne(exchange, collection, key)
  respondWith(exchange, `${collection}${list}/$entity`, texts, entityEtag(row, exchange.schema))
}

/** Answers with a reference to an entity, or to the singleton (OData JSON 4.01, section 14). */
export async function readReference(exchange: Exchange, { of }: Resource & { kind: 'reference' }) {
  if (!of) return respond(exchange, '$ref', { '@odata.id': exchange.root + exchange.schema.singleton })
  const { texts } = await readOne({ ...exchange, asReferences: true }, of.collection, of.key)
  respondWith(exchange, '$ref', texts)
}

/** @returns the entity as it is shown, the columns of its key and its tag, and the list for the context URL */
async function readOne(exchange: Exchange, path: string, key: EntityKey) {
  const { schema } = exchange
  const plan = planned(exchange, requestShape(exchange, ['entity', key.length], keyLiterals(key)), () => ({
    selected: selected(exchange, rowSets(exchange)[0] as Rows),
    keys: [...schema.identity, schema.entityType.hidden.representationTag].map(ref)
  }))
  const select = ({ selected }: Prepared, count: number) => selectByKey(schema, selected.rows, key, count)
  const { texts, rowAt, isMore } = await readRows(exchange, plan, { path, limit: 1, select })
  // of two rows that do not fit into a result together, the keys do
  const ofKeys = (of: Prepared) => ({ SELECT: { ...select(of, 2), columns: of.keys } })
  const rows = isMore && !rowAt(1) ? await plan.ask('keys', ofKeys) : [rowAt(0), rowAt(1)]
  plan.keep()
  return { texts, row: expectOne(schema, key, rows), list: rowsList(plan.prepared.selected) }
}

/**
 * Answers with the value of a property, or with 204 if it is null (OData Protocol 4.01, 11.2.4).
 * @throws {RequestError} 404 also if the value has no such member, 400 for query options that it does not take
 */
export async function readProperty(exchange: Exchange, resource: Resource & { kind: 'property' }) {
  const { res, format, schema } = exchange
  const { collection, key, path, isMember, suffix } = resource
  const names = path.map(({ name }) => name)
  const options = optionsOf(exchange, resource)
  const shown = selectedOf(exchange, entities(schema), names, options)
  const read = (count: number, columns = columnsFor(shown.selection, shown.rows)) =>
    exchange.run({ SELECT: { ...selectByKey(schema, shown.rows, key, count), columns } }) as Promise<Row[]>
  const { rows, asked } = await asManyAsFit(2, read)
  expectOne(schema, key, asked < 2 ? await read(2, schema.identity.map(ref)) : rows) // as in readOne
  const entity = nest(rows[0] as Row, shown.rows.type, shown.selection)
  const value = valueAt(entity, path)

  if (value === undefined) throw new RequestError('resourceNotFound', `The entity has no '${names.join('/')}'.`)
  if (suffix === '$count') return respondWithText(exchange, String((value as unknown[]).length))
  if (value === null) {
    refuseOtherTags(exchange.req)
    return void res.status(204).end()
  }
  if (suffix === '$value') return respondWithText(exchange, rawValue(value, names.join('/')))
  const property = asShown(resource, shown.rows.type)
  const list = listWithin(names, shown.list) || computedList(property)
  const address = `${collection}${keyPredicate(key, schema)}/${urlPath(names)}`
  const represented = isMember ? memberShown(value, format) : representValue(value, property, format)
  const isObject = isJsonObject(represented)
  const type = isMember
    ? format.metadata !== 'none' && typeSentWith(valueAt(entity, path.slice(0, -1)) as JsonObject, names.at(-1)!)
    : format.metadata === 'full' && typeAnnotation(property, value)
  const counted = shown.rows.type.properties.get(countName(names.join('/')))
  const count = counted && { '@odata.count': representValue(entity[counted.name], counted, format) }
  const information = { ...(type ? { '@odata.type': type } : {}), ...count }
  respond(exchange, address + list, isObject ? represented : { ...information, value: represented })
}

/** The property with what the request computes of it, which only a property of the entity itself takes: see narrowing.ts. */
const asShown = ({ path: [first], property }: Resource & { kind: 'property' }, { properties }: StructuredType) =>
  (first?.property === property && properties.get(property.name)) || property

/** The select list of a value that is shown as a whole, with what the request computes of it. */
function computedList({ type }: Property) {
  const dynamic = isStructured(type) ? [...type.properties.values()].filter((each) => each.dynamic) : []
  return dynamic.length ? `(*,${dynamic.map(({ name }) => name).join(',')})` : ''
}

/** A member of an open type is shown as it was sent. */
const memberShown = (value: unknown, { metadata }: JsonFormat) => (metadata === 'none' ? withoutTypes(value) : value)

/** Checks the query options for the value, which depend on its kind (OData URL Conventions 4.01, 5.1). */
function optionsOf({ options }: Exchange, { property, isMember, suffix }: Resource & { kind: 'property' }) {
  const own = new Map([...options].filter(([name]) => name !== '$format'))
  if (suffix === '$count') checkOptions(own, ['$filter', '$search', '$compute'])
  else if (suffix || isMember || !isStructured(property.type)) checkOptions(own, [])
  return own
}

/** The select list of a value, taken from that of its entity: `(targetSystem/id)` becomes `(id)`. */
function listWithin(names: string[], list: string) {
  const prefix = `${urlPath(names)}/`
  const paths = list.slice(1, -1).split(',')
  const within = paths.filter((path) => path.startsWith(prefix)).map((path) => path.slice(prefix.length))
  return within.length ? `(${within.join(',')})` : ''
}

/** Follows a path. Returns undefined if there is no such member, or the value is not of the type it is cast to. */
function valueAt(entity: object, path: PathStep[]): unknown {
  let value: unknown = entity
  let property: Property | undefined
  for (const step of path) {
    if (value === null) return null
    if (step.cast) {
      // values of derived types are of the declared one, too
      if (!property || (step.cast !== property.type && typeOfValue(value as object, property) !== step.cast))
        return undefined
      continue
    }
    value = isJsonObject(value) && Object.hasOwn(value, step.name) ? value[step.name] : undefined
    property = step.property
  }
  return value
}

/** @throws {RequestError} 404 for what is no primitive value: a member of an open type may be anything */
function rawValue(value: unknown, name: string): string {
  if (JSON.isRawJSON(value)) return value.rawJSON
  if (typeof value === 'object') throw new RequestError('resourceNotFound', `'${name}' is no primitive value.`)
  return (value as string | number | boolean).toString()
}

const keySource = (position: number): Source => ({ option: 'key', position, read: (text) => text })
const keyLiterals = (key: EntityKey) => key.map((part, position) => ({ ...keySource(position), text: part }))

/** Readers of all tenants may see an id twice, which the second row shows. */
function selectByKey({ identity }: ServiceSchema, rows: Rows, key: EntityKey, count: number) {
  const parts = key.map((part, index) => xpr(ref(identity[index] as string), '=', val(part, keySource(index))))
  return { ...clauses(filtered(rows, allOf(...parts))), limit: { rows: val(count) } }
}

function expectOne(schema: ServiceSchema, key: EntityKey, [row, other]: (Row | undefined)[]): Row {
  if (!row) throw new RequestError('resourceNotFound', `There is no entity with the key '${key[0]}'.`)
  if (!other) return row
  const others = [row, other].map((each) => schema.identity.slice(1).map((name) => String(each[name])))
  const addresses = others.map((each) => keyPredicate([key[0], ...each], schema))
  const message = `The tenants '${others.join("' and '")}' have an entity with this key: ask for ${addresses.join(' or ')}.`
  throw new RequestError('ambiguousKey', message, schema.key)
}
