/** Arithmetic operators (OData URL Conventions 4.01, 5.1.1.2). If an operand is null, so is the result. */
import { movedPoint } from '../../values/datetime.ts'
import { integer, notANumber } from '../../database/dialect.ts'
import { decimal, func, val, xpr, type Cqn, type Typed, type Unplaced } from '../../cqn/cqn.ts'

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
  return { cqn: xpr('-', numeric(value)), type, ...(whole && { whole }), ...(isLarge && { isLarge }) }
}

function ofNumbers(left: Typed, operator: string, right: Typed): Unplaced {
  const whole = left.whole === true && right.whole === true
  const [a, b] = [left, right].map(numeric) as [Cqn, Cqn]
  const divisor = constantOf(right)
  switch (operator) {
    case 'add':
    case 'sub':
    case 'mul':
      return { cqn: xpr(a, SQL[operator], b), type: 'number', whole, isLarge: whole }
    case 'mod':
      return { cqn: divisor ? func('mod', a, divisor) : func('odata_remainder', a, b), type: 'number', whole }
    case 'divby':
      if (divisor) return { cqn: xpr(decimal(a), '/', divisor), type: 'number' }
      return { cqn: func('odata_quotient', a, b), type: 'number', mayBeNaN: true }
  }
  if (!divisor) {
    const operands = [left, right].map((each) => (each.whole ? integer(each.cqn) : numeric(each)))
    return { cqn: func('odata_divided', ...operands), type: 'number', whole, isLarge: whole, mayBeNaN: !whole }
  }
  return whole
    ? { cqn: integer(xpr(a, '/', divisor)), type: 'number', whole }
    : { cqn: xpr(decimal(a), '/', divisor), type: 'number' }
}

const SQL = { add: '+', sub: '-', mul: '*' } as const

/** A number to calculate with. NaN becomes null: a result of either equals no number. */
export const numeric = ({ cqn, mayBeNaN }: Typed): Cqn => (mayBeNaN ? func('nullif', cqn, notANumber()) : cqn)

/** The same of any number, such as one that was computed before: sums and orders leave NaN out. */
export const withoutNaN = (number: Typed) => (number.whole ? number.cqn : numeric({ ...number, mayBeNaN: true }))

/** A divisor that is not zero. It has no source: a plan must not put another divisor in its place. */
function constantOf({ cqn }: Typed): Cqn | undefined {
  return 'val' in cqn && typeof cqn.val === 'number' && Number.isFinite(cqn.val) && cqn.val ? val(cqn.val) : undefined
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
    if (a.val === null) return { cqn: a, type: left.type } // outside of the years that there are
    const ticks = BigInt(Number(b.val)) * (operator === 'sub' ? -1n : 1n)
    return { cqn: val(movedPoint(String(a.val), ticks) ?? null), type: left.type }
  }
  return { cqn: func('odata_moved', a, operator === 'sub' ? xpr('-', b) : b), type: left.type }
}

/** Durations times and by numbers (5.1.1.2.5 and 5.1.1.2.6), in whole ticks. */
function scaled(left: Typed, operator: string, right: Typed): Unplaced | undefined {
  const [a, b] = [numeric(left), numeric(right)]
  const types = `${left.type} ${operator} ${right.type}`
  if (types === 'duration mul number' || types === 'number mul duration') {
    const areWhole = left.whole || right.whole
    const product = areWhole ? xpr(integer(a), '*', integer(b)) : integer(func('round', xpr(a, '*', b)))
    return { cqn: product, type: 'duration' }
  }
  if (types !== 'duration div number' && types !== 'duration divby number') return undefined
  const quotient = func('odata_divided', integer(a), right.whole ? integer(b) : b)
  return { cqn: right.whole ? quotient : integer(func('round', quotient)), type: 'duration' }
}
