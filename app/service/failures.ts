/** Failures, grouped by their error code. */
import { ERROR, filterOf } from '../state/conditions.ts'
import type { View } from '../state/view.ts'
import { readGroups } from './groups.ts'
import type { Event } from './odata.ts'

/** What failed with one error code. */
export interface FailureGroup {
  errorCode: string | null
  events: number
  /** How many objects it happened to. */
  objects: number
  first: string
  last: string
  /** What an event with this code recommends, if any does. */
  recommendedAction: string | undefined
}

type Row = Omit<FailureGroup, 'errorCode' | 'recommendedAction'> &
  Pick<Event, 'statusInfo'> & { recommended: string | null }

/** How many codes are read. */
const MOST = 200

/** Groups the events of a view of failures, those that are frequent first. */
export async function readFailures(view: View, now: number, signal: AbortSignal): Promise<FailureGroup[]> {
  const aggregates = [
    '$count as events',
    'sourceIdentity/id with countdistinct as objects',
    'activityDateTime with min as first',
    'activityDateTime with max as last',
    `${ERROR}/recommendedAction with max as recommended`
  ]
  const grouping = `groupby((${ERROR}/errorCode),aggregate(${aggregates.join()}))`
  const { rows } = await readGroups<Row>(filterOf(view, now), `${grouping}/orderby(events desc)/top(${MOST})`, signal)
  return rows.map(({ statusInfo, recommended, ...group }) => ({
    ...group,
    errorCode: statusInfo?.errorCode ?? null,
    recommendedAction: recommended ?? undefined
  }))
}
