/** `$expand` of the collections of the singleton (OData URL Conventions 4.01, 5.1.2). */
import { readPage } from './page.ts'
import { RequestError } from './errors.ts'
import type { Exchange } from './exchange.ts'
import type { JsonText } from './json-text.ts'
import { nestedItems } from './nested-options.ts'

/** The options that an expanded collection takes. */
const NESTED = ['$filter', '$search', '$orderby', '$top', '$skip', '$count', '$select', '$compute']

/**
 * Reads the collections that are to be expanded.
 * @returns the members of the singleton that they give, as JSON text, and their part of the context URL
 * @throws {RequestError} 400 for what cannot be expanded, or cannot be expanded so
 */
export async function expand(exchange: Exchange, value: string) {
  const { schema } = exchange
  const members: Record<string, JsonText> = {}
  const lists: string[] = []
  for (const [name, options] of expansions(value, schema.collections)) {
    const path = `${schema.singleton}/${name}`
    const page = await readPage({ ...exchange, options }, path)
    lists.push(name + (page.fragment.slice(path.length) || '()')) // OData Protocol 4.01, 10.11
    for (const [member, each] of Object.entries(page.members)) members[member === 'value' ? name : name + member] = each
  }
  return { members, fragment: `(${lists.join(',')})` }
}

/**
 * Checks the option on entities, which have no navigation properties: there is nothing to expand.
 * @throws {RequestError} 400 for anything but `*`
 */
export function checkExpand(options: Map<string, string>) {
  const value = options.get('$expand')
  if (value === undefined || value.trim() === '*') return
  throw new RequestError('invalidQueryOption', `'${value}' in $expand is not a navigation property.`, '$expand')
}

function expansions(value: string, collections: string[]) {
  const found = new Map<string, Map<string, string>>()
  for (const { name, options = new Map<string, string>() } of nestedItems(value, '$expand', NESTED)) {
    for (const each of name === '*' ? collections : [name]) {
      if (!collections.includes(each))
        throw new RequestError('invalidQueryOption', `'${each}' in $expand is not a collection.`, '$expand')
      if (found.has(each)) throw new RequestError('invalidQueryOption', `$expand has '${each}' twice.`, '$expand')
      found.set(each, options)
    }
  }
  return found
}
