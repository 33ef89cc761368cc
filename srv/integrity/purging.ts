/** Removes old events in small batches, each with a record: see db/purges.cds. */
import { setTimeout } from 'node:timers/promises'
import type { PurgeStore } from '../database/log.ts'
import { nextRecord } from './purge-record.ts'

export interface PurgeOrder {
  /** Removes events that happened before this instant, in UTC, in the form of `activityDateTime_utc`. */
  before: string
  /** Who asks for it. */
  purgedBy: string
  /** How many arrivals a transaction looks at. */
  batch: number
  /** Ends the purge after the current batch. */
  signal?: AbortSignal
}

/** The pause between two transactions that lets others write, in milliseconds. */
const PAUSE = 20

/**
 * Removes the sealed events that happened before an instant. The last arrival stays, as the database numbers the next one
 * by it.
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

async function removeBatch(log: PurgeStore, { before, purgedBy, batch }: PurgeOrder, after: number) {
  const previous = await log.lastPurge()
  const found = await log.sealedAfter(after, batch)
  const due = found.filter(({ instant }) => instant < before).map(({ sequence }) => sequence)
  const isDone = !due.length || (await log.removeEvents(nextRecord(due, before, purgedBy, previous, new Date()), due))
  // if another purge removed events meanwhile, look at the same arrivals again
  return isDone ? { removed: due.length, last: found.at(-1)?.sequence } : { removed: 0, last: after }
}
