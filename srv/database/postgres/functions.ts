/** The functions that statements call. They are created before the tables, since views call some of them. */

import { CASTS } from './cast-functions.ts'
import { create } from './sql.ts'
import { EVALUATION } from './evaluation.ts'
import { CONDITION_FUNCTION } from './search-statements.ts'

/** Names in a path, as `pathTo` in database/dialect.ts writes it, or the model: `$."a"."b"`, `$.a`. */
const NAMES = `string_to_array(btrim(substr(path, 3), '"'), '"."')`

const PART = `cast(whole as json) #> ${NAMES}`

/** For JSON in a column, and for an item of a collection. */
const forTextAndJson = (declaration: (type: string) => string) => ['text', 'json'].map(declaration)

const SPACE = String.raw`E' \n\r\t'`

/**
 * The texts in a JSON value, but for those of types (OData JSON 4.01, 4.6.3). They stand between quotes, and names before
 * a colon. Parsed JSON is copied for each level: 90 of them made 300 MB of 3. No JSON has U+0001 and U+0002 as they are.
 * Rows of a function come in its order: to sort them would take a tenth longer, and their size on disk.
 */
const TEXTS = String.raw`
  SELECT CASE WHEN strpos(text, '\') = 0 THEN translate(text, chr(1) || chr(2), '\"')
    ELSE cast('"' || replace(replace(text, chr(1), '\\'), chr(2), '\"') || '"' as json) #>> '{}' END
  FROM (
    SELECT text, place, lag(text, 2) OVER () AS name, lag(text) OVER () AS before, lead(text) OVER () AS after
    FROM string_to_table(replace(replace(whole, '\\', chr(1)), '\"', chr(2)), '"') WITH ORDINALITY AS each(text, place)
  ) AS parts
  WHERE place % 2 = 0 AND ltrim(after, ${SPACE}) NOT LIKE ':%'
    AND NOT (btrim(before, ${SPACE}) = ':' AND (name LIKE '%@odata.type' OR name LIKE '%@type'))`

interface Leakproof {
  name: string
  /** The function of PostgreSQL, and its name there within. */
  of: string
  internal: string
  types: string[]
}

const LEAKPROOF: Leakproof[] = [
  { name: 'beginning', of: 'left', internal: 'text_left', types: ['text', 'int'] },
  { name: 'translated', of: 'translate', internal: 'translate', types: ['text', 'text', 'text'] }
]

const sourceOf = (of: string, types: string[]) => `SELECT ${of}(${types.map((_, index) => `$${index + 1}`).join()})`

/** What such a function is, with and without the mark, as rows of SQL with its name, its language and its source. */
export const FORMS: string = LEAKPROOF.flatMap(({ name, of, internal, types }) => [
  `('${name}', 'internal', '${internal}')`,
  `('${name}', 'sql', '${sourceOf(of, types)}')`
]).join()

/**
 * Another name for a function of PostgreSQL that tells nobody anything but its result. Only of such functions
 * PostgreSQL reads indexes where policies confine the reader, and only superusers may say so. Where another role
 * migrates the schema, queries of one tenant read all of its events for what indexes with these functions would find.
 */
const leakproof = ({ name, of, internal, types }: Leakproof) => {
  const signature = `${name}(${types.join()}) RETURNS text IMMUTABLE STRICT PARALLEL SAFE`
  return `DO $do$ BEGIN
    CREATE OR REPLACE FUNCTION ${signature} LEAKPROOF LANGUAGE internal AS '${internal}';
  EXCEPTION WHEN insufficient_privilege THEN
    IF to_regprocedure('${name}(${types.join()})') IS NULL THEN
      CREATE FUNCTION ${signature} LANGUAGE sql AS '${sourceOf(of, types)}';
    END IF;
  END $do$`
}

/**
 * Texts of requests, which compare by their bytes as those of the log do, and so does what is made of both. Without it they
 * would compare by the locale of the database.
 */
