/** The canonical functions of OData (URL Conventions 4.01, 5.1.1.5 to 5.1.1.11), as CQN. */
import { decimal, func, integer, val, xpr, type Cqn, type Typed, type ValueType } from './cqn.ts'

export interface CanonicalFunction {
  /** The types of the arguments, in each form that the function has. */
  forms: ValueType[][]
  returns: ValueType
  /** Whether the number that it returns is whole. */
  whole?: boolean
  build(...args: Typed[]): Cqn
}

/** A function that CAP knows under the same name. In parentheses, as CAP makes operators of some: `instr(…) - 1`. */
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

// not CAP's `concat`, which binds the values of nested expressions in the wrong order
const joined = (a: Cqn, b: Cqn) => xpr(a, '||', b)
const slice = (of: Cqn, start: number, length: number) => func('substring', of, val(start), val(length))

/** Seconds and what is smaller do not depend on the offset, so they are read from the instant, whose width is fixed. */
const fraction = ({ cqn, type }: Typed) => decimal(joined(val('0.'), slice(cqn, type === 'time' ? 9 : 20, 7)))

function totalOffsetMinutes({ cqn, local = cqn }: Typed): Cqn {
  const fromEnd = (back: number, length: number) =>
    func('substring', local, xpr(func('length', local), '-', val(back)), val(length))
  const minutes = xpr(integer(fromEnd(5, 2)), '*', val(60), '+', integer(fromEnd(2, 2)))
  const sign = fromEnd(6, 1)
  const z = func('toupper', fromEnd(1, 1))
  return xpr(
    'case when',
    z,
    '=',
    val('Z'),
    'then 0 when',
    sign,
    '=',
    val('-'),
    'then -',
    minutes,
    'else',
    minutes,
    'end'
  )
}

const DEFINITIONS: Record<string, CanonicalFunction> = {
  contains: known('contains', 'boolean', ['string', 'string']),
  startswith: known('startswith', 'boolean', ['string', 'string']),
  endswith: known('endswith', 'boolean', ['string', 'string']),
  matchespattern: known('matchespattern', 'boolean', ['string', 'string']),
  length: { ...known('length', 'number', ['string']), whole: true },
  indexof: { ...known('indexof', 'number', ['string', 'string']), whole: true },
  substring: known('substring', 'string', ['string', 'number'], ['string', 'number', 'number']),
  tolower: known('tolower', 'string', ['string']),
  toupper: known('toupper', 'string', ['string']),
  trim: known('trim', 'string', ['string']),
  concat: {
    forms: [['string', 'string']],
    returns: 'string',
    build: ({ cqn: a }, { cqn: b }) => joined(a, b)
  },
  round: known('round', 'number', ['number']),
  floor: known('floor', 'number', ['number']),
  ceiling: known('ceiling', 'number', ['number']),
  year: part(0, 4, 'dateTime', 'date'),
  month: part(5, 2, 'dateTime', 'date'),
  day: part(8, 2, 'dateTime', 'date'),
  hour: part(11, 2, 'dateTime', 'time'),
  minute: part(14, 2, 'dateTime', 'time'),
  second: {
    forms: [['dateTime'], ['time']],
    returns: 'number',
    whole: true,
    build: ({ cqn, type }) => integer(slice(cqn, type === 'time' ? 6 : 17, 2))
  },
  fractionalseconds: { forms: [['dateTime'], ['time']], returns: 'number', build: fraction },
  totaloffsetminutes: { forms: [['dateTime']], returns: 'number', whole: true, build: totalOffsetMinutes },
  date: { forms: [['dateTime']], returns: 'date', build: ({ cqn, local = cqn }) => slice(local, 0, 10) },
  time: {
    forms: [['dateTime']],
    returns: 'time',
    build: ({ cqn, local = cqn }) => joined(slice(local, 11, 5), slice(cqn, 16, 11))
  }
}

/** The functions, by their names in lower case. */
export const FUNCTIONS = new Map(Object.entries(DEFINITIONS))
