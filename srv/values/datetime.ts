/**
 * Points in time as OData writes them (Edm.DateTimeOffset with precision 7, that is 100 ns).
 * JavaScript's `Date` ends at milliseconds, so the fraction is carried as text.
 */

// dateTimeOffsetValue of the OData ABNF, with offsets up to 14 hours (XML Schema part 2, 3.3.7.1)
const DATE_TIME_OFFSET = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d)(?::(\d\d)(?:\.(\d{1,12}))?)?(Z|[+-](?:0\d|1[0-4]):[0-5]\d)$/i

/**
 * The same instant in UTC as text of a fixed width, `2016-12-31T21:02:10.8639373`, so that instants
 * compare and sort like their texts. It has no zone: CAP would cut a text that ends in `Z` to milliseconds.
 * @param value an Edm.DateTimeOffset
 * @param precision how many fractional digits it may have, besides zeros at the end: 7 in events, as the model declares,
 *   12 in literals
 * @returns undefined if the value is not one, or lies outside the years 0001 to 9999
 */
export function instant(value: string, precision = 7): string | undefined {
  const [, date, minutes, seconds = '00', fraction = '', offset] = DATE_TIME_OFFSET.exec(value) ?? []
  const digits = fixed(fraction)
  if (!date || !minutes || !offset || digits.length > precision) return undefined
  const local = `${date}T${minutes}:${seconds}`
  const milliseconds = Date.parse(`${local}Z`)
  const there = Number.isNaN(milliseconds) ? '' : new Date(milliseconds).toISOString()
  if (!there.startsWith(local)) return undefined // Date.parse takes 24:00 and rolls some days over, such as 31 June
  const utc = offset.length === 1 ? there : new Date(`${local}${offset}`).toISOString()
  if (!/^(?!0000)\d{4}-/.test(utc)) return undefined
  return `${utc.slice(0, 19)}.${digits}`
}

/** A point in time, or an instant as {@link instant} returns it, in UTC and with the digits that it has. */
export function inUtc(point: string): string {
  if (point.endsWith('Z')) return point
  const [, fraction = '', offset] = /(\.\d+)?([+-]\d\d:\d\d)?$/.exec(point) ?? []
  return offset ? `${instant(point)?.slice(0, 19)}${fraction}Z` : `${point}Z`
}

// xs:dayTimeDuration: the text has at least one part, and at least one after the T (XML Schema 1.1 part 2, 3.4.27)
const DURATION = /^(-?)P(?=\d|T\d)(?:(\d+)D)?(?:T(?=\d)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:\.(\d+))?S)?)?$/

/** 100 ns ticks in a second, and in a day. */
const TICKS = 10_000_000n
const DAY = 86_400n * TICKS

/**
 * The length of an Edm.Duration, for example `P1DT12H`, in 100 ns ticks.
 * @returns undefined if the text is no duration, or is longer than all years from 1 to 9999
 */
export function ticksOfDuration(duration: string): bigint | undefined {
  const [all, minus, days = 0, hours = 0, minutes = 0, seconds = 0, fraction = ''] = DURATION.exec(duration) ?? []
  if (all === undefined || all.length > 40) return undefined
  const whole = ((BigInt(days) * 24n + BigInt(hours)) * 60n + BigInt(minutes)) * 60n + BigInt(seconds)
  const ticks = whole * TICKS + BigInt(fraction.padEnd(7, '0').slice(0, 7))
  if (ticks > 3_652_059n * DAY) return undefined // from the year 1 to the year 9999
  return minus ? -ticks : ticks
}

/** A length in 100 ns ticks as an Edm.Duration of days and the rest of a day. */
export function durationOfTicks(ticks: bigint): string {
  const length = ticks < 0n ? -ticks : ticks
  const [days, rest] = [length / DAY, (length % DAY) / TICKS]
  const fraction = String(length % TICKS)
    .padStart(7, '0')
    .replace(/0+$/, '')
  const seconds = `${rest % 60n}${fraction && `.${fraction}`}`
  const units = { H: String(rest / 3600n), M: String((rest / 60n) % 60n), S: seconds }
  const parts = Object.entries(units).filter(([, value]) => value !== '0')
  const time = parts.map(([unit, value]) => value + unit).join('')
  const text = `${days ? `${days}D` : ''}${time && `T${time}`}`
  return `${ticks < 0n ? '-' : ''}P${text || 'T0S'}`
}

/** The 100 ns ticks from 1970 to an instant as {@link instant} returns it, or to the beginning of a date. */
export function ticksOfPoint(point: string): bigint {
  const [whole, fraction = ''] = [point.slice(0, 19), point.slice(20, 27)]
  const milliseconds = Date.parse(whole.length > 10 ? `${whole}Z` : whole)
  return BigInt(milliseconds / 1000) * TICKS + BigInt(fraction.padEnd(7, '0'))
}

/**
 * Moves a point in time.
 * @param point an instant as {@link instant} returns it, or a date, which stays one (OData URL Conventions 4.01,
 *   5.1.1.2.1)
 * @param ticks the distance in 100 ns ticks
 * @returns undefined if the result lies outside the years 0001 to 9999
 */
export function movedPoint(point: string, ticks: bigint): string | undefined {
  const end = ticksOfPoint(point) + ticks
  const rest = ((end % TICKS) + TICKS) % TICKS
  const date = new Date(Number((end - rest) / TICKS) * 1000)
  if (Number.isNaN(date.getTime()) || !/^(?!0000)\d{4}-/.test(date.toISOString())) return undefined
  if (point.length === 10) return date.toISOString().slice(0, 10)
  return `${date.toISOString().slice(0, 19)}.${String(rest).padStart(7, '0')}`
}

const TIME_OF_DAY = /^((?:[01]\d|2[0-3]):[0-5]\d)(?::([0-5]\d)(?:\.(\d{1,12}))?)?$/

/**
 * A time of day in a fixed width, `12:00:00.0000000`, so that times compare like their texts. Digits beyond 100 ns are
 * kept unless they are zeros.
 * @returns undefined if the text is no Edm.TimeOfDay
 */
export function timeOfDay(text: string): string | undefined {
  const [, minutes, seconds = '00', fraction = ''] = TIME_OF_DAY.exec(text) ?? []
  return minutes && `${minutes}:${seconds}.${fixed(fraction)}`
}

/** A fraction of a second with 7 digits, or more if they are not zeros. */
function fixed(fraction: string) {
  return fraction.length > 7 ? fraction.replace(/(?<=.{7})0+$/, '') : fraction.padEnd(7, '0')
}
