/** What the protocol supports of CDS. All else that an element of an event says is refused at start-up. */
import type { Element } from '../../cqn/csn.ts'

/** The primitive types of properties in the model. */
const MODEL_TYPES = ['Edm.String', 'Edm.Int32', 'Edm.DateTimeOffset'] as const
export type ModelType = (typeof MODEL_TYPES)[number]

/** Says of an element why it is refused, as the end of a sentence. */
export type Refuse = (why: string) => never

const PRIMITIVE_TYPES: Record<string, ModelType> = {
  'cds.String': 'Edm.String',
  'cds.LargeString': 'Edm.String',
  'cds.Integer': 'Edm.Int32',
  'cds.Int32': 'Edm.Int32'
}

/** What an element may not say, and what it is then. */
const UNSUPPORTED: [(element: Element) => unknown, string][] = [
  [({ target }) => target, 'is a navigation property, which events cannot have'],
  [({ virtual }) => virtual, 'is virtual, and events are shown as they are stored'],
  [({ value }) => value, 'is calculated, and events are shown as they are stored'],
  [({ localized }) => localized, 'is localized, and events have no translations'],
  [({ elements, type }) => elements && !type, 'has a structure without a name: define a type for it'],
  [({ type }) => type === 'cds.Map', 'has the type Map: define a type for it, such as microsoft.graph.detailsInfo'],
  [
    (element) => element['@cds.on.insert'] ?? element['@cds.on.update'],
    'is managed, which only columns of other entities are: fill it in a handler of CREATE'
  ],
  [
    (element) => element['@assert'] ?? element['@assert.target'],
    'has an @assert that only CAP can check: use @assert.format, @assert.range or a handler of CREATE'
  ],
  [
    (element) => element['@odata.declaredType'] && !element['@odata.typeColumn'],
    'has @odata.declaredType without @odata.typeColumn, the hidden column that has the type of the value'
  ]
]

/** Refuses what an element may not say. */
export function expectSupported(element: Element, refuse: Refuse) {
  for (const part of [element, ...(element.items ? [element.items] : [])])
    for (const [isUnsupported, why] of UNSUPPORTED) if (isUnsupported(part)) refuse(why)
}

/** The primitive type of an element. @param isOfEntity whether it is one of an entity, not of a complex type */
export function primitiveType(element: Element, isOfEntity: boolean, refuse: Refuse): ModelType {
  const type = (element['@odata.Type'] as string | undefined) ?? PRIMITIVE_TYPES[element._type ?? '']
  if (element.items) return refuse('is a collection of primitive values: define a type with one property for the items')
  if (type === 'Edm.DateTimeOffset' && !(isOfEntity && element['@instant']))
    return refuse('has the type Edm.DateTimeOffset, which only properties of entities with @instant can have')
  const found = MODEL_TYPES.find((each) => each === type)
  return found ?? refuse(`has the unsupported type '${type ?? element._type}': use String, LargeString or Int32`)
}
