/** How many events there are over time, by result. */
import { ends, filterOf, PATHS } from '../state/conditions.ts'
import type { View } from '../state/view.ts'
import { bucketsOf, MINUTE, SECOND } from './buckets.ts'
import { readGroups } from './groups.ts'
import { LOG, url, type Event, type Page } from './odata.ts'
import { json } from './request.ts'

export interface Histogram {
  /** When the first bucket begins, in milliseconds. */
  start: number
  /** The length of a bucket in milliseconds. */
  width: number
  /** How many buckets there are. */
  length: number
  /** For each result the number of events in each bucket. */
  counts: Map<string | null, number[]>
  total: number
}

interface Row extends Pick<Event, 'statusInfo'> {
  bucket: number
  events: number
}

/** Counts the events of a view over time; undefined if there are none. */
export async function readHistogram(view: View, now: number, signal: AbortSignal): Promise<Histogram | undefined> {
  const filter = filterOf(view, now)
  let { from, to } = ends(view, now)
  if (from === undefined) from = await endOf('activityDateTime', filter, signal)
  if (to === undefined && 'last' in view.range && view.range.last === 'all')
    to = await endOf('activityDateTime desc', filter, signal)
  to ??= now
  if (from === undefined) return undefined
  const offset = view.utc ? 0 : -new Date(to).getTimezoneOffset() * MINUTE
  const { start, width, count } = bucketsOf(from, Math.max(to, from + 1), offset)
  const bucket = `floor(totalseconds(activityDateTime sub ${new Date(start).toISOString()}) divby ${width / SECOND})`
  const grouping = `compute(${bucket} as bucket)/groupby((bucket,${PATHS.status}),aggregate($count as events))`
  const { rows } = await readGroups<Row>(filter, grouping, signal)
  const counts = new Map<string | null, number[]>()
  let total = 0
  for (const { bucket, events, statusInfo } of rows) {
    const status = statusInfo?.status ?? null
    const series = counts.get(status) ?? Array<number>(count).fill(0)
    counts.set(status, series)
    // an event of the future, whose clock is ahead, counts in the last bucket
    const place = Math.min(bucket, count - 1)
    series[place] = (series[place] ?? 0) + events
    total += events
  }
  return { start, width, length: count, counts, total }
}

/** The time of the first event in an order, in milliseconds. */
async function endOf(order: string, filter: string | undefined, signal: AbortSignal) {
  const options = { $filter: filter, $orderby: order, $top: '1', $select: 'activityDateTime' }
  const { value } = await json<Page<{ activityDateTime: string }>>(url(LOG, options), { signal })
  return value[0] && Date.parse(value[0].activityDateTime)
}
