/** The schema of a service, derived from the CDS model. */
import { flattenedType } from './columns.ts'
import { columnHolding, findColumn, queryOf, serviceOf, type Definition, type Model } from '../../cqn/csn.ts'
import type { Searched } from '../../database/engine.ts'
import { columnsByParts, columnsInAnyCase, columnsThatFind } from '../../database/indexes.ts'
import { expectColumns, projectionOf, shownAs, type Projection } from './projection.ts'
import { linked, namespaceOf } from './shown.ts'
import { templateOf, type Template } from './template.ts'
import { talliesOf, type KnownTallies } from './tallies.ts'
import { entityType as entityTypeOf, isStructured, storedType, valueTypesOf } from './types.ts'
import type { EntityType, Property, StoredType, StructuredType } from './types.ts'

/** What expressions ask of the model besides the properties of their rows. */
export interface KnownTypes {
  /** The structured types, each with itself and the types that it derives from. */
  structured: Map<string, string[]>
  /** The enumerations that Graph has, whose values the service takes as strings. */
  enumerations: Set<string>
  /** The columns of texts that are indexed in any case, and all that events are found by. */
  indexedInAnyCase: Set<string>
  indexed: Set<string>
}

/** What the protocol knows of a service. */
export interface ServiceSchema {
  /** The name of the singleton, `auditLogs`. */
  singleton: string
  /** The contained collections of the singleton. */
  collections: string[]
  /** The entity set that has the same entities, if there is one. */
  entitySet: string | undefined
  entityType: EntityType
  key: string
  /** The names in URLs of the parts of the alternate key, the key itself first. */
  keyNames: string[]
  /** The entity that is read, by its qualified name in CDS. */
  entity: string
  /** The entity that is stored: the same, or the one that it is a projection of. */
  stored: { entity: string; type: StoredType; template: Template }
  /** How the entity that is read shows the stored one; undefined if they are the same. */
  projection: Projection | undefined
  /** The types of the stored entity and of all its projections. */
  shapes: EntityType[]
  /** The columns of its full key: the one that is shown, then hidden ones such as the tenant. */
  identity: string[]
  /** The entity with the order of arrival: its name, its key, and the columns with the full key of the event. */
  arrivals: { entity: string; sequence: string; identity: string[] }
  /** The entity with the number of events, and the column of that number. */
  counts: { entity: string; count: string }
  /** The numbers of entities of each kind. */
  tallies: KnownTallies | undefined
  /** The default order of collections, as a value of `$orderby`. */
  defaultOrder: string
  /** The properties that join the parts of a download, besides the key. */
  joinedBy: string[]
  /** Examples for descriptions: an entity as JSON text, and values of query options. */
  examples: Record<string, string>
  searchable: Searched
  types: KnownTypes
  pageSize: { default: number; max: number }
  /** The qualified name of the singleton. */
  singletonEntity: string
  /** The qualified name of the singleton's type. */
  singletonType: string
}

/**
 * Reads the schema of a service from its model: one singleton, with contained collections of one entity.
 * @param csn the loaded model, neither linked nor flattened
 */
export function serviceSchema(csn: Model, service: string): ServiceSchema {
  const namespace = namespaceOf(csn, service)
  const visible = linked(csn, service)
  const [name, root] =
    Object.entries(visible.definitions).find(([, definition]) => definition['@odata.singleton']) ?? []
  if (!name || !root?.elements) throw new Error(`Service '${service}' has no singleton.`)
  const singleton = name.slice(namespace.length + 1)
  const compositions = Object.entries(root.elements)
  const entityName = compositions[0]?.[1].target as string
  const inCds = (each: string) => service + each.slice(namespace.length)
  const entity = inCds(entityName)
  expectLog(csn, entity)
  const entityType = entityTypeOf(visible.definitions, entityName)
  const keys = [...entityType.properties.values()].filter((property) => property.key)
  if (keys.length !== 1) throw new Error(`Entity '${entityName}' must have one key.`)
  const key = (keys[0] as Property).name
  const model = linked(csn)
  const definition = model.definitions[entity] as Definition
  expectColumns(entity, definition, entityType)
  const projection = projectionOf(csn, entity)
  const counts = definition['@odata.counts'] as string
  const hidden = Object.entries(definition.elements ?? {}).filter(([each, element]) => element.key && each !== key)
  return {
    entity,
    ...shapesOf(csn, entity),
    projection,
    identity: [key, ...hidden.map(([each]) => each)],
    keyNames: [key, ...hidden.map(([, element]) => element['@odata.keyName'] as string)],
    singleton,
    singletonEntity: inCds(name),
    collections: compositions.map(([collection]) => collection),
    entitySet: definition['@odata.entitySet'] as string | undefined,
    entityType,
    key,
    examples: examplesOf(definition),
    searchable: searchable(entityType, definition, projection),
    types: knownTypes(visible, definition),
    pageSize: {
      default: definition['@cds.query.limit.default'] as number,
      max: definition['@cds.query.limit.max'] as number
    },
    arrivals: arrivalsOf(model, definition['@odata.arrivals'] as string),
    counts: { entity: counts, count: columnHolding(model.definitions[counts] ?? {}, 'count') },
    tallies: talliesOf(model, definition, projection),
    defaultOrder: definition['@odata.defaultOrder'] as string,
    // a projection inherits the annotation, and may leave such a property out
    joinedBy: ((definition['@odata.joinedBy'] ?? []) as string[]).filter((each) => entityType.properties.has(each)),
    singletonType: `${namespace}.${(root['@odata.typeName'] as string | undefined) ?? singleton}`
  }
}

