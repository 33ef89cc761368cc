/** Arithmetic operators (OData URL Conventions 4.01, 5.1.1.2). */
import { plusDuration } from '../datetime.ts'
import { decimal, func, integer, text, val, xpr, type Typed } from './cqn.ts'

/** Applies an arithmetic operator (5.1.1.2). `div` of whole numbers is a whole number, `divby` never is. */
export function calculate(left: Typed, operator: string, right: Typed): Omit<Typed, 'position'> {
  const whole = left.whole === true && right.whole === true
  const [a, b] = [left.cqn, right.cqn]
  switch (operator) {
    case 'add':
      return { cqn: xpr(a, '+', b), type: 'number', whole }
    case 'sub':
      return { cqn: xpr(a, '-', b), type: 'number', whole }
    case 'mul':
      return { cqn: xpr(a, '*', b), type: 'number', whole }
    case 'mod':
      return { cqn: func('mod', a, b), type: 'number', whole }
    case 'div':
      if (whole) return { cqn: integer(xpr(a, '/', b)), type: 'number', whole }
  }
  return { cqn: xpr(decimal(a), '/', b), type: 'number' }
}

/** `now() sub duration'P1D'`: a constant point in time, moved. */
export function shiftedPoint(left: Typed, operator: string, right: Typed): Typed | undefined {
  if (left.type !== 'dateTime' || right.type !== 'duration') return undefined
  if (!('val' in left.cqn) || !('val' in right.cqn) || !['add', 'sub'].includes(operator)) return undefined
  const point = plusDuration(String(left.cqn.val), String(right.cqn.val), operator === 'sub' ? -1 : 1)
  return point === undefined ? undefined : { ...left, cqn: val(point), local: text(`${point}Z`) }
}
