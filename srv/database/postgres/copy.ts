/** A copy of a log in PostgreSQL: see `Copy` in database/log.ts. */
import type pg from 'pg'
import type { Arrival, Copy } from '../log.ts'
import { ARRIVALS, COUNTS, EVENTS, LAST_ARRIVAL, PURGES, SEALS, SECRETS } from '../tables.ts'
import { connect, expectUsable } from './connection.ts'
import { expectVersion } from './migration.ts'
import { codeOf } from './failures.ts'
import { LEADING, NUMBERING, SEALING } from './locks.ts'
import { queryOn } from './sql.ts'
import { partitions } from './partitions.ts'
import { UNIQUE_IDS } from './schema.ts'
import { UNNUMBERED } from './tables.ts'
import { FOLD } from './tallies.ts'

/** How long to wait for who uses the database, in milliseconds. */
const PATIENCE = 10_000

/** How long a partition may take to make, in milliseconds. */
const LIMITS = { lock_timeout: 5000, query_timeout: 60_000 }

/** See `Log.openCopy` in database/log.ts. */
export async function openCopy(url: string): Promise<Copy> {
  await expectUsable(url) // a pooler would give the locks to others
  const client = await connect(url)
  try {
    await expectVersion(client)
    await keepOthersOut(client)
  } catch (error) {
    await client.end() // it would keep the process
    throw error
  }
  const months = partitions(url, LIMITS)
  const run = queryOn(client)
  const insert = async (table: string, rows: object[], rest = '') => {
    if (!rows.length) return
    const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))].join()
    await run(
      `INSERT INTO ${table} (${columns}) SELECT ${columns} FROM json_populate_recordset(NULL::${table}, $1) ${rest}`,
      JSON.stringify(rows, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value))
    )
  }
  const lastArrival = async () => (await run<{ last: number }>(LAST_ARRIVAL))[0]?.last ?? 0

  // with tokens, tenants may have the same ids; without them, the service makes this index when it starts
  await run(`SET synchronous_commit = on; DROP INDEX IF EXISTS ${UNIQUE_IDS}`)
  return {
    lastArrival,
    hasAny: async (sequences) =>
      (await run(`SELECT 1 FROM ${ARRIVALS} WHERE sequence = ANY($1) LIMIT 1`, sequences)).length > 0,
    async addArrivals(after, arrivals) {
      const events = arrivals.flatMap(({ event }) => (event ? [event.row] : []))
      await months.expect(events.map((row) => [{ name: EVENTS, columns: [] }, row]))
      await run('BEGIN')
      try {
        await run(`SELECT pg_advisory_xact_lock(${NUMBERING})`)
        const [found] = await run(`SELECT 1 FROM ${UNNUMBERED} LIMIT 1`)
        if (found || (await lastArrival()) !== after) throw new Error(IN_USE)
        await insert(EVENTS, events)
        await insert(ARRIVALS, arrivals.map(rowOf))
        for (const [tenant, own] of Map.groupBy(events, (row) => String(row.tenant)))
          await run(
            `INSERT INTO ${COUNTS} AS c (tenant, events, tallies, uncounted) VALUES ($1, $2, 0, 0) ON CONFLICT (tenant)
             DO UPDATE SET events = c.events + excluded.events`,
            tenant,
            own.length
          )
        await run(`SELECT ${FOLD}`)
        await run('COMMIT')
      } catch (error) {
        await run('ROLLBACK').catch(() => {}) // the connection may be lost
        throw OF_VALUES.test(codeOf(error)) ? refused(arrivals, error as pg.DatabaseError) : error
      }
    },
    addSeals: (seals) =>
      insert(SEALS, seals, 'ON CONFLICT (tenant, number) DO NOTHING').catch((error: unknown) => {
        throw codeOf(error) === '23505' ? new Error(OTHER_SEALS, { cause: error }) : error
      }),
    addPurges: (purges) => insert(PURGES, purges, 'ON CONFLICT (number) DO NOTHING'),
    useSecret: async (secret) => {
      await run(
        `INSERT INTO ${SECRETS} (number, secret) VALUES (1, $1) ON CONFLICT (number) DO UPDATE SET secret = excluded.secret`,
        secret
      )
    },
    async [Symbol.asyncDispose]() {
      await months.close()
      await client.end()
    }
  }
}

/** Keeps out whoever numbers or seals, while the connection lasts. @throws {Error} if a service has the locks */
async function keepOthersOut(client: pg.Client) {
  await client.query(`SET lock_timeout = ${PATIENCE}`) // a copy that was just killed gives them up soon
  for (const lock of [LEADING, SEALING])
    await client.query('SELECT pg_advisory_lock($1)', [lock]).catch((error: unknown) => {
      throw codeOf(error) === '55P03' ? new Error(IN_USE, { cause: error }) : error
    })
  await client.query('SET lock_timeout = 0')
}

/** Errors about what is stored: https://www.postgresql.org/docs/current/errcodes-appendix.html. */
const OF_VALUES = /^(22|23|54)/

/** The error for arrivals that PostgreSQL does not take, such as those of events with U+0000, which SQLite can store. */
function refused(arrivals: Arrival[], cause: pg.DatabaseError) {
  const [first, last] = [arrivals[0]?.sequence, arrivals.at(-1)?.sequence]
  const reason = [cause.message, cause.detail].filter(Boolean).join(': ').replace(/\.?$/, '.')
  return new Error(`an event from arrival ${first} to ${last} cannot be stored in PostgreSQL: ${reason}`, { cause })
}

const OTHER_SEALS =
  'the database has other seals than the file, as a service has run there before the copy was complete: choose an empty database.'

const IN_USE = 'a service runs on the database, or another migration does: stop it first.'

const rowOf = ({ sequence, id, event }: Arrival) => ({ sequence, event: id, tenant: event?.row.tenant ?? '' })
