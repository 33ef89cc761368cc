/**
 * The text of an entity as most answers show it, stored with the entity. Events never change, so clients get what was
 * written: nothing is parsed or built again.
 */
import { hash } from 'node:crypto'
import type { Row } from '../../plans/statement.ts'
import type { JsonFormat } from '../request/format.ts'
import type { ServiceSchema } from '../model/schema.ts'
import { representEntity } from './representation.ts'
import { strongEtag } from './respond.ts'
import type { StoredText } from './json-text.ts'
import { isStructured, type EntityType, type JsonObject, type StructuredType } from '../model/types.ts'

const MINIMAL: JsonFormat = { metadata: 'minimal', ieee754Compatible: false, streaming: true, namesCharset: false }

const versions = new WeakMap<StructuredType, string>()

/**
 * Makes the columns for an entity that is about to be stored.
 * @param sent the entity as it was sent
 * @param row its columns, to which the service may have added values that were not sent
 */
export function storedForm(sent: JsonObject, row: Row, type: EntityType): Row {
  const entity: JsonObject = {}
  for (const property of type.properties.values()) {
    const { name } = property
    entity[name] = isStructured(property.type) ? sent[name] : (row[name] ?? null)
  }
  // the URL is not part of the text: only the metadata level `full` shows it
  const text = JSON.stringify(representEntity(entity, type, MINIMAL, {}))
  const { representation, representationTag } = type.hidden
  return { [representation]: text, [representationTag]: tagged(text, type).tag }
}

/** The text of an entity as it is stored. */
export function tagged(text: string, type: StructuredType): StoredText {
  return { text, tag: versionOf(type) + hash('sha1', text, 'base64url') }
}

/** The text of an entity; undefined if it was not read, or was written for an older version of the type. */
export function storedText(row: Row, type: EntityType): StoredText | undefined {
  const { [type.hidden.representation]: text, [type.hidden.representationTag]: tag } = row
  return typeof text === 'string' && isCurrent(tag, type) ? { text, tag } : undefined
}

/**
 * The ETag of an entity. It differs for different entities and for different versions of their type. It is weak: events
 * never change, but representations with other properties have the same ETag.
 * @param row has at least the columns of its tag and its key
 */
export function entityEtag(row: Row, { entityType, identity }: ServiceSchema): string {
  const tag = row[entityType.hidden.representationTag] ?? identity.map((name) => row[name])
  return `W/${strongEtag(JSON.stringify([versionOf(entityType), tag]))}`
}

/** Whether a tag belongs to the current version of the type. */
export function isCurrent(tag: unknown, type: StructuredType): tag is string {
  return typeof tag === 'string' && tag.startsWith(versionOf(type))
}

function versionOf(type: StructuredType): string {
  let version = versions.get(type)
  if (version === undefined) {
    const { hidden: _, ...shown } = type
    const description = JSON.stringify(shown, (_, value: unknown) => (value instanceof Map ? [...value] : value))
    versions.set(type, (version = hash('sha256', description).slice(0, 16)))
  }
  return version
}
