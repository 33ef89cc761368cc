/**
 * What retention reads and removes. It removes by functions of the database, which check what may be removed, so that
 * the service needs no right to remove rows: see integrity/retention.ts.
 */
import type pg from 'pg'
import { ofAllTenants } from '../indexes.ts'
import type { LastPurge, Period, PurgeRecord, PurgeStore, RecordOf } from '../log.ts'
import { ARRIVALS, COUNTS, EVENTS, LAST_PURGE, NEWEST_SEAL, PURGES, SAME_EVENT, SEALS, UNDER_WAY } from '../tables.ts'
import type { Tallies } from '../tallies.ts'
import { onConnection } from './connection.ts'
import { NUMBERING, PURGING } from './locks.ts'
import { queryOn } from './sql.ts'
import { monthIn, PARTITION } from './partitions.ts'
import { IDS, INSTANT, SAME_ID, UNNUMBERED } from './tables.ts'
import { FOLD, noteKinds } from './tallies.ts'

/** How many events of a period a record is for. */
const BATCH = 10_000

/** How often a partition that is in use is tried to be dropped. */
const TRIES = 5

/** The last arrival that may be removed: it is sealed, and not the very last, by which the next one gets its number. */
const LAST_REMOVABLE = `(SELECT least((SELECT max(lastSequence) FROM ${SEALS}), (SELECT max(sequence) - 1 FROM ${ARRIVALS})))`

/** Whether the event `e` arrived by a certain arrival. Later ones are few, and no index finds arrivals by events. */
const arrivedBy = (
  last: string
) => `NOT EXISTS (SELECT 1 FROM ${ARRIVALS} a WHERE ${SAME_EVENT} AND a.sequence > ${last})
  AND NOT EXISTS (SELECT 1 FROM ${UNNUMBERED} a WHERE ${SAME_EVENT})`

/** Has the index over all tenants used. */
const OF_ALL = ofAllTenants('e.tenant')

export function purgeStore(pool: pg.Pool): Omit<PurgeStore, 'lastPurge'> {
  const query = queryOn(pool)
  return {
    async newestSealed(until) {
      const [seal] = await query<{ last: number; sealedAt: string }>(NEWEST_SEAL)
      if (!seal) return undefined
      const [event] = await query<{ instant: string }>(
        `SELECT e.${INSTANT} AS instant FROM ${EVENTS} e WHERE ${OF_ALL} AND e.${INSTANT} <= $2 AND ${arrivedBy('$1')}
         ORDER BY e.${INSTANT} DESC NULLS LAST LIMIT 1`,
        seal.last,
        until
      )
      return event && { instant: event.instant, sealedAt: seal.sealedAt }
    },
    hasEventsBefore: async (instant) =>
      (await query(`SELECT 1 FROM ${EVENTS} e WHERE ${OF_ALL} AND e.${INSTANT} < $1 LIMIT 1`, instant)).length > 0,
    sealedAfter: (sequence, limit) =>
      query(
        `SELECT a.sequence, i.${INSTANT} AS instant FROM ${ARRIVALS} a
         JOIN ${IDS} i ON ${SAME_ID}
         WHERE a.sequence > $1 AND a.sequence <= ${LAST_REMOVABLE} ORDER BY a.sequence LIMIT $2`,
        sequence,
        limit
      ),
    removeEvents: (record, sequences) => remove(query, record, sequences, false),
    oldestPeriod: async () => {
      const [oldest] = await query<{ name: string }>(
        `SELECT relname AS name FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
         WHERE inhparent = '"${EVENTS}"'::regclass AND relname ~ '${PARTITION.source}' ORDER BY relname LIMIT 1`
      )
      return oldest && monthIn(oldest.name)
    },
    removePeriod: (period, recordOf) =>
      onConnection(pool, async (client) => {
        await client.query('BEGIN')
        const removed = await removeMonth(queryOn(client), period, recordOf)
        await client.query(removed === undefined ? 'ROLLBACK' : 'COMMIT')
        return removed
      })
  }
}

type RunQuery = ReturnType<typeof queryOn>

/** @returns whether the events were removed: see {@link purgeSchema} */
async function remove(query: RunQuery, record: PurgeRecord, sequences: number[], keeps: boolean) {
  const call = 'SELECT remove_events($1, $2, $3) AS done'
  const [removed] = await query<{ done: boolean }>(call, JSON.stringify(record), sequences, keeps)
  return removed?.done === true
}