const sourceOf = ({ definitions }: Model, entity: string) => queryOf(definitions[entity] ?? {})?.from?.ref?.[0]

/** Checks that a service shows the log. @throws {Error} if it shows another entity: the database keeps only one as a log */
function expectLog(csn: Model, entity: string) {
  const log = Object.values(csn.definitions).find((each) => each['@tallies'])?.['@tallies'] as string
  if ((sourceOf(csn, entity) ?? entity) === log) return
  throw new Error(
    `'${entity}' is not a projection of '${log}': a service of this protocol shows the one log that there is.`
  )
}

/** The compiler makes an annotation of each member of one. */
function examplesOf(definition: Definition): Record<string, string> {
  const prefix = '@odata.examples.'
  const found = Object.entries(definition).filter(([name]) => name.startsWith(prefix))
  return Object.fromEntries(found.map(([name, text]) => [name.slice(prefix.length), text as string]))
}

function arrivalsOf({ definitions }: Model, entity: string): ServiceSchema['arrivals'] {
  const { elements = {} } = definitions[entity] ?? {}
  const [sequence = ''] = Object.keys(elements).filter((name) => elements[name]?.key)
  const identity = [columnHolding({ elements }, 'event'), columnHolding({ elements }, 'tenant')]
  return { entity, sequence, identity }
}

/** The entity that is stored for an entity that may be a projection, and all shapes in which it is shown. */
function shapesOf(csn: Model, entity: string) {
  const stored = sourceOf(csn, entity) ?? entity
  const typeOf = <Type>(name: string, read: (definitions: Model['definitions'], name: string) => Type) => {
    const service = serviceOf(name)
    return read(linked(csn, service).definitions, namespaceOf(csn, service) + name.slice(service.length))
  }
  const projections = Object.keys(csn.definitions).filter((name) => sourceOf(csn, name) === stored)
  const type = typeOf(stored, storedType)
  return {
    stored: { entity: stored, type, template: templateOf(type) },
    shapes: [type, ...projections.map((name) => typeOf(name, entityTypeOf))]
  }
}

/** The columns of stored events in which `$search` looks for terms, whatever the shape in which it shows events. */
export function searchedColumns(csn: Model): Searched {
  const isStored = (definition: Definition) =>
    definition.kind === 'entity' && !queryOf(definition) && findColumn(definition, 'representationTag') !== undefined
  const [name = '', stored = {}] = Object.entries(csn.definitions).find(([, definition]) => isStored(definition)) ?? []
  return searchable(shapesOf(csn, name).stored.type, stored)
}

function searchable(type: StructuredType, definition: Definition, projection?: Projection): Searched {
  const byParts = columnsByParts(definition).map((stored) => [
    projection ? shownAs(stored, projection) : stored,
    stored
  ])
  const found: Searched = { text: [], json: [], byParts: Object.fromEntries(byParts) as Searched['byParts'] }
  const visit = ({ properties }: StructuredType, prefix: string) => {
    for (const property of properties.values()) {
      const name = prefix + property.name
      if (flattenedType(property)) for (const each of valueTypesOf(property)) visit(each, `${name}_`)
      else if (isStructured(property.type)) found.json.push(name)
      if (property.type === 'Edm.String') found.text.push(name)
    }
  }
  visit(type, '')
  return { ...found, text: [...new Set(found.text)], json: [...new Set(found.json)] }
}

function knownTypes({ definitions }: Model, entity: Definition): KnownTypes {
  const structured: KnownTypes['structured'] = new Map()
  const enumerations: KnownTypes['enumerations'] = new Set()
  const assignable = (name: string): string[] => {
    const base = definitions[name]?.['@odata.baseType'] as string | undefined
    return base ? [name, ...assignable(base)] : [name]
  }
  for (const [name, definition] of Object.entries(definitions)) {
    if (definition['@cds.api.ignore'] || !['type', 'entity'].includes(definition.kind ?? '')) continue
    if (definition['@odata.unknownMember']) enumerations.add(name)
    if (definition.elements || definition._type === 'cds.Map') structured.set(name, assignable(name))
    for (const element of Object.values(definition.elements ?? {}))
      if (element['@odata.enumeration']) enumerations.add(element['@odata.enumeration'] as string)
  }
  return {
    structured,
    enumerations,
    indexedInAnyCase: new Set(columnsInAnyCase(entity)),
    indexed: new Set(columnsThatFind(entity))
  }
}
