/** The resources that hold no events: the service document, and the singleton, whose collections can be expanded. */
import { countEntities } from './count.ts'
import { readPage } from './page.ts'
import { RequestError } from '../../errors/errors.ts'
import { checkExpand } from '../request/capabilities.ts'
import type { Exchange } from '../request/exchange.ts'
import { checkOptions, nestedItems } from '../request/options.ts'
import type { ServiceSchema } from '../model/schema.ts'
import { objectText, type JsonText } from '../response/json-text.ts'
import { countText } from '../response/representation.ts'
import { respond, respondWith } from '../response/respond.ts'

const ROWS = ['$filter', '$search']
const PAGE = [...ROWS, '$orderby', '$top', '$skip', '$count']

/** The options of an expanded collection, of references to it, and of its count. */
const NESTED = { '': [...PAGE, '$select', '$compute', '$expand'], $ref: PAGE, $count: ROWS }

/** Answers with the service document (OData JSON 4.01, section 5). */
export function readServiceDocument(exchange: Exchange) {
  const { singleton, entitySet } = exchange.schema
  const sets = entitySet === undefined ? [] : [{ name: entitySet, kind: 'EntitySet', url: entitySet }]
  respond(exchange, '', { value: [...sets, { name: singleton, kind: 'Singleton', url: singleton }] })
}

/** Answers with the singleton. It has no properties, only its collections. */
export async function readSingleton(exchange: Exchange) {
  const { root, options, format, schema, run } = exchange
  await run({ SELECT: { from: { ref: [schema.singletonEntity] } } }) // checks access; nothing is stored
  const url = JSON.stringify(root + schema.singleton)
  const selected = selectedOf(options.get('$select'), schema)
  const { expanded, lists } = await expand(exchange, options.get('$expand'))
  const isFull = format.metadata === 'full'
  const members: Record<string, JsonText> = {
    ...(format.metadata !== 'none' && { '@odata.type': [`"#${schema.singletonType}"`] }),
    ...(isFull && { '@odata.id': [url], '@odata.readLink': [url] })
  }
  for (const name of schema.collections) {
    // what is said of a collection comes just before it (OData JSON 4.01, 4.4)
    if (isFull && selected?.includes(name) !== false)
      Object.assign(members, linksOf(name, `${root}${schema.singleton}`))
    Object.assign(members, expanded.get(name))
  }
  const shown = [...(selected ?? []), ...lists].join(',')
  respondWith(exchange, schema.singleton + (shown && `(${shown})`), objectText(members))
}

/** The links to a collection and to the references to its entities, which come with `full` (OData JSON 4.01, 3.1.2). */
const linksOf = (name: string, url: string): Record<string, JsonText> => ({
  [`${name}@odata.associationLink`]: [JSON.stringify(`${url}/${name}/$ref`)],
  [`${name}@odata.navigationLink`]: [JSON.stringify(`${url}/${name}`)]
})

/**
 * Reads `$select`: the collections whose links are shown; undefined for all of them (Protocol 4.01, 11.2.5.1).
 * @throws {RequestError} 400 for anything else but `*`, which stands for the properties, of which there are none
 */
function selectedOf(value: string | undefined, { collections, singletonType }: ServiceSchema) {
  if (value === undefined) return undefined
  const names = nestedItems(value, '$select', []).map(({ name }) => name)
  const unknown = names.find((name) => name !== '*' && !collections.includes(name))
  if (unknown === undefined) return [...new Set(names)].filter((name) => name !== '*')
  const message = `'${unknown}' in $select is not a property of '${singletonType}'.`
  throw new RequestError('invalidQueryOption', message, '$select')
}

/**
 * Reads the collections to expand (OData URL Conventions 4.01, 5.1.2).
 * @returns the members that each adds to the singleton, as JSON text, and what is listed of them in the context URL
 * @throws {RequestError} 400 for what cannot be expanded, or not in this way
 */
async function expand(exchange: Exchange, value: string | undefined) {
  const { res, schema } = exchange
  const expanded = new Map<string, Record<string, JsonText>>()
  const lists: string[] = []
  for (const [name, { options, suffix }] of value === undefined ? [] : expansions(value, schema)) {
    const path = `${schema.singleton}/${name}`
    const inner = { ...exchange, options, asReferences: suffix === '$ref' }
    if (suffix === '$count') {
      expanded.set(name, { [`${name}@odata.count`]: [countText(await countEntities(inner), exchange.format)] })
      continue
    }
    const page = await readPage(inner, path)
    // 4.0 lists what has a $select only, and no version references (Protocol 4.01, 10.10)
    const list = page.fragment.slice(path.length) || (res.get('OData-Version') === '4.0' ? '' : '()')
    if (list && !suffix) lists.push(name + list)
    const members = Object.entries(page.members)
    expanded.set(name, Object.fromEntries(members.map(([key, text]) => [key === 'value' ? name : name + key, text])))
  }
  return { expanded, lists }
}

/**
 * The collections to expand, each with its options and the suffix `/$ref` or `/$count`, if there is one. The star stands
 * for those that have no item of their own.
 */
function expansions(value: string, { collections, entityType }: ServiceSchema) {
  const found = new Map<string, { options: Map<string, string>; suffix: keyof typeof NESTED }>()
  for (const { name: path, options = new Map<string, string>() } of nestedItems(value, '$expand', NESTED[''])) {
    const [name = '', ...rest] = path.split('/').map((each) => each.trim())
    if (rest[0] === entityType.name) rest.shift() // a cast to the type itself
    const suffix = rest.join('/')
    if (suffix !== '' && suffix !== '$ref' && suffix !== '$count')
      throw new RequestError('invalidQueryOption', `'${path}' in $expand is not a collection.`, '$expand')
    checkOptions(options, NESTED[suffix])
    checkExpand(options)
    if (name !== '*' && !collections.includes(name))
      throw new RequestError('invalidQueryOption', `'${name}' in $expand is not a collection.`, '$expand')
    if (found.has(name)) throw new RequestError('invalidQueryOption', `$expand has '${name}' twice.`, '$expand')
    found.set(name, { options, suffix })
  }
  const others = found.get('*')
  return others ? new Map(collections.map((each) => [each, found.get(each) ?? others])) : found
}
