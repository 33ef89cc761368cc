/** The two forms of the log: the structured resource of Microsoft Graph, and the flat service that CAP generates. */
import type { Event } from '../tools/generator/events.ts'

/** A query, in terms of the structured resource. */
export interface Query {
  /** The id of an event, if it asks for one. */
  id?: string
  /** Whether it asks for the number of events. */
  isCount?: boolean
  options?: { $filter?: string; $orderby?: string; $select?: string; $apply?: string; $search?: string }
  /** The size of pages, if not 100. */
  size?: number
  /** The number of values that responses must have at least, once that is known. */
  least?: number
  /** The number of values that responses must have at most, if it is not the size of pages. */
  most?: number
  /** Whether the other servers do not answer it. */
  isOfServiceOnly?: boolean
}

/** How a server takes requests. */
export interface Dialect {
  /** The path of the service. */
  root: '' | '/plain'
  /** The path of the collection in the service. */
  collection: string
  /** Returns the request for a query, or undefined if the server cannot answer it. */
  request: (query: Query) => { path: string; headers?: Record<string, string> } | undefined
  /** Converts an event to what the server takes. */
  event: (event: Event) => Event
}

const LOG = '/auditLogs/provisioning'
const NEWEST = 'activityDateTime desc,id desc'

export const structured: Dialect = {
  root: '',
  collection: LOG,
  request({ id, isCount, options = {}, size }) {
    if (id !== undefined) return { path: `${LOG}/${encodeURIComponent(id)}` }
    const path = LOG + (isCount ? '/$count' : '') + written(options)
    return size === undefined ? { path } : { path, headers: { Prefer: `maxpagesize=${size}` } }
  },
  event: (event) => event
}

/** The hand-written servers know some queries only. */
export const handWritten: Dialect = {
  ...structured,
  request: (query) => (query.isOfServiceOnly ? undefined : structured.request(query))
}

/** See plain/services.cds. Collections and details are JSON in columns. */
export const flat: Dialect = {
  root: '/plain',
  collection: '/Events',
  request({ id, isCount, options: { $filter, $select, $orderby, $apply } = {}, size, isOfServiceOnly }) {
    if (isOfServiceOnly || $apply || /\b(any|all)\(/.test($filter ?? '')) return undefined
    if (id !== undefined) return { path: `/plain/Events('${encodeURIComponent(id)}')` }
    if (isCount) return { path: `/plain/Events/$count${written({ $filter: flatPaths($filter) })}` }
    const options = {
      $filter: flatPaths($filter),
      $select: flatPaths($select),
      $orderby: flatPaths($orderby) ?? NEWEST, // its default is by key
      $top: size === undefined ? '100' : undefined // it ignores maxpagesize: its pages have 1,000
    }
    return { path: `/plain/Events${written(options)}` }
  },
  event(event) {
    const columns = Object.entries(event).flatMap(([name, value]): [string, unknown][] =>
      isObject(value)
        ? Object.entries(value).map(([member, inner]) => [`${name}_${member}`, textOf(inner)])
        : [[name, textOf(value)]]
    )
    return Object.fromEntries(columns.filter(([name]) => !name.includes('@')))
  }
}

/** Writes query options that have a value. */
function written(options: Record<string, string | undefined>): string {
  const shown = Object.entries(options).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}=${encodeURIComponent(value)}`]
  )
  return shown.length ? `?${shown.join('&')}` : ''
}

function flatPaths(text: string | undefined) {
  return text?.replace(/\b(targetIdentity|statusInfo|initiatedBy)\//g, '$1_')
}

function textOf(value: unknown) {
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : value
}

function isObject(value: unknown): value is Event {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
