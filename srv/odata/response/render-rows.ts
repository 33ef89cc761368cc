/** Rows as clients see them: JSON text, as it is stored or built from columns. */
import { mostBytes } from '../../database/sqlite/result-size.ts'
import { nest, type Selection } from '../model/columns.ts'
import type { Exchange } from '../request/exchange.ts'
import { ref, val, type Cqn } from '../../cqn/cqn.ts'
import { sizeOf, type JsonText } from './json-text.ts'
import { representEntity, type EntityLink } from './representation.ts'
import { entities, type Rows } from '../query/rows.ts'
import { columnsFor } from '../query/select.ts'
import { hasStoredForm, isStoredForm, STORED_COLUMNS, storedText, tagged } from './stored.ts'
import type { Row } from '../../plans/statement.ts'
import { entityUrl } from './links.ts'

/** Shows rows of one set: the first ones, as many as fit into an answer, and one at least. */
export async function renderRows(exchange: Exchange, all: Row[], rows: Rows, selection: Selection, path: string) {
  const texts: JsonText = []
  let size = 0
  for (const row of all) {
    const shown = textOf(exchange, row, rows, selection, path)
    const text = shown instanceof Promise ? await shown : shown
    size += sizeOf([text])
    if (size > mostBytes() && texts.length) break
    texts.push(text)
  }
  return texts
}

type Text = JsonText[number]

/** Shows a row. */
export function textOf(
  exchange: Exchange,
  row: Row,
  rows: Rows,
  selection: Selection,
  path: string
): Text | Promise<Text> {
  const { schema, format } = exchange
  if (exchange.asReferences) return JSON.stringify({ '@odata.id': entityUrl(exchange, path, row) })
  if (isStoredForm(row)) return storedText(row, schema.entityType) ?? textByKey(exchange, row, path)
  const { type, areEntities } = rows
  const link = areEntities ? entityLink(exchange, path, row, selection) : undefined
  const text = JSON.stringify(representEntity(nest(row, type, selection), type, format, link))
  return areWhole(exchange, rows, selection) ? tagged(text, type) : text
}

/** The URL of an entity; clients need it where they cannot make it of the key (OData JSON 4.01, 4.5.8). */
export function entityLink(exchange: Exchange, path: string, row: Row, selection: Selection): EntityLink {
  const { schema, scope } = exchange
  const isNeeded = scope.readsAllTenants || selection?.has(schema.key) === false
  return { url: entityUrl(exchange, path, row), isNeeded }
}

/** Entities that are older than their type, or did not come over the wire, have no text. */
async function textByKey(exchange: Exchange, row: Row, path: string) {
  const { schema, run } = exchange
  const all = entities(schema)
  const where = schema.identity.flatMap((name, index) => [
    ...(index ? ['and'] : []),
    ref(name),
    '=',
    val(row[name] as string)
  ])
  const [found] = (await run({ SELECT: { from: all.from, columns: columnsFor(undefined, all), where } })) as [Row]
  return textOf(exchange, found, all, undefined, path)
}

/** The columns that {@link textOf} needs: of whole entities their text, if they are sent as they are stored. */
export function columnsToRender(exchange: Exchange, rows: Rows, selection: Selection): Cqn[] {
  if (exchange.asReferences) return rows.identity.map(ref)
  return isSentAsStored(exchange, rows, selection)
    ? [...STORED_COLUMNS, ...rows.identity.map(ref)]
    : columnsFor(selection, rows)
}

/** Whether rows are sent as they are stored: see stored.ts. */
export function isSentAsStored(exchange: Exchange, rows: Rows, selection: Selection) {
  return exchange.usesStoredForm && !exchange.asReferences && areWhole(exchange, rows, selection)
}

/** Whether entities are shown just as they are stored. */
function areWhole({ format, schema, scope }: Exchange, { type, from }: Rows, selection: Selection) {
  const isWhole = selection === undefined && type === schema.entityType && 'ref' in from
  return isWhole && hasStoredForm(format) && !scope.readsAllTenants
}
