/** The log in SQLite: see database/log.ts. */
import { existsSync } from 'node:fs'
import type { DatabaseSync } from 'node:sqlite'
import type { OpenLog, PurgeRecord, Seal } from '../log.ts'
import { copyDatabase } from './backup.ts'
import { arrivals, history } from './history.ts'
import { first, insert, query, rows, withNumbers } from './stored-rows.ts'
import {
  ARRIVALS,
  COUNTS,
  EVENTS,
  LAST_PURGE,
  LAST_SEALED,
  NEWEST_SEAL,
  plainReads,
  PURGES,
  SAME_EVENT,
  SEALS,
  UNDER_WAY
} from '../tables.ts'
import { openConnection, transaction, type LogConnection } from './connection.ts'

export const openLog: OpenLog = (file, { readOnly, isAlone } = {}) => {
  if (!existsSync(file)) throw new Error(`there is no file ${file}.`)
  const database = openConnection(file, { readOnly })
  if (!database.prepare(HAS_LOG).get()) {
    database.close()
    throw new Error(`there is no log in ${file}.`)
  }
  if (isAlone) database.exec('PRAGMA wal_autocheckpoint = 1000') // commits make checkpoints
  return {
    ...plainReads((sql) => query(database, sql)),
    ...history(database),
    alone: (work) => work(), // several processes are rare
    eventsAfter: (sequence, limit) => {
      const rest = `JOIN ${EVENTS} e ON ${SAME_EVENT} WHERE a.sequence > ? ORDER BY a.sequence LIMIT ?`
      return arrivals(database, rest, sequence, limit)
    },
    lastSeals: (tenants) =>
      query(
        database,
        `SELECT tenant, number, hash FROM ${SEALS} s
         WHERE number = (SELECT max(number) FROM ${SEALS} WHERE tenant = s.tenant)
           AND tenant IN (SELECT value FROM json_each(?))`,
        JSON.stringify(tenants)
      ),
    addSeals: (lastSealed: number, seals: Seal[]) =>
      transaction(database, () => {
        if (database.prepare(LAST_SEALED).get()?.last !== lastSealed) return false
        for (const seal of seals) insert(database, SEALS, seal)
        return true
      }),
    async newestSealed(until) {
      const seal = await first<{ last: number; sealedAt: string }>(database, NEWEST_SEAL)
      const event = await first<{ instant: string | null }>(database, NEWEST_UP_TO, until, seal?.last ?? 0)
      return seal && event?.instant != null ? { instant: event.instant, sealedAt: seal.sealedAt } : undefined
    },
    hasEventsBefore: async (instant) => (await first(database, EARLIER, instant)) !== undefined,
    sealedAfter: (sequence, limit) => Promise.try(sealedAfter, database, sequence, limit),
    removeEvents: (record, sequences) => transaction(database, () => remove(database, record, sequences)),
    copyTo: (target) => copyDatabase(database, target),
    openCopy: () => Promise.reject(new Error('This is not implemented on SQLite.')),
    close: () => Promise.resolve(database.close())
  }
}

/** How many bytes of events are removed at once, unless one has more: others wait, for some 30 ms. */
const MOST_BYTES = 2 ** 22

function sealedAfter(database: DatabaseSync, sequence: number, limit: number) {
  const after = rows(
    database,
    `SELECT a.sequence, e.activityDateTime_utc AS instant, ${sizeIn(database)} AS size
     FROM ${ARRIVALS} a JOIN ${EVENTS} e ON ${SAME_EVENT}
     WHERE a.sequence > ? AND a.sequence <= (SELECT max(lastSequence) FROM ${SEALS})
       AND a.sequence < (SELECT max(sequence) FROM ${ARRIVALS})
     ORDER BY a.sequence LIMIT ?`,
    sequence,
    limit
  )
  const found: { sequence: number; instant: string }[] = []
  let total = 0
  for (const row of after) {
    const { size, ...event } = withNumbers<(typeof found)[0] & { size: number }>(row)
    total += size
    if (total > MOST_BYTES && found.length) break // SQLite goes through the text of a row to what stands behind it
    found.push(event)
  }
  return found
}

/** SQL for the bytes of an event `e`. */
function sizeIn(database: DatabaseSync) {
  const columns = database.prepare(`SELECT name FROM pragma_table_info('${EVENTS}')`).all()
  return columns.map(({ name }) => `ifnull(octet_length(e."${String(name)}"), 0)`).join(' + ')
}

/** Whether there is any part of a log: who removes others has changed one. */
const HAS_LOG = `SELECT 1 FROM sqlite_schema WHERE name IN ('${EVENTS}', '${ARRIVALS}', '${SEALS}')`

// the next two look at each tenant, as the index of its events by time is always there
const EARLIER = `SELECT 1 FROM ${COUNTS} c
  WHERE EXISTS (SELECT 1 FROM ${EVENTS} e WHERE e.tenant = c.tenant AND e.activityDateTime_utc < ?) LIMIT 1`

/** Walks back from the newest event to the first that arrived early enough: no index finds events by their arrivals. */
const NEWEST_UP_TO = `SELECT max((
    SELECT e.activityDateTime_utc FROM ${EVENTS} e WHERE e.tenant = c.tenant AND e.activityDateTime_utc <= ?
      AND EXISTS (SELECT 1 FROM ${ARRIVALS} a WHERE ${SAME_EVENT} AND a.sequence <= ?)
    ORDER BY e.activityDateTime_utc DESC LIMIT 1
  )) AS instant FROM ${COUNTS} c`

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
