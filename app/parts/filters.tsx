/** The filters: the values that there are, each with the number of its events. */
import { useState } from 'preact/hooks'
import { countsOf, readFacets, systemsOfJobs, type Facets } from '../service/facets.ts'
import { useAnswer } from '../state/answer.ts'
import { filterOf } from '../state/conditions.ts'
import type { Shown } from '../state/navigation.ts'
import { chosenIn, FACETS, isFiltered, withoutFilters, type Facet, type View } from '../state/view.ts'
import { Failure } from './states.tsx'
import { rank, toneOf, wordOf } from './status.tsx'
import { Systems } from './systems.tsx'

const TITLES: Record<Facet, string> = {
  status: 'Status',
  action: 'Action',
  job: 'Job',
  source: 'Source system',
  target: 'Target system'
}

/** How many values of a facet are shown at first. */
const FEW = 6

interface Props extends Shown {
  /** Whether they are shown where there is little room. */
  isOpen: boolean
}

/** Shows and hides the filters where there is little room. */
export function FiltersButton({ view, isOpen, toggle }: Pick<Props, 'view' | 'isOpen'> & { toggle: () => void }) {
  const chosen = FACETS.reduce((sum, facet) => sum + view.chosen[facet].length, 0)
  return (
    <button type="button" class="opener" aria-expanded={isOpen} aria-controls="filters" onClick={toggle}>
      Filters{chosen ? ` (${chosen})` : ''}
    </button>
  )
}

export function Filters({ view, now, navigate, isOpen }: Props) {
  const key = `${filterOf(view, now, [])} ${now}`
  const { value, error, isLoading, retry } = useAnswer(key, (signal) => readFacets(view, now, signal))
  const choose = (facet: Facet, values: (string | null)[]) => navigate({ chosen: { ...view.chosen, [facet]: values } })
  return (
    <aside id="filters" class={isOpen ? 'filters open' : 'filters'} aria-label="Filters" aria-busy={isLoading}>
      {isFiltered(view) && (
        <button type="button" class="quiet clear" onClick={() => navigate(withoutFilters(view))}>
          Clear all filters
        </button>
      )}
      {error !== undefined && !value ? <Failure error={error} of="The filters" {...{ isLoading, retry }} /> : null}
      {value && FACETS.map((facet) => <Values key={facet} {...{ facet, view, choose }} facets={value} />)}
      {value?.isPartial && (
        <p class="faint">Counts of the most frequent values only: choose a shorter range of time for all.</p>
      )}
    </aside>
  )
}

interface ValuesProps {
  facet: Facet
  facets: Facets
  view: View
  choose: (facet: Facet, values: (string | null)[]) => void
}

function Values({ facet, facets, view, choose }: ValuesProps) {
  const [isLong, setLong] = useState(false)
  const chosen = view.chosen[facet]
  const counts = countsOf(facets, facet, chosenIn(view))
  for (const value of chosen) if (!counts.has(value)) counts.set(value, 0)
  const jobs = facet === 'job' ? systemsOfJobs(facets) : undefined
  const order = (value: string | null) => (facet === 'status' ? rank(value) : 0)
  const values = [...counts].sort(
    ([one, few], [other, many]) => order(one) - order(other) || many - few || (one ?? '').localeCompare(other ?? '')
  )
  const shown = isLong ? values : values.filter(([value], place) => place < FEW || chosen.includes(value))
  const isName = facet !== 'status' && facet !== 'action'
  const toggle = (value: string | null) =>
    choose(facet, chosen.includes(value) ? chosen.filter((each) => each !== value) : [...chosen, value])
  if (!values.length) return null
  return (
    <fieldset>
      <legend>{TITLES[facet]}</legend>
      {shown.map(([value, count]) => {
        const job = jobs?.get(value)
        return (
          <label key={value} class={count ? '' : 'none'} title={value ?? undefined}>
            <input type="checkbox" checked={chosen.includes(value)} onChange={() => toggle(value)} />
            <span class="value">
              <span>
                {facet === 'status' && <i class={`dot ${toneOf(value)}`} />}
                {job ? <Systems of={job} /> : (isName && value) || wordOf(value)}
              </span>
              {jobs && <small>{shortJob(value)}</small>}
            </span>
            <span class="count">{count.toLocaleString('en')}</span>
          </label>
        )
      })}
      {values.length > FEW && (
        <button type="button" class="quiet" aria-expanded={isLong} onClick={() => setLong(!isLong)}>
          {isLong ? 'Fewer' : `${values.length - shown.length} more`}
        </button>
      )}
    </fieldset>
  )
}

/** What tells jobs between the same systems apart: the template, and how its id begins. */
function shortJob(id: string | null) {
  const parts = id?.split('.') ?? []
  return parts.length > 1 ? `${parts[0]} · ${parts.at(-1)?.slice(0, 8)}` : ''
}
