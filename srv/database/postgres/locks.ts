/** Advisory locks, for what one instance does at a time. Their keys are any numbers, each another one. */
import type pg from 'pg'

/** Held by whoever numbers arrivals, and keeps counts by that. */
export const NUMBERING = 7_231_804_512
/** Held by the instance that numbers and seals what all have stored: see {@link holds}. */
export const LEADING = 7_231_804_517
export const SEALING = 7_231_804_513
export const MIGRATING = 7_231_804_514
/** Held by the instance that fills the search index: see {@link holds}. */
export const FILLING = 7_231_804_518
/** Held by whoever adds to the search index. */
export const SEARCH = 7_231_804_516
/** Held by whoever removes events. */
export const PURGING = 7_231_804_515

/**
 * The options of connections that hold a lock. The server ends them after this time in silence, in milliseconds: the
 * process hangs, or its network is gone.
 */
export const HOLDING = '-c idle_session_timeout=20000'

/** Takes a lock for as long as the connection lasts, if it is free, and tells whether the connection has it. */
export async function holds(one: pg.Pool, lock: number): Promise<boolean> {
  const { rows } = await one.query<{ held: boolean }>('SELECT pg_try_advisory_lock($1) AS held', [lock])
  return rows[0]?.held ?? false
}
