/** What the page shows: all of it is in the URL, so that a view can be sent to a colleague and Back works. */

/** The properties that events are filtered by, by their names in the URL. */
export const FACETS = ['status', 'action', 'job', 'source', 'target'] as const
export type Facet = (typeof FACETS)[number]

/** Relative ranges by their names in the URL, in milliseconds. */
export const RELATIVE = {
  '1h': 3_600_000,
  '24h': 86_400_000,
  '7d': 7 * 86_400_000,
  '30d': 30 * 86_400_000,
  '90d': 90 * 86_400_000
} as const
type Relative = keyof typeof RELATIVE

/** A range of time: relative to now, all of it, or from one instant (inclusive) to another (exclusive), in ISO 8601. */
export type Range = { last: Relative | 'all' } | { from: string; to: string }

export const TABS = ['steps', 'troubleshooting', 'properties', 'summary', 'json'] as const
export type Tab = (typeof TABS)[number]

export interface Subject {
  kind: 'object' | 'cycle' | 'job'
  id: string
}

export interface View {
  range: Range
  /** The chosen values; null stands for events without a value. None chosen means all. */
  chosen: Record<Facet, (string | null)[]>
  /** A person, or an id. */
  search: string
  /** Null stands for events without one. */
  errorCode: string | null | undefined
  /** The object, the cycle or the job whose timeline is shown. */
  subject: Subject | undefined
  list: 'events' | 'failures'
  oldestFirst: boolean
  /** Whether events are shown as they come in. */
  live: boolean
  utc: boolean
  /** The event whose details are open. */
  event: string | undefined
  /** The tenant of that event, where readers see several tenants. */
  tenant: string | undefined
  /** Undefined for the one that tells most about the event. */
  tab: Tab | undefined
}

export const DEFAULT_RANGE: Range = { last: '7d' }

/** How a value that is null is written in the URL. */
const NONE = '(none)'

/** Reads a view from the query of a URL. What is unknown or wrong in it is as if it were not there. */
export function viewOf(query: string): View {
  const options = new URLSearchParams(query)
  const one = (name: string) => options.get(name) || undefined
  const kind = (['object', 'cycle'] as const).find((each) => one(each)) ?? (one('timeline') ? 'job' : undefined)
  const tab = one('tab') as Tab
  const code = options.get('code')
  return {
    range: rangeOf(options),
    chosen: Object.fromEntries(
      FACETS.map((facet) => [facet, options.getAll(facet).map((value) => (value === NONE ? null : value))])
    ) as View['chosen'],
    search: one('search') ?? '',
    errorCode: code === NONE ? null : (code ?? undefined),
    subject: kind && { kind, id: one(kind === 'job' ? 'timeline' : kind) ?? '' },
    list: one('show') === 'failures' ? 'failures' : 'events',
    oldestFirst: one('order') === 'oldest',
    live: one('live') === 'on',
    utc: one('time') === 'utc',
    event: one('event'),
    tenant: one('tenant'),
    tab: TABS.includes(tab) ? tab : undefined
  }
}

/** Writes a view as the query of a URL, without what is as by default. */
export function queryOf(view: View): string {
  const options = new URLSearchParams()
  const set = (name: string, value: string | undefined) => value && options.append(name, value)
  if ('from' in view.range) {
    set('from', view.range.from)
    set('to', view.range.to)
  } else if (view.range.last !== '7d') set('last', view.range.last)
  for (const facet of FACETS) for (const value of view.chosen[facet]) options.append(facet, value ?? NONE)
  set('search', view.search)
  if (view.errorCode !== undefined) options.append('code', view.errorCode ?? NONE)
  if (view.subject) set(view.subject.kind === 'job' ? 'timeline' : view.subject.kind, view.subject.id)
  if (view.list !== 'events') set('show', view.list)
  if (view.oldestFirst) set('order', 'oldest')
  if (view.live) set('live', 'on')
  if (view.utc) set('time', 'utc')
  set('event', view.event)
  if (view.event) set('tenant', view.tenant)
  if (view.event) set('tab', view.tab)
  const query = options.toString()
  return query && `?${query}`
}

function rangeOf(options: URLSearchParams): Range {
  const [from, to] = [instantOf(options.get('from')), instantOf(options.get('to'))]
  if (from && to && from < to) return { from, to }
  const last = options.get('last') ?? ''
  return last === 'all' || Object.hasOwn(RELATIVE, last) ? { last: last as Relative | 'all' } : DEFAULT_RANGE
}

function instantOf(text: string | null) {
  const time = Date.parse(text ?? '')
  return Number.isNaN(time) ? undefined : instant(time)
}

/** The service has the years from 1 to 9999, and a chart begins and ends some years around its range. */
const [EARLIEST, LATEST] = [Date.UTC(100, 0), Date.UTC(9900, 0)]

/** A point in time, or the nearest one that the page can ask for, in the one form that is compared as text. */
export function instant(time: number): string {
  return new Date(Math.min(Math.max(time, EARLIEST), LATEST)).toISOString()
}

/** The week around a point in time, in ISO 8601. */
export function weekAround(time: string): Range {
  const half = RELATIVE['7d'] / 2
  return { from: instant(Date.parse(time) - half), to: instant(Date.parse(time) + half) }
}

/** The values that confine what is shown: the list of failures has nothing else. */
export function chosenIn(view: View): View['chosen'] {
  return view.list === 'failures' && !view.subject ? { ...view.chosen, status: ['failure'] } : view.chosen
}

/** Whether anything but the range of time confines the events. */
export function isFiltered(view: View): boolean {
  return !!view.search || view.errorCode !== undefined || FACETS.some((facet) => view.chosen[facet].length > 0)
}

/** The view without what confines its events, besides the range of time. */
export function withoutFilters(view: View): View {
  return {
    ...view,
    search: '',
    errorCode: undefined,
    chosen: { status: [], action: [], job: [], source: [], target: [] }
  }
}
