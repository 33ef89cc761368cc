/** How many events there are for each value of each facet, from one query for all of them. */
import { PATHS, filterOf } from '../state/conditions.ts'
import { FACETS, type Facet, type View } from '../state/view.ts'
import { readGroups } from './groups.ts'
import type { Event } from './odata.ts'

/** The number of events with one combination of values. */
interface Combination {
  values: Record<Facet, string | null>
  count: number
}

export interface Facets {
  combinations: Combination[]
  /** Whether there are more combinations than the page reads. */
  isPartial: boolean
}

/** How many pages of a thousand combinations are read. */
const PAGES = 5

/** Counts all combinations of values, whatever values are chosen: choosing one needs no further query. */
export async function readFacets(view: View, now: number, signal: AbortSignal): Promise<Facets> {
  const grouping = `groupby((${Object.values(PATHS).join()}),aggregate($count as events))`
  const filter = filterOf(view, now, [])
  const { rows, isPartial } = await readGroups<Record<string, unknown>>(filter, grouping, signal, PAGES)
  const combinations = rows.map((row) => {
    const values = Object.fromEntries(FACETS.map((facet) => [facet, valueAt(row, PATHS[facet])]))
    return { values: values as Combination['values'], count: Number(row.events) }
  })
  return { combinations, isPartial }
}

function valueAt(row: Record<string, unknown>, path: string) {
  let value: unknown = row
  for (const name of path.split('/')) value = (value as Record<string, unknown> | null)?.[name]
  return typeof value === 'string' ? value : null
}

/** Counts the events for each value of a facet among those that the values chosen of the other facets leave. */
export function countsOf({ combinations }: Facets, facet: Facet, chosen: View['chosen']): Map<string | null, number> {
  const others = FACETS.filter((each) => each !== facet && chosen[each].length)
  const counts = new Map<string | null, number>()
  for (const { values, count } of combinations) {
    const counted = others.every((other) => chosen[other].includes(values[other])) ? count : 0
    counts.set(values[facet], (counts.get(values[facet]) ?? 0) + counted)
  }
  return counts
}

/** The systems of each job, as its id tells people nothing. */
export function systemsOfJobs({
  combinations
}: Facets): Map<string | null, Pick<Event, 'sourceSystem' | 'targetSystem'>> {
  const jobs = new Map<string | null, Pick<Event, 'sourceSystem' | 'targetSystem'>>()
  for (const { values } of combinations)
    if (values.job && (values.source || values.target) && !jobs.has(values.job))
      jobs.set(values.job, {
        sourceSystem: { displayName: values.source },
        targetSystem: { displayName: values.target }
      })
  return jobs
}
