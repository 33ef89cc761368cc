/** The kept numbers of entities, as a service shows them: see db/tallies.cds. */
import { columnHolding, type Definition, type Model } from '../../cqn/csn.ts'
import { talliesIn, type Tallies } from '../../database/tallies.ts'
import { shownAs, type Projection } from './projection.ts'

export interface KnownTallies extends Pick<Tallies, 'entity' | 'count' | 'length'> {
  /** The columns of the tallies by the names that those of the entities have, which a projection may change. */
  columns: Map<string, string>
  /** The columns of the entities with the instant, and with the point in time as it was sent. */
  period: string
  local: string
  /** The entity that says how many entities the tallies lack, and the column of that number. */
  lacking: { entity: string; column: string }
}

/** Reads what tallies of an entity there are. @returns undefined if the entity does not show when something happened */
export function talliesOf(
  { definitions }: Model,
  entity: Definition,
  projection: Projection | undefined
): KnownTallies | undefined {
  const { count, length, values, ...tallies } = talliesIn(definitions)
  const nameOf = (column: string) => (projection ? shownAs(column, projection) : column)
  const shown = [tallies.period, tallies.local, ...values].flatMap((column) => {
    const name = nameOf(column)
    return name === undefined ? [] : [[name, column] as const]
  })
  const [period, local] = [nameOf(tallies.period), nameOf(tallies.local)]
  if (period === undefined || local === undefined) return undefined
  const counts = entity['@odata.counts'] as string
  const lacking = { entity: counts, column: columnHolding(definitions[counts] ?? {}, 'uncounted') }
  return { entity: entity['@odata.tallies'] as string, count, length, columns: new Map(shown), period, local, lacking }
}
