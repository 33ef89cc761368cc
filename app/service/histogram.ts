/** How many events there are over time, by result. */
import { ends, filterOf, PATHS } from '../state/conditions.ts'
import type { View } from '../state/view.ts'
import { offsetIn } from '../state/zone.ts'
import { bucketAt, bucketsOf, SECOND } from './buckets.ts'
import { readGroups } from './groups.ts'
import { LOG, url, type Event, type Page } from './odata.ts'
import { json } from './request.ts'

export interface Histogram {
  /** When buckets begin, and when the last one ends, in milliseconds. */
  edges: number[]
  /** From when to when events are counted: the first and the last bucket may begin before and end after that. */
  from: number
  to: number
  /** For each result the number of events in each bucket. */
  counts: Map<string | null, number[]>
  total: number
  /** Whether there are more events than were counted. */
  isPartial: boolean
}

type Row = Pick<Event, 'statusInfo'> & { events: number } & Record<string, unknown>

/** How many pages of a thousand rows are read: few, unless there are dozens of results. */
const PAGES = 20

/** Counts the events of a view over time; undefined if there are none. */
export async function readHistogram(view: View, now: number, signal: AbortSignal): Promise<Histogram | undefined> {
  const filter = filterOf(view, now)
  let { from, to = now } = ends(view, now)
  if (from === undefined) {
    const [first, last] = [
      await endOf('activityDateTime', filter, signal),
      await endOf('activityDateTime desc', filter, signal)
    ]
    if (first === undefined || last === undefined) return undefined
    from = first
    to = last + 1
  }
  const { edges, width, origins } = bucketsOf(from, to, offsetIn(view.utc))
  const names = origins.map((_, place) => `bucket${place}`)
  const buckets = origins.map((origin, place) => {
    const since = `totalseconds(activityDateTime sub ${new Date(origin).toISOString()})`
    return `floor(${since} divby ${width / SECOND}) as ${names[place]}`
  })
  const grouping = `groupby((${names.join()},${PATHS.status}),aggregate($count as events))`
  const { rows, isPartial } = await readGroups<Row>(filter, `compute(${buckets.join()})/${grouping}`, signal, PAGES)
  const counts = new Map<string | null, number[]>()
  let total = 0
  for (const { events, statusInfo, ...row } of rows) {
    const status = statusInfo?.status ?? null
    const series = counts.get(status) ?? Array<number>(edges.length - 1).fill(0)
    counts.set(status, series)
    // the time from which on there may be events of the row: an edge, if there is one between its events and others
    const since = Math.max(...origins.map((origin, place) => origin + Number(row[`bucket${place}`]) * width))
    // an event of the future, whose clock is ahead, counts in the last bucket
    const bucket = bucketAt(edges, since)
    series[bucket] = (series[bucket] ?? 0) + events
    total += events
  }
  return { edges, from, to, counts, total, isPartial }
}

/** The time of the first event in an order, in milliseconds. */
async function endOf(order: string, filter: string | undefined, signal: AbortSignal) {
  const options = { $filter: filter, $orderby: order, $top: '1', $select: 'activityDateTime' }
  const { value } = await json<Page<{ activityDateTime: string }>>(url(LOG, options), { signal })
  return value[0] && Date.parse(value[0].activityDateTime)
}
