/**
 * The search index: which events may contain terms. For each block of neighbouring arrivals of a tenant a GIN index has
 * the sequences of three bytes in the texts of their events, in lower case and each together with a number of the
 * tenant, so that what other tenants have makes no difference. The block itself keeps no texts: a function reads the
 * events, which never change, so that the index can be made again.
 *
 * Policies confine what the service's role reads, and an index is not asked before they are. So functions of the owner
 * ask it, for the tenants that the transaction may read.
 */
import { ARRIVALS, COUNTS, EVENTS, SAME_EVENT } from '../tables.ts'
import type { Start } from '../engine.ts'
import { create } from './create.ts'
import { SEARCH } from './locks.ts'
import { IDS, INSTANT } from './partitions.ts'
import { UNNUMBERED } from './sequencer.ts'
import { BY_INDEXES } from './tallies.ts'

const BLOCKS = 'provisioning_log_SearchBlocks'

/** How many events share a block. */
const BLOCK = 8

/** Up to how many blocks candidates are always looked at one by one, and from which part of all on they are useless. */
const FEW = 64
const MOST = 0.25

/** How many blocks are filled at once: time is checked before the next ones, as events may be large. */
const AT_ONCE = 5

/** For how many tenants at once the index is asked, and how many keys of terms are looked for. */
const TENANTS = 16
const KEYS = 64

const owned = (signature: string, returns: string, language: string, body: string) =>
  `CREATE OR REPLACE FUNCTION ${signature} RETURNS ${returns} LANGUAGE ${language} SECURITY DEFINER SET search_path FROM CURRENT
   ${BY_INDEXES} AS $$ ${body} $$`

/** The keys of texts of a tenant: its number, and three bytes. The bytes `b` are made once. */
const keysOf = (tenant: string, bytes: string) =>
  `SELECT DISTINCT search_number(${tenant}) + (get_byte(b, i) << 16) + (get_byte(b, i + 1) << 8) + get_byte(b, i + 2) AS key
   FROM (${bytes} OFFSET 0) AS texts, generate_series(0, length(b) - 3) AS i`

/** The condition that a block `b` has all of some keys. As the tenant is no plain column, only one index serves. */
const HAS_KEYS = `search_keys(b.tenant, b.first, b.last) @> keys AND b.tenant || '' = of`

const INDEXED = `(SELECT coalesce(max(b.last), 0) FROM ${BLOCKS} b WHERE b.tenant = of)`

