/** The log in PostgreSQL: see database/log.ts. */
import type pg from 'pg'
import type { Arrival, OpenLog, Seal } from '../log.ts'
import { ARRIVALS, EVENTS, LAST_SEALED, plainReads, SAME_EVENT, SEALS } from '../tables.ts'
import { connect, expectUsable, timed, writer } from './connection.ts'
import { arrivalsIn, history, rowsOf, WHOLE } from './history.ts'
import { SEALING } from './locks.ts'
import { NO_LOG } from './migration.ts'
import { withNames } from './sql.ts'
import { purgeStore } from './purges.ts'
import { ALL_TENANTS } from './roles.ts'
import { IDS, INSTANT, SAME_ID } from './tables.ts'

/** Arrivals with the instants of their events. */
const LATER_ARRIVALS = `SELECT a.sequence, a.event, a.tenant, i.${INSTANT} AS instant FROM ${ARRIVALS} a
  JOIN ${IDS} i ON ${SAME_ID} WHERE a.sequence > $1 ORDER BY a.sequence LIMIT $2`

/** Their events. The range of instants spares the server to plan for, and look into, partitions without them. */
const THEIR_EVENTS = `SELECT a.sequence AS "#sequence", a.event AS "#event", e.*
  FROM json_to_recordset($1) AS a (sequence bigint, event text, tenant text, instant text)
  JOIN ${EVENTS} e ON ${SAME_EVENT} AND e.${INSTANT} = a.instant WHERE e.${INSTANT} BETWEEN $2 AND $3 ORDER BY a.sequence`

/**
 * How long the statements of sealing may take, in milliseconds: a server that is gone without a word would otherwise
 * hold it up for a quarter of an hour. Events that are fetched at once may have many megabytes.
 */
const PATIENCE = 10_000
const PATIENCE_FOR_EVENTS = 20_000

export const openLog: OpenLog = async (url, options) => {
  if (options) await expectLog(url)
  const pool = writer(url, { options: ALL_TENANTS })
  const query = async <R extends pg.QueryResultRow>(sql: string, ...values: unknown[]) =>
    (await pool.query<R>(timed(withNames(sql), values, PATIENCE))).rows

  /** Reads arrivals with their events, in order, within a transaction. Whole numbers are `bigint`. */
  async function* eventsAfter(sequence: number, limit: number): AsyncGenerator<Arrival> {
    for (let [after, left, isLast] = [sequence, limit, false]; left && !isLast;) {
      const arrivals = await query<{ sequence: number; instant: string }>(LATER_ARRIVALS, after, left)
      const last = arrivals.at(-1)
      if (!last) return
      const instants = arrivals.map(({ instant }) => instant).toSorted()
      const values = [JSON.stringify(arrivals), instants[0], instants.at(-1)]
      isLast = arrivals.length < left
      after = last.sequence
      const how = { values, types: WHOLE, query_timeout: PATIENCE_FOR_EVENTS }
      for await (const arrival of arrivalsIn(rowsOf(pool, THEIR_EVENTS, how))) {
        yield arrival
        left-- // by less than the arrivals if somebody has removed events
      }
    }
  }

  return {
    ...plainReads(query),
    ...history(pool, url),
    ...purgeStore(pool),
    eventsAfter,
    lastSeals: (tenants: string[]) =>
      query<Pick<Seal, 'tenant' | 'number' | 'hash'>>(
        `SELECT tenant, number, hash FROM ${SEALS} s WHERE tenant = ANY($1)
         AND number = (SELECT max(number) FROM ${SEALS} WHERE tenant = s.tenant)`,
        tenants
      ),
    addSeals: async (lastSealed: number, seals: Seal[]) => {
      const columns = Object.keys(seals[0] ?? {}).join()
      const rows = JSON.stringify(seals)
      const added = await query(
        `INSERT INTO ${SEALS} (${columns}) SELECT ${columns} FROM json_populate_recordset(NULL::${SEALS}, $1)
         WHERE (${LAST_SEALED}) = $2 RETURNING number`,
        rows,
        lastSealed
      )
      return added.length === seals.length
    },
    alone: async <Result>(work: () => Promise<Result>) => {
      await query('BEGIN') // on the only connection
      try {
        await query(`SELECT pg_advisory_xact_lock(${SEALING})`)
        return await work()
      } finally {
        await query('COMMIT')
      }
    },
    copyTo: () => Promise.reject(new Error('it copies a database file. Use pg_dump, or the backups of the server.')),
    openCopy: async () => (await import('./copy.ts')).openCopy(url),
    close: () => pool.end()
  }
}

/** Tells commands why they cannot run, as the service says at its start. @throws {Error} that says why */
async function expectLog(url: string) {
  await expectUsable(url)
  await using client = await connect(url)
  const { rows } = await client.query<{ log: string | null }>('SELECT to_regclass($1) AS log', [`"${EVENTS}"`])
  if (!rows[0]?.log) throw new Error(NO_LOG)
}
