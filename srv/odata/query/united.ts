/** Rows of tallies together with entities: see tallied.ts. */
import { allOf, func, named, ref, val, xpr, type Cqn } from '../../cqn/cqn.ts'
import { greatest, least, talliesLack } from '../../database/dialect.ts'
import type { KnownTallies } from '../model/tallies.ts'
import { NEVER, type Range } from './periods.ts'

export interface Select {
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

export interface Counted {
  tallies: KnownTallies
  /** The entity by its qualified name in CDS. */
  entity: string
  range: Range
}

/**
 * The tallies of the whole periods in a range of time, and the entities in the rest of it.
 * @param columns what is needed of them besides their number
 * @param conditions what else must hold for them
 */
export function united({ tallies, entity, range }: Counted, columns: Cqn[], conditions: Cqn[]): Select {
  const { lacking, period, count } = tallies
  const { after, before, from, to, until } = range
  const lacked = [named(func('sum', ref(lacking.column)), count)]
  const lacks = talliesLack({ SELECT: { from: { ref: [lacking.entity] }, columns: lacked } })
  // no whole period begins where tallies lack entities: then all of the entities are read
  const begin = xpr('case when', lacks, 'then', val(NEVER), 'else', extreme(greatest, from), 'end')
  const end = to.length ? extreme(least, to) : undefined
  const at = ref(period)
  const entities = (...bounds: Cqn[]): Source => {
    const where = [allOf(...bounds, ...conditions)]
    return { SELECT: { from: { ref: [entity] }, columns: [...columns, named(xpr('1'), count)], where } }
  }
  const first = entities(...after, xpr(at, '<', extreme(least, [begin, ...until])))
  const last = end && entities(xpr(at, '>=', extreme(greatest, [begin, end])), ...before)
  // without a range all tallies are read, and in the order of an index that would take longer
  const isInside = xpr(from.length ? at : func('coalesce', at, val('')), '>=', begin)
  const inside = [isInside, ...(end ? [xpr(at, '<', end)] : []), ...conditions]
  return {
    from: rowsOf(tallies),
    columns: [...columns, named(func('sum', ref(count)), count)],
    where: [allOf(...inside)],
    groupBy: columns,
    // CQN has no UNION here, but whatever ends the first query can begin the next one
    having: [
      'count(*) > 0', // without columns there would be a row also where there are no tallies
      ...[first, ...(last ? [last] : [])].flatMap((each) => ['union all select * from', each, 'as united'])
    ]
  }
}

/** The tallies, with their columns by the names that those of the entities have. */
function rowsOf({ entity, columns, count }: KnownTallies): Select['from'] {
  const from = { ref: [entity] }
  const all = [...columns]
  if (all.every(([name, stored]) => name === stored)) return from
  // as expressions, so that the values count as what the query works with: see sqlite/rendering.ts
  const renamed = all.map(([name, stored]) => named(xpr(ref(stored)), name))
  return { SELECT: { from, columns: [...renamed, ref(count)] }, as: 'source' }
}

/** The one that is meant of some values; an empty text if there is none. */
const extreme = (of: typeof greatest, values: Cqn[]): Cqn =>
  values.length > 1 ? of(...values) : (values[0] ?? val(''))
