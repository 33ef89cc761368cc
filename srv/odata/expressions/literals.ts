/** Literals and constants (OData URL Conventions 4.01, 5.1.1.14). */
import { integer, notANumber } from '../../database/dialect.ts'
import { instant, ticksOfDuration, timeOfDay } from '../../values/datetime.ts'
import { val, type Source } from '../../cqn/cqn.ts'
import type { Typed, Unplaced, ValueType } from '../../cqn/typed.ts'
import type { Token } from './tokens.ts'

/** The most fractional digits of a second in a literal. Comparisons use all of them. */
const PRECISION = 12

/**
 * The value of a token, or undefined if it has none.
 * @param option that has it; undefined where no plan may put in another value
 */
export function literal({ kind, text, position }: Token, option: string | undefined): Unplaced | undefined {
  const value = (read: Source['read']) =>
    val(read(text) ?? null, option === undefined ? undefined : { option, position, read })
  const itself = value((each) => each)
  switch (kind) {
    case 'dateTime':
      // a plan must not put in what is no point in time
      return point(text)
        ? { cqn: value(point), local: value((each) => point(each) && each), type: 'dateTime' }
        : undefined
    case 'string':
    case 'enum': // the strings of enumerations are open
      return { cqn: itself, type: 'string' }
    case 'guid': // compared with texts, as all ids are
      return { cqn: itself, type: 'string', shownAs: 'Edm.Guid' }
    case 'phrase':
      return jsonString(text)
    case 'number':
      return number(text, value)
    case 'duration':
      return duration(text)
    case 'binary':
      return { cqn: val(text), type: 'binary' }
    case 'date':
      return midnight(text) ? { cqn: value((each) => midnight(each) && each), type: 'date' } : undefined
    case 'time':
      return timeOfDay(text) ? { cqn: value(timeOfDay), type: 'time' } : undefined
    default:
      return undefined
  }
}

const point = (text: string) => instant(text, PRECISION)

function number(text: string, value: (read: Source['read']) => Typed['cqn']): Unplaced {
  if (text === 'NaN') return { cqn: notANumber(), type: 'number', mayBeNaN: true }
  const read = (each: string) => (each === 'NaN' ? undefined : Number(each.replace('INF', 'Infinity')))
  return { cqn: value(read), type: 'number', whole: WHOLE.test(text) }
}

const WHOLE = /^[+-]?\d+$/

/** What a literal tells of a number besides its value: whether it is whole, and if so, whether JavaScript can hold it. */
export function kindOfNumber(text: string): string {
  if (!WHOLE.test(text)) return 'decimal'
  return Number.isSafeInteger(Number(text)) ? 'number' : 'large'
}

function duration(text: string): Unplaced | undefined {
  const ticks = ticksOfDuration(text)
  if (ticks === undefined) return undefined
  const number = Number(ticks)
  return { cqn: Number.isSafeInteger(number) ? val(number) : integer(val(String(ticks))), type: 'duration' }
}

/** A string within a JSON array. No text of the log has U+0000, or half of a character. */
function jsonString(text: string): Unplaced | undefined {
  try {
    const string = JSON.parse(`"${text}"`) as string
    return string.includes('\0') || !string.isWellFormed() ? undefined : { cqn: val(string), type: 'string' }
  } catch {
    return undefined
  }
}

/** The points in time that functions without arguments return. */
export function pointNamed(name: string, now: Date) {
  if (name === 'now') return now.toISOString()
  if (name === 'mindatetime') return '0001-01-01T00:00:00Z'
  return name === 'maxdatetime' ? '9999-12-31T23:59:59.9999999Z' : undefined
}

/**
 * A literal as a value of another type, if that is what it means there: `duration'…'` may be written without its name
 * (5.1.1.14.1), and Graph compares points in time with dates, which then mean their midnight in UTC.
 */
export function literalAs(type: ValueType, each: Typed): Typed {
  const { cqn } = each
  if (type === 'duration') return asDuration(each)
  if (!('val' in cqn) || typeof cqn.val !== 'string' || each.type !== 'date' || type !== 'dateTime') return each
  const source = cqn.source && { ...cqn.source, read: midnight }
  return { ...each, type: 'dateTime', cqn: val(midnight(cqn.val) as string, source) }
}

/** A string literal as the duration that it is, where no string can stand; any other value as it is. */
export function asDuration(each: Typed): Typed {
  const { cqn, type } = each
  return type === 'string' && 'val' in cqn && typeof cqn.val === 'string' ? { ...each, ...duration(cqn.val) } : each
}

/** Whether a literal is one of the standard for which the service has no value: other years, and leap seconds. */
export const isBeyond = ({ kind, text }: Token) =>
  ['date', 'dateTime', 'time'].includes(kind) && /^(?:-|0000-|\d{5})|:\d\d:60/.test(text)

function midnight(date: string) {
  return instant(`${date}T00:00Z`)
}
