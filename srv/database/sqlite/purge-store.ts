/** What retention reads and writes. */
import type { PurgeRecord, PurgeStore } from '../log.ts'
import { first, insert, query } from './stored-rows.ts'
import { ARRIVALS, COUNTS, EVENTS, LAST_PURGE, PURGES, SAME_EVENT, SEALS, UNDER_WAY } from '../tables.ts'
import { transaction, type LogConnection } from './connection.ts'

/** Of each tenant, as their index by time is always there. */
const ofTenants = (aggregate: 'min' | 'max', instant: string) =>
  `SELECT ${aggregate}((${instant})) AS instant FROM ${COUNTS} c`

const INSTANTS = `SELECT e.activityDateTime_utc FROM ${EVENTS} e WHERE e.tenant = c.tenant`

const OLDEST = ofTenants('min', `${INSTANTS} ORDER BY e.activityDateTime_utc LIMIT 1`)

/** Walks back from the newest event to the first that arrived early enough: no index finds events by their arrivals. */
const NEWEST_UP_TO = ofTenants(
  'max',
  `${INSTANTS} AND e.activityDateTime_utc <= ? AND EXISTS (SELECT 1 FROM ${ARRIVALS} a WHERE ${SAME_EVENT} AND a.sequence <= ?)
  ORDER BY e.activityDateTime_utc DESC LIMIT 1`
)

export function purgeStore(database: LogConnection): PurgeStore {
  return {
    async newestSealed(until) {
      const seal = await first<{ last: number; sealedAt: string }>(
        database,
        `SELECT lastSequence AS last, sealedAt FROM ${SEALS} ORDER BY lastSequence DESC LIMIT 1`
      )
      const event = await first<{ instant: string | null }>(database, NEWEST_UP_TO, until, seal?.last ?? 0)
      return seal && event?.instant != null ? { instant: event.instant, sealedAt: seal.sealedAt } : undefined
    },
    hasEventsBefore: async (instant) => {
      const oldest = await first<{ instant: string | null }>(database, OLDEST)
      return oldest?.instant != null && oldest.instant < instant
    },
    sealedAfter: (sequence, limit) =>
      query(
        database,
        `SELECT a.sequence, e.activityDateTime_utc AS instant
         FROM ${ARRIVALS} a JOIN ${EVENTS} e ON ${SAME_EVENT}
         WHERE a.sequence > ? AND a.sequence <= (SELECT max(lastSequence) FROM ${SEALS})
           AND a.sequence < (SELECT max(sequence) FROM ${ARRIVALS})
         ORDER BY a.sequence LIMIT ?`,
        sequence,
        limit
      ),
    lastPurge: () => first(database, LAST_PURGE),
    removeEvents: (record, sequences) => transaction(database, () => remove(database, record, sequences))
  }
}

function remove(database: LogConnection, record: PurgeRecord, sequences: number[]) {
  if ((database.prepare(LAST_PURGE).get()?.number ?? 0) !== record.number - 1) return false
  const removeEvent = database.prepare(
    `DELETE FROM ${EVENTS} WHERE rowid = (SELECT e.rowid FROM ${ARRIVALS} a JOIN ${EVENTS} e ON ${SAME_EVENT} WHERE a.sequence = ?)`
  )
  const removeArrival = database.prepare(`DELETE FROM ${ARRIVALS} WHERE sequence = ?`)
  insert(database, PURGES, record)
  insert(database, UNDER_WAY, { number: record.number }) // while this row exists, the triggers allow removals
  for (const sequence of sequences) {
    removeEvent.run(sequence)
    removeArrival.run(sequence)
  }
  database.exec(`DELETE FROM ${UNDER_WAY}`)
  return true
}
