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
import { create } from './sql.ts'
import { SEARCH } from './locks.ts'
import { IDS, INSTANT, SAME_ID, UNNUMBERED } from './tables.ts'
import { BY_INDEXES } from './tallies.ts'

const BLOCKS = 'provisioning_log_SearchBlocks'

/** How many events share a block. */
const BLOCK = 8

/** Up to how many blocks candidates are always looked at one by one, and from which part of all on they are useless. */
const FEW = 64
const MOST = 0.25

/** For how many tenants at once the index is asked, and how many keys of terms are looked for. */
const TENANTS = 16
const KEYS = 64

const owned = (signature: string, returns: string, language: string, body: string) =>
  `CREATE OR REPLACE FUNCTION ${signature} RETURNS ${returns} LANGUAGE ${language} SECURITY DEFINER SET search_path FROM CURRENT
   ${BY_INDEXES} AS $$ ${body} $$`

/** The keys of texts of a tenant: its number, and three bytes `b` from each place `i`. */
const keysOf = (number: string, bytes: string) =>
  `SELECT DISTINCT ${number} + (get_byte(b, i) << 16) + (get_byte(b, i + 1) << 8) + get_byte(b, i + 2) AS key
   FROM (SELECT b, generate_series(0, length(b) - 3) AS i FROM (${bytes} OFFSET 0) AS texts) AS places`

/** Characters as JSON that the service has written escapes them, and what stands for them meanwhile, which JSON cannot have. */
const ESCAPED = [
  ['\\\\', 'chr(1)'],
  ['\\"', 'chr(2)'],
  ['\\n', 'chr(10)'],
  ['\\r', 'chr(13)'],
  ['\\t', 'chr(9)']
]
const withoutEscapes = (json: string) => ESCAPED.reduce((sql, [from, to]) => `replace(${sql}, '${from}', ${to})`, json)
const meant = (text: string) => `translate(${text}, chr(1) || chr(2), '\\"')`

const columnsOf = (names: string[]) => names.map((name) => `e.${name}`).join()

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
  // not immutable, as retention removes events; but what is removed need not be found.
  // Texts in JSON are what stands between quotes. So are names, which do no harm. To cut all events there at once takes a
  // tenth of the time of parsing those that have rare escapes, too.
  `CREATE OR REPLACE FUNCTION search_keys(of text, first bigint, last bigint) RETURNS bigint[] LANGUAGE plpgsql IMMUTABLE
     COST 1000000 SET search_path FROM CURRENT ${BY_INDEXES} AS $$
   DECLARE number bigint := search_number($1);
   BEGIN RETURN array(
     WITH e AS MATERIALIZED (
       SELECT array[${columnsOf(text)}] AS texts, array[${columnsOf(json)}] AS parsed, ${withoutEscapes(`concat_ws('"', ${columnsOf(json)})`)} AS json
       FROM ${ARRIVALS} a JOIN ${IDS} i ON ${SAME_ID}
       JOIN ${EVENTS} e ON ${SAME_EVENT} AND e.${INSTANT} = i.${INSTANT}
       WHERE a.tenant = $1 AND a.sequence BETWEEN $2 AND $3
     ), cut AS (
       SELECT DISTINCT text FROM string_to_table((SELECT string_agg(json, '"') FROM e WHERE strpos(json, '\\') = 0), '"') AS text
       WHERE octet_length(text) > 2
     ), others AS (
       SELECT text FROM e, unnest(texts) AS text
       UNION SELECT text FROM e, unnest(parsed) AS whole, json_texts(whole) AS text WHERE strpos(json, '\\') > 0
     ) ${keysOf(
       'number',
       `SELECT convert_to(lower_case(concat_ws(chr(10), ${meant('(SELECT string_agg(text, chr(10)) FROM cut)')},
         (SELECT string_agg(text, chr(10)) FROM others))), 'UTF8') AS b`
     )}
   ); END $$`,
  // a key of a term is found in the lower case of a text, but for sigma, whose lower case depends on what follows;
  // in the language whose functions keep their plans
  `CREATE OR REPLACE FUNCTION search_terms(of text, terms text[]) RETURNS bigint[] LANGUAGE plpgsql STABLE
     SET search_path FROM CURRENT AS $$ BEGIN RETURN (SELECT array_agg(key) FROM (SELECT key, row_number() OVER () AS place, count(*) OVER () AS size FROM (
     ${keysOf(
       'search_number($1)',
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
  'DROP FUNCTION IF EXISTS fill_search(int)', // of versions before 22
  // until there is no time or it has added enough, with null; or else to all that has come in since, with its last arrival
  owned(
    'fill_search(most int, since bigint DEFAULT 0)',
    'bigint',
    'plpgsql',
    `DECLARE
       of text;
       before bigint;
       added int := 0;
       arrived bigint := coalesce((SELECT max(sequence) FROM ${ARRIVALS}), 0);
       until timestamptz := clock_timestamp() + interval '1 second';
     BEGIN
       IF arrived = since OR NOT pg_try_advisory_xact_lock(${SEARCH}) THEN RETURN since; END IF;
       -- none is always the first, or others would wait as long as it has more than there is time for
       FOR of IN SELECT tenant FROM ${COUNTS} c WHERE EXISTS (
         SELECT 1 FROM ${ARRIVALS} a WHERE a.tenant = c.tenant AND a.sequence > since
       ) ORDER BY random() LOOP
         LOOP
           before := ${INDEXED};
           INSERT INTO ${BLOCKS} (tenant, last, first) SELECT of, max(sequence), 1 + before FROM (
             SELECT sequence FROM ${ARRIVALS} WHERE tenant = of AND sequence > before ORDER BY sequence LIMIT ${BLOCK}
           ) AS next HAVING count(*) = ${BLOCK};
           EXIT WHEN NOT FOUND;
           added := added + 1;
           DELETE FROM ${BLOCKS} b WHERE b.tenant = of AND b.last < (SELECT min(sequence) FROM ${ARRIVALS} WHERE tenant = of);
           -- after each block, as its events may be large
           IF added >= most OR clock_timestamp() > until THEN RETURN NULL; END IF;
         END LOOP;
       END LOOP;
       RETURN arrived;
     END`
  )
]
