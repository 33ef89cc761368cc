/** Removes old events from the log in small batches, each with a record of it: see db/purges.cds. */
import { setTimeout } from 'node:timers/promises'
import type { PurgeStore } from '../database/log.ts'
import { nextRecord } from './purge-record.ts'

export interface PurgeOrder {
  /** Events that happened before this instant are removed: UTC, in the form of `activityDateTime_utc`. */
  before: string
  /** Who asks for it. */
  purgedBy: string
  /** How many arrivals are looked at for one transaction. */
  batch: number
  /** Ends the purge after the batch that is under way. */
  signal?: AbortSignal
}

/** How long others have the database to themselves between two transactions, in milliseconds. */
const PAUSE = 20

/**
 * Removes the sealed events that happened before an instant. What came in last stays, as its arrival is what the next one
 * is numbered by.
 * @returns how many were removed
 */
export async function purge(log: PurgeStore, order: PurgeOrder): Promise<number> {
  let total = 0
  let after: number | undefined = -1
  while (after !== undefined && (await log.hasEventsBefore(order.before)) && !order.signal?.aborted) {
    const done = await removeBatch(log, order, after)
    total += done.removed
    after = done.last
    await setTimeout(PAUSE)
  }
  return total
}

/** Looks at a batch of arrivals after one, and removes those that are due. */
async function removeBatch(log: PurgeStore, { before, purgedBy, batch }: PurgeOrder, after: number) {
  const previous = await log.lastPurge()
  const found = await log.sealedAfter(after, batch)
  const due = found.filter(({ instant }) => instant < before).map(({ sequence }) => sequence)
  const isDone = !due.length || (await log.removeEvents(nextRecord(due, before, purgedBy, previous, new Date()), due))
  // another purge has removed events meanwhile: look at the same arrivals again
  return isDone ? { removed: due.length, last: found.at(-1)?.sequence } : { removed: 0, last: after }
}