/** Records the events of a month in the order of their arrival, batch by batch, and drops the partition. */
async function removeMonth(query: RunQuery, { name, start, end }: Period, recordOf: RecordOf) {
  await query(`SELECT pg_advisory_xact_lock(${PURGING})`)
  const [{ last } = { last: null }] = await query<{ last: number | null }>(`SELECT ${LAST_REMOVABLE} AS last`)
  if (last === null) return undefined
  // older ones must be gone, as a record says that all events before its limit are
  const older = `SELECT 1 FROM ${EVENTS} e WHERE ${OF_ALL} AND e.${INSTANT} < $1 AND ${arrivedBy('$2')} LIMIT 1`
  if ((await query(older, start, last)).length) return undefined
  await query(`DECLARE month_arrivals NO SCROLL CURSOR FOR SELECT a.sequence FROM ${ARRIVALS} a
    JOIN ${EVENTS} e ON ${SAME_EVENT} AND e.${INSTANT} >= '${start}' AND e.${INSTANT} < '${end}'
    WHERE a.sequence <= ${Number(last)} ORDER BY a.sequence`)
  let [previous] = await query<LastPurge>(LAST_PURGE)
  let removed = 0
  for (;;) {
    const rows = await query<{ sequence: number }>(`FETCH ${BATCH} FROM month_arrivals`)
    if (!rows.length) break
    const sequences = rows.map(({ sequence }) => sequence)
    const record = recordOf(sequences, end, previous)
    await remove(query, record, sequences, true)
    previous = record
    removed += sequences.length
  }
  await query('CLOSE month_arrivals') // it uses the partition
  for (let tries = 0; tries < TRIES; tries++) {
    const [dropped] = await query<{ done: boolean }>('SELECT drop_month($1, $2) AS done', name, removed)
    if (dropped?.done) return removed
  }
  return undefined
}

/**
 * The statements that create the functions. The first one removes events, or with `keeps` all but their rows in a
 * partition that is dropped next; its result says whether the record is the next one. The second one drops a partition,
 * unless it has events that were not removed so.
 */
export const purgeSchema = (tallies: Tallies) => [
  `CREATE OR REPLACE FUNCTION remove_events(record json, sequences bigint[], keeps boolean) RETURNS boolean
   LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
   DECLARE
     purge ${PURGES};
     removed bigint;
   BEGIN
     PERFORM pg_advisory_xact_lock(${PURGING});
     purge := json_populate_record(NULL::${PURGES}, record);
     IF purge.number <> 1 + coalesce((SELECT max(number) FROM ${PURGES}), 0) THEN RETURN false; END IF;
     INSERT INTO ${PURGES} SELECT purge.*;
     INSERT INTO ${UNDER_WAY} (number) VALUES (purge.number); -- while this row exists, the triggers allow removals
     IF NOT keeps THEN PERFORM pg_advisory_xact_lock(${NUMBERING}); END IF; -- as whoever numbers counts, too
     WITH gone AS (
       DELETE FROM ${ARRIVALS} a USING ${IDS} i WHERE a.sequence = ANY(sequences) AND ${SAME_ID}
         AND i.${INSTANT} < purge.before AND a.sequence <= ${LAST_REMOVABLE}
       RETURNING i.id, i.tenant, i.${INSTANT}
     ), unknown AS (
       DELETE FROM ${IDS} i USING gone WHERE i.id = gone.id AND i.tenant = gone.tenant
     ), removal AS (
       DELETE FROM ${EVENTS} e USING gone
       WHERE NOT keeps AND e.id = gone.id AND e.tenant = gone.tenant AND e.${INSTANT} = gone.${INSTANT}
       RETURNING e.*
     ), lessened AS (
       ${noteKinds(tallies, 'removal', '-')}
     ), counted AS (
       UPDATE ${COUNTS} c SET events = c.events - fewer.events
       FROM (SELECT tenant, count(*) AS events FROM gone GROUP BY tenant) AS fewer WHERE NOT keeps AND c.tenant = fewer.tenant
     )
     SELECT count(*) INTO removed FROM gone;
     IF removed <> purge.count OR removed <> cardinality(sequences) THEN
       RAISE EXCEPTION 'These events cannot be removed: not all of them are there, sealed, and old enough.';
     END IF;
     IF NOT keeps THEN PERFORM ${FOLD}; END IF;
     DELETE FROM ${UNDER_WAY};
     RETURN true;
   END $$`,
  `CREATE OR REPLACE FUNCTION drop_month(name text, size bigint) RETURNS boolean
   LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT SET lock_timeout = '1s' AS $$
   DECLARE
     isKnown boolean;
     found bigint;
   BEGIN
     IF name !~ '${PARTITION.source}' THEN RETURN false; END IF;
     IF to_regclass(name) IS NULL THEN RETURN size = 0; END IF; -- another purge has dropped it
     EXECUTE format('SELECT EXISTS (SELECT 1 FROM %I JOIN %I USING (id, tenant))', name, '${IDS}') INTO isKnown;
     IF isKnown THEN RETURN false; END IF;
     EXECUTE format('LOCK TABLE %I IN SHARE MODE', name); -- events that come late wait, or else came before the count
     EXECUTE format('SELECT count(*) FROM %I', name) INTO found;
     IF found <> size THEN RETURN false; END IF;
     PERFORM pg_advisory_xact_lock(${NUMBERING});
     EXECUTE format('UPDATE %I c SET events = c.events - fewer.events
       FROM (SELECT tenant, count(*) AS events FROM %I GROUP BY tenant) AS fewer WHERE c.tenant = fewer.tenant', '${COUNTS}', name);
     EXECUTE format($sql$ ${noteKinds(tallies, '%I', '-')} $sql$, name);
     PERFORM ${FOLD};
     EXECUTE format('DROP TABLE %I', name);
     RETURN true;
   EXCEPTION WHEN lock_not_available OR deadlock_detected THEN RETURN false;
   END $$`
]
