/**
 * Counts and groups of entities by their tallies: see db/tallies.cds. Where a query tells entities apart only by what
 * tallies tell apart, it reads a row for each kind with the number of its entities. At both ends of a range of time,
 * and where tallies lack entities, it reads the entities themselves. Nothing else about the query changes.
 */
import { allOf, conjuncts, func, nameOf, partsOf, ref, val, type Cqn } from '../../cqn/cqn.ts'
import { isImplied } from '../../database/dialect.ts'
import { settings } from '../../settings/settings.ts'
import type { ServiceSchema } from '../model/schema.ts'
import type { KnownTallies } from '../model/tallies.ts'
import { isBound, steady, type Meaning, type Meanings, type Range } from './periods.ts'
import { united, type Counted, type Select } from './united.ts'

/** The rows of a level, and what their columns mean. */
interface Reduced extends Pick<Select, 'from' | 'where'> {
  meanings: Meanings
}

/** Aggregates that are the same whether a value is there once or several times. */
const OF_VALUES = ['min', 'max', 'countdistinct']
/** Aggregates that need the number of rows. */
const OF_ROWS = ['count', 'sum', 'average']

/** A query with the same result that reads tallies. @returns the query itself if they cannot answer it */
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

const aggregates = (cqn: Cqn): boolean =>
  ('func' in cqn && [...OF_VALUES, ...OF_ROWS].includes(cqn.func)) || partsOf(cqn).some(aggregates)

class Aggregation implements Counted {
  readonly tallies: KnownTallies
  readonly entity: string
  readonly range: Range = { after: [], before: [], from: [], to: [], until: [] }
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

  /** The rows of a level, with tallies in the place of entities. */
  private reduced({ from, where: all = [] }: Pick<Select, 'from' | 'where'>, needed: Set<string>): Reduced | undefined {
    const where = all.flatMap(conjuncts).filter((each) => !isImplied(each))
    if ('ref' in from) return from.ref[0] === this.entity ? this.parts(where, needed) : undefined
    const { columns: given, ...inner } = from.SELECT
    const isPlain = Object.keys(inner).every((clause) => clause === 'from' || clause === 'where')
    if (!isPlain || given.some(aggregates)) return undefined
    const names = new Set([...needed, ...referred(where)])
    const columns = given.filter((column) => names.has(nameOf(column)))
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
    return { from: { ...from, SELECT }, ...(conditions.length && { where: [allOf(...conditions)] }), meanings }
  }

  /** The tallies of whole periods, and the entities of the others. */
  private parts(where: Cqn[], needed: Set<string>): Reduced | undefined {
    const { columns: names, period, local } = this.tallies
    const meaning = (name: string): Meaning => (name === period ? 'instant' : name === local ? 'local' : 'value')
    const meanings: Meanings = new Map([...names.keys()].map((name) => [name, meaning(name)]))
    const columns = [...needed]
    if (columns.some((name) => !meanings.has(name))) return undefined
    const others = where.filter((each) => !isBound(each, meanings, this.tallies, this.range))
    const conditions = whole(others.map((each) => this.steady(each, meanings)))
    if (!conditions) return undefined
    const SELECT = {} as Select
    this.complete = () => Object.assign(SELECT, united(this, columns.map(ref), conditions))
    return { from: { SELECT, as: 'source' }, meanings }
  }
}

/** All of some values, or undefined if one is missing. */
function whole<Value>(values: (Value | undefined)[]): Value[] | undefined {
  return values.includes(undefined) ? undefined : (values as Value[])
}

/** The names that expressions refer to. */
function referred(expressions: Cqn[]): Set<string> {
  const namesIn = (cqn: Cqn): string[] => ('ref' in cqn ? [cqn.ref[0] as string] : partsOf(cqn).flatMap(namesIn))
  return new Set(expressions.flatMap(namesIn))
}
