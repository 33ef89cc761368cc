/** The events of the log in the order in which they came in, each with the digest of what is stored of it. */
import type { DatabaseSync } from 'node:sqlite'
import { digestOf, type StoredRow } from './canonical.ts'
import type { Leaf } from './chain.ts'
import { ARRIVALS, EVENTS, sameEvent } from '../database/sqlite/tables.ts'

/** An event as it is stored: what a seal keeps of it, and the tenant, empty where it has none. */
export interface StoredEvent extends Leaf {
  tenant: string
}

/** An arrival, and the event that came in, unless that is gone. */
export interface Arrived {
  sequence: number
  id: string
  event: StoredEvent | undefined
  /** All columns of the event, and its rowid. */
  row: StoredRow | undefined
  rowid: bigint
}

/** The least number that SQLite has. */
export const FIRST_ROWID = -(2n ** 63n)

/**
 * Prepares the query for arrivals from one on.
 * @param join JOIN for those whose event is there, LEFT JOIN for all
 * @returns a statement whose parameters are the arrival and how many rows to read, -1 being all
 */
export function arrivalsFrom(database: DatabaseSync, join: 'JOIN' | 'LEFT JOIN') {
  const statement = database.prepare(
    `SELECT a.sequence AS "#sequence", a.event AS "#event", e.rowid AS "#row", e.*
     FROM ${ARRIVALS} a ${join} ${EVENTS} e ON ${sameEvent(database)}
     WHERE a.sequence >= ? ORDER BY a.sequence LIMIT ?`
  )
  statement.setReadBigInts(true) // SQLite takes numbers that JavaScript has not, and they must not go unseen
  return statement
}

/** Reads a row of {@link arrivalsFrom}. */
export function arrived(found: object): Arrived {
  const { '#sequence': place, '#event': name, '#row': stored, ...row } = found as StoredRow
  const sequence = Number(place)
  const id = String(name)
  if (stored === null) return { sequence, id, event: undefined, row: undefined, rowid: 0n }
  const instant = String(row.activityDateTime_utc)
  const event = { sequence, id, instant, tenant: String(row.tenantId ?? ''), digest: digestOf(row) }
  return { sequence, id, event, row, rowid: stored as bigint }
}
