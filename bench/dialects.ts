/** How targets are asked: those with the structured resource, and the flat service that CAP generates. */
import type { Call } from './load.ts'

type Json = Record<string, unknown>

/** A query, in the words of the structured resource. */
export type Read = { kind: 'key'; id: string; values?: undefined } | Count | Page

interface Count {
  kind: 'count'
  filter?: string
  /** What the number must be at least, once that is known. */
  values?: number
}

export interface Page {
  kind: 'page'
  options: { $filter?: string; $orderby?: string; $select?: string; $apply?: string }
  /** The size of pages, where it is not 100. */
  size?: number
  /** How many values it must have at least, once that is known. */
  values?: number
}

/** What `$select` asks for. */
export const FIVE_PATHS = 'id,activityDateTime,statusInfo/status,targetIdentity/displayName,initiatedBy/displayName'

/** How a target takes requests. */
export interface Dialect {
  /** The path of the collection. */
  collection: string
  /** The path of batches. */
  batch: string
  /** The URL of the collection in a batch. */
  batchUrl: string
  /** The request for a query, unless the target cannot answer it. */
  request: (read: Read) => Pick<Call, 'path' | 'headers'> | undefined
  /** An event as the target takes it. */
  event: (event: Json) => Json
  /** What every event has once, in all answers: long texts are found quickly. */
  mark: Buffer
  /** A link of the target, as a path. */
  linkPath: (link: string) => string
}

const COLLECTION = '/auditLogs/provisioning'

/** The resource of Microsoft Graph. */
export const structured: Dialect = {
  collection: COLLECTION,
  batch: '/$batch',
  batchUrl: COLLECTION,
  request(read) {
    if (read.kind === 'key') return { path: `${COLLECTION}/${encodeURIComponent(read.id)}` }
    if (read.kind === 'count') return { path: `${COLLECTION}/$count${query({ $filter: read.filter })}` }
    return {
      path: COLLECTION + query(read.options),
      ...(read.size !== undefined && { headers: { Prefer: `maxpagesize=${read.size}` } })
    }
  },
  event: (event) => event,
  mark: Buffer.from('{"@odata.type":"#microsoft.graph.provisioningObjectSummary","id":'),
  linkPath: (link) => {
    const { pathname, search } = new URL(link)
    return pathname + search
  }
}

/** Writes query options, each encoded. */
export function query(options: Record<string, string | undefined>): string {
  const shown = Object.entries(options).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}=${encodeURIComponent(value)}`]
  )
  return shown.length ? `?${shown.join('&')}` : ''
}
