/** What the model says of tallies, the kept numbers of events of each kind: see db/tallies.cds. */
import { columnHolding } from '../cqn/columns.ts'

interface Element {
  type?: string
  length?: number
  '@instant'?: string
}

interface Definition {
  elements?: object
  '@tallies'?: string
}

export interface Tallies {
  /** The entity that has them, and the entity that they count. */
  entity: string
  of: string
  /** The columns with the tenant and with the number. */
  tenant: string
  count: string
  /** The column with the beginning of the period, named as that with the instant of what is counted. */
  period: string
  /** The column with the first characters of the point in time as it was sent. */
  local: string
  /** How many characters of a point in time tell its period. */
  length: number
  /** The columns with one value each. */
  values: string[]
}

/** The beginning of all time, as instants are written. */
const BEGINNING = '0001-01-01T00:00:00.0000000'

/** What follows in the instant at which a period begins. */
export const restOf = ({ length }: Pick<Tallies, 'length'>) => BEGINNING.slice(length)

/**
 * Finds the tallies in a model.
 * @throws {Error} if there are none
 */
export function talliesIn(definitions: Record<string, Definition>): Tallies {
  const [entity, definition] = Object.entries(definitions).find(([, each]) => each['@tallies']) ?? []
  const of = definition?.['@tallies']
  if (!entity || !definition || !of) throw new Error('The model has no entity with @tallies.')
  const elements = (definition.elements ?? {}) as Record<string, Element>
  const counted = (definitions[of]?.elements ?? {}) as Record<string, Element>
  const [tenant, period, count] = (['tenant', 'period', 'count'] as const).map((each) =>
    columnHolding(definition, each)
  )
  const names = Object.keys(elements)
  const local = names.find((name) => period !== undefined && counted[name]?.['@instant'] === period)
  const length = local === undefined ? undefined : elements[local]?.length
  if (!tenant || !period || !count || !local || !length) throw new Error(`'${entity}' does not say what it counts.`)
  const values = names.filter((name) => ![tenant, period, count, local].includes(name))
  return { entity, of, tenant, count, period, local, length, values }
}
