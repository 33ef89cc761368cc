/** Finds what a URL addresses, also by `$entity` and `/$filter(…)` (OData URL Conventions 4.01, section 4). */
import { RequestError } from '../../errors/errors.ts'
import { resolve, type Resource } from './resource.ts'
import { parseUrl, type ParsedUrl } from './url.ts'
import type { ServiceSchema } from '../model/schema.ts'

/** What is addressed, and the query options and parameter aliases that go with it. */
export type Located = Pick<ParsedUrl, 'options' | 'aliases'> & { resource: Resource }

/**
 * @param url as in a request: see {@link parseUrl}
 * @throws {RequestError} 400 if it is malformed, 404 if nothing can exist there, 501 if it is not implemented
 */
export function locate(url: string, root: string, schema: ServiceSchema): Located {
  const { segments, options, aliases } = parseUrl(url, root)
  if (segments[0] === '$entity') return entityWithId(segments.slice(1), { options, aliases }, root, schema)
  const filters = filtersOf(segments)
  const resource = resolve([...segments.slice(0, 2), ...segments.slice(2 + filters.length)], aliases, schema)
  if (filters.length && !('collection' in resource && !('key' in resource)))
    throw new RequestError('notImplemented', 'The service does not address single entities after $filter.', '$filter')
  narrow(filters, options, aliases)
  return { resource, options, aliases }
}

/** `$entity?$id=…` (4.10): the URL of an entity, absolute or relative to the root. */
function entityWithId(
  casts: string[],
  { options, aliases }: Pick<ParsedUrl, 'options' | 'aliases'>,
  root: string,
  schema: ServiceSchema
): Located {
  const id = options.get('$id')
  if (id === undefined) throw new RequestError('invalidQueryOption', '$entity needs $id, the URL of an entity.', '$id')
  const named = parseUrl(id, root)
  const resource = resolve([...named.segments, ...casts], named.aliases, schema)
  if (resource.kind !== 'entity' || named.options.size)
    throw new RequestError('invalidQueryOption', '$id is not the URL of an entity.', '$id')
  options.delete('$id')
  return { resource, options, aliases }
}

/** The conditions in `/$filter(…)` that follow the name of a collection (4.12). */
function filtersOf([, , ...segments]: string[]): string[] {
  const filters: string[] = []
  for (const segment of segments) {
    const [, filter] = /^\$filter\((.*)\)$/s.exec(segment) ?? []
    if (filter === undefined) break
    filters.push(filter)
  }
  return filters
}

/**
 * Turns the conditions of the path into query options. Each becomes the value of a parameter alias, which keeps it an
 * expression of its own.
 */
function narrow(filters: string[], options: Map<string, string>, aliases: Map<string, string>) {
  if (!filters.length) return
  const named = (expression: string) => {
    let number = 1
    while (aliases.has(`@filter${number}`)) number++
    aliases.set(`@filter${number}`, expression)
    return `@filter${number}`
  }
  const apply = options.get('$apply')
  if (apply !== undefined) options.set('$apply', [...filters.map((each) => `filter(${named(each)})`), apply].join('/'))
  else {
    const all = [...filters, ...[options.get('$filter') ?? []].flat()]
    options.set('$filter', all.length === 1 ? (all[0] as string) : all.map(named).join(' and '))
  }
}
