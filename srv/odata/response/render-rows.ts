/** Renders rows as JSON text from their columns. */
import { mostBytes } from '../../database/reading.ts'
import { nest, type Selection } from '../model/columns.ts'
import type { Exchange } from '../request/exchange.ts'
import { ref, type Cqn } from '../../cqn/cqn.ts'
import { sizeOf, type JsonText } from './json-text.ts'
import type { Row } from '../../plans/statement.ts'
import { entityUrl } from './links.ts'
import { representEntity } from './representation.ts'
import { columnsFor, type Selected } from '../query/select.ts'
import { settings } from '../../settings/settings.ts'
import { storedText, tagged } from './stored.ts'

/** Renders the first rows, as many as fit into an answer, at least one. A row with its stored form is shown by that. */
export function renderRows(exchange: Exchange, all: Row[], selected: Selected, path: string): JsonText {
  const texts: JsonText = []
  let size = 0
  for (const row of all) {
    const text = textOf(exchange, row, selected, path)
    size += sizeOf([text])
    if (size > mostBytes() && texts.length) break
    texts.push(text)
  }
  return texts
}

function textOf(exchange: Exchange, row: Row, selected: Selected, path: string) {
  if (exchange.asReferences) return JSON.stringify({ '@odata.id': entityUrl(exchange, path, row) })
  const { format, schema } = exchange
  const { rows, selection } = selected
  const isWhole = areWhole(exchange, selected)
  const stored = isWhole ? storedText(row, schema.entityType) : undefined
  if (stored) return stored
  const links = rows.areEntities ? linksOf(exchange, path, row, selection) : undefined
  const text = JSON.stringify(representEntity(nest(row, rows.type, selection), rows.type, format, links))
  return isWhole ? tagged(text, rows.type) : text
}

/** The links of an entity. Clients need its URL where the key does not identify it (OData JSON 4.01, 4.5.8). */
function linksOf(exchange: Exchange, path: string, row: Row, selection: Selection) {
  const { format, schema, scope } = exchange
  const isFull = format.metadata === 'full'
  if (!isFull && !scope.readsAllTenants && selection?.has(schema.key) !== false) return {}
  const url = entityUrl(exchange, path, row)
  return { '@odata.id': url, ...(isFull && { '@odata.readLink': url }) }
}

/** The columns that {@link renderRows} needs. */
export function columnsToRender({ asReferences }: Exchange, { rows, selection }: Selected): Cqn[] {
  return asReferences ? rows.identity.map(ref) : columnsFor(selection, rows)
}

/** Whether rows are sent as they are stored: see stored.ts. */
export function isSentAsStored(exchange: Exchange, selected: Selected) {
  return settings().odata.stored_forms && !exchange.asReferences && areWhole(exchange, selected)
}

/** Whether entities are shown just as they are stored. None has 64-bit integers, so IEEE754Compatible has no effect. */
function areWhole({ format, schema, scope }: Exchange, { rows: { type, from }, selection }: Selected) {
  const isWhole = selection === undefined && type === schema.entityType && 'ref' in from
  return isWhole && format.metadata === 'minimal' && !scope.readsAllTenants
}
