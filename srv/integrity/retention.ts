/** Removes old events: what an operator asks for, and on a schedule those that are older than `retention.days`. */
import { setTimeout } from 'node:timers/promises'
import cds from '@sap/cds'
import { repeat } from '../database/background.ts'
import type { Log, PurgeStore } from '../database/log.ts'
import { settings } from '../settings/settings.ts'
import { instant } from '../values/datetime.ts'
import { nextRecord } from './purge-record.ts'

const LOG = cds.log('provisioning')
const MINUTE = 60 * 1000
const DAY = 24 * 60 * MINUTE

/** How far the system clock may drift from the monotonic clock after the start of the process. */
const DRIFT = MINUTE

/** How long a log may receive no events before the clock is doubted. */
const SILENCE = 7 * DAY

/** How many arrivals a transaction looks at, unless their events are large. */
const BATCH = 200

/** The pause between two transactions that lets others write, in milliseconds. */
const PAUSE = 20

interface PurgeOrder {
  /** Removes events that happened before this instant, in UTC, in the form of `activityDateTime_utc`. */
  before: string
  purgedBy: string
  /** Ends the purge after the current batch. */
  signal?: AbortSignal
}

/** Removes old events if the settings ask for it, until the returned function is called. @param log of no other user */
export function startRetention(log: Log) {
  const { days, interval } = settings().retention
  if (days === undefined) return () => Promise.resolve()
  const removeOld = async (signal: AbortSignal) => {
    const now = await trustedTime(log)
    if (now === undefined) return
    const before = instantAt(now - days * DAY)
    const count = await purge(log, { before, purgedBy: 'retention', signal })
    if (count) LOG.info(`Retention removed ${count} events that happened before ${before}Z.`)
  }
  const { run, stop } = repeat('Retention failed.', removeOld, interval * MINUTE)
  void run()
  return stop
}

/**
 * When the newest sealed event happened, or when it was sealed if that was earlier. Events that have yet to happen do not
 * count: they would hide that the clock is ahead.
 * @returns milliseconds since 1970 in UTC, or undefined if nothing is sealed
 */
export async function newestSealed(log: PurgeStore): Promise<number | undefined> {
  const newest = await log.newestSealed(instantAt(Date.now()))
  return newest && Math.min(Date.parse(`${newest.instant}Z`), Date.parse(newest.sealedAt))
}

/**
 * The time from which the age of events is counted: that of the newest sealed event, or now if that is earlier. A clock
 * that is wrong for a moment must not empty the log, so it is checked against the monotonic clock and that event.
 * @returns milliseconds since 1970 in UTC, or undefined if nothing is sealed
 * @throws {Error} if the clock cannot be trusted
 */
async function trustedTime(log: PurgeStore): Promise<number | undefined> {
  const now = Date.now()
  const drift = now - (performance.timeOrigin + performance.now())
  if (Math.abs(drift) > DRIFT)
    throw new Error(
      `The clock was changed by ${seconds(drift)} since the service was started: restart it if that is right.`
    )
  const newest = await newestSealed(log)
  if (newest !== undefined && now - newest > SILENCE)
    throw new Error(`The clock is ${seconds(now - newest)} ahead of the newest sealed event.`)
  return newest && Math.min(now, newest)
}

/** A time as events have it. @param time in milliseconds since 1970 */
const instantAt = (time: number) => instant(new Date(time).toISOString()) as string

const seconds = (milliseconds: number) => `${Math.round(milliseconds / 1000)} seconds`

/**
 * Removes the sealed events that happened before an instant, whole periods at once where the engine stores them apart,
 * and others in small batches. Each batch and each period has a record. The last arrival stays, as the database numbers
 * the next one by it.
 * @returns how many were removed
 */
export async function purge(log: PurgeStore, order: PurgeOrder): Promise<number> {
  let total = 0
  for (;;) {
    const period = await log.oldestPeriod?.()
    if (!period || period.end > order.before || order.signal?.aborted) break
    total += await removeRows(log, { ...order, before: period.start }) // a record says that all before it are gone
    const { purgedBy } = order
    const removed = await log.removePeriod?.(period, (sequences, before, previous) =>
      nextRecord(sequences, before, purgedBy, previous, new Date())
    )
    if (removed === undefined) break
    total += removed
  }
  return total + (await removeRows(log, order))
}

async function removeRows(log: PurgeStore, order: PurgeOrder): Promise<number> {
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

async function removeBatch(log: PurgeStore, { before, purgedBy }: PurgeOrder, after: number) {
  const previous = await log.lastPurge()
  const found = await log.sealedAfter(after, BATCH)
  const due = found.filter(({ instant }) => instant < before).map(({ sequence }) => sequence)
  const isDone = !due.length || (await log.removeEvents(nextRecord(due, before, purgedBy, previous, new Date()), due))
  // if another purge removed events meanwhile, look at the same arrivals again
  return isDone ? { removed: due.length, last: found.at(-1)?.sequence } : { removed: 0, last: after }
}
