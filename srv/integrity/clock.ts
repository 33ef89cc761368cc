/**
 * The time that events are removed by. A clock that is wrong for a moment must not empty the log, so that of the machine
 * is held against the monotonic one, and against the newest event that is sealed.
 */
import type { DatabaseSync } from 'node:sqlite'
import { ARRIVALS, EVENTS, sameEvent, SEALS } from '../database/sqlite/tables.ts'

const MINUTE = 60 * 1000
const DAY = 24 * 60 * MINUTE

/** By how much the clock may differ from what the monotonic one says since the start of the process. */
const DRIFT = MINUTE

/** For how long a log may take in nothing before the clock is doubted. */
const SILENCE = 7 * DAY

/**
 * When the newest sealed event happened; when it was sealed, if it says that it happened later.
 * @returns milliseconds since 1970 in UTC, or undefined if nothing is sealed
 */
export function newestSealed(database: DatabaseSync): number | undefined {
  const last = database.prepare(`SELECT lastSequence, sealedAt FROM ${SEALS} ORDER BY lastSequence DESC LIMIT 1`).get()
  if (!last) return undefined
  const newest = database.prepare(
    `SELECT e.activityDateTime_utc AS instant FROM ${EVENTS} e CROSS JOIN ${ARRIVALS} a ON ${sameEvent(database)}
     WHERE a.sequence <= ? ORDER BY e.activityDateTime_utc DESC LIMIT 1`
  )
  const { instant } = newest.get(last.lastSequence as number) ?? {}
  return Math.min(Date.parse(`${String(instant)}Z`), Date.parse(String(last.sealedAt)))
}

/**
 * The time that ages of events are counted from: that of the newest sealed event, or now if that is earlier.
 * @returns milliseconds since 1970 in UTC, or undefined if nothing is sealed
 * @throws {Error} if the clock is not to be trusted
 */
export function trustedTime(database: DatabaseSync): number | undefined {
  const now = Date.now()
  const drift = now - (performance.timeOrigin + performance.now())
  if (Math.abs(drift) > DRIFT)
    throw new Error(
      `The clock was changed by ${seconds(drift)} since the service was started: restart it if that is right.`
    )
  const newest = newestSealed(database)
  if (newest !== undefined && now - newest > SILENCE)
    throw new Error(`The clock is ${seconds(now - newest)} ahead of the newest sealed event.`)
  return newest && Math.min(now, newest)
}

const seconds = (milliseconds: number) => `${Math.round(milliseconds / 1000)} seconds`
