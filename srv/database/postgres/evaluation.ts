/** What SQL cannot compute as OData means it: functions that statements call, as in sqlite/evaluation.ts. */
import { create } from './sql.ts'

/** Whole numbers of both sizes are whole; PostgreSQL would take a function of other numbers for two sizes. */
const ofWhole = (declaration: (a: string, b: string) => string) =>
  ['int', 'bigint'].flatMap((a) => ['int', 'bigint'].map((b) => declaration(a, b)))

const DOUBLE = 'double precision'

/** ±INF, by the signs of both, where zero has one, too, and NaN for zero by zero. */
const QUOTIENT = `CASE WHEN b <> 0 THEN odata_ratio(a, b) WHEN b IS NULL THEN NULL WHEN a = 0 THEN 'NaN'
  WHEN (a > 0) = (cast(b as text) <> '-0') THEN 'Infinity' WHEN a < 0 OR a > 0 THEN '-Infinity' END`

/** A number as JSON has it: what is infinite as text (OData JSON 4.01, 7.1). */
const JSON_NUMBER = `SELECT CASE WHEN value IN ('Infinity', '-Infinity', 'NaN') THEN '"' || odata_text(value) || '"' ELSE odata_text(value) END`

/** The longest text that a query computes, in bytes: as long as the longest event by default. */
const LONGEST_TEXT = 4 * 1024 * 1024

const TICKS = 10_000_000

/** A function of texts that fails where a number of bytes is too large. */
const bounded = (signature: string, bytes: string, result: string) =>
  `CREATE OR REPLACE FUNCTION ${signature} RETURNS text LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$ BEGIN
     IF ${bytes} > ${LONGEST_TEXT} THEN RAISE string_data_right_truncation; END IF;
     RETURN ${result};
   END $$`

/** The server fails where a double would be infinite or zero, unlike SQLite and JavaScript. */
const HIGHEST = 'ln(1.7976931348623157e308::double precision)'
const LOWEST = 'ln(5e-324::double precision) - ln(2::double precision)'
const areOrdinary = (...values: string[]) =>
  values.map((value) => `(abs(${value}) BETWEEN 1e-150 AND 1e150 OR ${value} = 0)`).join(' AND ')
const isInfinite = `abs(a) = 'Infinity' OR abs(b) = 'Infinity'`

/** A product or a ratio of doubles. @param sign of the logarithm of the second one */
const scaled = (operator: '*' | '/', sign: '+' | '-') => `SELECT CASE
  WHEN ${areOrdinary('a', 'b')} THEN a ${operator} b
  WHEN a = 0 OR b = 0 OR ${isInfinite} THEN ${operator === '*' ? `nullif(a * b, 'NaN')` : 'a / b'}
  WHEN ln(abs(a)) ${sign} ln(abs(b)) > ${HIGHEST} THEN sign(a) * sign(b) * cast('Infinity' as ${DOUBLE})
  WHEN ln(abs(a)) ${sign} ln(abs(b)) < ${LOWEST} THEN 0
  ELSE a ${operator} b END`

export const EVALUATION = [
  create(`odata_times(a ${DOUBLE}, b ${DOUBLE})`, DOUBLE, scaled('*', '+')),
  create(`odata_ratio(a ${DOUBLE}, b ${DOUBLE})`, DOUBLE, scaled('/', '-')),
  create(
    `odata_plus(a ${DOUBLE}, b ${DOUBLE})`,
    DOUBLE,
    // of halves that are no more than the half of the largest double
    `SELECT CASE WHEN abs(a) < 1e290 OR abs(b) < 1e290 THEN a + b WHEN ${isInfinite} THEN nullif(a + b, 'NaN')
       WHEN abs(a / 2 + b / 2) >= 8.9884656743115795e307 THEN sign(a) * cast('Infinity' as ${DOUBLE}) ELSE a + b END`
  ),
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
  // mantissa and exponent of a double, without its sign
  `CREATE OR REPLACE FUNCTION odata_parts(value ${DOUBLE}, OUT mantissa bigint, OUT exponent int)
   LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
     SELECT (bits & 4503599627370495) + CASE WHEN scale = 0 THEN 0 ELSE 4503599627370496 END, greatest(scale, 1) - 1075
     FROM (SELECT bits, cast((bits >> 52) & 2047 as int) AS scale
       FROM (SELECT cast(cast('x' || encode(float8send(value), 'hex') as bit(64)) as bigint) AS bits) AS read) AS found
   $$`,
  // exact, as in SQLite; NaN, as of INF, is null
  `CREATE OR REPLACE FUNCTION odata_remainder(a ${DOUBLE}, b ${DOUBLE}) RETURNS ${DOUBLE}
   LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
   DECLARE dividend record; divisor record; rest bigint; places int; step int;
   BEGIN
     IF b = 0 THEN RAISE division_by_zero; END IF;
     IF abs(a) = 'Infinity' OR a = 'NaN' OR b = 'NaN' THEN RETURN NULL; END IF;
     IF abs(a) < abs(b) THEN RETURN a; END IF;
     dividend := odata_parts(a);
     divisor := odata_parts(b);
     rest := dividend.mantissa % divisor.mantissa;
     places := dividend.exponent - divisor.exponent;
     WHILE places > 0 AND rest > 0 LOOP
       step := least(places, 10); -- a mantissa has 53 bits
       rest := (rest << step) % divisor.mantissa;
       places := places - step;
     END LOOP;
     RETURN sign(a) * rest * power(cast(2 as ${DOUBLE}), divisor.exponent);
   END $$`,
  // the server would make texts of a gigabyte, and keep those that they are made of
  bounded('odata_joined(first text, second text)', 'octet_length(first) + octet_length(second)', 'first || second'),
  bounded('odata_bounded(value text, total bigint)', 'total', 'value'),
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
