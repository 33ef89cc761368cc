/** Which methods and query options resources take (OData URL Conventions 4.01, section 5). */
import type { Request, Response } from 'express'
import { RequestError } from '../../errors/errors.ts'
import { checkOptions } from './options.ts'
import type { Resource } from './resource.ts'

/** The query options that choose the rows of a collection. */
const ROWS = ['$filter', '$search', '$compute', '$apply']

/** The query options that choose what is shown of an entity. */
const SHOWN = ['$select', '$expand']

/** What a resource takes: methods (HEAD goes with GET, OPTIONS with all) and query options. */
const CAPABILITIES: Record<Resource['kind'], Partial<Record<string, readonly string[]>>> = {
  serviceDocument: { GET: ['$format'] },
  metadata: { GET: ['$format'] },
  openApi: { GET: [] },
  batch: { POST: ['$format'] },
  query: { POST: [] },
  singleton: { GET: [...SHOWN, '$format'] },
  collection: {
    GET: [...ROWS, '$orderby', '$top', '$skip', '$skiptoken', '$deltatoken', '$count', ...SHOWN, '$format'],
    POST: [...SHOWN, '$format']
  },
  // options without an effect on a count are accepted (Protocol 4.01, 11.2.10)
  count: { GET: [...ROWS, '$orderby', '$top', '$skip', '$expand', '$format'] },
  references: { GET: [...ROWS.slice(0, 3), '$orderby', '$top', '$skip', '$skiptoken', '$count', '$format'] },
  reference: { GET: ['$format'] },
  entity: { GET: [...SHOWN, '$compute', '$format'] },
  property: { GET: [...ROWS.slice(0, 3), '$orderby', '$top', '$skip', '$count', '$select', '$format'] }
}

/**
 * What the standard has for resources, and the service does not: transformations of what is in an entity (Data Aggregation
 * 4.0, 3) or of references, and the number of changes (Protocol 4.01, 11.3.2).
 */
const LACKING: Partial<Record<Resource['kind'], string>> = {
  property: '$apply',
  references: '$apply',
  count: '$deltatoken'
}

/** The query options that a resource takes with a method; none with one that it does not take. */
export const optionsOf = (kind: Resource['kind'], method: 'GET' | 'POST') => CAPABILITIES[kind][method] ?? []

/**
 * Checks that a resource takes a request, and answers OPTIONS.
 * @returns false if the request is answered already
 * @throws {RequestError} 405 for a method, 400 for a query option that the resource does not take, 501 for one that the
 *   standard has for it
 */
export function isTaken(req: Request, res: Response, resource: Resource, options: Map<string, string>): boolean {
  const { kind } = resource
  // nothing is created in a part of a collection
  const isPart = kind === 'collection' && resource.isFiltered
  const capabilities = isPart ? { GET: CAPABILITIES.collection.GET } : CAPABILITIES[kind]
  const method = req.method === 'HEAD' ? 'GET' : req.method
  const allowed = Object.hasOwn(capabilities, method) ? capabilities[method] : undefined
  if (!allowed) {
    const methods = Object.keys(capabilities).flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method]))
    const allow = [...methods, 'OPTIONS'].join(', ')
    if (req.method === 'OPTIONS') {
      res.set('Allow', allow).status(204).end()
      return false
    }
    res.set('Allow', allow)
    throw new RequestError('methodNotAllowed', `This resource does not take ${req.method}, only ${allow}.`)
  }
  const lacking = LACKING[kind]
  if (lacking && options.has(lacking))
    throw new RequestError('notImplemented', `The service does not implement ${lacking} on this resource.`, lacking)
  checkOptions(options, allowed)
  if (kind !== 'singleton') checkExpand(options)
  return true
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
