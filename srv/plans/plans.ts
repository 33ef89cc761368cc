/**
 * Plans: what was found out of a request, kept for other requests of the same shape.
 *
 * The shape of a request is what it asks, without the literals in its expressions. The first request of a shape is
 * parsed, checked and made into SQL by CAP; those after it only put their own literals into the statements. A literal
 * that is not found again among the values of the statements, as it had a say in what they look like, belongs to the
 * shape.
 */
import type { Source } from '../cqn/cqn.ts'
import { SourcedValue, type Literal, type Row, type Statement } from './statement.ts'

/** What a request asks. */
export interface Shape {
  key: string
  literals: Literal[]
}

type Parameter = { value: unknown } | { literal: number; read: Source['read'] }

interface Plan {
  prepared: unknown
  statements: Map<string, { sql: string; parameters: Parameter[] }>
  /** The literals that belong to the shape, by their place among all. */
  fixed: Map<number, string>
  /** About how much memory it takes, in bytes. */
  size: number
}

/** What a plan takes for each character of its statements and its shape, in bytes, as it was measured: mostly for CQN. */
const BYTES = 64

/** A plan that fits a request, with the values of that request. */
export interface Found {
  prepared: unknown
  statements: Map<string, Statement>
}

/** The plans of a service, those used least recently going first. */
export class Plans {
  private readonly plans = new Map<string, Plan>()
  private readonly most: number
  private size = 0

  /** @param most how much memory plans may take together, in bytes; none are kept for 0 */
  constructor(most: number) {
    this.most = most
  }

  /** Finds the plan for requests of a shape, unless a literal has no value or is another one than the plan is for. */
  find({ key, literals }: Shape): Found | undefined {
    const plan = this.plans.get(key)
    if (!plan) return undefined
    for (const [index, text] of plan.fixed) if (literals[index]?.text !== text) return undefined
    const statements = new Map<string, Statement>()
    for (const [name, { sql, parameters }] of plan.statements) {
      const values: unknown[] = []
      for (const parameter of parameters) {
        const value =
          'value' in parameter ? parameter.value : parameter.read((literals[parameter.literal] as Literal).text)
        if (value === undefined) return undefined
        values.push(value)
      }
      statements.set(name, { sql, values })
    }
    this.plans.delete(key)
    this.plans.set(key, plan)
    return { prepared: plan.prepared, statements }
  }

  /**
   * Keeps what was found out of a request, if another one can use it.
   * @param recorded the statements, by their names; a value that is no {@link SourcedValue} makes them useless, as
   *   nobody knows where it comes from: it may be of the user
   */
  keep({ key, literals }: Shape, prepared: unknown, recorded: Map<string, Statement[]>) {
    if (!this.most) return
    const statements: Plan['statements'] = new Map()
    const fixed = new Map(literals.map(({ text }, index) => [index, text]))
    for (const [name, [statement, ...more]] of recorded) {
      const parameters = statement && !more.length && parametersOf(statement, literals)
      if (!parameters) return
      statements.set(name, { sql: statement.sql, parameters })
      for (const parameter of parameters) if ('literal' in parameter) fixed.delete(parameter.literal)
    }
    const characters = [...statements.values()].reduce((sum, { sql }) => sum + sql.length, key.length)
    this.drop(key)
    this.plans.set(key, { prepared, statements, fixed, size: characters * BYTES })
    this.size += characters * BYTES
    for (const oldest of this.plans.keys()) {
      if (this.size <= this.most) break
      this.drop(oldest)
    }
  }

  private drop(key: string) {
    this.size -= this.plans.get(key)?.size ?? 0
    this.plans.delete(key)
  }
}

function parametersOf({ sql, values }: Statement, literals: Literal[]): Parameter[] | undefined {
  if (sql.includes('session_context')) return undefined
  const parameters: Parameter[] = []
  for (const each of values) {
    if (!(each instanceof SourcedValue)) return undefined
    const { source, value } = each
    if (!source) parameters.push({ value })
    else {
      const literal = literals.findIndex(
        ({ option, position }) => option === source.option && position === source.position
      )
      if (literal < 0) return undefined
      parameters.push({ literal, read: source.read })
    }
  }
  return parameters
}

/** What is needed of a request to answer it by plans. */
export interface PlanningContext {
  plans: Plans
  /** Has the service run a query. @param seen is told of the statement that it becomes */
  run: (query: object, more?: object, seen?: (statement: Statement) => void) => Promise<unknown>
  /** Has the database run a statement. */
  execute: (statement: Statement) => Promise<Row[]>
}

/** What was found out of a request, and its queries. */
export interface Planned<Prepared> {
  prepared: Prepared
  /**
   * Asks the database.
   * @param name tells the queries of one request apart
   * @param query makes the query, of what was found out of this request itself: a plan has the values of another one
   */
  ask: (name: string, query: (prepared: Prepared) => object) => Promise<Row[]>
  /** Keeps the plan, once all was asked. */
  keep: () => void
}

/**
 * Plans the answer to a request, by what is known of others of its shape if that is possible.
 * @param prepare finds out what does not depend on the values of literals
 */
export function planned<Prepared>(
  { plans, run, execute }: PlanningContext,
  shape: Shape | undefined,
  prepare: () => Prepared
): Planned<Prepared> {
  const found = shape && plans.find(shape)
  if (found) {
    const ask = async (name: string, query: (prepared: Prepared) => object) => {
      const statement = found.statements.get(name)
      return statement ? execute(statement) : ((await run(query(prepare()))) as Row[])
    }
    return { prepared: found.prepared as Prepared, ask, keep: () => {} }
  }
  const prepared = prepare()
  const recorded = new Map<string, Statement[]>()
  const ask = async (name: string, query: (prepared: Prepared) => object) => {
    const statements: Statement[] = []
    recorded.set(name, statements)
    return (await run(query(prepared), {}, (statement) => statements.push(statement))) as Row[]
  }
  return { prepared, ask, keep: () => shape && plans.keep(shape, prepared, recorded) }
}
