/**
 * Points in time as OData writes them (Edm.DateTimeOffset with precision 7, that is 100 ns).
 * JavaScript's `Date` ends at milliseconds, so the fraction is carried as text.
 */

// dateTimeOffsetValue of the OData ABNF, with the precision that the model declares
const DATE_TIME_OFFSET = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d)(?::(\d\d)(?:\.(\d{1,7}))?)?(Z|[+-]\d\d:\d\d)$/i

/**
 * The same instant in UTC as text of a fixed width, `2016-12-31T21:02:10.8639373`, so that instants
 * compare and sort as their texts do. It carries no zone: what ends in `Z`, CAP cuts to milliseconds.
 * @param value an Edm.DateTimeOffset
 * @returns undefined if the value is none, or lies outside of the years 0001 to 9999
 */
export function instant(value: string): string | undefined {
  const [, date, minutes, seconds = '00', fraction = '', offset] = DATE_TIME_OFFSET.exec(value) ?? []
  if (!date || !minutes || !offset) return undefined
  const local = `${date}T${minutes}:${seconds}`
  const milliseconds = Date.parse(`${local}Z`)
  // Date.parse takes 24:00 and rolls some days over, such as 31 June
  if (Number.isNaN(milliseconds) || !new Date(milliseconds).toISOString().startsWith(local)) return undefined
  const shift = offsetInMinutes(offset)
  if (shift === undefined) return undefined
  const utc = new Date(milliseconds - shift * 60_000).toISOString()
  if (!/^(?!0000)\d{4}-/.test(utc)) return undefined
  return `${utc.slice(0, 19)}.${fraction.padEnd(7, '0')}`
}

function offsetInMinutes(offset: string) {
  if (/^Z$/i.test(offset)) return 0
  const hours = Number(offset.slice(1, 3))
  const minutes = Number(offset.slice(4, 6))
  if (hours > 14 || minutes > 59) return undefined // XML Schema part 2, 3.3.7.1: up to 14:00
  return (offset.startsWith('-') ? -1 : 1) * (hours * 60 + minutes)
}

const DURATION = /^([+-]?)P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:\.(\d{1,7})\d*)?S)?)?$/

/**
 * Moves an instant.
 * @param point an instant as {@link instant} returns it
 * @param duration an Edm.Duration, for example `P1DT12H`
 * @param sign 1 to add it, -1 to subtract it
 * @returns the instant, or undefined if the duration is none or the result lies outside of the years 0001 to 9999
 */
export function plusDuration(point: string, duration: string, sign: 1 | -1): string | undefined {
  const [all, minus, days = 0, hours = 0, minutes = 0, seconds = 0, fraction = ''] = DURATION.exec(duration) ?? []
  if (all === undefined || /[PT]$/.test(duration)) return undefined
  const whole = ((Number(days) * 24 + Number(hours)) * 60 + Number(minutes)) * 60 + Number(seconds)
  const ticks = BigInt(whole) * TICKS + BigInt(fraction.padEnd(7, '0'))
  const start = BigInt(Date.parse(`${point.slice(0, 19)}Z`) / 1000) * TICKS + BigInt(point.slice(20))
  const end = start + ticks * BigInt(minus === '-' ? -sign : sign)
  const rest = ((end % TICKS) + TICKS) % TICKS
  const date = new Date(Number((end - rest) / TICKS) * 1000)
  if (Number.isNaN(date.getTime()) || !/^(?!0000)\d{4}-/.test(date.toISOString())) return undefined
  return `${date.toISOString().slice(0, 19)}.${String(rest).padStart(7, '0')}`
}

/** 100 ns ticks in a second. */
const TICKS = 10_000_000n
