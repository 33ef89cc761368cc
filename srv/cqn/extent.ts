/**
 * The size of an expression with everything put in. Aliases, computed values and operators that use an operand twice
 * make it grow far beyond its text. It is measured while it is built, and refused before it becomes a statement.
 */

/** A part counts once for each place where it is used. */
export interface Extent {
  nodes: number
  /** The parser of SQL takes a depth of 1,000. Operators in a row count: its trees lean to the left. */
  depth: number
}

/** The limits for all expressions of a request together. */
export const MOST: Extent = { nodes: 5_000, depth: 800 }

/** How deep queries may nest: each level makes a statement slower to prepare. */
export const MOST_NESTED = 20

const LEAF: Extent = { nodes: 1, depth: 1 }
const extents = new WeakMap<object, Extent>()

/** The extent of an expression that was {@link measured}; any other counts as a leaf. */
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

/** Gives an expression the extent of another, which it stands for. */
export function standingFor<Expression extends object>(expression: Expression, extent: Extent | undefined): Expression {
  if (extent) extents.set(expression, extent)
  return expression
}
