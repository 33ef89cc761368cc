/**
 * The numbers of events of each kind: see db/tallies.cds. Each transaction adds rows for its events, which wait for
 * nobody; whoever numbers arrivals adds them up, and readers see both.
 */
import { COUNTS, EVENTS, TALLIES } from '../tables.ts'
import { kindOf, MOST, type Tallies } from '../tallies.ts'
import { create } from './sql.ts'
import { NUMBERING } from './locks.ts'
import { NEW_TALLIES } from './tables.ts'

export const TALLIED = 'tallied'

/** Adds up what is new. Who calls it has the lock of who numbers arrivals. */
export const FOLD = 'fold_tallies()'

/**
 * Settings of functions that find few rows of a large table. What the server knows of its size is old, and it would
 * read, and hash, all of it.
 */
export const BY_INDEXES = 'SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off'

/** The statement that counts some events, or with `-` what is removed of them. */
export function noteKinds(tallies: Tallies, events: string, sign: '' | '-' = ''): string {
  const kind = kindOf(tallies, 'e')
  const columns = kind.map(([column]) => column).join()
  return `INSERT INTO ${NEW_TALLIES} (${columns},${tallies.count})
    SELECT ${kind.map(([, value]) => value).join()}, ${sign}1 FROM ${events} e`
}

/** All tallies, with 1 in the column `rows` for each that counts towards the limit. */
export const ALL_TALLIES = `(SELECT *, 1 AS rows FROM ${TALLIES} UNION ALL SELECT *, 0 FROM ${NEW_TALLIES}) AS tallied`

/** The statements that have events counted, after a migration, and count those that were there before. */
export function talliesSchema(tallies: Tallies): string[] {
  const { tenant, period, local, values, count } = tallies
  const shown = tallies.columns.join() // CAP has made a view of them in this order, which cannot be changed
  const columns = [tenant, period, local, ...values]
  const hash = (row: string) => `kind_of(${[local, ...values].map((column) => `${row}${column}`).join()})`
  const kept = [...columns, count].join()
  const kinds = `CREATE UNIQUE INDEX IF NOT EXISTS kinds ON ${TALLIES} (${tenant}, ${period}, ${hash('')})`
  return [
    // texts may be longer than what PostgreSQL can index
    create('kind_of(VARIADIC parts text[])', 'bytea', `SELECT sha256(convert_to(cast(parts as text), 'UTF8'))`),
    kinds,
    // rows come and go, as those of arrivals without a number
    `ALTER TABLE ${NEW_TALLIES} SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000)`,
    `CREATE OR REPLACE VIEW microsoft_graph_Tallies WITH (security_invoker = true) AS SELECT ${shown} FROM ${TALLIES}
     UNION ALL SELECT ${shown} FROM ${NEW_TALLIES}`,
    // by a function, which a query asks before it runs, and so leaves out partitions
    `CREATE OR REPLACE FUNCTION tallies_lack(owner text) RETURNS boolean LANGUAGE plpgsql STABLE AS $$ BEGIN
       RETURN EXISTS (SELECT 1 FROM ${COUNTS} WHERE tenant = owner AND uncounted > 0);
     END $$`,
    `CREATE OR REPLACE FUNCTION tally() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
       ${noteKinds(tallies, 'added')};
       RETURN NULL;
     END $$`,
    `CREATE OR REPLACE TRIGGER ${TALLIED} AFTER INSERT ON ${EVENTS} REFERENCING NEW TABLE AS added
     FOR EACH STATEMENT EXECUTE FUNCTION tally()`,
    // what does not fit any more, or was there before and did not fit, is in the number of those that tallies lack
    `CREATE OR REPLACE FUNCTION ${FOLD} RETURNS void LANGUAGE plpgsql
       SECURITY DEFINER SET search_path FROM CURRENT ${BY_INDEXES} AS $$ BEGIN
       WITH taken AS (DELETE FROM ${NEW_TALLIES} RETURNING *),
       kinds AS (SELECT ${columns.join()}, sum(${count}) AS more FROM taken GROUP BY ${columns.join()}),
       known AS MATERIALIZED (
         SELECT k.*, t.ctid AS place, coalesce(t.${count}, 0) + k.more AS total,
           t.ctid IS NOT NULL OR coalesce(c.tallies, 0) < ${MOST} AS fits
         FROM kinds k LEFT JOIN ${COUNTS} c ON c.tenant = k.${tenant} LEFT JOIN ${TALLIES} t
           ON t.${tenant} = k.${tenant} AND t.${period} = k.${period} AND ${hash('t.')} = ${hash('k.')}
       ), changed AS (
         UPDATE ${TALLIES} t SET ${count} = k.total FROM known k WHERE t.ctid = k.place AND k.total > 0
       ), gone AS (
         DELETE FROM ${TALLIES} t USING known k WHERE t.ctid = k.place AND k.total <= 0
       ), added AS (
         INSERT INTO ${TALLIES} (${kept}) SELECT ${columns.join()}, total FROM known
         WHERE place IS NULL AND total > 0 AND fits
       )
       INSERT INTO ${COUNTS} AS c (tenant, events, tallies, uncounted)
       SELECT ${tenant}, 0, count(*) FILTER (WHERE place IS NULL AND total > 0 AND fits)
           - count(*) FILTER (WHERE place IS NOT NULL AND total <= 0),
         coalesce(sum(total) FILTER (WHERE total < 0 OR NOT fits), 0)
       FROM known GROUP BY ${tenant}
       ON CONFLICT (tenant) DO UPDATE SET tallies = c.tallies + excluded.tallies, uncounted = c.uncounted + excluded.uncounted;
     END $$`,
    // a log that was there before its events were counted by kind, or by all that tells kinds apart; others wait with theirs
    `DO $$ BEGIN
       IF EXISTS (SELECT 1 FROM ${COUNTS} WHERE uncounted > 0) AND NOT EXISTS (SELECT 1 FROM ${TALLIES}) OR EXISTS (
         SELECT 1 FROM pg_attribute WHERE attrelid = '"${TALLIES}"'::regclass AND attnum > 0 AND NOT attisdropped
           AND attname <> '${count}' AND NOT EXISTS (SELECT 1 FROM pg_depend WHERE classid = 'pg_class'::regclass
             AND objid = 'kinds'::regclass AND refobjid = attrelid AND refobjsubid = attnum)
       ) THEN
         LOCK TABLE ONLY ${EVENTS} IN SHARE MODE;
         PERFORM pg_advisory_xact_lock(${NUMBERING});
         DELETE FROM ${NEW_TALLIES};
         DELETE FROM ${TALLIES};
         UPDATE ${COUNTS} SET tallies = 0, uncounted = 0;
         DROP INDEX kinds;
         ${kinds};
         ${noteKinds(tallies, EVENTS)};
         PERFORM ${FOLD};
       END IF;
     END $$`
  ]
}
