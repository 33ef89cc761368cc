/**
 * Numbers arrivals. Instances add events at the same time, without a lock; one instance at a time then moves what was
 * committed to the table of arrivals, so that numbers become visible in their order and without gaps. The lock is that
 * of a transaction: when its holder dies, it is free.
 *
 * Most of the time the same instance does so, and seals: the one whose connection has a further lock. The others try to
 * get that as often.
 */
import { repeat } from '../background.ts'
import { ARRIVALS, COUNTS, LAST_ARRIVAL } from '../tables.ts'
import { writer, type Limits } from './connection.ts'
import { refuse } from './failures.ts'
import { HOLDING, holds, LEADING, NUMBERING } from './locks.ts'
import { queryOn } from './sql.ts'
import { UNNUMBERED } from './tables.ts'
import { BY_INDEXES, FOLD } from './tallies.ts'

/** How often arrivals are numbered, in milliseconds. Readers of changes do not wait for it. */
const INTERVAL = 250

/** The most arrivals that are numbered in one transaction. */
const BATCH = 5000

/** @param limits of statements: how long `number` waits for another instance, and how long a statement runs in all */
export function sequencer(url: string, limits: Limits) {
  const pool = writer(url, { ...limits, options: HOLDING })
  let leads = false
  let repeated: ReturnType<typeof repeat> | undefined
  /** The pass of `number` under way, and the one that comes next. */
  let pass: Promise<unknown> = Promise.resolve()
  let next: Promise<void> | undefined

  async function runNext() {
    await pass // it began before the call
    next = undefined
    const own = run(true)
    pass = own.catch(() => {})
    await own.catch(refuse)
  }

  async function lead() {
    leads = await holds(pool, LEADING).catch((error: unknown) => {
      leads = false
      throw error
    })
    if (leads) await run(false)
  }

  /** @param waits whether to wait for another instance that numbers */
  async function run(waits: boolean) {
    for (;;) {
      const call = 'SELECT number_arrivals($1, $2) AS numbered'
      const [done] = await queryOn(pool)<{ numbered: number }>(call, BATCH, waits)
      if (done?.numbered !== BATCH) return
    }
  }

  /** See {@link Engine.numberArrivals}. Concurrent calls share a pass. */
  const number = () => (next ??= runNext())

  return {
    /** Whether this instance numbers and seals what all have stored. */
    leads: () => leads,
    number,
    /** Numbers arrivals from now on, whoever has added them, unless another instance does so. */
    start: () => (repeated = repeat('Numbering arrivals failed.', lead, INTERVAL)),
    /** Numbers what is left, and stops. */
    close: async () => {
      await repeated?.stop()
      await number().catch(() => {}) // other instances, or this one when it starts again, will
      await pool.end()
    }
  }
}

/**
 * The statements that prepare the numbering, after a migration. The views of the service show arrivals without a
 * number, too, so that an event counts as soon as it is stored, and has not arrived before any number.
 */
export const sequencerSchema = () => [
  `DO $$ BEGIN
     IF NOT EXISTS (SELECT 1 FROM pg_attribute WHERE attrelid = '"${UNNUMBERED}"'::regclass AND attname = 'place'
       AND attidentity <> '') THEN
       ALTER TABLE ${UNNUMBERED} ALTER COLUMN place ADD GENERATED ALWAYS AS IDENTITY;
     END IF;
   END $$`,
  // rows come and go: without this, the next ones are sought among many that are gone
  `ALTER TABLE ${UNNUMBERED} SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000)`,
  `CREATE OR REPLACE VIEW microsoft_graph_Arrivals WITH (security_invoker = true) AS SELECT sequence, event, tenant FROM ${ARRIVALS}
   UNION ALL SELECT NULL, event, tenant FROM ${UNNUMBERED}`,
  `CREATE OR REPLACE VIEW microsoft_graph_Counts WITH (security_invoker = true) AS SELECT tenant, events, tallies, uncounted FROM ${COUNTS}
   UNION ALL SELECT tenant, 1, 0, 0 FROM ${UNNUMBERED}`,
  // it runs as the owner: the service's role can only add rows, and sees none of several tenants
  // each statement of the function sees what was committed before it, so the second one all that others have numbered
  `CREATE OR REPLACE FUNCTION number_arrivals(most int, waits boolean) RETURNS int LANGUAGE plpgsql
     SECURITY DEFINER SET search_path FROM CURRENT ${BY_INDEXES} AS $$
   DECLARE numbered int;
   BEGIN
     IF NOT EXISTS (SELECT 1 FROM ${UNNUMBERED}) THEN RETURN 0; END IF;
     IF waits THEN PERFORM pg_advisory_xact_lock(${NUMBERING});
     ELSIF NOT pg_try_advisory_xact_lock(${NUMBERING}) THEN RETURN 0; END IF;
     WITH taken AS (
       DELETE FROM ${UNNUMBERED} WHERE ctid = ANY(ARRAY(SELECT ctid FROM ${UNNUMBERED} ORDER BY place LIMIT most))
       RETURNING place, event, tenant
     ), added AS (
       INSERT INTO ${ARRIVALS} (sequence, event, tenant)
       SELECT last + row_number() OVER (ORDER BY place), event, tenant
       FROM taken, (${LAST_ARRIVAL}) AS numbers
     ), counted AS (
       INSERT INTO ${COUNTS} AS c (tenant, events, tallies, uncounted)
       SELECT tenant, count(*), 0, 0 FROM taken GROUP BY tenant
       ON CONFLICT (tenant) DO UPDATE SET events = c.events + excluded.events
     )
     SELECT count(*) INTO numbered FROM taken;
     PERFORM ${FOLD};
     RETURN numbered;
   END $$`
]
