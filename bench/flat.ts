/** How the service is asked that CAP generates of a model, if nothing else is written: see plain/services.cds. */
import { query, type Dialect, type Read } from './dialects.ts'

const COLLECTION = '/plain/Events'
const NEWEST = 'activityDateTime desc,id desc'

export const flat: Dialect = {
  collection: COLLECTION,
  batch: '/plain/$batch',
  batchUrl: '/Events',
  request(read) {
    if (!canAnswer(read)) return undefined
    if (read.kind === 'key') return { path: `${COLLECTION}('${encodeURIComponent(read.id)}')` }
    if (read.kind === 'count') return { path: `${COLLECTION}/$count${query({ $filter: flatPaths(read.filter) })}` }
    const { $filter, $select, $orderby } = read.options
    const options = {
      $filter: flatPaths($filter),
      $select: flatPaths($select),
      $orderby: flatPaths($orderby) ?? NEWEST, // it has no default but the key
      $top: read.size === undefined ? '100' : undefined // it knows no maxpagesize: pages have 1,000
    }
    return { path: COLLECTION + query(options) }
  },
  event(event) {
    const columns = Object.entries(event).flatMap(([name, value]): [string, unknown][] =>
      isObject(value)
        ? Object.entries(value).map(([member, inner]) => [`${name}_${member}`, textOf(inner)])
        : [[name, textOf(value)]]
    )
    return Object.fromEntries(columns.filter(([name]) => !name.includes('@')))
  },
  mark: Buffer.from('"activityDateTime":'),
  linkPath: (link) => `/plain/${link}`
}

/** Neither queries into collections, as they are JSON, nor computed values in aggregations. */
function canAnswer(read: Read) {
  if (read.kind !== 'page') return true
  return !read.options.$apply && !/\b(any|all)\(/.test(read.options.$filter ?? '')
}

function flatPaths<Text extends string | undefined>(text: Text) {
  return text?.replace(/\b(targetIdentity|statusInfo|initiatedBy)\//g, '$1_')
}

function textOf(value: unknown) {
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : value
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
