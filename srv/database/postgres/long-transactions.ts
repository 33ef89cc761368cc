/**
 * Tells of transactions that stay open: PostgreSQL cleans up nothing that came after them, so that whoever looks for
 * arrivals without a number reads all that were numbered since. See docs/scale.md.
 */
import cds from '@sap/cds'
import type pg from 'pg'
import { repeat } from '../background.ts'
import { withNames } from './sql.ts'
import { UNNUMBERED } from './tables.ts'

const LOG = cds.log('provisioning')

/** How often each instance looks, how long a transaction may stay open, and how often it is logged, in milliseconds. */
const INTERVAL = 60_000
const PATIENCE = 10 * 60_000
const REMINDER = 60 * 60_000

/** The oldest transaction in this database, as everybody may see it: not when it began, nor what it does. */
const OLDEST = withNames(`SELECT pid, usename AS user, application_name AS program, backend_xmin::text AS horizon,
    (SELECT n_dead_tup FROM pg_stat_user_tables WHERE relid = '"${UNNUMBERED}"'::regclass) AS uncleaned
  FROM pg_stat_activity WHERE datname = current_database() AND backend_xmin IS NOT NULL AND pid <> pg_backend_pid()
  ORDER BY age(backend_xmin) DESC LIMIT 1`)

interface Oldest {
  pid: number
  user: string | null
  program: string
  horizon: string
  uncleaned: number
}

/** @returns a function that tells, now and then, of a transaction that has been open for so long: `patience` in ms */
export function lookout(pool: pg.Pool, patience = PATIENCE): () => Promise<string | undefined> {
  let seen: string | undefined
  let due = 0
  return async () => {
    const [oldest] = (await pool.query<Oldest>(OLDEST)).rows
    const now = performance.now()
    const found = oldest && `${oldest.pid} ${oldest.horizon}`
    if (found !== seen) due = now + patience
    seen = found
    if (!oldest || now < due) return undefined
    due = now + REMINDER
    return (
      `A transaction of the user '${oldest.user}' (${oldest.program || 'unnamed'}, process ${oldest.pid} of the server) stays open. ` +
      `Until it ends, PostgreSQL cleans up nothing, and new events are found more slowly: ${oldest.uncleaned} rows wait.`
    )
  }
}

/** Looks and warns from now on. Returns a function that stops that. */
export function watchTransactions(pool: pg.Pool): () => Promise<void> {
  const look = lookout(pool)
  const warn = async () => {
    const found = await look()
    if (found !== undefined) LOG.warn(found)
  }
  return repeat('Looking for long transactions failed.', warn, INTERVAL).stop
}
