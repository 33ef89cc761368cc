/**
 * What SQL cannot compute as OData means it: functions that statements call. In SQLite they are in JavaScript, see
 * sqlite/evaluation.ts.
 */
import { create } from './create.ts'

/** Whole numbers of both sizes are whole; PostgreSQL would take a function of other numbers for two sizes. */
const ofWhole = (declaration: (a: string, b: string) => string) =>
  ['int', 'bigint'].flatMap((a) => ['int', 'bigint'].map((b) => declaration(a, b)))

const DOUBLE = 'double precision'

/** ±INF, and NaN for zero by zero. */
const QUOTIENT = `CASE WHEN b <> 0 THEN a / b WHEN b IS NULL THEN NULL WHEN a > 0 THEN 'Infinity' WHEN a < 0 THEN '-Infinity'
  WHEN a = 0 AND b = 0 THEN 'NaN' END`

/** A number as JSON has it: what is infinite as text (OData JSON 4.01, 7.1). */
const JSON_NUMBER = `SELECT CASE WHEN value IN ('Infinity', '-Infinity', 'NaN') THEN '"' || odata_text(value) || '"' ELSE odata_text(value) END`

/** The longest text that a query computes, in bytes: as long as the longest event by default. */
const LONGEST_TEXT = 4 * 1024 * 1024

const HIGH = String(2 ** 53)

const TICKS = 10_000_000

/** A function of texts that fails where a number of bytes is too large. */
const bounded = (signature: string, bytes: string, result: string) =>
  `CREATE OR REPLACE FUNCTION ${signature} RETURNS text LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$ BEGIN
     IF ${bytes} > ${LONGEST_TEXT} THEN RAISE string_data_right_truncation; END IF;
     RETURN ${result};
   END $$`

export const EVALUATION = [
  ...ofWhole((a, b) => create(`odata_divided(a ${a}, b ${b})`, 'bigint', 'SELECT cast(a as bigint) / b')),
  create(`odata_divided(a ${DOUBLE}, b ${DOUBLE})`, DOUBLE, `SELECT ${QUOTIENT}`),
  ...['int', 'bigint'].map((type) =>
    create(
      `odata_divided(a ${type}, b ${DOUBLE})`,
      DOUBLE,
      // a whole number by zero fails
      `SELECT CASE WHEN b = 0 THEN cast(cast(a as bigint) / cast(b as bigint) as ${DOUBLE}) ELSE ${QUOTIENT} END`
    )
  ),
  create(`odata_quotient(a ${DOUBLE}, b ${DOUBLE})`, DOUBLE, `SELECT ${QUOTIENT}`),
  ...ofWhole((a, b) => create(`odata_remainder(a ${a}, b ${b})`, 'bigint', 'SELECT cast(a as bigint) % b')),
  create(
    `odata_exact(value ${DOUBLE})`,
    'numeric',
    // by way of text, as a cast of a double to numeric leaves 15 digits; whole numbers beyond 2^53 have more
    `SELECT CASE WHEN abs(value) >= ${HIGH} AND abs(value) < 1e31
         THEN cast(cast(trunc(value / ${HIGH}) as bigint) as numeric) * ${HIGH} + cast(value - trunc(value / ${HIGH}) * ${HIGH} as bigint)
       ELSE cast(cast(value as text) as numeric) END`
  ),
  create(
    `odata_remainder(a ${DOUBLE}, b ${DOUBLE})`,
    DOUBLE,
    // NaN, as of INF, is null as in SQLite
    `SELECT nullif(cast(odata_exact(a) % odata_exact(b) as ${DOUBLE}), 'NaN')`
  ),
  // the server would make texts of a gigabyte, and keep those that they are made of
  bounded('odata_joined(first text, second text)', 'octet_length(first) + octet_length(second)', 'first || second'),
  bounded('odata_bounded(value text, total bigint)', 'total', 'value'),
  'DROP FUNCTION IF EXISTS odata_substring(text, bigint, bigint)', // of earlier versions
  // of numbers with fractions, as JavaScript cuts texts: the fractions of the ends are left out
  create(
    `odata_substring(value text, start ${DOUBLE}, size ${DOUBLE} DEFAULT 1073741823)`,
    'text',
    `SELECT substr(value, 1 + cast(least(first, 1073741822) as int),
       cast(CASE WHEN size < 0 THEN -1 ELSE greatest(least(trunc(exact + size), 1073741823) - least(first, 1073741823), 0) END as int)) COLLATE "C"
     FROM (SELECT trunc(exact) AS first, exact
       FROM (SELECT CASE WHEN start < 0 THEN greatest(length(value) + start, 0) ELSE start END AS exact) AS given) AS cut
     WHERE first IS NOT NULL AND size IS NOT NULL`
  ),
  create(`odata_json_number(value ${DOUBLE})`, 'text', JSON_NUMBER),
  create(
    'odata_ticks(point text)',
    'bigint',
    `SELECT cast(extract(epoch from cast(left(point, 19) as timestamp)) as bigint) * ${TICKS}
       + cast(rpad(substr(point, 21, 7), 7, '0') as bigint)`
  ),
  create(
    'odata_moved(point text, ticks bigint)',
    'text',
    // only the years 0001 to 9999
    `SELECT CASE WHEN length(point) = 10 THEN to_char(moment, 'YYYY-MM-DD')
       ELSE to_char(moment, 'YYYY-MM-DD"T"HH24:MI:SS.') || lpad(cast(rest as text), 7, '0') END COLLATE "C"
     FROM (SELECT rest, CASE WHEN total BETWEEN -621355968000000000 AND 2534023007999999999
         THEN timestamp '1970-01-01' + (total - rest) / ${TICKS} * interval '1 second' END AS moment
       FROM (SELECT total, (total % ${TICKS} + ${TICKS}) % ${TICKS} AS rest
         FROM (SELECT odata_ticks(point) + ticks AS total) AS moved) AS split) AS found`
  ),
  create(
    'odata_duration(ticks bigint)',
    'text',
    `SELECT CASE WHEN ticks < 0 THEN '-' ELSE '' END || 'P' || CASE WHEN ticks = 0 THEN 'T0S' ELSE days || CASE
         WHEN hours || minutes || seconds <> '' THEN 'T' || hours || minutes || seconds ELSE '' END END COLLATE "C"
     FROM (SELECT CASE WHEN d > 0 THEN d || 'D' ELSE '' END AS days, CASE WHEN h > 0 THEN h || 'H' ELSE '' END AS hours,
         CASE WHEN m > 0 THEN m || 'M' ELSE '' END AS minutes, CASE WHEN s = 0 AND f = 0 THEN '' WHEN f = 0 THEN s || 'S'
           ELSE s || '.' || rtrim(lpad(cast(f as text), 7, '0'), '0') || 'S' END AS seconds
       FROM (SELECT abs(ticks) / 864000000000 AS d, abs(ticks) / 36000000000 % 24 AS h, abs(ticks) / 600000000 % 60 AS m,
         abs(ticks) / ${TICKS} % 60 AS s, abs(ticks) % ${TICKS} AS f) AS parts) AS texts WHERE ticks IS NOT NULL`
  )
]
