/** Reads CSDL in JSON (OData CSDL JSON 4.01): types, their properties, and annotations. */
import type { JsonObject } from '../model/types.ts'

/** A type, a property, or an entry of the container. */
export interface CsdlElement {
  $Kind?: 'EntityType' | 'ComplexType' | 'EnumType' | 'NavigationProperty'
  $Type?: string
  $BaseType?: string
  $Key?: string[]
  $OpenType?: boolean
  $Collection?: boolean
  $Nullable?: boolean
  $MaxLength?: number
  [member: string]: unknown
}

/** A value that a property may have (Core vocabulary, `PrimitiveExampleValue`). */
export interface Example {
  Value: unknown
  Description?: string
}

export interface Csdl {
  /** The types by their qualified names. */
  types: Map<string, CsdlElement>
  /** The singletons and entity sets by their names. */
  entries: Map<string, CsdlElement>
  /** The value of an annotation, by the qualified name of its target and its term. */
  annotation: (target: string, term: string) => unknown
  /** The examples of a target. */
  examples: (target: string) => Example[]
  /** The description of a target; empty if it has none. */
  description: (target: string) => string
  /** The qualified name of the container. */
  container: string
}

/** Reads a document with one container. */
export function readCsdl(document: JsonObject): Csdl {
  const container = document.$EntityContainer as string
  const types = new Map<string, CsdlElement>()
  const annotations = new Map<string, JsonObject>()
  for (const [namespace, schema] of members(document)) {
    for (const [name, element] of members(schema)) types.set(`${namespace}.${name}`, element)
    for (const [target, each] of Object.entries((schema.$Annotations ?? {}) as Record<string, JsonObject>))
      annotations.set(target, each)
  }
  const entries = members(types.get(container) ?? {})
  types.delete(container)
  const annotation = (target: string, term: string) => annotations.get(target)?.[`@${term}`]
  const examples = (target: string) =>
    Object.entries(annotations.get(target) ?? {}).flatMap(([name, value]) =>
      name.startsWith('@Core.Example#') ? [value as Example] : []
    )
  const description = (target: string) => (annotation(target, 'Core.Description') ?? '') as string
  return { types, entries, container, annotation, examples, description }
}

/** The named parts of an element: names with `$` and `@` are facts about it. */
export function members(element: object): Map<string, CsdlElement> {
  return new Map(Object.entries(element as Record<string, CsdlElement>).filter(([name]) => !/[$@]/.test(name)))
}

/** The properties of a type, inherited ones first. */
export function propertiesOf({ types }: Csdl, name: string): Map<string, CsdlElement> {
  const type = types.get(name) ?? {}
  const inherited = type.$BaseType ? propertiesOf({ types } as Csdl, type.$BaseType) : []
  return new Map([...inherited, ...members(type)])
}
