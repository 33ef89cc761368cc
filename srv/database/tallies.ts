/** What the model says of tallies, the kept numbers of events of each kind: see db/tallies.cds. */
import { columnHolding, type Model } from '../cqn/csn.ts'
import { COUNTS } from './tables.ts'

/**
 * The most tallies of a tenant. A source that sends an id of its own for each event would have the log kept twice; its
 * further kinds are not counted, and queries look at the events themselves.
 */
export const MOST = 1_000_000

export interface Tallies {
  /** The entity that has them. */
  entity: string
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
  /** All columns, in the order of the model. */
  columns: string[]
}

/** The beginning of all time, as instants are written. */
const BEGINNING = '0001-01-01T00:00:00.0000000'

/** The rest of the instant at which a period begins, after the characters that tell the period. */
export const restOf = ({ length }: Pick<Tallies, 'length'>) => BEGINNING.slice(length)

/** Finds the tallies in a model. @throws {Error} if there are none */
export function talliesIn(definitions: Model['definitions']): Tallies {
  const [entity, definition] = Object.entries(definitions).find(([, each]) => each['@tallies']) ?? []
  const of = definition?.['@tallies'] as string | undefined
  if (!entity || !definition || !of) throw new Error('The model has no entity with @tallies.')
  const { elements = {} } = definition
  const counted = definitions[of]?.elements ?? {}
  const [tenant, period, count] = (['tenant', 'period', 'count'] as const).map((each) =>
    columnHolding(definition, each)
  )
  const names = Object.keys(elements)
  const local = names.find((name) => period !== undefined && counted[name]?.['@instant'] === period)
  const length = local === undefined ? undefined : elements[local]?.length
  if (!tenant || !period || !count || !local || !length) throw new Error(`'${entity}' does not say what it counts.`)
  const values = names.filter((name) => ![tenant, period, count, local].includes(name))
  return { entity, tenant, count, period, local, length, values, columns: names }
}

/** The columns that tell a kind, each with the value of an event. */
export function kindOf(tallies: Tallies, event: string): [column: string, value: string][] {
  const { tenant, period, local, length, values } = tallies
  const start = (column: string) => `substr(${event}.${column},1,${length})`
  return [
    [tenant, `${event}.tenant`],
    [period, `${start(period)} || '${restOf(tallies)}'`],
    [local, start(local)],
    ...values.map((column): [string, string] => [column, `${event}.${column}`])
  ]
}

/** The query for tenants whose number of events is not the one that readers are told. @param counts what these are told */
export const miscountedIn = (events: string, counts: string) => `
  SELECT coalesce(e.tenant, c.tenant) AS tenant, coalesce(e.events, 0) AS events, coalesce(c.events, 0) AS counted
  FROM (SELECT tenant, count(*) AS events FROM ${events} GROUP BY tenant) e
  FULL JOIN ${counts} c ON c.tenant = e.tenant WHERE coalesce(e.events, 0) <> coalesce(c.events, 0)`

/**
 * The query for tenants whose tallies are not those of their events, or lack another number of events than is known.
 * @param events the events, in an order that no index gives, by the name `e`
 * @param tallied the tallies, with 1 in the column `rows` for each that counts towards the limit
 */
export function mistalliedIn(tallies: Tallies, events: string, tallied: string) {
  const { count } = tallies
  const kind = kindOf(tallies, 'e')
  const columns = kind.map(([column]) => column).join()
  const values = kind.map(([column, value]) => `${value} AS ${column}`).join()
  return `
  SELECT coalesce(k.tenant, c.tenant) AS tenant FROM (
    SELECT tenant, sum(CASE WHEN counted > events THEN 1 ELSE 0 END) AS wrong, sum(events) - sum(counted) AS lacking,
      sum(rows) AS rows
    FROM (
      SELECT ${columns}, sum(one) AS events, sum(counted) AS counted, sum(rows) AS rows FROM (
        SELECT ${values}, 1 AS one, 0 AS counted, 0 AS rows FROM ${events}
        UNION ALL SELECT ${columns}, 0, ${count}, rows FROM ${tallied}
      ) AS listed GROUP BY ${columns}
    ) AS kinds GROUP BY tenant
  ) AS k FULL JOIN ${COUNTS} c ON c.tenant = k.tenant
  WHERE k.wrong > 0 OR coalesce(k.lacking, 0) <> coalesce(c.uncounted, 0)
    OR coalesce(k.rows, 0) <> coalesce(c.tallies, k.rows, 0)`
}