const SENT_TEXT = `DO $$ BEGIN CREATE DOMAIN sent_text AS text COLLATE "C";
  EXCEPTION WHEN duplicate_object THEN NULL; END $$`

export const FUNCTIONS = [
  SENT_TEXT,
  ...LEAKPROOF.map(leakproof),
  CONDITION_FUNCTION,
  ...CASTS,
  ...EVALUATION,
  `CREATE COLLATION IF NOT EXISTS any_case (provider = icu, locale = 'und-u-ks-level2', deterministic = false)`,
  // ICU knows the case of all letters, and the result compares by its bytes like any text of the log
  create('lower_case(value text)', 'text', `SELECT lower(value COLLATE "und-x-icu") COLLATE "C"`),
  create('upper_case(value text)', 'text', `SELECT upper(value COLLATE "und-x-icu") COLLATE "C"`),
  ...forTextAndJson((type) =>
    create(`json_extract(whole ${type}, path text)`, 'text', `SELECT (cast(whole as json) #>> ${NAMES}) COLLATE "C"`)
  ),
  ...forTextAndJson((type) =>
    create(`json_part(whole ${type}, path text)`, 'text', `SELECT nullif(cast(${PART} as text), 'null') COLLATE "C"`)
  ),
  ...forTextAndJson((type) =>
    create(
      `json_type(whole ${type}, path text)`,
      'text',
      `SELECT CASE json_typeof(part) WHEN 'string' THEN 'text' WHEN 'boolean' THEN cast(part as text)
         WHEN 'number' THEN CASE WHEN cast(part as text) ~ '[.eE]' THEN 'real' ELSE 'integer' END
         ELSE json_typeof(part) END FROM (SELECT ${PART} AS part) AS found`
    )
  ),
  // what no double can hold is infinite or zero, as in SQLite
  create(
    'json_double(value text)',
    'double precision',
    `SELECT CASE WHEN length(value) < 300 AND strpos(lower(value), 'e') = 0 THEN cast(value as double precision)
       ELSE odata_any_to_double(value) END`
  ),
  // a text: 1 and a number in a form that sorts as text, or 2 and a text
  create(
    'number_ordered(value double precision)',
    'text',
    `SELECT CASE WHEN value >= 0 THEN '11' || encode(float8send(value + 0), 'hex')
       ELSE '10' || translate(encode(float8send(value), 'hex'), '0123456789abcdef', 'fedcba9876543210') END`
  ),
  ...forTextAndJson((type) =>
    create(
      `json_ordered(whole ${type}, path text)`,
      'text',
      `SELECT CASE WHEN kind IN ('integer', 'real') THEN number_ordered(json_double(value))
         WHEN kind IN ('true', 'false') THEN number_ordered(CASE kind WHEN 'true' THEN 1 ELSE 0 END)
         ELSE '2' || value END COLLATE "C"
       FROM (SELECT json_type(whole, path) AS kind, json_extract(whole, path) AS value) AS found`
    )
  ),
  // what looks the same in JSON, where only control characters are written as numbers
  create(
    'plain_part(term text)',
    'text',
    `SELECT part FROM regexp_split_to_table(term, '[^ -~]|["\\\\/]') AS part ORDER BY length(part) DESC LIMIT 1`
  ),
  create('json_texts(whole text)', 'SETOF text', TEXTS),
  // in the language whose functions run one of several queries; names that equal a term need no look at all texts
  `CREATE OR REPLACE FUNCTION json_contains(whole text, term text) RETURNS boolean LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
   BEGIN
     IF NOT (strpos(replace(lower_case(whole), '"' || term || '":', ''), term) > 0 OR whole LIKE '%\\\\%') THEN RETURN false; END IF;
     RETURN EXISTS (SELECT 1 FROM json_texts(whole) AS text WHERE strpos(lower_case(text), term) > 0);
   END $$`
]
