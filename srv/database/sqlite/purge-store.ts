/** What retention reads and writes. */
import type { PurgeRecord, PurgeStore } from '../log.ts'
import { OF_ALL_TENANTS } from './indexes.ts'
import { insert, query } from './stored-rows.ts'
import { ARRIVALS, EVENTS, PURGES, sameEvent, SEALS, UNDER_WAY } from './tables.ts'
import type { LogConnection } from './connection.ts'
import { transaction } from './transaction.ts'

const LAST_PURGE = `SELECT number, hash FROM ${PURGES} ORDER BY number DESC LIMIT 1`

export function purgeStore(database: LogConnection): PurgeStore {
  const first = async <Row>(sql: string, ...values: (string | number)[]) =>
    (await query<Row>(database, sql, ...values))[0]
  return {
    async newestSealed() {
      const seal = await first<{ last: number; sealedAt: string }>(
        `SELECT lastSequence AS last, sealedAt FROM ${SEALS} ORDER BY lastSequence DESC LIMIT 1`
      )
      const event = await first<{ instant: string }>(newestUpTo(database), seal?.last ?? 0)
      return seal && event && { instant: event.instant, sealedAt: seal.sealedAt }
    },
    hasEventsBefore: async (instant) => {
      const oldest = `SELECT min(activityDateTime_utc) < ? AS isBefore FROM ${EVENTS} WHERE ${OF_ALL_TENANTS}`
      return (await first<{ isBefore: number }>(oldest, instant))?.isBefore === 1
    },
    sealedAfter: (sequence, limit) =>
      query(
        database,
        `SELECT a.sequence, e.activityDateTime_utc AS instant
         FROM ${ARRIVALS} a JOIN ${EVENTS} e ON ${sameEvent(database)}
         WHERE a.sequence > ? AND a.sequence <= (SELECT max(lastSequence) FROM ${SEALS})
           AND a.sequence < (SELECT max(sequence) FROM ${ARRIVALS})
         ORDER BY a.sequence LIMIT ?`,
        sequence,
        limit
      ),
    lastPurge: () => first(LAST_PURGE),
    removeEvents: (record, sequences) => transaction(database, () => remove(database, record, sequences))
  }
}

/** The query that walks from the newest event on until one came in up to an arrival: events are not found by arrivals. */
function newestUpTo(database: LogConnection) {
  return `SELECT activityDateTime_utc AS instant FROM ${EVENTS} e WHERE ${OF_ALL_TENANTS}
    AND EXISTS (SELECT 1 FROM ${ARRIVALS} a WHERE ${sameEvent(database)} AND a.sequence <= ?)
    ORDER BY activityDateTime_utc DESC LIMIT 1`
}

function remove(database: LogConnection, record: PurgeRecord, sequences: number[]) {
  if ((database.prepare(LAST_PURGE).get()?.number ?? 0) !== record.number - 1) return false
  const removeEvent = database.prepare(
    `DELETE FROM ${EVENTS} WHERE rowid = (SELECT e.rowid FROM ${ARRIVALS} a JOIN ${EVENTS} e ON ${sameEvent(database)} WHERE a.sequence = ?)`
  )
  const removeArrival = database.prepare(`DELETE FROM ${ARRIVALS} WHERE sequence = ?`)
  insert(database, PURGES, record)
  insert(database, UNDER_WAY, { number: record.number }) // the triggers let events be removed while it is there
  for (const sequence of sequences) {
    removeEvent.run(sequence)
    removeArrival.run(sequence)
  }
  database.exec(`DELETE FROM ${UNDER_WAY}`)
  return true
}
