/**
 * The time that retention goes by. A clock that is wrong for a moment must not empty the log, so the system clock is
 * checked against the monotonic clock and the newest sealed event.
 */
import type { PurgeStore } from '../database/log.ts'

const MINUTE = 60 * 1000
const DAY = 24 * 60 * MINUTE

/** How far the system clock may drift from the monotonic clock after the start of the process. */
const DRIFT = MINUTE

/** How long a log may receive no events before the clock is doubted. */
const SILENCE = 7 * DAY

/**
 * When the newest sealed event happened, or when it was sealed if that was earlier.
 * @returns milliseconds since 1970 in UTC, or undefined if nothing is sealed
 */
export async function newestSealed(log: PurgeStore): Promise<number | undefined> {
  const newest = await log.newestSealed()
  return newest && Math.min(Date.parse(`${newest.instant}Z`), Date.parse(newest.sealedAt))
}

/**
 * The time from which the age of events is counted: that of the newest sealed event, or now if that is earlier.
 * @returns milliseconds since 1970 in UTC, or undefined if nothing is sealed
 * @throws {Error} if the clock cannot be trusted
 */
export async function trustedTime(log: PurgeStore): Promise<number | undefined> {
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

const seconds = (milliseconds: number) => `${Math.round(milliseconds / 1000)} seconds`
