/**
 * The functions that cast values: see casts.ts. In SQLite they are in JavaScript, see sqlite/evaluation.ts. A value that
 * cannot be cast becomes null.
 */
import { create } from './sql.ts'

const DOUBLE = 'double precision'

/** Hours, minutes and seconds of a day. */
const HOUR = '(?:[01][0-9]|2[0-3])'
const TO_59 = '[0-5][0-9]'
const INSTANT = `'^([0-9]{4}-[0-9]{2}-[0-9]{2})t(${HOUR}:${TO_59})(?::(${TO_59})(?:\\.([0-9]{1,12}))?)?(z|[+-](?:0[0-9]|1[0-4]):${TO_59})?$'`
const TIME = `'^(${HOUR}:${TO_59})(?::(${TO_59})(?:\\.([0-9]{1,12}))?)?$'`
const DURATION = `'^(-?)P(?=[0-9]|T[0-9])(?:([0-9]+)D)?(?:T(?=[0-9])(?:([0-9]+)H)?(?:([0-9]+)M)?(?:([0-9]+)(?:\\.([0-9]+))?S)?)?$'`

/** A fraction of a second with 7 digits, or more if they are not zeros. */
const fixed = (digits: string) => {
  const filled = `rpad(coalesce(${digits}, ''), greatest(7, length(${digits})), '0')`
  return `left(${filled}, 7) || rtrim(substr(${filled}, 8), '0')`
}

/** Rounds half away from zero, exactly. */
const ROUNDED = 'sign(value) * (floor(abs(value)) + CASE WHEN abs(value) - floor(abs(value)) >= 0.5 THEN 1 ELSE 0 END)'

/** As SQLite casts a double: to the nearest whole number that there is. */
const WITHIN_BIGINT = `CASE WHEN value >= 9223372036854775807 AND value <> 'NaN' THEN 9223372036854775807
  WHEN value <= -9223372036854775808 THEN -9223372036854775808 ELSE cast(trunc(value) as bigint) END`

const NUMBER = `'^[+-]?[0-9]+(?:\\.[0-9]+)?(?:e[+-]?[0-9]+)?$'`

/** From here on a number is infinite as a double, and up to here it is zero: half of the last place beyond those that there are. */
const [INFINITE, ZERO] = [2n ** 1024n - 2n ** 970n, `${5n ** 1075n}e-1075`]

