/** `$orderby` (OData URL Conventions 4.01, 5.1.5). */
import { extentOf, func, MOST, val, type Cqn } from '../../cqn/cqn.ts'
import { jsonOrdered } from '../../database/dialect.ts'
import { withoutNaN } from '../expressions/arithmetic.ts'
import { exactly } from '../expressions/logic.ts'
import { isPrimitive, type Parser } from '../expressions/parsing.ts'

export interface OrderTerm {
  cqn: Cqn
  descending: boolean
  /** Whether the value is never null. */
  required: boolean
  /** Whether the value is a duration in ticks, which JavaScript cannot hold. */
  isDuration?: boolean | undefined
}

/**
 * Parses a list of expressions with directions.
 * @param before the order so far, which is kept where these do not tell rows apart (Data Aggregation 4.0, 3.3.3)
 * @throws {RequestError} 400 with the position of what is wrong
 */
export function orderTerms(parser: Parser, before: OrderTerm[] = []): OrderTerm[] {
  const { cursor } = parser
  const own = cursor.list(() => {
    const term = ordering(parser)
    const descending = cursor.accept('desc')
    if (!descending) cursor.accept('asc')
    return { ...term, descending }
  })
  const terms = [...own, ...before]
  if (terms.reduce((sum, { cqn }) => sum + extentOf(cqn).nodes, 0) > MOST.nodes) cursor.tooLarge()
  return terms
}

/** Parses an expression by which rows are ordered. @throws {RequestError} 400 unless its values are primitive */
export function ordering(parser: Parser): Omit<OrderTerm, 'descending'> {
  const value = parser.value()
  if (!isPrimitive(value)) parser.cursor.fail('Only primitive values can be ordered by', value.position)
  const { member, required = false, type, isLarge } = value
  if (member) return { cqn: jsonOrdered(member), required }
  if (type !== 'number') return { cqn: exactly(value), required, isDuration: type === 'duration' }
  return { cqn: isLarge ? func('odata_held', value.cqn) : withoutNaN(value), required }
}

/** The value of a term as a column: the position of a page has it. */
export const keyOf = ({ cqn, isDuration }: OrderTerm): Cqn =>
  isDuration ? func('odata_cast', cqn, val('number'), val('Edm.String')) : cqn

/** A term of CQN's `orderBy`. Null comes before all values (5.1.5); the defaults of databases differ. */
export function orderBy({ cqn, descending, required }: OrderTerm) {
  const nulls = required ? {} : { nulls: descending ? 'last' : 'first' }
  return { ...cqn, sort: descending ? 'desc' : 'asc', ...nulls }
}
