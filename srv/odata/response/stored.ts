/**
 * The text of an entity as most answers show it, kept with the entity: events never change, so what a client reads is
 * sent as it was written, and nothing of it is parsed or put together again.
 */
import { hash } from 'node:crypto'
import type { Row } from '../../plans/statement.ts'
import type { JsonFormat } from '../request/format.ts'
import { representEntity } from './representation.ts'
import type { StoredText } from './json-text.ts'
import { isStructured, type EntityType, type JsonObject, type StructuredType } from '../model/types.ts'

const MINIMAL: JsonFormat = { metadata: 'minimal', ieee754Compatible: false, streaming: true, namesCharset: false }

const versions = new WeakMap<StructuredType, string>()

/**
 * Makes the columns for an entity that is about to be stored.
 * @param sent the entity as it was sent
 * @param row its columns, in which the service may have given values to what was not sent
 */
export function storedForm(sent: JsonObject, row: Row, type: EntityType): Row {
  const entity: JsonObject = {}
  for (const property of type.properties.values()) {
    const { name } = property
    entity[name] = isStructured(property.type) ? sent[name] : (row[name] ?? null)
  }
  // the URL is not part of the text: only the full level of metadata shows it
  const text = JSON.stringify(representEntity(entity, type, MINIMAL, { url: '', isNeeded: false }))
  const { representation, representationTag } = type.hidden
  return { [representation]: text, [representationTag]: tagged(text, type).tag }
}

/** The text of an entity as it is stored. */
export function tagged(text: string, type: StructuredType): StoredText {
  return { text, tag: versionOf(type) + hash('sha1', text, 'base64url') }
}

/** The text of an entity, if there is one of the type as it is now. */
export function storedText(row: Row, type: EntityType): StoredText | undefined {
  const tag = row[type.hidden.representationTag]
  return isCurrent(tag, type) ? { text: row[type.hidden.representation] as StoredText['text'], tag } : undefined
}

/**
 * What tells an entity from all others, and from itself under another version of its type. It is the same however much of
 * the entity is shown.
 * @param row at least the column of its tag, and those of its identity
 */
export function entityTag(row: Row, type: EntityType, identity: string[]): string {
  return JSON.stringify([versionOf(type), row[type.hidden.representationTag] ?? identity.map((name) => row[name])])
}

/** Whether a tag is that of the type as it is now. */
export function isCurrent(tag: unknown, type: StructuredType): tag is string {
  return typeof tag === 'string' && tag.startsWith(versionOf(type))
}

/** Whether a format shows whole entities just so. No entity has 64-bit integers, so IEEE754Compatible does not matter. */
export function hasStoredForm({ metadata }: JsonFormat): boolean {
  return metadata === 'minimal'
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
