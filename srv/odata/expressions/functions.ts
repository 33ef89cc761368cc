/** The canonical functions of OData (URL Conventions 4.01, 5.1.1.5 to 5.1.1.11), as CQN. */
import { integer, textJoined, textLacks } from '../../database/dialect.ts'
import { decimal, func, val, xpr, type Cqn } from '../../cqn/cqn.ts'
import type { Typed, ValueType } from '../../cqn/typed.ts'
import { exactly } from './logic.ts'

interface CanonicalFunction {
  /** The types of the arguments, for each form of the function. */
  forms: ValueType[][]
  returns: ValueType
  /** Whether the number that it returns is whole. */
  whole?: boolean
  /** Whether it returns whole numbers as they are. */
  rounds?: boolean
  /** Whether it returns its argument in lower case. */
  lowers?: boolean
  /** Whether it is true only if the first argument contains the second one. */
  finds?: boolean
  build(...args: Typed[]): Cqn
}

/** A function that CAP knows by the same name. Parentheses are needed: CAP renders some as `instr(…) - 1`. */
function known(name: string, returns: ValueType, ...forms: ValueType[][]): CanonicalFunction {
  return { forms, returns, build: (...args) => xpr(func(name, ...args.map(({ cqn }) => cqn))) }
}

/** A number at a fixed position of a point in time, read in the offset of that point (5.1.1.8). */
function part(start: number, length: number, ...types: ValueType[]): CanonicalFunction {
  return {
    forms: types.map((type) => [type]),
    returns: 'number',
    whole: true,
    build: ({ cqn, local = cqn, type }) => integer(slice(local, type === 'time' ? start - 11 : start, length))
  }
}

const joined = (a: Cqn, b: Cqn) => xpr(a, '||', b)
const slice = (of: Cqn, start: number, length: number) => func('substring', of, val(start), val(length))

function texts(returns: ValueType, build: (a: Cqn, b: Cqn) => Cqn): CanonicalFunction {
  return { forms: [['string', 'string']], returns, build: (a, b) => build(a.cqn, b.cqn) }
}

/** Most texts do not contain the part, which is known quickly; those need not be converted to lower case. */
function contains({ cqn, lowered }: Typed, { cqn: part }: Typed): Cqn {
  const found = xpr(func('instr', cqn, part), '>', val(0))
  const isQuick = lowered && 'ref' in lowered.cqn && 'val' in part && typeof part.val === 'string'
  return isQuick ? xpr('case when', textLacks(lowered.cqn, part), 'then', val(false), 'else', found, 'end') : found
}

/** The end of a string that is as long as another string, or the whole string if that is shorter. */
const ending = (text: Cqn, part: Cqn) =>
  func('substr', text, xpr(func('length', text), '+', val(1), '-', func('length', part)))

/** No text has as many, and SQL's own function takes no larger number. */
const MOST_POINTS = 2 ** 30

/** Uses SQL's own function if start and length are known not to be negative; then they are part of the plan. */
function substring({ cqn: text }: Typed, ...bounds: Typed[]): Cqn {
  const known = bounds.flatMap(({ cqn }) =>
    'val' in cqn && Number.isInteger(cqn.val) && Number(cqn.val) >= 0 && Number(cqn.val) < MOST_POINTS
      ? [val(cqn.val)]
      : []
  )
  const [start, length] = known
  if (!start || known.length < bounds.length) return func('odata_substring', text, ...bounds.map(exactly))
  return func('substr', text, xpr(start, '+', val(1)), ...(length ? [length] : []))
}

const WHITE_SPACE =
  '\t\n\v\f\r \u0085\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000'

const trimmed = ({ cqn }: Typed) => xpr('trim(', cqn, ',', val(WHITE_SPACE), ')')

const totalSeconds = ({ cqn }: Typed) => xpr(decimal(cqn), '/', val(10_000_000))

