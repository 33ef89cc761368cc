/** The order of arrival: see db/arrivals.cds. It is read through the service, which confines it like events. */
import { hash } from 'node:crypto'
import type { Exchange } from '../request/exchange.ts'
import { ref, val, xpr, type Cqn } from '../../cqn/cqn.ts'
import { arrivedAfter } from '../../database/dialect.ts'
import { engine } from '../../database/service.ts'
import type { KnownArrival, Position } from './paging.ts'
import { filtered, type Rows } from './rows.ts'

interface Arrival {
  sequence: number
  /** The full key of the event. */
  key: string[]
}

/** How many arrivals a link knows: by chance one may be in its place again when events are sent once more. */
const KNOWN = 4
/** How much of the hash of an id a link has, in characters of 6 bits. */
const MARK = 8

/** The last arrival, 0 if there is none, as a link begins with it. */
export async function lastArrival(exchange: Exchange): Promise<{ until: number; known: KnownArrival[] }> {
  await engine().numberArrivals?.()
  const known = await lastUpTo(exchange, Number.MAX_SAFE_INTEGER)
  return { until: known.at(-1)?.[0] ?? 0, known }
}

/**
 * Whether the arrivals which a link knows are those of the log. When an older copy of the log was restored, other
 * events get their numbers, and the link would leave these out. Retention may remove arrivals, but if it has removed
 * the last one, what came in after it may be gone as well, and nobody would notice.
 */
export async function goesOn(exchange: Exchange, { until = 0, known = [] }: Position): Promise<boolean> {
  if (!until) return true
  const found = await lastUpTo(exchange, until)
  const [oldest = Infinity] = known[0] ?? [] // earlier versions gave links that know none
  const isOther = ([sequence, mark]: KnownArrival) =>
    sequence >= oldest && !known.some((each) => each[0] === sequence && each[1] === mark)
  return found.at(-1)?.[0] === until && !found.some(isOther)
}

/** The arrivals that a link knows when it has led to further ones. */
export const knownAfter = ({ known = [] }: Position, arrivals: Arrival[]): KnownArrival[] =>
  [...known, ...arrivals.slice(-KNOWN).map(knownOf)].slice(-KNOWN)

const knownOf = ({ sequence, key: [id = ''] }: Arrival): KnownArrival => [
  sequence,
  hash('sha256', id, 'base64url').slice(0, MARK)
]

/** The last few arrivals up to one, in their order. */
async function lastUpTo(exchange: Exchange, until: number): Promise<KnownArrival[]> {
  const found = await arrivals(exchange, '<=', until, 'desc', KNOWN)
  return found.toReversed().map(knownOf)
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
 * @returns the arrivals in their order, and whether there are more
 */
export async function arrivedSince(exchange: Exchange, since: number, limit: number) {
  await engine().numberArrivals?.()
  const found = await arrivals(exchange, '>', since, 'asc', limit + 1)
  return { arrivals: found.slice(0, limit), isMore: found.length > limit }
}

async function arrivals(
  { schema, run }: Exchange,
  operator: '>' | '<=',
  than: number,
  sort: 'asc' | 'desc',
  most: number
): Promise<Arrival[]> {
  const { entity, sequence, identity } = schema.arrivals
  const found = (await run({
    SELECT: {
      from: { ref: [entity] },
      columns: [sequence, ...identity].map(ref),
      where: [xpr(ref(sequence), operator, val(than))],
      orderBy: [{ ...ref(sequence), sort }],
      limit: { rows: val(most) }
    }
  })) as Record<string, string | number>[]
  return found.map((row) => ({ sequence: Number(row[sequence]), key: identity.map((name) => row[name] as string) }))
}
