/** `$metadata`: what CAP generates of the model, with the names of types that CDS cannot express. */
import cds from '@sap/cds'
import { DOMParser, XMLSerializer, type Document, type Element } from '@xmldom/xmldom'
import { xml2json } from 'odata-csdl'
import type { Model } from '../model/schema.ts'

/** The metadata document of a service in both formats, by media type. */
export type Metadata = Record<'application/xml' | 'application/json', string>

// CAP's published types know neither the options nor that the result is text.
const compileTo = cds.compile.to as unknown as { edmx: (csn: object, options: object) => string }

/**
 * Generates the metadata document.
 * @param model the loaded model, linked; what CDS cannot express stands in its annotations
 * @param csn the same model, not linked
 * @param service the name of the service
 * @param entitiesDerive whether entity types have their base types, or stand for themselves with all that they inherit
 */
export function generateMetadata(model: Model, csn: Model, service: string, entitiesDerive: boolean): Metadata {
  const bases = entityBases(model)
  const visible = shown(csn, entitiesDerive ? new Set() : bases)
  // x4 renders structured types and containment, which the flavor of the runtime flattens away
  const document = new DOMParser().parseFromString(compileTo.edmx(visible, { service, flavor: 'x4' }), 'text/xml')
  for (const [name, definition] of Object.entries(model.definitions)) {
    const annotations = [definition['@odata.typeName'], definition['@odata.baseType']]
    const [typeName, baseType] = annotations as (string | undefined)[]
    if (baseType && (entitiesDerive || !bases.has(baseType))) derive(document, name, baseType)
    for (const [property, { '@odata.declaredType': type }] of Object.entries(definition.elements ?? {})) {
      const element = type ? propertiesOf(typeElement(document, name)).get(property) : undefined
      element?.setAttribute('Type', type as string)
    }
    if (typeName) rename(document, name, `${service}.${typeName}`)
  }
  const xml = new XMLSerializer().serializeToString(document)
  return { 'application/xml': xml, 'application/json': JSON.stringify(xml2json(xml)) }
}

/** The types that entities derive from. */
function entityBases({ definitions }: Model) {
  const entities = Object.values(definitions).filter(({ kind }) => kind === 'entity')
  return new Set(entities.map((entity) => entity['@odata.baseType'] as string))
}

/**
 * The model without the entities that are hidden from the API, of which CAP leaves out only elements, and without some
 * other types. A copy, as the compiler changes what it is given, and another root is described by the same model.
 */
function shown(csn: Model, leftOut: Set<string>): Model {
  const definitions = Object.entries(csn.definitions).filter(
    ([name, definition]) => !definition['@cds.api.ignore'] && !leftOut.has(name)
  )
  return structuredClone({ ...csn, definitions: Object.fromEntries(definitions) })
}

const localName = (name: string) => name.slice(name.lastIndexOf('.') + 1)

function typeElement(document: Document, name: string): Element {
  const types = ['EntityType', 'ComplexType'].flatMap((tag) => [...document.getElementsByTagName(tag)])
  const found = types.find((type) => type.getAttribute('Name') === localName(name))
  if (!found) throw new Error(`The metadata has no type '${name}'.`)
  return found
}

function propertiesOf(type: Element) {
  return new Map([...type.getElementsByTagName('Property')].map((each) => [each.getAttribute('Name') as string, each]))
}

/** Makes one type derive from another, which has its key and some of its properties. */
function derive(document: Document, name: string, baseName: string) {
  const derived = typeElement(document, name)
  const base = typeElement(document, baseName)
  for (const [property, element] of propertiesOf(derived)) {
    if (!propertiesOf(base).has(property)) continue
    remove(element)
    for (const annotations of [...document.getElementsByTagName('Annotations')])
      if (annotations.getAttribute('Target') === `${name}/${property}`) remove(annotations)
  }
  const [key] = derived.getElementsByTagName('Key')
  if (key) makeEntityType(document, base, key)
  derived.setAttribute('BaseType', baseName)
}

/** Removes an element, with the white space before it. */
function remove(element: Element) {
  const { parentNode, previousSibling } = element
  if (previousSibling && !previousSibling.textContent?.trim()) parentNode?.removeChild(previousSibling)
  parentNode?.removeChild(element)
}

/** CDS has structured types without keys only: of one that entities derive from, an abstract entity type is made. */
function makeEntityType(document: Document, type: Element, key: Element) {
  const entityType = document.createElementNS(type.namespaceURI, 'EntityType')
  entityType.setAttribute('Name', type.getAttribute('Name') as string)
  entityType.setAttribute('Abstract', 'true')
  entityType.appendChild(key)
  for (const property of propertiesOf(type).values()) entityType.appendChild(property)
  type.parentNode?.replaceChild(entityType, type)
}

/** Renames the type of a singleton, which CAP gives the name of the singleton. */
function rename(document: Document, name: string, newName: string) {
  typeElement(document, name).setAttribute('Name', localName(newName))
  for (const [tag, attribute] of [['Singleton', 'Type'] as const, ['Annotations', 'Target'] as const])
    for (const element of document.getElementsByTagName(tag)) {
      const [type, ...path] = element.getAttribute(attribute)?.split('/') ?? []
      if (type === name) element.setAttribute(attribute, [newName, ...path].join('/'))
    }
}
