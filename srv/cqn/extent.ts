/**
 * How large an expression is once all is put in. Aliases, computed values and operators that need an operand twice make
 * it grow by far more than its text, so it is measured as it is built, and refused before a statement is made of it.
 */

/** Parts count once for each place where they stand. */
export interface Extent {
  nodes: number
  /** SQLite takes a depth of 1,000; operators in a row count, as its trees lean to the left. */
  depth: number
}

/** The most that all expressions of a request may come to. */
export const MOST: Extent = { nodes: 5_000, depth: 800 }

/** How many transformations may stand on each other as queries of queries, whose preparation takes ever longer. */
export const MOST_NESTED = 20

const LEAF: Extent = { nodes: 1, depth: 1 }
const extents = new WeakMap<object, Extent>()

/** The extent of an expression that {@link measured} knows; of any other, that of a leaf. */
export const extentOf = (expression: object): Extent => extents.get(expression) ?? LEAF

/**
 * Notes the extent of an expression.
 * @param parts what it consists of: expressions and operators
 * @param levels how many levels it adds to the deepest of them
 */
export function measured<Expression extends object>(
  expression: Expression,
  parts: (object | string)[],
  levels = 1
): Expression {
  let nodes = 1
  let depth = 0
  for (const part of parts) {
    const inner = typeof part === 'string' ? LEAF : extentOf(part)
    nodes += inner.nodes
    depth = Math.max(depth, inner.depth)
  }
  extents.set(expression, { nodes, depth: depth + levels })
  return expression
}

/** Gives an expression the extent of what it stands for. */
export function standingFor<Expression extends object>(expression: Expression, extent: Extent | undefined): Expression {
  if (extent) extents.set(expression, extent)
  return expression
}
