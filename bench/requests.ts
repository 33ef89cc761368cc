/** The requests that scenarios send: how each form of the log takes them, and the check of their responses. */
import { batchOf } from '../tools/generator/posting.ts'
import type { Event } from '../tools/generator/events.ts'
import { writer, type Dataset } from './dataset.ts'
import type { Call, Session } from './load.ts'

/** A GET of the log. */
export interface Query {
  /** Its path below the log in the structured form, not encoded, with one option at most. */
  path: string
  /** The size of pages, if not 100. */
  size?: number
  /** The number of values that responses must have at least, once that is known, and at most. */
  least?: number
  most?: number
}

/** A form of the log, as a server shows it. */
export interface Dialect {
  /** The path of the service. */
  root: '' | '/plain'
  /** The path of the collection in the service. */
  collection: string
  /** Returns the path of a query below the collection, encoded. */
  path: (query: Query) => string
  /** Converts an event to what the server takes. */
  event: (event: Event) => Event
}

const PAGE = 100 // events

/** The structured resource of Microsoft Graph. */
export const structured: Dialect = {
  root: '',
  collection: '/auditLogs/provisioning',
  path: ({ path }) => encoded(path),
  event: (event) => event
}

/** The service that CAP generates: see plain/services.cds. Collections and details are JSON in columns. */
export const flat: Dialect = {
  root: '/plain',
  collection: '/Events',
  path({ path, size }) {
    const flatPath = path.replace(/\b(targetIdentity|statusInfo|initiatedBy)\//g, '$1_')
    if (path.startsWith('/$count')) return encoded(flatPath)
    if (path.startsWith('/')) return `('${encodeURIComponent(path.slice(1))}')`
    const order = path.includes('$orderby') ? [] : ['$orderby=activityDateTime%20desc,id%20desc'] // else it is by key
    const top = size === undefined ? [`$top=${PAGE}`] : [] // it ignores maxpagesize: its pages have 1,000
    return `?${[...[encoded(flatPath).slice(1)].filter(Boolean), ...order, ...top].join('&')}`
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

const encoded = (path: string) => path.replace(/(?<==).*/s, encodeURIComponent)
const isObject = (value: unknown): value is Event =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const textOf = (value: unknown) => (typeof value === 'object' && value !== null ? JSON.stringify(value) : value)

/** Returns the request for a query with its check. */
export function callOf(query: Query, { root, collection, path }: Dialect): Call {
  const { size } = query
  return {
    ...{ method: 'GET', path: root + collection + path(query) },
    ...(size !== undefined && { headers: { Prefer: `maxpagesize=${size}` } }),
    check: (status, body) => problemOf(query, status, body)
  }
}

function problemOf({ path, size = PAGE, ...query }: Query, status: number, body: string) {
  if (status !== 200) return 'the status is not 200'
  const isCount = path.startsWith('/$count')
  if (path.startsWith('/') && !isCount && !body.includes(`"id":"${path.slice(1)}"`)) return 'it is another event'
  const { least = 1, most = isCount ? Infinity : size } = query
  const values = valuesOf(path, body)
  return values >= least && values <= most ? undefined : `it has ${values} values, not ${least} to ${most}`
}

/** Counts the values of a response, or reads the number that it is. */
export function valuesOf(path: string, body: string): number {
  if (path.startsWith('/$count')) return Number(body)
  return body.split(path.startsWith('?$apply') ? '"events":' : '"activityDateTime":').length - 1 // each value has it once
}

/** Reads the whole log in pages, from link to link, and starts again after the last one. */
export function walk(dialect: Dialect, size = 1000): Session {
  const first = callOf({ path: '', size }, dialect)
  let path: string | undefined
  return () => ({
    ...first,
    path: path ?? first.path,
    check(status, body) {
      path = nextPath(body, dialect)
      return first.check(status, body)
    }
  })
}

/** Returns the path of the next page, if there is one. Its link is near the start or the end of a page. */
export function nextPath(body: string, { root }: Dialect): string | undefined {
  const [, link] = /"@odata\.nextLink":"([^"]+)"/.exec(body.slice(0, 1000) + body.slice(-1000)) ?? []
  if (link === undefined) return undefined
  const { pathname, search } = new URL(link, `http://localhost${root}/`)
  return pathname + search
}

const HEADERS = { 'Content-Type': 'application/json' }
const BATCH = 20 // requests

/**
 * Posts new events, one per request.
 * @param from when the first one happens, in milliseconds
 */
export function posts(dataset: Dataset, { root, collection, event }: Dialect, from?: number): Session {
  const next = writer(dataset, event, from)
  return () => {
    const { id, json } = next()
    return {
      ...{ method: 'POST', path: root + collection, headers: HEADERS, body: json },
      check: (status, body) =>
        status === 201 && body.includes(`"id":"${id}"`) ? undefined : 'it did not create the event'
    }
  }
}

/** Posts batches of new events. @param group the atomicity group that all events of a batch are in */
export function batches(dataset: Dataset, { root, collection, event }: Dialect, group?: string): Session {
  const next = writer(dataset, event)
  return () => {
    const events = Array.from({ length: BATCH }, () => next().json)
    return {
      ...{ method: 'POST', path: `${root}/$batch`, headers: HEADERS, body: batchOf(events, collection, group) },
      check: (status, body) =>
        status === 200 && body.split('"status":201').length - 1 === BATCH ? undefined : 'it did not create all events'
    }
  }
}
