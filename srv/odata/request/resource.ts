/** Finds what a URL addresses, also by `$entity` and `/$filter(…)` (OData URL Conventions 4.01, section 4). */
import { RequestError } from '../../errors/errors.ts'
import { readKey, type EntityKey } from './keys.ts'
import { notFound, notImplemented, resolveProperty, type PropertyPath } from './property-path.ts'
import type { ServiceSchema } from '../model/schema.ts'
import { parseUrl, queriedUrl, type ParsedUrl } from './url.ts'

/** What the path of a request addresses. A collection is named by its path, `auditLogs/provisioning`. */
export type Resource =
  | { kind: 'serviceDocument' | 'metadata' | 'openApi' | 'batch' | 'query' | 'singleton' }
  | { kind: 'collection'; collection: string; isFiltered?: boolean }
  | { kind: 'count' | 'references'; collection: string }
  | { kind: 'reference'; of?: { collection: string; key: EntityKey } }
  | { kind: 'entity'; collection: string; key: EntityKey }
  | ({ kind: 'property'; collection: string; key: EntityKey } & PropertyPath)

/** What is addressed, and the query options and parameter aliases that go with it. */
type Located = Pick<ParsedUrl, 'options' | 'aliases'> & { resource: Resource }

/**
 * @param url as in a request: see {@link parseUrl}
 * @throws {RequestError} 400 if it is malformed, 404 if nothing can exist there, 501 if it is not implemented
 */
export function locate(url: string, root: string, schema: ServiceSchema): Located {
  const { segments, options, aliases } = parseUrl(url, root)
  // the options belong to what is queried
  if (queriedUrl(url, '') !== undefined) return { resource: { kind: 'query' }, options: new Map(), aliases }
  if (segments[0] === '$entity') return entityWithId({ segments, options, aliases }, root, schema)
  const first = segments.findIndex((segment) => FILTER.test(segment))
  const filters = first < 0 ? [] : filtersOf(segments.slice(first))
  const resource = resolve(segments.toSpliced(first, filters.length), aliases, schema)
  if (filters.length) {
    const isWithin = (segment: string) => !segment.startsWith('$') && !schema.types.structured.has(segment)
    if (filters.some(hasKey) || segments.slice(first + filters.length).some(isWithin))
      throw new RequestError('notImplemented', 'The service does not address what is within $filter.', '$filter')
    if (!isCollection(resource)) throw notFound(segments)
    if (resource.kind === 'collection') resource.isFiltered = true
  }
  addConditions(filters, options, aliases)
  return { resource, options, aliases }
}

/** `$entity?$id=…` (Protocol 4.01, 11.2.9): the URL of an entity, absolute or relative to the root. The singleton is one, too. */
function entityWithId({ segments, options, aliases }: ParsedUrl, root: string, schema: ServiceSchema): Located {
  const id = options.get('$id')
  if (id === undefined) throw new RequestError('invalidQueryOption', '$entity needs $id, the URL of an entity.', '$id')
  const named = parseUrl(id, root)
  const resource = resolve([...named.segments, ...segments.slice(1)], named.aliases, schema)
  if (!['entity', 'singleton'].includes(resource.kind) || named.options.size)
    throw new RequestError('invalidQueryOption', '$id is not the URL of an entity.', '$id')
  options.delete('$id')
  return { resource, options, aliases }
}

const isCollection = (resource: Resource) =>
  resource.kind === 'property'
    ? resource.property.collection && !resource.isMember
    : 'collection' in resource && !('key' in resource)

const FILTER = /^\$filter\((.*)\)$/s

/** The conditions in `/$filter(…)` that follow the name of a collection (4.12). */
function filtersOf(segments: string[]): string[] {
  const filters: string[] = []
  for (const segment of segments) {
    const [, filter] = FILTER.exec(segment) ?? []
    if (filter === undefined) break
    filters.push(filter)
  }
  return filters
}

/** Whether a key follows a condition of the path: `/$filter(…)('key')`. */
function hasKey(filter: string): boolean {
  const bare = filter.replaceAll(/'[^']*'/g, '')
  let depth = 1
  for (const { 0: character, index } of bare.matchAll(/[()]/g)) {
    depth += character === '(' ? 1 : -1
    if (!depth) return bare[index + 1] === '('
  }
  return false
}

