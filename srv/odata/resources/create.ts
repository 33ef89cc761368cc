/** Creates an entity in a collection (OData Protocol 4.01, 11.4.2). */
import cds from '@sap/cds'
import { handledLeniently } from '../request/lenient.ts'
import { readObject } from '../request/payload.ts'
import { flatten } from '../model/columns.ts'
import { toShown, toStored } from '../model/projection.ts'
import type { ServiceSchema } from '../model/schema.ts'
import { isStructured, type JsonObject } from '../model/types.ts'
import type { NewRows } from '../../database/service.ts'
import type { Exchange } from '../request/exchange.ts'
import { entityUrl } from '../response/links.ts'
import { applied } from '../request/headers.ts'
import { entities } from '../query/rows.ts'
import { selected } from '../query/select.ts'
import { entityEtag, newText, renderRows, storedJson, templateFor } from '../response/render-rows.ts'
import type { TaggedText } from '../response/json-text.ts'
import type { Row } from '../../plans/statement.ts'
import { respondWith } from '../response/respond.ts'

/**
 * Stores the entity in the request body and answers with it.
 * @param path the path of the collection that was posted to
 * @param body the request body, parsed
 * @throws {RequestError} 400 for a body or query options that are wrong, 409 if another entity has the key, 503 or 507
 *   if the database cannot store it
 */
export async function create(exchange: Exchange, path: string, body: unknown) {
  const { res, preferences, schema, run } = exchange
  const { entityType, stored, projection } = schema
  const isLenient = preferences.get('handling') === 'lenient'
  if (isLenient) applied(res, 'handling=lenient')
  const sent = readObject(isLenient ? handledLeniently(body, entityType) : body, entityType)
  const shown = selected(exchange, entities(schema))
  // what the service cannot show of a new entity is no reason to refuse it: it is answered without content (11.4.1.5)
  const isShown = shown.rows === entities(schema)
  const event = projection ? readObject(toStored(sent, projection, stored.type), stored.type) : sent
  const row = flatten(event, stored.type, storedJson)
  let text: TaggedText | undefined
  const represent = (columns: Row) => {
    text = newText(columns, stored)
    return { [stored.type.hidden.representationTag]: text.tag }
  }
  const store = (rows: NewRows) => exchange.store(rows, entityUrl(exchange, path, row))
  await run(cds.ql.INSERT.into(stored.entity).entries([row]), { represent, store })
  const url = entityUrl(exchange, path, row)
  res.set({ Location: url, ETag: entityEtag(row, schema) })
  const preference = preferences.get('return')
  if (preference === 'minimal' || (preference === 'representation' && isShown)) applied(res, `return=${preference}`)
  if (preference === 'minimal' || !isShown) return void res.set('OData-EntityId', url).status(204).end()
  res.status(201)
  const texts = text && templateFor(exchange, shown) === stored.template ? [text] : undefined
  const render = () => renderRows(exchange, [asRead(event, row, schema)], shown, path)
  respondWith(exchange, `${path}${shown.list}/$entity`, texts ?? (await render()))
}

/** The columns by which a new entity is shown, as a query would give them. */
function asRead(event: JsonObject, row: Row, { projection, stored, entityType, identity }: ServiceSchema): Row {
  if (!projection) return row
  // the service has added values to columns
  const completed = [...stored.type.properties.values()].map(({ name, type }) => {
    return [name, isStructured(type) ? event[name] : (row[name] ?? null)] as const
  })
  const shown = flatten(toShown(Object.fromEntries(completed), projection, entityType), entityType)
  for (const name of [...identity, entityType.hidden.representationTag]) shown[name] = row[name]
  return shown
}
