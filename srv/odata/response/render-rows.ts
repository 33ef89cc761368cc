/**
 * Renders rows as JSON text. The text of an entity as most answers show it is put together by the database, from
 * columns that have parts of it: see entity-text.ts. Other texts are built here.
 */
import { hash } from 'node:crypto'
import { expectClient, mostBytes } from '../../database/reading.ts'
import { givingWay } from '../../http/give-way.ts'
import { complete, nest, type Selection } from '../model/columns.ts'
import { isOfColumns, templateOf, textOf, type Template } from '../model/template.ts'
import type { ServiceSchema } from '../model/schema.ts'
import type { Property, StoredType, StructuredType } from '../model/types.ts'
import { named, ref, xpr, type Cqn } from '../../cqn/cqn.ts'
import { parseJson, toJson } from '../../values/json.ts'
import { remembered } from '../../values/remembered.ts'
import type { Row } from '../../plans/statement.ts'
import { columnsFor, type Selected } from '../query/select.ts'
import type { Exchange } from '../request/exchange.ts'
import type { JsonFormat } from '../request/format.ts'
import { sizeOf, type JsonText, type TaggedText } from './json-text.ts'
import { entityUrl } from './links.ts'
import { representEntity, representValue } from './representation.ts'
import { weakEtag } from './respond.ts'
import { columnsIn } from './entity-text.ts'

/**
 * Renders the first rows, as many as fit into an answer, at least one. A page of values by the 100,000 takes seconds.
 * @throws {RequestError} as {@link expectClient} if the client goes meanwhile
 */
export async function renderRows(exchange: Exchange, all: Row[], selected: Selected, path: string): Promise<JsonText> {
  const texts: JsonText = []
  const template = selected.selection && templateFor(exchange, selected)
  const giveWay = givingWay()
  let size = 0
  for (const row of all) {
    await giveWay()
    expectClient(exchange.reading.answer)
    const text = template ? filledIn(exchange, template, row) : rowText(exchange, row, selected, path)
    size += sizeOf([text])
    if (size > mostBytes() && texts.length) break
    texts.push(text)
  }
  return texts
}

function rowText(exchange: Exchange, row: Row, selected: Selected, path: string) {
  if (exchange.asReferences) return JSON.stringify({ '@odata.id': entityUrl(exchange, path, row) })
  const { format } = exchange
  const { rows, selection } = selected
  const links = rows.areEntities ? linksOf(exchange, path, row, selection) : undefined
  const text = toJson(representEntity(nest(row, rows.type, selection), rows.type, format, links))
  return !selection && areAsStored(exchange, selected) ? tagged(text, rows.type) : text
}

/**
 * The template of what is shown of entities, where that is just as it is stored: of the whole, or of what is selected if
 * that has columns of its own. To fill it in takes less time than to build objects.
 */
export function templateFor(exchange: Exchange, selected: Selected): Template | undefined {
  const { entity, key, stored } = exchange.schema
  const { selection } = selected
  if (entity !== stored.entity || exchange.asReferences || !areAsStored(exchange, selected)) return undefined
  if (!selection) return stored.template
  return (selection.has(key) && templateOfSelection(selection)(stored.type)) || undefined
}

const templateOfSelection = remembered((selection: NonNullable<Selection>) =>
  remembered((type: StoredType): Template | false => isOfColumns(type, selection) && templateOf(type, selection))
)

/**
 * Events do not change, so the tag of the whole one stands for its parts, too. JSON in columns lacks what is shown of
 * it where an earlier release stored it, with another type or with the text of the event in a column.
 */
function filledIn({ schema }: Exchange, template: Template, row: Row): string | TaggedText {
  const { type } = schema.stored
  const { representation, representationTag } = type.hidden
  const tag = row[representationTag]
  if (isCurrent(tag, type) && !row[representation]) return { text: textOf(template, row), tag }
  return textOf(template, row, (json, property) => storedJson(complete(parseJson(json), property), property))
}

/** The links of an entity. Clients need its URL where the key does not identify it (OData JSON 4.01, 4.5.8). */
function linksOf(exchange: Exchange, path: string, row: Row, selection: Selection) {
  const { format, schema, scope } = exchange
  const isFull = format.metadata === 'full'
  if (!isFull && !scope.readsAllTenants && selection?.has(schema.key) !== false) return {}
  const url = entityUrl(exchange, path, row)
  return { '@odata.id': url, ...(isFull && { '@odata.etag': entityEtag(row, schema), '@odata.readLink': url }) }
}

/** The columns that {@link renderRows} needs. */
export function columnsToRender(exchange: Exchange, selected: Selected): Cqn[] {
  const { rows, selection } = selected
  if (exchange.asReferences) return rows.identity.map(ref)
  const template = selection && templateFor(exchange, selected)
  if (!template) return columnsFor(selection, rows)
  const { representation, representationTag } = exchange.schema.stored.type.hidden
  const hasText = named(xpr(ref(representation), 'is not null'), representation)
  return [hasText, ref(representationTag), ...columnsIn(template)]
}

/** Whether values are shown just as they are stored. None has 64-bit integers, so IEEE754Compatible has no effect. */
function areAsStored({ format, schema, scope }: Exchange, { rows: { type, from } }: Selected) {
  return type === schema.entityType && 'ref' in from && format.metadata === 'minimal' && !scope.readsAllTenants
}

const MINIMAL: JsonFormat = { metadata: 'minimal', ieee754Compatible: false, streaming: true, namesCharset: false }

/** Makes the JSON of a value that is about to be stored: it becomes part of the text of its entity. */
export const storedJson = (value: unknown, property: Property) => toJson(representValue(value, property, MINIMAL))

/** The text of an entity that is about to be stored, by its columns. */
export const newText = (row: Row, { type, template }: ServiceSchema['stored']): TaggedText =>
  tagged(Buffer.from(textOf(template, row)), type)

/** A text with its tag, which is stored. */
function tagged(text: string | Buffer, type: StructuredType): TaggedText {
  return { text, tag: versionOf(type) + hash('sha1', text, 'base64url') }
}

/**
 * The ETag of an entity. It differs for different entities and for different versions of the types that show them. It
 * is weak: events never change, but representations in another shape or with other properties have the same ETag.
 * @param row has at least the columns of its tag and its key
 */
export function entityEtag(row: Row, { entityType, shapes, identity }: ServiceSchema): string {
  const tag = row[entityType.hidden.representationTag] ?? identity.map((name) => row[name])
  return weakEtag(JSON.stringify([shapes.map(versionOf).join(), tag]))
}

/** Whether a tag belongs to the current version of the type. */
export function isCurrent(tag: unknown, type: StructuredType): tag is string {
  return typeof tag === 'string' && tag.startsWith(versionOf(type))
}

const versionOf = remembered(({ hidden: _, ...shown }: StructuredType) => {
  const description = JSON.stringify(shown, (name, value: unknown) =>
    value instanceof Map ? [...value] : name === 'input' ? undefined : value
  )
  return hash('sha256', description).slice(0, 16)
})