/**
 * Adds the conditions of the path to the query options. Each becomes the value of a parameter alias, which keeps it an
 * expression of its own.
 */
function addConditions(filters: string[], options: Map<string, string>, aliases: Map<string, string>) {
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

/**
 * @param segments the decoded path below the service root
 * @param aliases the parameter aliases, which may stand for keys
 * @throws {RequestError} 404 if nothing can exist at the path, 501 for what the service does not implement
 */
function resolve(segments: string[], aliases: Map<string, string>, schema: ServiceSchema): Resource {
  const { singleton, collections, entitySet, entityType } = schema
  const [first = '', ...others] = segments
  const ofRoot = others.length ? undefined : OF_ROOT.get(segments[0])
  if (ofRoot) return ofRoot
  if ([first, segments.at(-1) as string].some((segment) => NOT_IMPLEMENTED.test(segment)))
    throw notImplemented(segments)
  const inSet = isInSet(segments, schema)
  if (!inSet) {
    if (!spelled(first, [singleton])) throw notFound(segments)
    if (!others.length) return { kind: 'singleton' }
    if (others.length === 1 && others[0] === '$ref') return { kind: 'reference' }
    if (others.length === 1 && others[0] === '$value') throw noStream(segments)
  }
  const [named = '', ...rest] = inSet ? segments : others
  const { name: sent, key: keyOfCollection } = splitKey(named, aliases, schema, segments)
  const name = inSet ? entitySet : spelled(sent, collections)
  if (!name) throw notFound(segments)
  const collection = inSet ? name : `${singleton}/${name}`
  // a cast to the type itself, which may have the key
  const isCast = rest[0]?.split('(', 1)[0] === entityType.name
  const cast = isCast ? splitKey(rest.shift() as string, aliases, schema, segments) : undefined
  const keyInParentheses = keyOfCollection ?? cast?.key
  if (keyInParentheses === undefined) {
    if (!rest.length) return { kind: 'collection', collection }
    if (rest[0] === '$count' && rest.length === 1) return { kind: 'count', collection }
    if (rest[0] === '$ref' && rest.length === 1) return { kind: 'references', collection }
    if (rest[0]?.startsWith('$')) throw notFound(segments)
  }
  const key: EntityKey = keyInParentheses ?? [rest.shift() ?? '']
  if (rest[0] === entityType.name) rest.shift()
  if (!rest.length) return { kind: 'entity', collection, key }
  if (rest[0] === '$ref' && rest.length === 1) return { kind: 'reference', of: { collection, key } }
  if (rest[0] === '$value') throw noStream(segments)
  return { kind: 'property', collection, key, ...resolveProperty(rest, entityType, segments) }
}

/** The error of `$value` after an entity, as none is a media entity (Protocol 4.01, 11.2.3). */
function noStream(segments: string[]) {
  return new RequestError('badRequest', `'${segments.slice(0, -1).join('/')}' is no media entity and has no $value.`)
}

/** The resources of the root itself, by the only segment of their path, if there is one. */
const OF_ROOT = new Map<string | undefined, Resource>([
  [undefined, { kind: 'serviceDocument' }],
  ['$metadata', { kind: 'metadata' }],
  ['openapi.json', { kind: 'openApi' }], // no name in OData has a dot
  ['$batch', { kind: 'batch' }]
])

/** Whether a path begins with the entity set, perhaps with a key. */
const isInSet = ([first]: string[], { entitySet }: ServiceSchema) =>
  entitySet !== undefined && first?.split('(', 1)[0] === entitySet

/** The name that a segment spells, in any case, as links to Graph do (Protocol 4.01, 13.2.3). */
const spelled = (segment: string, names: string[]) => names.find((each) => each.toLowerCase() === segment.toLowerCase())

/** Segments of the standard that the service does not implement: sections 4.13, 4.15 and 4.16. */
const NOT_IMPLEMENTED = /^\$(all|crossjoin\(.*\)|each)$/s

/** `provisioning('it''s')` and `provisioning(id='it''s')`; `provisioning/it's` is left to the caller. */
function splitKey(segment: string, aliases: Map<string, string>, schema: ServiceSchema, segments: string[]) {
  const [, name, key] = /^([^()]*)(?:\((.*)\))?$/s.exec(segment) ?? []
  if (name === undefined) throw notFound(segments)
  return { name, key: key === undefined ? undefined : readKey(key, name, schema, aliases) }
}
