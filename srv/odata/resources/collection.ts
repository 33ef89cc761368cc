/** Answers to requests on collections (OData Protocol 4.01, 11.2.6 and 11.3). */
import { readDelta } from './delta.ts'
import { type Exchange } from '../request/exchange.ts'
import { parseOrder } from '../query/order.ts'
import { objectText } from '../response/json-text.ts'
import { contextUrl } from '../response/links.ts'
import { countOf, readPage } from './page.ts'
import { integerOption } from '../request/options.ts'
import { planned } from '../../plans/plans.ts'
import { requestShape } from '../request/shape.ts'
import { context, rowSets } from '../query/row-sets.ts'
import { respondWith, respondWithText } from '../response/respond.ts'

/** Answers with a page of a collection, or with what was added to it. */
export async function readCollection(exchange: Exchange, collection: string) {
  const path = `${exchange.schema.singleton}/${collection}`
  const token = exchange.options.get('$deltatoken')
  const page = token === undefined ? await readPage(exchange, path) : await readDelta(exchange, path, token)
  respondWith(exchange, contextUrl(exchange.root, page.fragment), objectText(page.members))
}

/** Answers with a page of references to the entities of a collection (OData JSON 4.01, section 14). */
export async function readReferences(exchange: Exchange, collection: string) {
  const { members } = await readPage({ ...exchange, asReferences: true }, `${exchange.schema.singleton}/${collection}`)
  respondWith(exchange, contextUrl(exchange.root, 'Collection($ref)'), objectText(members))
}

/** Answers with the number of entities in a collection, as plain text. */
export async function readCount(exchange: Exchange) {
  respondWithText(exchange, String(await countEntities(exchange)))
}

/**
 * Counts the entities in a collection.
 * @throws {RequestError} 400 also for options that are wrong, though they do not matter for a count
 */
export async function countEntities(exchange: Exchange): Promise<number> {
  const { options, schema } = exchange
  for (const name of ['$top', '$skip']) integerOption(options, name)
  const plan = planned(exchange, requestShape(exchange, ['count']), () => {
    const sets = rowSets(exchange)
    const order = options.get('$orderby')
    if (order !== undefined) for (const { type } of sets) parseOrder(order, { ...context(exchange, '$orderby'), type })
    return sets
  })
  const count = await countOf(schema, plan, plan.prepared)
  plan.keep()
  return count
}
