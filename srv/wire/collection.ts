/** Answers to requests on collections (OData Protocol 4.01, 11.2.6 and 11.3). */
import { readDelta } from './delta.ts'
import { respondWith, type Exchange } from './exchange.ts'
import { objectText } from './json-text.ts'
import { contextUrl } from './links.ts'
import { countOf, readPage } from './page.ts'
import { planned } from './plans.ts'
import { requestShape } from './shape.ts'
import { sources } from './sources.ts'

/** Answers with a page of a collection, or with what was added to it. */
export async function readCollection(exchange: Exchange, collection: string) {
  const path = `${exchange.schema.singleton}/${collection}`
  const token = exchange.options.get('$deltatoken')
  const page = token === undefined ? await readPage(exchange, path) : await readDelta(exchange, path, token)
  respondWith(exchange, contextUrl(exchange.root, page.fragment), objectText(page.members))
}

/** Answers with the number of entities in a collection, as plain text. */
export async function readCount(exchange: Exchange) {
  const plan = planned(exchange, requestShape(exchange, ['count']), () => sources(exchange))
  const count = await countOf(exchange.schema, plan, plan.prepared)
  plan.keep()
  exchange.res.type('text/plain').send(String(count))
}
