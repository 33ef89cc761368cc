/**
 * What SQL cannot compute, or not as OData means it: functions that statements call. Whole numbers come and go as
 * `bigint`, null as null.
 */
import { RequestError } from '../../errors/errors.ts'
import {
  durationOfTicks,
  instant,
  movedPoint,
  ticksOfDuration,
  ticksOfPoint,
  timeOfDay
} from '../../values/datetime.ts'
import { INTEGERS, numberNamed, PRIMITIVES } from '../../cqn/primitives.ts'
import type { ValueType } from '../../cqn/typed.ts'

type Sql = string | number | bigint | null

/** @throws {RequestError} 400: the request fails (OData URL Conventions 4.01, 5.1.1.2.6 and 5.1.1.2.7) */
function divisionByZero(): never {
  throw new RequestError('invalidValue', 'The request divides a number by zero.')
}

/** `div` of numbers: of whole ones how often the right one fits into the left one (5.1.1.2.6). */
function divided(a: Sql, b: Sql): Sql {
  if (typeof a === 'bigint' && typeof b === 'bigint') return b ? a / b : divisionByZero()
  if (typeof a === 'bigint' && b === 0) return divisionByZero()
  return quotient(a, b)
}

/** `divby`: ±INF, and NaN for zero by zero. SQLite keeps NaN as null, so a text stands for it. */
function quotient(a: Sql, b: Sql): Sql {
  if (a === null || b === null) return null
  const result = Number(a) / Number(b)
  return Number.isNaN(result) ? 'NaN' : result
}

/** `mod`, with the sign of the left operand (5.1.1.2.8). */
function remainder(a: Sql, b: Sql): Sql {
  if (a === null || b === null) return null
  if (!Number(b)) return divisionByZero()
  return typeof a === 'bigint' && typeof b === 'bigint' ? a % b : Number(a) % Number(b)
}

/** `substring` by code points; a negative start counts from the end (5.1.1.5.9). @throws 400 for a negative length */
function substring(text: Sql, start: Sql, length?: Sql): Sql {
  if (typeof text !== 'string' || start === null || length === null) return null
  if (Number(length ?? 0) < 0) throw new RequestError('invalidValue', 'The length of a substring must not be negative.')
  const points = /[\ud800-\udbff]/.test(text) ? Array.from(text) : undefined
  const size = (points ?? text).length
  const first = Number(start) < 0 ? Math.max(size + Number(start), 0) : Number(start)
  const end = length === undefined ? size : first + Number(length)
  return points ? points.slice(first, end).join('') : text.slice(first, end)
}

/** A whole number, or one that JavaScript can hold: results of queries come as such. */
const held = (value: Sql): Sql =>
  typeof value === 'bigint' && !Number.isSafeInteger(Number(value)) ? Number(value) : value

/** A number as JSON text: what is infinite as text (OData JSON 4.01, 7.1). */
function jsonNumber(value: Sql): Sql {
  if (value === null) return null
  return Number.isFinite(Number(value)) ? String(value) : `"${textOf(value, 'number')}"`
}

/** Moves an instant or a date by 100 ns ticks. */
const moved = (point: Sql, ticks: Sql): Sql =>
  typeof point === 'string' && ticks !== null ? (movedPoint(point, whole(ticks)) ?? null) : null

const ticksOf = (point: Sql): Sql => (typeof point === 'string' ? ticksOfPoint(point) : null)
const durationText = (ticks: Sql): Sql => (ticks === null ? null : durationOfTicks(whole(ticks)))

const whole = (value: Sql) => (typeof value === 'bigint' ? value : BigInt(Math.round(Number(value))))

/** Casts a value to what columns of that type have (5.1.1.10.1), or null. @param from what type of value it is */
export function cast(value: Sql, from: Sql, to: Sql): Sql {
  if (value === null) return null
  if (to === 'Edm.String') return textOf(value, from as ValueType)
  if (from === 'string') return parsed(String(value), String(to))
  if (from === 'number') {
    const number = numberNamed(Number(value), String(to), value) ?? null
    return Number.isNaN(number) ? 'NaN' : number
  }
  return PRIMITIVES.get(String(to)) === from ? value : null
}

/** The literal as payloads have it. */
function textOf(value: NonNullable<Sql>, from: ValueType): string {
  if (from === 'boolean') return Number(value) ? 'true' : 'false'
  if (from === 'duration') return durationOfTicks(whole(value))
  if (from === 'number' && Math.abs(Number(value)) === Infinity) return Number(value) > 0 ? 'INF' : '-INF'
  return String(value)
}

function parsed(text: string, to: string): Sql {
  if (INTEGERS.has(to)) return /^[+-]?\d+$/.test(text) ? (numberNamed(Number(text), to, BigInt(text)) ?? null) : null
  switch (to) {
    case 'Edm.Boolean':
      return text === 'true' ? 1n : text === 'false' ? 0n : null
    case 'Edm.DateTimeOffset':
      return instant(text, 12) ?? instant(`${text}Z`, 12) ?? null // without an offset it is UTC
    case 'Edm.Date':
      return instant(`${text}T00:00Z`) ? text : null
    case 'Edm.TimeOfDay':
      return timeOfDay(text) ?? null
    case 'Edm.Duration':
      return ticksOfDuration(text) ?? null
    case 'Edm.Guid':
      return /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i.test(text) ? text : null
    case 'Edm.Binary':
      return /^[\w-]*={0,2}$/.test(text) ? text : null
    default:
      return numberOf(text)
  }
}

/** A number as literals and payloads write it; null for any other text. */
function numberOf(text: string): Sql {
  if (text === 'INF' || text === '-INF') return text === 'INF' ? Infinity : -Infinity
  if (text === 'NaN') return text
  return /^[+-]?\d+(?:\.\d+)?(?:e[+-]?\d+)?$/i.test(text) ? Number(text) : null
}

/** The functions, under the names by which statements call them. */
export const FUNCTIONS_OF_STATEMENTS: Record<string, (...values: never[]) => Sql> = {
  odata_cast: cast,
  odata_divided: divided,
  odata_duration: durationText,
  odata_held: held,
  odata_json_number: jsonNumber,
  odata_moved: moved,
  odata_quotient: quotient,
  odata_remainder: remainder,
  odata_substring: substring,
  odata_ticks: ticksOf
}
