/** Reads primitive values, and refuses those that their property does not take. */
import type { Enumeration } from '../../cqn/typed.ts'
import { RequestError, type ErrorCode } from '../../errors/errors.ts'
import { instant } from '../../values/datetime.ts'
import { isLonger } from '../../values/length.ts'
import { memberOfLiteral } from '../model/enumerations.ts'
import type { Value } from '../../cqn/csn.ts'
import type { Input, Range } from '../model/input.ts'
import type { ModelType } from '../model/supported.ts'
import type { Property } from '../model/types.ts'

/** Where a value stands in the request body: the names and numbers that lead to it, for errors. */
export type Place = (string | number)[]

/** Reads a value. What it adds to the place it takes away again. */
export type Read<Result = unknown> = (value: unknown, place: Place) => Result

/** Makes the function that reads the values of a property of a primitive type. */
export function primitiveReader({ type, maxLength, enumeration, input }: Property): Read {
  const read = enumeration ? enumerationReader(enumeration) : READERS[type as ModelType](maxLength)
  return input ? checkingReader(read, input) : read
}

/** Reads a value, and checks it as the annotations of the model ask: see model/input.ts. */
function checkingReader(read: Read, { mandatory, values, format, range }: Input): Read {
  return (value, place) => {
    const result = read(value, place) as Value
    if (mandatory && String(result).trim() === '') throw wrong('missingProperty', place, 'must have a value')
    if (values && !values.includes(result)) throw wrong('invalidValue', place, `must be one of ${values.join(', ')}`)
    if (format && !format.matcher(String(result)).find())
      throw wrong('invalidValue', place, `must match the pattern ${format.pattern()}`)
    if (range && !isWithin(Number(result), range)) throw wrong('invalidValue', place, `must be ${described(range)}`)
    return result
  }
}

const isWithin = (value: number, { least, most, above, below }: Range) =>
  (above ? value > least : value >= least) && (below ? value < most : value <= most)

function described({ least, most, above, below }: Range): string {
  const from = least > -Infinity ? [`${above ? 'greater than' : 'at least'} ${least}`] : []
  const to = most < Infinity ? [`${below ? 'less than' : 'at most'} ${most}`] : []
  return [...from, ...to].join(' and ')
}

/** Reads a member of an enumeration, by its name in any case or its value (OData JSON 4.01, 7.1: rule `enumValue`). */
function enumerationReader(enumeration: Enumeration): Read<string> {
  return (value, place) => {
    if (typeof value !== 'string') throw wrong('invalidType', place, 'must be a string')
    const member = memberOfLiteral(enumeration, value)
    if (member === undefined) throw wrong('invalidValue', place, `must be one of ${enumeration.members.join(', ')}`)
    return member
  }
}

const READERS: Record<ModelType, (maxLength?: number) => Read> = {
  'Edm.String':
    (maxLength = Infinity) =>
    (value, place) => {
      if (typeof value !== 'string') throw wrong('invalidType', place, 'must be a string')
      checkText(value, place)
      if (isLonger(value, maxLength)) throw wrong('invalidValue', place, `must have at most ${maxLength} characters`)
      return value
    },

  'Edm.Int32': () => (value, place) => {
    const number = JSON.isRawJSON(value) ? Number(value.rawJSON) : value
    if (typeof number !== 'number' || !Number.isInteger(number))
      throw wrong('invalidType', place, 'must be a whole number')
    if (number !== (number | 0)) throw wrong('invalidValue', place, 'must fit in 32 bits')
    return number
  },

  'Edm.DateTimeOffset': () => (value, place) => {
    if (typeof value !== 'string') throw wrong('invalidType', place, POINT_IN_TIME)
    const fault = faultOfPoint(value)
    if (fault) throw wrong('invalidValue', place, fault)
    // OData takes `t` and `z`, too, and points without seconds; XML Schema, RFC 3339 and many readers of answers do not.
    // Java writes nine digits where seven say the same
    return in7Digits(value.toUpperCase().replace(WITHOUT_SECONDS, '$&:00'))
  }
}

const POINT_IN_TIME = "must be a date and time such as '2017-01-01T00:02:10.8639373+03:00'"

const WITHOUT_SECONDS = /T\d\d:\d\d(?!:)/

/** A point in time without the digits of a second beyond 100 ns. */
export const in7Digits = (point: string): string => point.replace(/(\.\d{7})\d+/, '$1')

/** An offset that XML Schema has not, and with which .NET reads no point in time, nor the page that it is on. */
const BEYOND_14_HOURS = /[+-]14:(?!00)/

/** What is wrong with a point in time, as the end of a sentence. */
function faultOfPoint(text: string): string | undefined {
  if (instant(text)) return BEYOND_14_HOURS.test(text) ? 'must have an offset of at most 14 hours' : undefined
  if (instant(text, 12)) return 'must have at most 7 digits after the second'
  return instant(`${text}Z`, 12) ? 'must have an offset from UTC, or Z' : POINT_IN_TIME
}

/** Refuses text that neither databases nor UTF-8 can keep: NUL and unpaired surrogates. */
export function checkText(text: string, place: Place) {
  if (text.includes('\0') || !text.isWellFormed())
    throw wrong('invalidValue', place, 'has a character that cannot be stored')
}

/** The error of a property. @param what it must be or have, as the end of a sentence */
export const wrong = (code: ErrorCode, place: Place, what: string, target = place) =>
  refusal(code, `Property '${place.join('/')}' ${what}.`, target)

/** The error of a request body. @param target the place that it is about */
export const refusal = (code: ErrorCode, message: string, target: Place) =>
  new RequestError(code, message, target.join('/'))
