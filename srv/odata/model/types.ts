/** The types of the service, derived from the CDS model at start-up. The protocol knows properties from here only. */

import { columnHolding, findColumn, type Element, type Model } from '../../cqn/csn.ts'
import type { Extent } from '../../cqn/cqn.ts'
import type { Enumeration } from '../../cqn/typed.ts'
import { enumerationOf } from './enumerations.ts'
import { inputOf, type Input } from './input.ts'
import { expectSupported, primitiveType, type ModelType, type Refuse } from './supported.ts'

export type JsonObject = Record<string, unknown>

/** The primitive types of properties: those of the model, and those that `$compute` and `$apply` give. */
export type PrimitiveType = ModelType | ComputedType
type ComputedType = `Edm.${'Int64' | 'Double' | 'Boolean' | 'Date' | 'TimeOfDay' | 'Duration' | 'Binary' | 'Untyped'}`

/** An entity type or a complex type. */
export interface StructuredType {
  /** Qualified name, for example `microsoft.graph.initiator`. */
  name: string
  /** An open type takes any member; it is stored as JSON in one column. */
  open: boolean
  /** For a part of a type, as in aggregated rows, whose values are never null, the types that paths to it cast them to. */
  partial?: string[]
  properties: Map<string, Property>
  /** The column, beside those of the properties, that has a value exactly where there is a value of the type. */
  presence?: string | undefined
  /** Of the type of rows that have them, the columns that no property shows. */
  hidden?: HiddenColumns
}

export interface EntityType extends StructuredType {
  hidden: HiddenColumns
}

export interface StoredType extends EntityType {
  hidden: HiddenColumns & {
    /** The text of the entity, as most answers show it, if an earlier release stored it. */
    representation: string
  }
}

interface HiddenColumns {
  /** The paths of complex values that were sent without any value. */
  emptyObjects: string
  /** The version of the type when the text was written, and a hash of the text. */
  representationTag: string
}

export interface Property {
  name: string
  type: PrimitiveType | StructuredType
  collection: boolean
  key: boolean
  nullable: boolean
  maxLength?: number | undefined
  /** What is asked of values that are sent, besides the type. */
  input?: Input | undefined
  /** The enumeration whose members its values are. */
  enumeration?: Enumeration | undefined
  /** The column with the instant of a point in time, in a form that compares and sorts as text. */
  instant?: string | undefined
  /** Whether a point in time is shown in UTC, whatever its offset. */
  inUtc?: boolean
  /** The column of a computed value, whose name comes from the request. */
  column?: string
  /** Whether `$metadata` does not declare it: the request has made it, and given its name. */
  dynamic?: boolean
  /** The name of the type that is shown of a computed value, if it is another one. */
  shownAs?: string | undefined
  /** The path by which rows are grouped, with the types that it is cast to. */
  segments?: string[]
  /** The size of the expression that computes it. */
  extent?: Extent
  /** Types derived from the declared one that values may have, and the column that says which of them it is. */
  derived?: { types: StructuredType[]; column: string } | undefined
}

type Definitions = Model['definitions']

/**
 * Derives a structured type, with all types that it refers to, from its definition in the linked model.
 * Elements that are hidden from the API are left out.
 * @throws {Error} if an element is of a kind that the protocol does not support
 */
function structuredType(definitions: Definitions, name: string): StructuredType {
  const definition = definitions[name]
  if (!definition) throw new Error(`The model has no definition of '${name}'.`)
  const open = definition._type === 'cds.Map'
  const properties = new Map<string, Property>()
  for (const [elementName, element] of Object.entries(definition.elements ?? {})) {
    if (element['@cds.api.ignore']) continue
    properties.set(elementName, property(definitions, elementName, element, name))
  }
  return { name, open, properties, presence: findColumn(definition, 'presence') }
}

/** Derives the type of an entity. @throws {Error} also if the model does not say by `@holds` what is hidden */
export function entityType(definitions: Definitions, name: string): EntityType {
  const definition = definitions[name] ?? {}
  const hidden = {
    emptyObjects: columnHolding(definition, 'emptyObjects'),
    representationTag: columnHolding(definition, 'representationTag')
  }
  return { ...structuredType(definitions, name), hidden }
}

/** Derives the type of an entity that is stored. @throws {Error} as {@link entityType} */
export function storedType(definitions: Definitions, name: string): StoredType {
  const type = entityType(definitions, name)
  const representation = columnHolding(definitions[name] ?? {}, 'representation')
  return { ...type, hidden: { ...type.hidden, representation } }
}

function property(definitions: Definitions, name: string, element: Element, owner: string): Property {
  const refuse: Refuse = (why) => {
    throw new Error(`Element '${name}' of '${owner}' ${why}.`)
  }
  expectSupported(element, refuse)
  // The model has the derived type, so that there are columns for all of it; clients are shown the declared one.
  const declared = element['@odata.declaredType'] as string | undefined
  const { type: typeName, elements, _type } = element.items ?? element
  const type =
    typeName && (elements || _type === 'cds.Map')
      ? structuredType(definitions, typeName)
      : primitiveType(element, definitions[owner]?.kind === 'entity', refuse)
  const derived = { types: [type as StructuredType], column: element['@odata.typeColumn'] as string }
  return {
    name,
    type: declared ? structuredType(definitions, declared) : type,
    collection: element.items !== undefined,
    key: element.key === true,
    nullable: !element.key && !element.notNull,
    maxLength: element.length,
    input: inputOf(element, refuse),
    enumeration: enumerationOf(element.type, definitions[element.type ?? '']),
    instant: element['@instant'] as string | undefined,
    ...(element['@odata.inUtc'] === true && { inUtc: true }),
    derived: declared ? derived : undefined
  }
}

/** Whether the type of a property is structured, that is a complex type. */
export function isStructured(type: Property['type']): type is StructuredType {
  return typeof type !== 'string'
}

/** Finds a property by its name in any case: Graph takes `jobid` for `jobId` in filters. */
export function propertyNamed({ properties }: StructuredType, name: string): Property | undefined {
  const lowerCase = name.toLowerCase()
  return properties.get(name) ?? [...properties.values()].find((each) => each.name.toLowerCase() === lowerCase)
}

/** The complex types that values of a property may have, the declared one first; none if it is primitive. */
export const valueTypesOf = ({ type, derived }: Property): StructuredType[] =>
  isStructured(type) ? [type, ...(derived?.types ?? [])] : []

/** Finds a type by its qualified name among those that values of a property may have. */
export const valueTypeNamed = (property: Property, name: unknown): StructuredType | undefined =>
  valueTypesOf(property).find((each) => each.name === name || each.partial?.includes(name as string))
