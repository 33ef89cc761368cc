/** Arithmetic operators (OData URL Conventions 4.01, 5.1.1.2). If an operand is null, so is the result. */
import { movedPoint } from '../../values/datetime.ts'
import { integer, notANumber } from '../../database/dialect.ts'
import { decimal, func, val, xpr, type Cqn } from '../../cqn/cqn.ts'
import type { Typed, Unplaced } from '../../cqn/typed.ts'

/** Applies an operator. @returns undefined if the operator takes no values of these types */
export function calculated(left: Typed, operator: string, right: Typed): Unplaced | undefined {
  if (left.type === 'number' && right.type === 'number') return ofNumbers(left, operator, right)
  if (operator === 'add' || operator === 'sub') return moved(left, operator, right)
  return scaled(left, operator, right)
}

/** `-`, of a number or a duration (5.1.1.2.3). */
export function opposite(value: Typed): Unplaced | undefined {
  const { cqn, type, whole, isLarge } = value
  if (type === 'null') return { cqn, type }
  if (type !== 'number' && type !== 'duration') return undefined
  // SQLite subtracts from zero, so that zero would keep its sign
  const minus = type === 'number' && !whole ? '-1.0 *' : '-'
  return { cqn: xpr(minus, numeric(value)), type, whole, isLarge }
}

function ofNumbers(left: Typed, operator: string, right: Typed): Unplaced {
  const areWhole = left.whole === true && right.whole === true
  if (areWhole && operator !== 'divby' && isPrecise(left) && isPrecise(right)) return ofWhole(left, operator, right)
  const double = (each: Typed) =>
    'val' in each.cqn ? decimal(areWhole ? unplanned(each.cqn) : each.cqn) : numeric(each)
  const [a, b] = [left, right].map(double) as [Cqn, Cqn]
  const divisor = constantOf(right)
  if (isSum(operator)) return { cqn: func(DOUBLES[operator], a, b), type: 'number' }
  if (operator === 'mod')
    return { cqn: divisor ? func('mod', a, divisor) : func('odata_remainder', a, b), type: 'number' }
  if (divisor) return { cqn: func('ratio', decimal(a), divisor), type: 'number' }
  if (operator === 'divby') return { cqn: func('odata_quotient', a, b), type: 'number', mayBeNaN: true }
  const operands = [left, right].map((each) => (each.whole && isPrecise(each) ? integer(each.cqn) : double(each)))
  return { cqn: func('odata_divided', ...operands), type: 'number', mayBeNaN: true }
}

/** In 64 bits: constants come as doubles in SQLite, and as 32 bits in PostgreSQL, as do lengths. */
function ofWhole(left: Typed, operator: string, right: Typed): Unplaced {
  const [a, b] = [left, right].map(({ cqn }) => integer(unplanned(cqn))) as [Cqn, Cqn]
  const result = (cqn: Cqn, isLarge = true): Unplaced => ({ cqn, type: 'number', whole: true, isLarge })
  if (isSum(operator)) return result(xpr(a, SQL[operator], b))
  if (constantOf(right)) return result(xpr(a, operator === 'div' ? '/' : '%', b), left.isLarge ?? false)
  return result(func(operator === 'div' ? 'odata_divided' : 'odata_remainder', a, b))
}

/** Literals that JavaScript does not represent exactly are doubles. */
const isPrecise = ({ cqn }: Typed) => !('val' in cqn) || Number.isSafeInteger(cqn.val)

/** A constant has no source where a plan must not put another in its place. */
const unplanned = (cqn: Cqn) => ('val' in cqn ? val(cqn.val) : cqn)

const SQL = { add: '+', sub: '-', mul: '*' } as const
/** Of doubles: what is too large is infinite, and NaN, as of INF - INF, is null. */
const DOUBLES = { add: 'plus', sub: 'minus', mul: 'times' } as const
const isSum = (operator: string): operator is keyof typeof SQL => operator in SQL

/** A number to calculate with. NaN becomes null: a result of either equals no number. */
export const numeric = ({ cqn, mayBeNaN }: Pick<Typed, 'cqn' | 'mayBeNaN'>): Cqn =>
  mayBeNaN ? func('nullif', cqn, notANumber()) : cqn

/** The same of any number, such as one that was computed before: sums and orders leave NaN out. */
export const withoutNaN = ({ cqn, whole }: Pick<Typed, 'cqn' | 'whole'>) =>
  whole ? cqn : numeric({ cqn, mayBeNaN: true })

/** A divisor that is not zero. */
function constantOf({ cqn }: Typed): Cqn | undefined {
  return 'val' in cqn && Number.isFinite(cqn.val) && cqn.val ? unplanned(cqn) : undefined
}

/** Points in time and durations (5.1.1.2.1 and 5.1.1.2.2): a date stays a date. */
function moved(left: Typed, operator: 'add' | 'sub', right: Typed): Unplaced | undefined {
  const [a, b] = [left.cqn, right.cqn]
  const isPoint = left.type === 'dateTime' || left.type === 'date'
  if (isPoint && right.type === left.type && operator === 'sub')
    return { cqn: xpr(func('odata_ticks', a), '-', func('odata_ticks', b)), type: 'duration' }
  if (right.type !== 'duration') return undefined
  // constants come as doubles, and sums beyond 2^53 would be doubles, too
  if (left.type === 'duration') return { cqn: xpr(integer(a), SQL[operator], integer(b)), type: 'duration' }
  if (!isPoint) return undefined
  if ('val' in a && 'val' in b) {
    const ticks = BigInt(Number(b.val)) * (operator === 'sub' ? -1n : 1n)
    const point = movedPoint(String(a.val), ticks)
    return point === undefined ? { cqn: val(null), type: 'null' } : { cqn: val(point), type: left.type }
  }
  return { cqn: func('odata_moved', a, operator === 'sub' ? xpr('-', b) : b), type: left.type }
}

/** Durations times and by numbers (5.1.1.2.5 and 5.1.1.2.6), in whole ticks. */
function scaled(left: Typed, operator: string, right: Typed): Unplaced | undefined {
  const [a, b] = [numeric(left), numeric(right)]
  const types = `${left.type} ${operator} ${right.type}`
  if (types === 'duration mul number' || types === 'number mul duration') {
    const areWhole = left.whole || right.whole
    const product = areWhole ? xpr(integer(a), '*', integer(b)) : rounded(func(DOUBLES.mul, a, b))
    return { cqn: product, type: 'duration' }
  }
  if (types !== 'duration div number' && types !== 'duration divby number') return undefined
  const quotient = func('odata_divided', integer(a), right.whole ? integer(b) : b)
  return { cqn: right.whole ? quotient : rounded(quotient), type: 'duration' }
}

/** Whole ticks; null where they are too many for a duration. */
const rounded = (ticks: Cqn) => func('odata_cast', ticks, val('number'), val('Edm.Int64'))
