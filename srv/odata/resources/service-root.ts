/** The resources that hold no events: the service document and the singleton. */
import { expand } from './expand.ts'
import type { Exchange } from '../request/exchange.ts'
import { objectText, type JsonText } from '../response/json-text.ts'
import { respond, respondWith } from '../response/respond.ts'

/** Answers with the service document (OData JSON 4.01, section 5). */
export function readServiceDocument(exchange: Exchange) {
  const { singleton } = exchange.schema
  respond(exchange, '', { value: [{ name: singleton, kind: 'Singleton', url: singleton }] })
}

/** Answers with the singleton. It has no properties, only its collections. */
export async function readSingleton(exchange: Exchange) {
  const { root, options, format, schema, run } = exchange
  await run({ SELECT: { from: { ref: [schema.singletonEntity] } } }) // checks access; nothing is stored
  const url = root + schema.singleton
  const { members, fragment } = await expand(exchange, options.get('$expand'))
  const links = schema.collections.map((name): [string, string] => [`${name}@odata.navigationLink`, `${url}/${name}`])
  const information = {
    ...(format.metadata !== 'none' && { '@odata.type': `#${schema.singletonType}` }),
    ...(format.metadata === 'full' && { '@odata.id': url, ...Object.fromEntries(links) })
  }
  const texts = Object.entries(information).map(([name, value]): [string, JsonText] => [name, [JSON.stringify(value)]])
  const text = objectText({ ...Object.fromEntries<JsonText>(texts), ...members })
  respondWith(exchange, schema.singleton + fragment, text)
}
