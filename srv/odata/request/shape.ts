/** The shape of a whole request: see plans.ts. */
import type { Exchange } from './exchange.ts'
import { shapeOf, type Literal, type Shape } from '../../plans/plans.ts'

/**
 * Finds the shape of a request for rows.
 * @param others what the answer depends on besides the query options, the user and the metadata level
 * @param given literals that the request gives besides those in its expressions
 */
export function requestShape(exchange: Exchange, others: unknown[], given: Literal[] = []): Shape | undefined {
  const { options, aliases, format, scope, asReferences } = exchange
  const shape = shapeOf(options, aliases, [scope.key, format.metadata, asReferences, ...others])
  return shape && { ...shape, literals: [...shape.literals, ...scope.literals, ...given] }
}