// Seconds and what is smaller do not depend on the offset, so they are read from the instant, whose width is fixed.
const second = ({ cqn, type }: Typed) => integer(slice(cqn, type === 'time' ? 6 : 17, 2))
const fraction = ({ cqn, type }: Typed) => decimal(joined(val('0.'), slice(cqn, type === 'time' ? 9 : 20, 7)))

function totalOffsetMinutes({ cqn, local }: Typed): Cqn {
  if (!local) return xpr(func('length', cqn), '*', val(0)) // computed in UTC, and null for null
  const fromEnd = (back: number, length: number) =>
    func('substring', local, xpr(func('length', local), '-', val(back)), val(length))
  const minutes = xpr(integer(fromEnd(5, 2)), '*', val(60), '+', integer(fromEnd(2, 2)))
  const isUtc = xpr(func('toupper', fromEnd(1, 1)), '=', val('Z'))
  const isNegative = xpr(fromEnd(6, 1), '=', val('-'))
  return xpr('case when', isUtc, 'then 0 when', isNegative, 'then -', minutes, 'else', minutes, 'end')
}

const DEFINITIONS: Record<string, CanonicalFunction> = {
  contains: { forms: [['string', 'string']], returns: 'boolean', finds: true, build: contains },
  startswith: { ...texts('boolean', (text, part) => xpr(func('instr', text, part), '=', val(1))), finds: true },
  endswith: { ...texts('boolean', (text, part) => xpr(ending(text, part), '=', part)), finds: true },
  matchespattern: known('matchespattern', 'boolean', ['string', 'string']),
  length: { ...known('length', 'number', ['string']), whole: true },
  indexof: { ...known('indexof', 'number', ['string', 'string']), whole: true },
  substring: {
    ...known('substring', 'string', ['string', 'number'], ['string', 'number', 'number']),
    build: substring
  },
  tolower: { ...known('tolower', 'string', ['string']), lowers: true },
  toupper: known('toupper', 'string', ['string']),
  trim: { forms: [['string']], returns: 'string', build: trimmed },
  concat: texts('string', textJoined),
  round: { ...known('round', 'number', ['number']), rounds: true },
  floor: { ...known('floor', 'number', ['number']), rounds: true },
  ceiling: { ...known('ceiling', 'number', ['number']), rounds: true },
  year: part(0, 4, 'dateTime', 'date'),
  month: part(5, 2, 'dateTime', 'date'),
  day: part(8, 2, 'dateTime', 'date'),
  hour: part(11, 2, 'dateTime', 'time'),
  minute: part(14, 2, 'dateTime', 'time'),
  second: { forms: [['dateTime'], ['time']], returns: 'number', whole: true, build: second },
  totalseconds: { forms: [['duration']], returns: 'number', build: totalSeconds },
  fractionalseconds: { forms: [['dateTime'], ['time']], returns: 'number', build: fraction },
  totaloffsetminutes: { forms: [['dateTime']], returns: 'number', whole: true, build: totalOffsetMinutes },
  date: { forms: [['dateTime']], returns: 'date', build: ({ cqn, local = cqn }) => slice(local, 0, 10) },
  time: {
    forms: [['dateTime']],
    returns: 'time',
    build: ({ cqn, local = cqn }) => joined(slice(local, 11, 5), slice(cqn, 16, 11))
  }
}

/** Functions of the standard that the service does not implement (5.1.1.6, 5.1.1.11; Data Aggregation 4.0, 4.2). */
export const UNSUPPORTED = new Set(
  'hassubset hassubsequence geo.distance geo.intersects geo.length isdefined'.split(' ')
)

/** Functions that the standard has for collections, too, and the service for strings only (5.1.1.5). */
export const OF_COLLECTIONS = new Set('concat contains endswith indexof length startswith substring'.split(' '))

/** The functions, by their names in lower case. */
export const FUNCTIONS = new Map(Object.entries(DEFINITIONS))
