/** `$expand` of the collections of the singleton (OData URL Conventions 4.01, 5.1.2). */
import { readPage } from './page.ts'
import { RequestError } from './errors.ts'
import type { Exchange } from './exchange.ts'
import type { JsonText } from './json-text.ts'
import { checkOptions } from './options.ts'

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

function expansions(value: string, collections: string[]) {
  const found = new Map<string, Map<string, string>>()
  for (const item of split(value, ',')) {
    const [, name = '', nested] = /^([^(]*)(?:\((.*)\))?$/s.exec(item.trim()) ?? []
    const names = name.trim() === '*' ? collections : [name.trim()]
    for (const each of names) {
      if (!collections.includes(each))
        throw new RequestError('invalidQueryOption', `'${each}' in $expand is not a collection.`, '$expand')
      if (found.has(each)) throw new RequestError('invalidQueryOption', `$expand has '${each}' twice.`, '$expand')
      found.set(each, nestedOptions(nested ?? ''))
    }
  }
  return found
}

function nestedOptions(text: string) {
  const options = new Map<string, string>()
  for (const part of split(text, ';').filter((each) => each.trim() !== '')) {
    const [, name = '', value = ''] = /^\s*\$?(\w+)\s*=(.*)$/s.exec(part) ?? []
    options.set(`$${name.toLowerCase()}`, value.trim())
  }
  checkOptions(options, NESTED)
  return options
}

/** Splits a text at a separator, but not within quotes and parentheses. */
function split(text: string, separator: ',' | ';'): string[] {
  const parts = ['']
  let depth = 0
  for (const [piece] of text.matchAll(/'(?:[^']|'')*'|"(?:[^"\\]|\\.)*"|./gs)) {
    if (piece === '(') depth++
    if (piece === ')') depth--
    if (piece === separator && depth === 0) parts.push('')
    else parts[parts.length - 1] += piece
  }
  return parts
}
