/**
 * Counts and groups of entities by their tallies: see db/tallies.cds. Where a query tells entities apart only by what
 * tallies tell apart, it reads a row for each kind with the number of its entities. At both ends of a range of time,
 * and where tallies lack entities, it reads the entities themselves. Nothing else about the query changes.
 */
import { allOf, func, named, nameOf, ref, val, xpr, type Cqn } from '../../cqn/cqn.ts'
import { settings } from '../../settings/settings.ts'
import type { ServiceSchema } from '../model/schema.ts'
import type { KnownTallies } from '../model/tallies.ts'
import { isBound, NEVER, steady, type Meaning, type Meanings, type Range } from './periods.ts'

/** A query of CQN. */
interface Select {
  from: { ref: string[] } | Source
  where?: Cqn[]
  columns: Cqn[]
  groupBy?: Cqn[]
  having?: (Cqn | Source | string)[]
}

interface Source {
  SELECT: Select
  as?: string
}

/** The rows of a level, and what their columns mean. */
interface Reduced extends Pick<Select, 'from' | 'where'> {
  meanings: Meanings
}

/** Aggregates that are the same whether a value is there once or several times. */
const OF_VALUES = ['min', 'max', 'countdistinct']
/** Aggregates that need the number of rows. */
const OF_ROWS = ['count', 'sum', 'average']

/**
 * A query with the same result that reads tallies.
 * @returns the query itself if they cannot answer it
 */
export function tallied<Query extends object>({ tallies, entity }: ServiceSchema, query: Query): Query {
  if (!tallies || !settings().odata.kept_counts || !('SELECT' in query)) return query
  const SELECT = rewritten(tallies, entity, query.SELECT as Select)
  return SELECT ? { ...query, SELECT } : query
}

/** Rewrites the level that aggregates next to the entities. */
function rewritten(tallies: KnownTallies, entity: string, select: Select): Select | undefined {
  const { from } = select
  const below = 'SELECT' in from ? rewritten(tallies, entity, from.SELECT) : undefined
  if (below) return { ...select, from: { ...from, SELECT: below } }
  return select.groupBy || select.columns.some(aggregates) ? new Aggregation(tallies, entity).of(select) : undefined
}

/** Whether an expression aggregates rows. */
function aggregates(cqn: Cqn): boolean {
  if ('xpr' in cqn) return cqn.xpr.some((part) => typeof part !== 'string' && aggregates(part))
  return 'func' in cqn && ([...OF_VALUES, ...OF_ROWS].includes(cqn.func) || cqn.args.some((each) => aggregates(each)))
}

class Aggregation {
  private readonly tallies: KnownTallies
  private readonly entity: string
  private readonly range: Range = { after: [], before: [], from: [], to: [], until: [] }
  /** Completes the source, when all of the range is known. */
  private complete = () => {}

  constructor(tallies: KnownTallies, entity: string) {
    this.tallies = tallies
    this.entity = entity
  }

  of({ from, where, columns, groupBy = [], ...others }: Select): Select | undefined {
    if (Object.keys(others).length) return undefined
    const rows = this.reduced({ from, ...(where && { where }) }, referred([...columns, ...groupBy]))
    if (!rows) return undefined
    const aggregated = whole(columns.map((each) => this.aggregated(each, rows.meanings)))
    const groups = whole(groupBy.map((each) => this.steady(each, rows.meanings)))
    if (!aggregated || !groups) return undefined
    this.complete()
    const { meanings: _, ...source } = rows
    return { ...source, columns: aggregated, ...(groups.length && { groupBy: groups }) }
  }

  private steady(cqn: Cqn, meanings: Meanings) {
    return steady(cqn, meanings, this.tallies, this.range)
  }

  /** An aggregate of entities as one of tallies. */
  private aggregated(cqn: Cqn, meanings: Meanings): Cqn | undefined {
    if (!aggregates(cqn)) return this.steady(cqn, meanings)
    if ('func' in cqn && cqn.func === 'count') {
      const { args: _, ...count } = cqn
      return { ...count, func: 'coalesce', args: [func('sum', ref(this.tallies.count)), val(0)] }
    }
    if (!('func' in cqn) || OF_ROWS.includes(cqn.func)) return undefined
    const inner = (each: Cqn) =>
      OF_VALUES.includes(cqn.func) ? this.steady(each, meanings) : this.aggregated(each, meanings)
    const args = whole(cqn.args.map(inner))
    return args && { ...cqn, args }
  }

  /**
   * The rows of a level, with tallies in the place of entities.
   * @param needed the columns that are needed of them
   */
  private reduced({ from, where = [] }: Pick<Select, 'from' | 'where'>, needed: Set<string>): Reduced | undefined {
    if ('ref' in from) return from.ref[0] === this.entity ? this.parts(where, needed) : undefined
    const { columns: all, ...inner } = from.SELECT
    const isPlain = Object.keys(inner).every((clause) => clause === 'from' || clause === 'where')
    if (!isPlain || all.some(aggregates)) return undefined
    const names = new Set([...needed, ...referred(where)])
    const columns = all.filter((column) => names.has(nameOf(column)))
    const below = this.reduced(inner, referred(columns))
    if (!below) return undefined
    const kept = whole(columns.map((column) => ('ref' in column ? column : this.steady(column, below.meanings))))
    const meanings: Meanings = new Map(
      columns.map((column) => [
        nameOf(column),
        'ref' in column ? (below.meanings.get(column.ref[0] as string) as Meaning) : 'value'
      ])
    )
    const conditions = whole(where.map((each) => this.steady(each, meanings)))
    if (!kept || !conditions) return undefined
    const { meanings: _, ...source } = below
    const SELECT = { ...source, columns: [...kept, ref(this.tallies.count)] }
    return { from: { ...from, SELECT }, ...(conditions.length && { where: conditions }), meanings }
  }

