/** `$orderby` (OData URL Conventions 4.01, 5.1.5). */
import { extentOf, MOST, type Cqn } from '../../cqn/cqn.ts'
import { jsonOrdered } from '../../database/dialect.ts'
import { withoutNaN } from '../expressions/arithmetic.ts'
import { exactly } from '../expressions/logic.ts'
import { isPrimitive, type Parser } from '../expressions/parsing.ts'

export interface OrderTerm {
  cqn: Cqn
  descending: boolean
  /** Whether the value is never null. */
  required: boolean
}

/** Parses a list of expressions with directions. @throws {RequestError} 400 with the position of what is wrong */
export function orderTerms(parser: Parser): OrderTerm[] {
  const { cursor } = parser
  const terms = cursor.list(() => {
    const value = parser.value()
    if (!isPrimitive(value)) cursor.fail('Only primitive values can be ordered by', value.position)
    const { required = false } = value
    const plain = value.type === 'number' ? withoutNaN(value) : exactly(value)
    const cqn = value.member ? jsonOrdered(value.member) : plain
    const descending = cursor.accept('desc')
    if (!descending) cursor.accept('asc')
    return { cqn, descending, required }
  })
  if (terms.reduce((sum, { cqn }) => sum + extentOf(cqn).nodes, 0) > MOST.nodes) cursor.tooLarge()
  return terms
}

/** A term of CQN's `orderBy`. Null comes before all values (5.1.5); the defaults of databases differ. */
export function orderBy({ cqn, descending, required }: OrderTerm) {
  const nulls = required ? {} : { nulls: descending ? 'last' : 'first' }
  return { ...cqn, sort: descending ? 'desc' : 'asc', ...nulls }
}
