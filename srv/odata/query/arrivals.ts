/** The order of arrival: see db/arrivals.cds. It is read through the service, which confines it like events. */
import type { Exchange } from '../request/exchange.ts'
import { ref, val, xpr, type Cqn } from '../../cqn/cqn.ts'
import { arrivedAfter } from '../../database/dialect.ts'
import { engine } from '../../database/service.ts'
import { filtered, type Rows } from './rows.ts'

/** The number of the last arrival; 0 if there is none. */
export async function lastArrival({ schema, run }: Exchange): Promise<number> {
  await engine().numberArrivals?.()
  const { entity, sequence } = schema.arrivals
  const columns = [{ func: 'max', args: [ref(sequence)], as: 'last' }]
  const [row] = (await run({ SELECT: { from: { ref: [entity] }, columns } })) as { last: number | null }[]
  return row?.last ?? 0
}

/** The rows that had arrived by a given arrival. */
export function arrivedUntil({ schema }: Exchange, rows: Rows, until: number): Rows {
  const { entity, sequence, identity } = schema.arrivals
  const where = [arrivedAfter(ref(sequence), val(until))]
  const later = { SELECT: { from: { ref: [entity] }, columns: identity.map(ref), where } }
  return filtered(rows, xpr({ list: schema.identity.map(ref) }, 'not in', later as unknown as Cqn))
}

/**
 * The arrivals after a given one, as many as fit on a page.
 * @returns the arrivals in their order, with the full keys of their events, and whether there are more
 */
export async function arrivedSince({ schema, run }: Exchange, since: number, limit: number) {
  await engine().numberArrivals?.()
  const { entity, sequence, identity } = schema.arrivals
  const found = (await run({
    SELECT: {
      from: { ref: [entity] },
      columns: [sequence, ...identity].map(ref),
      where: [xpr(ref(sequence), '>', val(since))],
      orderBy: [{ ...ref(sequence), sort: 'asc' }],
      limit: { rows: val(limit + 1) }
    }
  })) as Record<string, string | number>[]
  const arrivals = found.slice(0, limit).map((arrival) => ({
    sequence: Number(arrival[sequence]),
    key: identity.map((name) => arrival[name] as string)
  }))
  return { arrivals, isMore: found.length > limit }
}