  /** The tallies of whole periods, and the entities of the others. */
  private parts(where: Cqn[], needed: Set<string>): Reduced | undefined {
    const { columns: names, period, local } = this.tallies
    const meaning = (name: string): Meaning => (name === period ? 'instant' : name === local ? 'local' : 'value')
    const meanings: Meanings = new Map([...names.keys()].map((name) => [name, meaning(name)]))
    const columns = [...needed]
    if (columns.some((name) => !meanings.has(name))) return undefined
    const others = where.flatMap(conjuncts).filter((each) => !isBound(each, meanings, this.tallies, this.range))
    const conditions = whole(others.map((each) => this.steady(each, meanings)))
    if (!conditions) return undefined
    const SELECT = {} as Select
    this.complete = () => Object.assign(SELECT, this.united(columns.map(ref), conditions))
    return { from: { SELECT, as: 'source' }, meanings }
  }

  /** The tallies, with their columns by the names that those of the entities have. */
  private rows(): Select['from'] {
    const { entity, columns, count } = this.tallies
    const from = { ref: [entity] }
    const all = [...columns]
    if (all.every(([name, stored]) => name === stored)) return from
    // as expressions, so that the values count as what the query works with: see rendering.ts
    const renamed = all.map(([name, stored]) => named(xpr(ref(stored)), name))
    return { SELECT: { from, columns: [...renamed, ref(count)] }, as: 'source' }
  }

  private united(columns: Cqn[], conditions: Cqn[]): Select {
    const { lacking, period, count } = this.tallies
    const { after, before, from, to, until } = this.range
    const lacks = {
      SELECT: { from: { ref: [lacking.entity] }, columns: [named(func('sum', ref(lacking.column)), count)] }
    }
    // no whole period begins where tallies lack entities: then all of the entities are read
    const begin = xpr('case when', lacks as unknown as Cqn, '> 0 then', val(NEVER), 'else', extreme('max', from), 'end')
    const end = to.length ? extreme('min', to) : undefined
    const at = ref(period)
    const entities = (...bounds: Cqn[]): Source => {
      const where = [allOf(...bounds, ...conditions)]
      return { SELECT: { from: { ref: [this.entity] }, columns: [...columns, named(val(1), count)], where } }
    }
    const first = entities(...after, xpr(at, '<', extreme('min', [begin, ...until])))
    const last = end && entities(xpr(at, '>=', extreme('max', [begin, end])), ...before)
    // without a range all tallies are read, and in the order of an index that would take longer
    const isInside = from.length ? xpr(at, '>=', begin) : xpr('+', at, '>=', begin)
    const inside = [isInside, ...(end ? [xpr(at, '<', end)] : []), ...conditions]
    return {
      from: this.rows(),
      columns: [...columns, named(func('sum', ref(count)), count)],
      where: [allOf(...inside)],
      groupBy: columns,
      // CQN has no UNION here, but whatever ends the first query can begin the next one
      having: [val(1), '=', val(1), ...[first, ...(last ? [last] : [])].flatMap((each) => [UNION, each])]
    }
  }
}

const UNION = 'union all select * from'

/** The greatest or the smallest of some values; an empty text if there is none. */
function extreme(name: 'min' | 'max', values: Cqn[]): Cqn {
  const [first = val(''), ...more] = values
  return more.length ? xpr(`${name}(`, first, ...more.flatMap((each) => [',', each]), ')') : first
}

/** All of some values, or undefined if one is missing. */
function whole<Value>(values: (Value | undefined)[]): Value[] | undefined {
  return values.includes(undefined) ? undefined : (values as Value[])
}

/** The conditions that must all hold for one to hold. */
function conjuncts(cqn: Cqn): Cqn[] {
  if (!('xpr' in cqn)) return [cqn]
  const parts = cqn.xpr
  const isConjunction = parts.length > 1 && parts.every((part, index) => (part === 'and') === (index % 2 === 1))
  return isConjunction ? parts.flatMap((part) => (typeof part === 'string' ? [] : conjuncts(part))) : [cqn]
}

/** The names that expressions refer to. */
function referred(expressions: Cqn[]): Set<string> {
  const found = new Set<string>()
  const visit = (cqn: Cqn | string): void => {
    if (typeof cqn === 'string') return
    if ('ref' in cqn) found.add(cqn.ref[0] as string)
    else if ('xpr' in cqn) cqn.xpr.forEach(visit)
    else if ('list' in cqn) cqn.list.forEach(visit)
    else if ('func' in cqn) cqn.args.forEach(visit)
  }
  expressions.forEach(visit)
  return found
}
