/**
 * The partitions of events: one for each month of their time in UTC, and one for far-off times. Queries by time read
 * those that they need, and retention drops those that are old: see docs/decisions/8-postgres-by-pg-alone.md.
 */
import cds from '@sap/cds'
import { repeat } from '../background.ts'
import type { Entry } from '../engine.ts'
import type { Period } from '../log.ts'
import { EVENTS, UNDER_WAY } from '../tables.ts'
import { writer, type Limits } from './connection.ts'
import { IDS, INSTANT, OTHERS } from './tables.ts'

const LOG = cds.log('provisioning')

export const PARTITION = /^events_of_(\d{4})_(\d{2})$/

/** The month that is in a partition. */
export function monthIn(name: string): Period {
  const [, year, month] = PARTITION.exec(name) ?? []
  const begin = (later: number) => `${dateOf(Number(year), Number(month) - 1 + later)}T00:00:00.0000000`
  return { name, start: begin(0), end: begin(1) }
}

/** The first day of a month, which counts from 0. */
const dateOf = (year: number, month: number) => new Date(Date.UTC(year, month)).toISOString().slice(0, 10)

/** How many characters of an instant are its month. */
const MONTH = 7

/** For how many months before and after this one partitions are made. What lies beyond is not worth a partition. */
const BACK = 120
const AHEAD = 2

/** How often each instance looks whether a partition is due, in milliseconds. */
const INTERVAL = 60 * 60 * 1000

/** After how long a partition that could not be made is tried again: the attempt holds up others for a second. */
const PAUSE = 60 * 1000

/** How many events are moved to a new partition, while nobody else reads or writes any: some seconds. */
const MOVED = 10_000

/** Has the statement that creates the table of events partition it. Its key must have the instant, too. */
export const partitioned = (sql: string) =>
  new RegExp(`^CREATE TABLE "?${EVENTS}"? `).test(sql)
    ? sql.replace(/PRIMARY KEY\(([^)]*)\)\s*\);?\s*$/, `PRIMARY KEY($1, ${INSTANT})) PARTITION BY RANGE (${INSTANT})`)
    : sql

/** Makes the partitions that new events need. @param limits of statements, as the server may be gone without a word */
export function partitions(url: string, limits: Limits) {
  const pool = writer(url, limits)
  /** The attempts by month, for which one is enough. Those that failed are forgotten after a while. */
  const made = new Map<string, Promise<void>>()
  let repeated: ReturnType<typeof repeat> | undefined

  function make(month: string): Promise<void> {
    const attempt = made.get(month) ?? tryToMake(month)
    made.set(month, attempt)
    return attempt
  }

  async function tryToMake(month: string) {
    try {
      const { rows } = await pool.query<{ done: boolean }>('SELECT make_partition($1) AS done', [month])
      if (!rows[0]?.done) LOG.warn(`More than ${MOVED} events of ${month} stay among those of other months.`)
    } catch (error) {
      setTimeout(() => made.delete(month), PAUSE).unref()
      LOG.error(`Making the partition of ${month} failed.`, error)
    }
  }

  return {
    /** Makes those of this month and the next ones, now and from now on. */
    async start() {
      const months = () => Array.from({ length: AHEAD + 1 }, (_, later) => monthOf(later))
      const work = () => Promise.all(months().map(make))
      await work()
      repeated = repeat('Making partitions failed.', work, INTERVAL)
    },
    /**
     * Makes those that the events of an entry lack. Where that fails, as the table is in use for too long, the events go
     * to the partition of other months, and leave it when that of their month is made.
     */
    async expect(entry: Entry) {
      for (const [, row] of entry) {
        const month = (row as { [INSTANT]?: string })[INSTANT]?.slice(0, MONTH)
        if (month !== undefined && month >= monthOf(-BACK) && month <= monthOf(AHEAD)) await make(month)
      }
    },
    async close() {
      await repeated?.stop()
      await pool.end()
    }
  }
}

