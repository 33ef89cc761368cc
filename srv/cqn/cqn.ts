/** Expressions of CQN, CAP's query notation (https://cap.cloud.sap/docs/cds/cxn), and their size. */

export type Cqn =
  | { ref: string[] }
  | { val: Value; fromRequest: true; source?: Source }
  | { func: string; args: Cqn[] }
  | { xpr: (Cqn | string)[] }
  | { list: Cqn[] }

export type Value = string | number | boolean | null

/** Where in a request a value comes from, so that plans can put in the value of another one: see plans/plans.ts. */
export interface Source {
  /** The query option or parameter alias that has the literal. */
  option: string
  /** Where the literal starts in it. */
  position: number
  /** Reads the value from the text of the literal; undefined if it has none. */
  read: (text: string) => Value | undefined
}

/**
 * The size of an expression with everything put in. Aliases, computed values and operators that use an operand twice
 * make it grow far beyond its text. It is measured while it is built, and refused before it becomes a statement. A part
 * counts once for each place where it is used.
 */
export interface Extent {
  nodes: number
  /** The parser of SQL takes a depth of 1,000. Operators in a row count: its trees lean to the left. */
  depth: number
  /** How many expressions there are within each other. CAP takes 100, with those that are around an expression. */
  levels: number
}

/** The limits for all expressions of a request together. */
export const MOST: Extent = { nodes: 5_000, depth: 800, levels: 88 }

/** How deep queries may nest: each level makes a statement slower to prepare. */
export const MOST_NESTED = 20

const LEAF: Extent = { nodes: 1, depth: 1, levels: 1 }
const extents = new WeakMap<object, Extent>()

/** The extent of an expression that was {@link measured}; any other counts as a leaf. */
export const extentOf = (expression: object): Extent => extents.get(expression) ?? LEAF

/**
 * Notes the extent of an expression.
 * @param parts what it consists of: expressions and operators
 * @param deeper how much it adds to the depth of the deepest of them
 */
export function measured<Expression extends object>(
  expression: Expression,
  parts: (object | string)[],
  deeper = 1
): Expression {
  let nodes = 1
  let depth = 0
  let levels = 0
  for (const part of parts) {
    const inner = typeof part === 'string' ? LEAF : extentOf(part)
    nodes += inner.nodes
    depth = Math.max(depth, inner.depth)
    levels = Math.max(levels, inner.levels)
  }
  extents.set(expression, { nodes, depth: depth + deeper, levels: levels + 1 })
  return expression
}

/** Gives an expression the extent of another, which it stands for. */
export function standingFor<Expression extends object>(expression: Expression, extent: Extent | undefined): Expression {
  if (extent) extents.set(expression, extent)
  return expression
}

export const ref = (name: string): Cqn => ({ ref: [name] })
/** A value of the request or of the protocol, unlike those that CAP adds, such as values of the user. */
export const val = (val: Value, source?: Source): Cqn => ({ val, fromRequest: true, ...(source && { source }) })
/** A text of ours, which becomes part of the statement. */
export const constant = (text: string): Cqn => xpr(`'${text.replaceAll("'", "''")}'`)
export const func = (name: string, ...args: Cqn[]): Cqn => measured({ func: name, args }, args)
export const xpr = (...parts: (Cqn | string)[]): Cqn => measured({ xpr: parts }, parts, Math.ceil(parts.length / 2))
export const list = (items: Cqn[]): Cqn => measured({ list: items }, items)

/** An expression as a column of a query. CAP gives a value alone a type of its own, and decimal numbers as texts. */
export const named = (cqn: Cqn, as: string) =>
  standingFor({ ...('val' in cqn ? { xpr: [cqn] } : cqn), as }, extentOf(cqn))

export type Column = Cqn | (Cqn & { as: string })

/** The name that a column has in the result of a query. */
export const nameOf = (column: Column) =>
  'as' in column ? column.as : 'ref' in column ? (column.ref[0] as string) : ''

/** Columns without those whose name another one has. */
export const distinct = (columns: Column[]) => [...new Map(columns.map((each) => [nameOf(each), each])).values()]

/** Alternatives, of which at least one is given. */
export const anyOf = (...conditions: Cqn[]): Cqn => joined('or', conditions)
export const allOf = (...conditions: Cqn[]): Cqn => joined('and', conditions)

/** The expressions that an expression is made of. */
export function partsOf(cqn: Cqn): Cqn[] {
  const parts = 'xpr' in cqn ? cqn.xpr : 'list' in cqn ? cqn.list : 'func' in cqn ? cqn.args : []
  return parts.filter((part) => typeof part !== 'string')
}

/** The conditions that must all hold for one to hold. */
export function conjuncts(cqn: Cqn): Cqn[] {
  const all = 'xpr' in cqn ? cqn.xpr : []
  const isConjunction = all.length > 1 && all.every((part, index) => (part === 'and') === (index % 2 === 1))
  return isConjunction ? partsOf(cqn).flatMap(conjuncts) : [cqn]
}

/** A constant in an expression. */
export type Constant = Extract<Cqn, { val: Value }>

/** A comparison of a column with a text: its parts, or undefined for any other condition. */
export function comparisonIn(condition: Cqn): { column: string; operator: string; text: Constant } | undefined {
  const [column, operator, text, ...more] = 'xpr' in condition ? condition.xpr : []
  if (typeof column !== 'object' || typeof operator !== 'string' || typeof text !== 'object' || more.length)
    return undefined
  if (!('ref' in column) || !('val' in text) || typeof text.val !== 'string') return undefined
  return { column: column.ref[0] as string, operator, text }
}

function joined(operator: string, conditions: Cqn[]): Cqn {
  const [only, ...more] = conditions
  if (only && !more.length) return only
  return xpr(...conditions.flatMap((each, index) => (index ? [operator, each] : [each])))
}

/** A cast by a name that engines share. CQN has casts in columns only; SQL has them everywhere. */
export const decimal = (of: Cqn) => xpr('cast(', of, 'as double precision)')

/** What says where a query reads or inserts, which CAP writes in both ways. */
interface Target {
  SELECT?: { from: { ref?: string[] } | Target }
  INSERT?: { into: string | { ref: string[] } }
}

/** The entity that a query is about, itself or by the first of the queries that it reads. */
export function entityIn({ SELECT, INSERT }: Target): string {
  const target = INSERT?.into ?? SELECT?.from ?? ''
  if (typeof target === 'string') return target
  return 'SELECT' in target ? entityIn(target) : ((target as { ref?: string[] }).ref?.[0] ?? '')
}
