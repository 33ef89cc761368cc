/**
 * Plans: the parsed form and the statements of a request, kept for other requests of the same shape.
 *
 * The shape of a request is the request without the literals in its expressions. The first request of a shape is
 * parsed, checked and rendered as SQL by CAP. Later ones put their own literals into the statements. A literal that is
 * not among the values of the statements had an influence on the statements, so it belongs to the shape.
 */
import cds from '@sap/cds'
import { RecentlyUsed } from '../values/recently-used.ts'
import type { Source } from '../cqn/cqn.ts'
import { SourcedValue, type Literal, type Row, type Statement } from './statement.ts'

const LOG = cds.log('sql')

/** What a request asks. */
export interface Shape {
  key: string
  literals: Literal[]
  /** The key of a plan that depends on a literal, which belongs to a tenant: how long others take must not tell it. */
  own?: string
}

/** Gives the value of a parameter for the literals of a request; undefined if it has none for them. */
type Parameter = (literals: Literal[]) => unknown

/** The parameters of a statement. The same one may stand in several places, and is read once. */
interface Parameters {
  all: Parameter[]
  /** The parameter for each place, by its index. */
  places: number[]
}

interface Plan {
  prepared: unknown
  statements: Map<string, Omit<Statement, 'values'> & { parameters: Parameters }>
  /** The literals that belong to the shape, by their index. */
  fixed: Map<number, string>
}

/** The measured size of a plan, in bytes for each character of its statements and its shape. Most of it is CQN. */
const BYTES = 64

/** The plans of a service. The least recently used are dropped first. */
export class Plans {
  private readonly plans: RecentlyUsed<Plan>

  /** @param most the size of all plans in bytes; with 0 none are kept */
  constructor(most: number) {
    this.plans = new RecentlyUsed(most)
  }

  /** Finds the plan for a shape, and puts the literals in; undefined if there is none for them. */
  find({ key, literals, own = key }: Shape) {
    return this.bound(key, literals) ?? this.bound(own, literals)
  }

  private bound(key: string, literals: Literal[]) {
    const plan = this.plans.get(key)
    if (!plan) return undefined
    for (const [index, text] of plan.fixed) if (literals[index]?.text !== text) return undefined
    const statements = new Map<string, Statement>()
    for (const [name, { parameters, ...statement }] of plan.statements) {
      const values = parameters.all.map((parameter) => parameter(literals))
      if (values.includes(undefined)) return undefined
      statements.set(name, { ...statement, values: parameters.places.map((index) => values[index]) })
    }
    return { prepared: plan.prepared, statements }
  }

  /**
   * Keeps the plan of a request if others can use it.
   * @param recorded the statements by their names. A statement with a value that is no {@link SourcedValue} is not
   *   kept: the value may belong to the user
   */
  keep({ key, literals, own = key }: Shape, prepared: unknown, recorded: Map<string, Statement[]>) {
    const statements: Plan['statements'] = new Map()
    const fixed = new Map(literals.map(({ text }, index) => [index, text]))
    for (const [name, [statement, ...more]] of recorded) {
      const parameters = statement && !more.length && parametersOf(statement, literals, fixed)
      if (!parameters) return
      const { sql, givesTexts } = statement
      statements.set(name, { sql, givesTexts, parameters })
    }
    const characters = [...statements.values()].reduce((sum, { sql }) => sum + sql.length, key.length)
    this.plans.set(fixed.size ? own : key, { prepared, statements, fixed }, characters * BYTES)
  }
}

/** @param fixed loses the literals that are parameters */
function parametersOf({ sql, values }: Statement, literals: Literal[], fixed: Plan['fixed']): Parameters | undefined {
  if (sql.includes('session_context')) return undefined
  const known: { index: number; read: Source['read'] | undefined }[] = []
  const parameters: Parameters = { all: [], places: [] }
  for (const each of values) {
    if (!(each instanceof SourcedValue)) return undefined
    const { source, value } = each
    const index = literals.findIndex((each) => each.option === source?.option && each.position === source.position)
    if (source && index < 0) return undefined
    fixed.delete(index)
    let place = source ? known.findIndex((other) => other.index === index && other.read === source.read) : -1
    if (place < 0) {
      place = known.push({ index, read: source?.read }) - 1
      parameters.all.push(source ? (others) => source.read((others[index] as Literal).text) : () => value)
    }
    parameters.places.push(place)
  }
  return parameters
}

/** What a request needs to use plans. */
export interface PlanningContext {
  plans: Plans
  /** Has the service run a query. @param seen receives the statement that it becomes */
  run: (query: object, more?: object, seen?: (statement: Statement) => void) => Promise<unknown>
  execute: (statement: Statement) => Promise<Row[]>
}

/** A request with its plan: an existing one, or one that is being made. */
export interface Planned<Prepared> {
  prepared: Prepared
  /**
   * Asks the database.
   * @param name tells the queries of one request apart
   * @param query makes the query from what was prepared for this request; a plan has values of another one
   */
  ask: (name: string, query: (prepared: Prepared) => object) => Promise<Row[]>
  /** Keeps the plan. To be called after the last query. */
  keep: () => void
}

/** Finds the plan for a request, or begins to make one. @param prepare does what depends on no values of literals */
export function planned<Prepared>(
  { plans, run, execute }: PlanningContext,
  shape: Shape | undefined,
  prepare: () => Prepared
): Planned<Prepared> {
  const found = shape && plans.find(shape)
  if (LOG._debug)
    LOG.debug(found ? 'The plan is known:' : shape ? 'No plan is known:' : 'No plan is possible.', shape?.key ?? '')
  const prepared = found ? (found.prepared as Prepared) : prepare()
  const recorded = new Map<string, Statement[]>()
  const ask = (name: string, query: (prepared: Prepared) => object) => {
    const statement = found?.statements.get(name)
    if (statement) return execute(statement)
    const statements: Statement[] = []
    recorded.set(name, statements)
    const own = found ? prepare() : prepared
    return run(query(own), {}, (each) => statements.push(each)) as Promise<Row[]>
  }
  return { prepared, ask, keep: () => shape && !found && plans.keep(shape, prepared, recorded) }
}
