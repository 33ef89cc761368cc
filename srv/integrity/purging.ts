/** Removes old events from the log in small batches, each with a record of it: see db/purges.cds. */
import { setTimeout } from 'node:timers/promises'
import { OF_ALL_TENANTS } from '../database/sqlite/indexes.ts'
import { nextRecord, type PurgeRecord } from './purge-record.ts'
import { ARRIVALS, EVENTS, PURGES, sameEvent, SEALS, UNDER_WAY, type LogConnection } from '../database/sqlite/tables.ts'
import { transaction } from '../database/sqlite/transaction.ts'

export interface PurgeOrder {
  /** Events that happened before this instant are removed: UTC, in the form of `activityDateTime_utc`. */
  before: string
  /** Who asks for it. */
  purgedBy: string
  /** How many arrivals are looked at in one transaction. */
  batch: number
  /** How long others have the database for themselves between two transactions, in milliseconds. */
  pause: number
  /** Ends the purge after the batch that is under way. */
  signal?: AbortSignal
}

/**
 * Removes the sealed events that happened before an instant. What came in last stays, as SQLite numbers the next
 * arrival after it.
 * @returns how many were removed
 */
export async function purge(database: LogConnection, order: PurgeOrder): Promise<number> {
  const removeBatch = preparePurge(database, order)
  const oldest = database.prepare(
    `SELECT min(activityDateTime_utc) < ? AS isDue FROM ${EVENTS} WHERE ${OF_ALL_TENANTS}`
  )
  let total = 0
  let after: number | undefined = -1
  while (after !== undefined && oldest.get(order.before)?.isDue && !order.signal?.aborted) {
    const start: number = after
    const done = await transaction(database, () => removeBatch(start))
    total += done.removed
    after = done.last
    await setTimeout(order.pause)
  }
  return total
}

/** Prepares the work of one transaction: to look at a batch of arrivals after one, and remove those that are due. */
function preparePurge(database: LogConnection, { before, purgedBy, batch }: PurgeOrder) {
  const candidates = database.prepare(
    `SELECT a.sequence, e.rowid AS row, e.activityDateTime_utc AS instant
     FROM ${ARRIVALS} a JOIN ${EVENTS} e ON ${sameEvent(database)}
     WHERE a.sequence > ? AND a.sequence <= (SELECT max(lastSequence) FROM ${SEALS})
       AND a.sequence < (SELECT max(sequence) FROM ${ARRIVALS})
     ORDER BY a.sequence LIMIT ?`
  )
  const lastRecord = database.prepare(`SELECT number, hash FROM ${PURGES} ORDER BY number DESC LIMIT 1`)
  const columns = database.prepare(`SELECT name FROM pragma_table_info('${PURGES}')`).all()
  const values = columns.map(({ name }) => `:${String(name)}`)
  const insertRecord = database.prepare(`INSERT INTO ${PURGES} VALUES (${values.join()})`)
  const begin = database.prepare(`INSERT INTO ${UNDER_WAY} VALUES (?)`)
  const removeEvent = database.prepare(`DELETE FROM ${EVENTS} WHERE rowid = ?`)
  const removeArrival = database.prepare(`DELETE FROM ${ARRIVALS} WHERE sequence = ?`)
  const end = database.prepare(`DELETE FROM ${UNDER_WAY}`)

  return (after: number) => {
    const found = candidates.all(after, batch) as { sequence: number; row: number; instant: string }[]
    const due = found.filter(({ instant }) => instant < before)
    if (due.length) {
      const previous = lastRecord.get() as Pick<PurgeRecord, 'number' | 'hash'> | undefined
      const sequences = due.map(({ sequence }) => sequence)
      const record = nextRecord(sequences, before, purgedBy, previous, new Date())
      insertRecord.run(record)
      begin.run(record.number)
      for (const { sequence, row } of due) {
        removeEvent.run(row)
        removeArrival.run(sequence)
      }
      end.run()
    }
    return { removed: due.length, last: found.at(-1)?.sequence }
  }
}
