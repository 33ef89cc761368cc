/** The names of the model's types, as far as requests may use them. */
import type { CdsElement } from './types.ts'

export interface KnownTypes {
  /** The structured types, each with the types that its values are assignable to: itself and those that it derives from. */
  structured: Map<string, string[]>
  /** The enumerations that Graph has, whose values the service takes as strings. */
  enumerations: Set<string>
}

/** Finds the types of a model. */
export function knownTypes(definitions: Record<string, CdsElement & { kind?: string }>): KnownTypes {
  const structured: KnownTypes['structured'] = new Map()
  const enumerations: KnownTypes['enumerations'] = new Set()
  const assignable = (name: string): string[] => {
    const base = definitions[name]?.['@odata.baseType'] as string | undefined
    return base ? [name, ...assignable(base)] : [name]
  }
  for (const [name, definition] of Object.entries(definitions)) {
    if (definition['@cds.api.ignore'] || !['type', 'entity'].includes(definition.kind ?? '')) continue
    if (definition.elements || definition._type === 'cds.Map') structured.set(name, assignable(name))
    for (const element of Object.values(definition.elements ?? {}))
      if (element['@odata.enumeration']) enumerations.add(element['@odata.enumeration'] as string)
  }
  return { structured, enumerations }
}
