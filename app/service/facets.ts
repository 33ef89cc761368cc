/** How many events there are for each value of each facet, from one query for all of them. */
import { PATHS, filterOf } from '../state/conditions.ts'
import { FACETS, type Facet, type View } from '../state/view.ts'
import { applied, LOG, url, type Page } from './odata.ts'
import { json } from './request.ts'

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
  let link: string | undefined = url(LOG, { $apply: applied(filterOf(view, now, []), grouping) })
  const combinations: Combination[] = []
  for (let page = 0; link && page < PAGES; page++) {
    const answer: Page<Record<string, unknown>> = await json(link, {
      headers: { Prefer: 'odata.maxpagesize=1000' },
      signal
    })
    for (const row of answer.value) {
      const values = Object.fromEntries(FACETS.map((facet) => [facet, valueAt(row, PATHS[facet])]))
      combinations.push({ values: values as Combination['values'], count: Number(row.events) })
    }
    link = answer['@odata.nextLink']
  }
  return { combinations, isPartial: link !== undefined }
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

/** What the systems of a job tell of it, as its id tells people nothing. */
export function jobNames({ combinations }: Facets): Map<string, string> {
  const names = new Map<string, string>()
  for (const { values } of combinations)
    if (values.job !== null && !names.has(values.job))
      names.set(values.job, [values.source, values.target].filter(Boolean).join(' → ') || values.job)
  return names
}
