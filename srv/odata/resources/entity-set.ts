/** An entity set in the metadata beside a singleton, with the same entities, for clients that know no singletons. */
import type { Document, Element } from '@xmldom/xmldom'

/**
 * Adds an entity set to a metadata document. It gets the description and the capabilities of a contained collection.
 * @param owner the type of the singleton
 * @param collection the name of the collection
 * @param entityType the type of its entities
 */
export function addEntitySet(
  document: Document,
  set: string,
  { owner, collection, entityType }: { owner: string; collection: string; entityType: string }
) {
  const [container] = document.getElementsByTagName('EntityContainer') as unknown as [Element]
  const create = (tag: string, attributes: Record<string, string>) => elementLike(container, tag, attributes)
  container.appendChild(create('EntitySet', { Name: set, EntityType: entityType }))

  const namespace = owner.slice(0, owner.lastIndexOf('.'))
  const annotations = create('Annotations', { Target: `${namespace}.${container.getAttribute('Name')}/${set}` })
  for (const each of document.getElementsByTagName('Annotations'))
    if (each.getAttribute('Target') === `${owner}/${collection}`)
      for (const annotation of children(each)) annotations.appendChild(annotation.cloneNode(true))
  // what restrictions of a navigation property have as properties are terms that an entity set has
  for (const [term, value] of restrictionsOf(document, collection)) {
    const bool = value.getAttribute('Bool')
    const annotation = create('Annotation', { Term: `Capabilities.${term}`, ...(bool !== null && { Bool: bool }) })
    annotations.appendChild(annotation)
    for (const each of children(value)) annotation.appendChild(each.cloneNode(true))
  }
  const within = annotations.appendChild(create('Annotation', { Term: `Capabilities.${WITHIN_ENTITIES}` }))
  const records = within.appendChild(create('Collection', {}))
  for (const record of restrictionsWithin(document, collection)) records.appendChild(record)
  container.parentNode?.appendChild(annotations)
}

const WITHIN_ENTITIES = 'CollectionPropertyRestrictions'

/** Makes an element in the namespace of another one. */
export function elementLike({ ownerDocument, namespaceURI }: Element, tag: string, attributes: Record<string, string>) {
  const element = (ownerDocument as Document).createElementNS(namespaceURI, tag)
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value)
  return element
}

const children = (element: Element) => [...element.childNodes] as Element[]

/** The restrictions of a contained collection, with their names. */
function restrictionsOf(document: Document, collection: string): [name: string, value: Element][] {
  const values = [...document.getElementsByTagName('PropertyValue')]
  const path = values.find((each) => each.getAttribute('NavigationPropertyPath') === collection)
  const others = values.filter((each) => each !== path && each.parentNode === path?.parentNode)
  return others.map((each) => [each.getAttribute('Property') ?? '', each])
}

/** The restrictions of collections within the entities of a contained collection, by their paths in the entities. */
function restrictionsWithin(document: Document, collection: string): Element[] {
  const values = [...document.getElementsByTagName('PropertyValue')]
  const paths = values.filter((each) => each.getAttribute('PropertyPath')?.startsWith(`${collection}/`))
  return paths.map(({ parentNode }) => {
    const record = parentNode?.cloneNode(true) as Element
    const [first] = record.getElementsByTagName('PropertyValue') as unknown as [Element]
    first.setAttribute('PropertyPath', (first.getAttribute('PropertyPath') as string).slice(collection.length + 1))
    return record
  })
}
