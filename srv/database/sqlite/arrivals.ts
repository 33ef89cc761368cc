/** Stored arrivals with their events. */
import type { DatabaseSync } from 'node:sqlite'
import type { Arrival, StoredRow } from '../log.ts'
import { brokenColumnOf, items, rows } from './stored-rows.ts'
import { ARRIVALS, EVENTS, SAME_EVENT } from './tables.ts'

/** Reads all arrivals in order. */
export function allArrivals(database: DatabaseSync) {
  return arrivals(database, `LEFT JOIN ${EVENTS} e ON ${SAME_EVENT} ORDER BY a.sequence`)
}

/** Reads the arrivals after a sequence number in order, without those whose event is gone. */
export function arrivalsAfter(database: DatabaseSync, sequence: number, limit: number) {
  const rest = `JOIN ${EVENTS} e ON ${SAME_EVENT} WHERE a.sequence > ? ORDER BY a.sequence LIMIT ?`
  return arrivals(database, rest, sequence, limit)
}

function arrivals(database: DatabaseSync, rest: string, ...values: number[]) {
  const sql = `SELECT a.sequence AS "#sequence", a.event AS "#event", e.rowid AS "#row", e.* FROM ${ARRIVALS} a ${rest}`
  const brokenColumn = brokenColumnOf(database, EVENTS)
  const arrival = ({ '#sequence': sequence, '#event': id, '#row': rowid, ...row }: StoredRow): Arrival => ({
    sequence: Number(sequence),
    id: String(id),
    event: rowid === null ? undefined : { row, brokenColumn: brokenColumn(row, rowid as bigint) }
  })
  return items(rows(database, sql, ...values), arrival)
}
