/** The cycles of a job: when each ran, and how it ended. */
import { filterOf, PATHS } from '../state/conditions.ts'
import type { View } from '../state/view.ts'
import { readGroups } from './groups.ts'
import type { Event } from './odata.ts'

interface Cycle {
  id: string
  first: string
  last: string
  /** The number of events by result. */
  counts: Map<string | null, number>
  events: number
}

interface Row extends Pick<Event, 'cycleId' | 'statusInfo'> {
  events: number
  first: string
  last: string
}

/** How many rows are read, one for each result in each cycle. */
const ROWS = 1000

/** Reads the newest cycles of a view, the newest first. */
export async function readCycles(view: View, now: number, signal: AbortSignal): Promise<Cycle[]> {
  const aggregates = '$count as events,activityDateTime with min as first,activityDateTime with max as last'
  const grouping = `groupby((cycleId,${PATHS.status}),aggregate(${aggregates}))`
  const newest = `${grouping}/orderby(last desc)/top(${ROWS})`
  const { rows } = await readGroups<Row>(filterOf(view, now), newest, signal)
  return cyclesOf(rows)
}

/** Puts the rows of each cycle together. */
function cyclesOf(rows: Row[]): Cycle[] {
  const cycles = new Map<string, Cycle>()
  for (const { cycleId, statusInfo, events, first, last } of rows) {
    const id = cycleId ?? ''
    const cycle: Cycle = cycles.get(id) ?? { id, first, last, counts: new Map(), events: 0 }
    cycles.set(id, cycle)
    const status = statusInfo?.status ?? null
    cycle.counts.set(status, (cycle.counts.get(status) ?? 0) + events)
    cycle.events += events
    if (Date.parse(first) < Date.parse(cycle.first)) cycle.first = first
    if (Date.parse(last) > Date.parse(cycle.last)) cycle.last = last
  }
  return [...cycles.values()]
}
