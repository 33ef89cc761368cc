/** Creates an entity in a collection (OData Protocol 4.01, 11.4.2). */
import cds from '@sap/cds'
import { readObject } from './body.ts'
import { flatten, nest } from './columns.ts'
import { respond, type Exchange } from './exchange.ts'
import { contextUrl, entityUrl } from './links.ts'
import { applied } from './preferences.ts'
import { representEntity } from './representation.ts'

/**
 * Stores the entity in the request body and answers with it.
 * @param collection the name of the collection that was posted to
 * @param body the request body, as JSON
 */
export async function create(exchange: Exchange, collection: string, body: unknown) {
  const { res, root, preferences, format, schema, run } = exchange
  const { entity, entityType, singleton, key } = schema
  const row = flatten(readObject(body, entityType), entityType)
  await run(cds.ql.INSERT.into(entity).entries([row]))
  const stored = nest(row, entityType, undefined)
  const path = `${singleton}/${collection}`
  const url = entityUrl(root, path, String(stored[key]))
  res.set('Location', url)
  const preference = preferences.get('return')
  if (preference === 'minimal' || preference === 'representation') applied(res, `return=${preference}`)
  if (preference === 'minimal') return void res.set('OData-EntityId', url).status(204).end()
  res.status(201)
  respond(exchange, contextUrl(root, `${path}/$entity`), representEntity(stored, entityType, format, url))
}