/** A month, in UTC. @param later counts from this one */
function monthOf(later: number) {
  const now = new Date()
  return dateOf(now.getUTCFullYear(), now.getUTCMonth() + later).slice(0, MONTH)
}

/** The statements that prepare the partitioned table, after a migration. */
export const PARTITION_SCHEMA = [
  `CREATE TABLE IF NOT EXISTS ${OTHERS} PARTITION OF ${EVENTS} DEFAULT`,
  // the role of the service may not create tables itself
  `CREATE OR REPLACE FUNCTION make_partition(month text, most int DEFAULT ${MOVED}) RETURNS boolean LANGUAGE plpgsql
     SECURITY DEFINER SET search_path FROM CURRENT SET lock_timeout = '1s' AS $$
   DECLARE
     name text := 'events_of_' || replace(month, '-', '_');
     first text := month || '-01T00:00:00.0000000';
     next text := to_char(to_date(month, 'YYYY-MM') + interval '1 month', 'YYYY-MM') || '-01T00:00:00.0000000';
     found bigint;
   BEGIN
     IF to_regclass(name) IS NOT NULL THEN RETURN true; END IF;
     -- in the order of all others, the whole table first, so that nobody waits for each other
     LOCK TABLE ONLY ${EVENTS} IN ACCESS EXCLUSIVE MODE;
     LOCK TABLE ${OTHERS} IN ACCESS EXCLUSIVE MODE;
     IF to_regclass(name) IS NOT NULL THEN RETURN true; END IF;
     SELECT count(*) INTO found FROM (SELECT FROM ${OTHERS} WHERE ${INSTANT} >= first AND ${INSTANT} < next LIMIT most + 1) AS own;
     IF found > most THEN RETURN false; END IF;
     IF found > 0 THEN
       CREATE UNLOGGED TABLE events_that_move (LIKE ${EVENTS});
       INSERT INTO ${UNDER_WAY} (number) VALUES (0); -- while this row exists, the triggers allow removals: see purges.ts
       WITH gone AS (DELETE FROM ${OTHERS} WHERE ${INSTANT} >= first AND ${INSTANT} < next RETURNING *)
       INSERT INTO events_that_move SELECT * FROM gone;
       DELETE FROM ${UNDER_WAY};
     END IF;
     EXECUTE format('CREATE TABLE %I PARTITION OF %I FOR VALUES FROM (%L) TO (%L)', name, '${EVENTS}', first, next);
     EXECUTE format('CREATE TRIGGER no_truncation BEFORE TRUNCATE ON %I EXECUTE FUNCTION refuse_change()', name);
     IF found > 0 THEN
       EXECUTE format('INSERT INTO %I SELECT * FROM events_that_move', name); -- no trigger: ids and arrivals are there
       DROP TABLE events_that_move;
     END IF;
     RETURN true;
   END $$`,
  `CREATE OR REPLACE FUNCTION keep_ids() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
     INSERT INTO ${IDS} (id, tenant, ${INSTANT}) SELECT id, tenant, ${INSTANT} FROM added;
     RETURN NULL;
   END $$`,
  `CREATE OR REPLACE TRIGGER identified AFTER INSERT ON ${EVENTS} REFERENCING NEW TABLE AS added
   FOR EACH STATEMENT EXECUTE FUNCTION keep_ids()`,
  // these are not immutable, as events come; but so the planner asks them, and leaves out the partitions without these
  // events. Their own queries are planned once for each connection.
  `CREATE OR REPLACE FUNCTION instants_of(ids text[]) RETURNS text[] LANGUAGE plpgsql IMMUTABLE
     SET plan_cache_mode = force_generic_plan AS $$ BEGIN
     RETURN (SELECT array_agg(DISTINCT ${INSTANT}) FROM ${IDS} WHERE id = ANY(ids));
   END $$`,
  // a plan that is kept for any id leaves out partitions by a single instant only, when it runs
  `CREATE OR REPLACE FUNCTION instant_of(event text, owner text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN
     RETURN (SELECT ${INSTANT} FROM ${IDS} WHERE id = event AND tenant = owner);
   END $$`
]