/** The statements that prepare the index, after a migration. */
export const searchSchema = ({ text, json }: NonNullable<Start['searched']>): string[] => [
  create(
    'search_number(tenant text)',
    'bigint',
    `SELECT cast(cast('x' || left(encode(sha256(convert_to(tenant, 'UTF8')), 'hex'), 8) as bit(32)) as bigint) << 24`
  ),
  // not immutable, as retention removes events; but what is removed need not be found
  `CREATE OR REPLACE FUNCTION search_keys(of text, first bigint, last bigint) RETURNS bigint[] LANGUAGE sql IMMUTABLE
     COST 1000000 SET search_path FROM CURRENT ${BY_INDEXES} AS $$
   SELECT array(${keysOf(
     '$1',
     `SELECT convert_to(lower_case(string_agg(text, chr(10))), 'UTF8') AS b FROM (
       SELECT DISTINCT found.text FROM (
         SELECT e.* FROM ${ARRIVALS} a JOIN ${IDS} i ON i.id = a.event AND i.tenant = a.tenant
         JOIN ${EVENTS} e ON ${SAME_EVENT} AND e.${INSTANT} = i.${INSTANT}
         WHERE a.tenant = $1 AND a.sequence BETWEEN $2 AND $3 OFFSET 0
       ) AS e, LATERAL (
         SELECT unnest(array[${text.map((column) => `e.${column}`).join()}])
         UNION ALL SELECT texts FROM unnest(array[${json.map((column) => `e.${column}`).join()}]) AS column_text,
           json_texts(column_text) AS texts
       ) AS found(text)
     ) AS distinct_texts`
   )}) $$`,
  // a key of a term is found in the lower case of a text, but for sigma, whose lower case depends on what follows;
  // in the language whose functions keep their plans
  `CREATE OR REPLACE FUNCTION search_terms(of text, terms text[]) RETURNS bigint[] LANGUAGE plpgsql STABLE
     SET search_path FROM CURRENT AS $$ BEGIN RETURN (SELECT array_agg(key) FROM (SELECT key, row_number() OVER () AS place, count(*) OVER () AS size FROM (
     ${keysOf(
       '$1',
       `SELECT convert_to(run, 'UTF8') AS b FROM unnest($2) AS term, regexp_split_to_table(lower_case(term), '[Σσς]') AS run`
     )}) AS keys) AS chosen WHERE (place - 1) % (1 + (size - 1) / ${KEYS}) = 0); END $$`,
  // nulls stand between lists: see search-statements.ts
  `CREATE OR REPLACE FUNCTION search_lists(of text, terms text[]) RETURNS SETOF bigint[] LANGUAGE plpgsql STABLE
     SET search_path FROM CURRENT AS $$ BEGIN RETURN QUERY SELECT DISTINCT search_terms($1, list) FROM (
     SELECT array_agg(term) AS list FROM (
       SELECT term, count(*) FILTER (WHERE term IS NULL) OVER (ORDER BY place) AS number
       FROM unnest($2) WITH ORDINALITY AS each(term, place)
     ) AS numbered WHERE term IS NOT NULL GROUP BY number
   ) AS lists; END $$`,
  `CREATE INDEX IF NOT EXISTS search_keys ON ${BLOCKS} USING gin (search_keys(tenant, first, last))`,
  `ALTER INDEX search_keys ALTER COLUMN 1 SET STATISTICS 0`, // it would take minutes to compute them
  owned(
    'search_tenants()',
    'SETOF text',
    'plpgsql STABLE',
    `BEGIN RETURN QUERY SELECT substr(setting, 2) FROM current_setting('provisioning.tenants', true) AS setting WHERE setting LIKE '=%'
     UNION SELECT tenant FROM ${COUNTS} WHERE current_setting('provisioning.tenants', true) = '*'
     UNION SELECT tenant FROM ${UNNUMBERED} WHERE current_setting('provisioning.tenants', true) = '*'; END`
  ),
  owned(
    'search_candidates(terms text[])',
    'TABLE (id text, instant text)',
    'plpgsql STABLE ROWS 100',
    `#variable_conflict use_column
     DECLARE
       of text;
       keys bigint[];
     BEGIN
       FOR of IN SELECT each FROM search_tenants() AS each LOOP
         FOR keys IN SELECT each FROM search_lists(of, terms) AS each LOOP
           RETURN QUERY SELECT i.id, i.${INSTANT} FROM (
             SELECT a.event FROM ${BLOCKS} b JOIN ${ARRIVALS} a ON a.tenant = b.tenant AND a.sequence BETWEEN b.first AND b.last
             WHERE ${HAS_KEYS}
           ) AS candidate JOIN ${IDS} i ON i.id = candidate.event AND i.tenant = of;
         END LOOP;
         RETURN QUERY SELECT i.id, i.${INSTANT} FROM (
           SELECT a.event FROM ${ARRIVALS} a WHERE a.tenant = of AND a.sequence > ${INDEXED}
           UNION ALL SELECT u.event FROM ${UNNUMBERED} u WHERE u.tenant = of
         ) AS candidate JOIN ${IDS} i ON i.id = candidate.event AND i.tenant = of;
       END LOOP;
     END`
  ),
  owned(
    'search_form(terms text[])',
    'text',
    'plpgsql STABLE',
    `DECLARE
       of text;
       keys bigint[];
       tenants int := 0;
       total bigint := 0;
       found bigint := 0;
     BEGIN
       FOR of IN SELECT each FROM search_tenants() AS each LIMIT ${TENANTS} + 1 LOOP
         tenants := tenants + 1;
         IF tenants > ${TENANTS} THEN RETURN NULL; END IF;
         FOR keys IN SELECT each FROM search_lists(of, terms) AS each LOOP
           IF keys IS NULL THEN RETURN NULL; END IF;
           found := found + (SELECT count(*) FROM ${BLOCKS} b WHERE ${HAS_KEYS});
         END LOOP;
         total := total + coalesce((SELECT events FROM ${COUNTS} WHERE tenant = of), 0);
         found := found + (SELECT count(*) FROM (SELECT FROM ${ARRIVALS} a WHERE a.tenant = of AND a.sequence > ${INDEXED}
             LIMIT 1 + cast(total * ${MOST} as bigint)) AS others) / ${BLOCK};
       END LOOP;
       RETURN CASE WHEN found <= greatest(${FEW}, sqrt(total)) THEN 'few' WHEN found <= total / ${BLOCK} * ${MOST} THEN 'many' END;
     END`
  ),
  owned(
    'fill_search(most int)',
    'int',
    'plpgsql',
    `DECLARE
       of text;
       before bigint;
       more int;
       added int := 0;
       until timestamptz := clock_timestamp() + interval '1 second';
     BEGIN
       IF NOT pg_try_advisory_xact_lock(${SEARCH}) THEN RETURN 0; END IF;
       FOR of IN SELECT tenant FROM ${COUNTS} LOOP
         LOOP
           before := ${INDEXED};
           EXIT WHEN NOT EXISTS (SELECT 1 FROM ${ARRIVALS} a WHERE a.tenant = of AND a.sequence > before OFFSET ${BLOCK} - 1);
           DELETE FROM ${BLOCKS} b WHERE b.tenant = of AND b.last < (SELECT min(sequence) FROM ${ARRIVALS} WHERE tenant = of);
           INSERT INTO ${BLOCKS} (tenant, last, first)
           SELECT of, last, 1 + lag(last, 1, before) OVER (ORDER BY last) FROM (
             SELECT max(sequence) AS last FROM (
               SELECT sequence, (row_number() OVER (ORDER BY sequence) - 1) / ${BLOCK} AS block FROM (
                 SELECT sequence FROM ${ARRIVALS} WHERE tenant = of AND sequence > before
                 ORDER BY sequence LIMIT least(most - added, ${AT_ONCE}) * ${BLOCK}
               ) AS next
             ) AS numbered GROUP BY block HAVING count(*) = ${BLOCK}
           ) AS blocks;
           GET DIAGNOSTICS more = ROW_COUNT;
           added := added + more;
           IF added >= most OR clock_timestamp() > until THEN RETURN added; END IF;
         END LOOP;
       END LOOP;
       RETURN added;
     END`
  )
]
