/** Answers to requests on collections (OData Protocol 4.01, 11.2.6 and 11.3). */
import { readDelta } from './delta.ts'
import type { Exchange } from '../request/exchange.ts'
import { objectText } from '../response/json-text.ts'
import { respondWith, respondWithText } from '../response/respond.ts'
import { countEntities } from './count.ts'
import { readPage } from './page.ts'

/** Answers with a page of a collection, or of what was added to it. */
export async function readCollection(exchange: Exchange, collection: string) {
  const path = `${exchange.schema.singleton}/${collection}`
  const token = exchange.options.get('$deltatoken')
  const page = token === undefined ? await readPage(exchange, path) : await readDelta(exchange, path, token)
  respondWith(exchange, page.fragment, objectText(page.members))
}

/** Answers with a page of references to the entities of a collection (OData JSON 4.01, section 14). */
export async function readReferences(exchange: Exchange, collection: string) {
  const { members } = await readPage({ ...exchange, asReferences: true }, `${exchange.schema.singleton}/${collection}`)
  respondWith(exchange, 'Collection($ref)', objectText(members))
}

/** Answers with the number of entities in a collection, as plain text. */
export async function readCount(exchange: Exchange) {
  respondWithText(exchange, String(await countEntities(exchange)))
}