export const CASTS = [
  // a cast of a double to numeric would leave 15 digits
  ...[
    ['int', 'value', 'value'],
    ['bigint', 'value', 'value'],
    ['numeric', 'trunc(value)', 'round(value)'],
    [DOUBLE, WITHIN_BIGINT, ROUNDED]
  ].flatMap(([type, whole, rounded]) => [
    create(`odata_whole(value ${type})`, 'bigint', `SELECT cast(${whole} as bigint)`),
    create(`odata_rounded(value ${type})`, `${type}`, `SELECT ${rounded}`)
  ]),
  create('odata_whole(value text)', 'bigint', 'SELECT cast(trunc(cast(value as numeric)) as bigint)'),
  ...[
    ['int', 'value'],
    ['bigint', 'value'],
    ['numeric', 'round(value)']
  ].map(([type, rounded]) =>
    create(
      `odata_to_integer(value ${type}, lowest numeric, highest numeric)`,
      'bigint',
      `SELECT CASE WHEN ${rounded} BETWEEN lowest AND highest THEN cast(${rounded} as bigint) END`
    )
  ),
  create(
    `odata_to_integer(value ${DOUBLE}, lowest numeric, highest numeric)`,
    'bigint',
    // 2^63 is no whole number of 64 bits, and the largest one becomes it
    `SELECT CASE WHEN whole >= cast(lowest as ${DOUBLE}) AND whole < cast(highest + 1 as ${DOUBLE}) THEN cast(whole as bigint) END
     FROM (SELECT ${ROUNDED} AS whole) AS found WHERE abs(value) < 1e19`
  ),
  create(
    'odata_to_integer(value text, lowest numeric, highest numeric)',
    'bigint',
    `SELECT CASE WHEN number BETWEEN lowest AND highest THEN cast(number as bigint) END
     FROM (SELECT CASE WHEN value ~ '^[+-]?[0-9]+$' AND length(ltrim(value, '+-0')) < 20
       THEN cast(CASE WHEN left(value, 1) = '-' THEN '-' ELSE '' END || coalesce(nullif(ltrim(value, '+-0'), ''), '0') as numeric)
       END AS number) AS found`
  ),
  ...['int', 'bigint', 'numeric', DOUBLE].map((type) =>
    create(`odata_to_double(value ${type})`, DOUBLE, `SELECT cast(value as ${DOUBLE})`)
  ),
  create(
    `odata_to_single(value ${DOUBLE})`,
    DOUBLE,
    // what is too large or too small becomes infinite or zero
    `SELECT CASE WHEN abs(value) >= 3.4028235677973366e38 THEN sign(value) * cast('Infinity' as ${DOUBLE})
         WHEN abs(value) <= 7.006492321624085e-46 THEN 0 ELSE cast(cast(value as real) as ${DOUBLE}) END`
  ),
  create(
    'odata_any_to_double(value text)',
    DOUBLE,
    // 800 digits and whether there are others decide how a double is rounded; numeric has no room for all numbers
    `SELECT CASE value WHEN 'INF' THEN 'Infinity' WHEN '-INF' THEN '-Infinity' WHEN 'NaN' THEN cast('NaN' as ${DOUBLE}) ELSE
       CASE WHEN value ~* ${NUMBER} THEN (SELECT CASE WHEN digits = '' OR size < -400 THEN 0
         WHEN size > 400 OR number >= ${INFINITE} THEN cast(sign || 'Infinity' as ${DOUBLE})
         WHEN number <= ${ZERO} THEN 0 ELSE cast(sign || number as ${DOUBLE}) END
       FROM (SELECT sign, digits, size, CASE WHEN digits <> '' AND abs(size) <= 400 THEN cast('0.' || left(digits, 800)
           || CASE WHEN substr(digits, 801) ~ '[1-9]' THEN '1' ELSE '' END || 'e' || size as numeric) END AS number
         FROM (SELECT CASE WHEN value LIKE '-%' THEN '-' ELSE '' END AS sign, digits, length(digits) - length(split_part(mantissa, '.', 2)) +
             CASE WHEN exponent LIKE '-%' THEN -1 ELSE 1 END * cast('0' || left(ltrim(exponent, '+-0'), 9) as int) AS size
           FROM (SELECT mantissa, ltrim(translate(mantissa, '.', ''), '+-0') AS digits, exponent
             FROM (SELECT split_part(lower(value), 'e', 1) AS mantissa, split_part(lower(value), 'e', 2) AS exponent
             ) AS split) AS read) AS sized) AS found) END END`
  ),
  create(
    'odata_to_double(value text)',
    DOUBLE,
    `SELECT CASE WHEN length(value) < 300 AND value ~ '^[+-]?[0-9]+(?:[.][0-9]+)?$' THEN cast(value as ${DOUBLE})
       ELSE odata_any_to_double(value) END`
  ),
  create(
    'odata_to_boolean(value text)',
    'boolean',
    `SELECT CASE value WHEN 'true' THEN true WHEN 'false' THEN false END`
  ),
  create(
    'odata_is_date(value text)',
    'boolean',
    `SELECT CASE WHEN value ~ '^[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])$' AND left(value, 4) <> '0000'
       THEN extract(month FROM make_date(cast(left(value, 4) as int), cast(substr(value, 6, 2) as int), 1)
         + (cast(right(value, 2) as int) - 1)) = cast(substr(value, 6, 2) as int) ELSE false END`
  ),
  create('odata_to_date(value text)', 'text', 'SELECT CASE WHEN odata_is_date(value) THEN value END COLLATE "C"'),
  create(
    'odata_to_instant(value text)',
    'text',
    // without an offset it is UTC
    `SELECT CASE WHEN odata_is_date(part[1]) THEN
         CASE WHEN moment >= timestamp '0001-01-01' AND moment < timestamp '10000-01-01'
         THEN to_char(moment, 'YYYY-MM-DD"T"HH24:MI:SS.') || ${fixed('part[4]')} END END COLLATE "C"
     FROM (SELECT part, CASE WHEN odata_is_date(part[1]) THEN
         cast(part[1] || ' ' || part[2] || ':' || coalesce(part[3], '00') as timestamp)
         - cast(coalesce(nullif(upper(part[5]), 'Z'), '00:00') as interval) END AS moment
       FROM (SELECT regexp_match(value, ${INSTANT}, 'i') AS part) AS matched) AS found`
  ),
  create(
    'odata_to_time(value text)',
    'text',
    `SELECT (part[1] || ':' || coalesce(part[2], '00') || '.' || ${fixed('part[3]')}) COLLATE "C"
     FROM (SELECT regexp_match(value, ${TIME}) AS part) AS matched WHERE part IS NOT NULL`
  ),
  create(
    'odata_to_duration(value text)',
    'bigint',
    `SELECT CASE WHEN ticks <= 3652059 * 864000000000::numeric THEN cast(CASE part[1] WHEN '-' THEN -ticks ELSE ticks END as bigint) END
     FROM (SELECT part, ((coalesce(cast(part[2] as numeric), 0) * 24 + coalesce(cast(part[3] as numeric), 0)) * 60
         + coalesce(cast(part[4] as numeric), 0)) * 600000000 + coalesce(cast(part[5] as numeric), 0) * 10000000
         + cast(rpad(left(coalesce(part[6], ''), 7), 7, '0') as numeric) AS ticks
       FROM (SELECT CASE WHEN length(value) <= 40 THEN regexp_match(value, ${DURATION}) END AS part) AS matched) AS found
     WHERE part IS NOT NULL`
  ),
  create(
    'odata_to_guid(value text)',
    'text',
    `SELECT CASE WHEN value ~* '^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$' THEN value END COLLATE "C"`
  ),
  create(
    'odata_to_binary(value text)',
    'text',
    `SELECT CASE WHEN value ~ '^[0-9A-Za-z_-]*={0,2}$' THEN value END COLLATE "C"`
  ),
  // numbers as JavaScript writes them
  ...['int', 'bigint'].map((type) =>
    create(`odata_text(value ${type})`, 'text', `SELECT cast(value as text) COLLATE "C"`)
  ),
  create(
    `odata_text(value ${DOUBLE})`,
    'text',
    `SELECT CASE WHEN value = 'Infinity' THEN 'INF' WHEN value = '-Infinity' THEN '-INF' WHEN value = 'NaN' THEN 'NaN'
         WHEN value = 0 THEN '0' WHEN abs(value) >= 1e21 OR abs(value) < 1e-6
         THEN regexp_replace(cast(value as text), 'e([+-])0', 'e\\1')
         ELSE cast(trim_scale(cast(cast(value as text) as numeric)) as text) END COLLATE "C"`
  ),
  create('odata_text(value numeric)', 'text', `SELECT odata_text(cast(value as ${DOUBLE}))`)
]
