/**
 * Conditions, which are true, false or null (OData URL Conventions 4.01, 5.1.1.1). A comparison is never null in OData.
 * In SQL it may be null, in the form that an index can answer. Where only true counts, as in a filter, null and false
 * are the same. So a condition has two forms: `cqn` for such places, and `exact` for all others.
 */
import { notANumber } from '../../database/dialect.ts'
import { numeric } from './arithmetic.ts'
import { soughtTogether } from './sought.ts'
import { allOf, anyOf, func, list, val, xpr, type Cqn } from '../../cqn/cqn.ts'
import type { Typed, Unplaced } from '../../cqn/typed.ts'

const condition = (cqn: Cqn, exact?: Cqn): Unplaced => ({ cqn, type: 'boolean', exact })
const always = (value: boolean) => condition(val(value))

/** The exact value of an expression. A condition is true, false or null. */
export const exactly = ({ cqn, exact }: Pick<Typed, 'cqn' | 'exact'>): Cqn => exact ?? cqn

/** A condition where only true counts. CAP takes no single value as a condition. */
export const holds = ({ cqn }: Typed): Cqn => ('val' in cqn || 'ref' in cqn ? xpr(cqn, '=', val(true)) : cqn)

/** `and` and `or` (5.1.1.1.7 and 5.1.1.1.8): null is unknown in SQL as in OData. */
export function joined(operator: 'and' | 'or', conditions: Typed[]): Unplaced {
  const join = operator === 'and' ? allOf : anyOf
  const cqn = join(...conditions.map(holds))
  const isExact = conditions.every(({ exact }) => exact === undefined)
  const all = condition(cqn, isExact ? undefined : join(...conditions.map(exactly)))
  return { ...all, ...soughtTogether(operator, conditions) }
}

/** `not` (5.1.1.1.9): of null it is null. */
export const negated = (operand: Unplaced): Unplaced => condition(xpr('not', exactly(operand)))

/** Whether a condition is true: null becomes false. */
export const isTrue = ({ cqn }: Unplaced): Cqn => func('coalesce', cqn, val(false))

/** A condition that is never null. */
const surely = (cqn: Cqn): Unplaced => ({ ...condition(cqn), exact: isTrue(condition(cqn)) })

const isConstant = (cqn: Cqn) => 'val' in cqn
const isNull = ({ type }: Pick<Typed, 'type'>) => type === 'null'
const equalsNull = (cqn: Cqn) => xpr(cqn, '=', val(null))
const areNull = (...values: Typed[]) => allOf(...values.map((each) => each.isNull ?? equalsNull(exactly(each))))

/**
 * Compares two values of one type (5.1.1.1.1 to 5.1.1.1.6): null equals null and nothing else, and is neither less nor
 * greater than anything.
 * @param operator that of SQL
 */
export function compared(left: Typed, operator: string, right: Typed): Unplaced {
  const includesEqual = operator === '=' || operator.length === 2
  if (isNull(left) && isNull(right)) return always(includesEqual && operator !== '!=')
  if (isNull(left) || isNull(right)) {
    const other = exactly(isNull(left) ? right : left)
    if (operator === '!=') return condition(xpr(other, '!=', val(null)))
    return includesEqual ? condition(equalsNull(other)) : always(false)
  }
  if (left.mayBeNaN || right.mayBeNaN) return comparedNaN(left, operator, right)
  const [a, b] = [exactly(left), exactly(right)]
  const mayBothBeNull = !isConstant(a) && !isConstant(b)
  const standsForOthers = mayBothBeNull && (left.isNull ?? right.isNull)
  if (operator === '!=') return standsForOthers ? negated(compared(left, '=', right)) : condition(xpr(a, '!=', b))
  if (operator === '=') {
    if (standsForOthers) return surely(anyOf(xpr(a, '=', b), areNull(left, right)))
    const nullSafe = xpr(a, '==', b)
    const found = equalInAnyCase(left, right) ?? equalInAnyCase(right, left)
    if (found) return condition(found, nullSafe)
    return isConstant(a) || isConstant(b) ? condition(xpr(a, '=', b), nullSafe) : condition(nullSafe)
  }
  const ordered = xpr(a, operator, b)
  const areKnown = [left, right].every(({ cqn, required }) => required || isConstant(cqn))
  if (areKnown) return condition(ordered)
  return surely(includesEqual && mayBothBeNull ? anyOf(ordered, areNull(left, right)) : ordered)
}

/** Whether a text is one of several values, as an index can answer it that has the text in any case. */
function foundInAnyCase(
  { inAnyCase, enumeration, ...text }: Typed,
  operator: '=' | 'in',
  values: Cqn[]
): Cqn | undefined {
  if (!inAnyCase || !values.every((each) => 'val' in each && each.val !== enumeration?.unknown)) return undefined
  const value = operator === '=' ? (values[0] as Cqn) : list(values)
  const found = xpr(inAnyCase, operator, value)
  return enumeration ? found : allOf(found, xpr(exactly(text), operator, value))
}

const equalInAnyCase = (text: Typed, { cqn }: Typed) => foundInAnyCase(text, '=', [cqn])

/** NaN equals nothing, not even itself, and is neither less nor greater than anything. */
function comparedNaN(left: Typed, operator: string, right: Typed): Unplaced {
  const number = (each: Typed): Typed => ({ ...each, cqn: numeric(each), mayBeNaN: false })
  if (operator !== '=' && operator !== '!=') return compared(number(left), operator, number(right))
  const plain = (each: Typed): Typed => ({ ...each, mayBeNaN: false })
  const equal = allOf(exactly(compared(plain(left), '=', plain(right))), xpr(left.cqn, '!=', notANumber()))
  return operator === '=' ? condition(equal) : condition(xpr('not', equal))
}

/** `in` (5.1.1.1.12): whether a value equals one of several of its type. */
export function isMember(left: Typed, items: Typed[]): Unplaced {
  const isValue = (item: Typed) => isConstant(item.cqn) && !isNull(item)
  const values = items.filter(isValue)
  const others = items.filter((item) => !isValue(item)).map((item) => compared(left, '=', item))
  if (!values.length && !others.length) return always(false)
  const value = exactly(left)
  const constants = values.map(exactly)
  const found = values.length ? [foundInAnyCase(left, 'in', constants) ?? xpr(value, 'in', list(constants))] : []
  return surely(anyOf(...found, ...others.map((each) => each.cqn)))
}
