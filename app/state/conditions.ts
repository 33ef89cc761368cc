/** Views as conditions of OData. */
import { chosenIn, FACETS, RELATIVE, weekAround, type Facet, type Range, type Subject, type View } from './view.ts'

/** The properties behind the facets. */
export const PATHS: Record<Facet, string> = {
  status: 'statusInfo/status',
  action: 'action',
  job: 'jobId',
  source: 'sourceSystem/displayName',
  target: 'targetSystem/displayName'
}

export const ERROR = 'statusInfo/microsoft.graph.statusDetails'

/** Texts in which a search finds a part, in any case, and ids, which it finds as a whole. */
const NAMES = ['targetIdentity/displayName', 'sourceIdentity/displayName', 'sourceIdentity/details/UserPrincipalName']
const IDS = ['id', 'changeId', 'cycleId', 'jobId', 'sourceIdentity/id', 'targetIdentity/id']

/** A text as a literal of OData. */
export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}

/** The instants that a view goes from and to, in milliseconds; undefined where it has no such end. */
export function ends({ range }: View, now: number): { from?: number; to?: number } {
  if ('from' in range) return { from: Date.parse(range.from), to: Date.parse(range.to) }
  return range.last === 'all' ? {} : { from: now - RELATIVE[range.last] }
}

/** The range of a view if it has a point in time, and otherwise the week around that. */
export function rangeWith(time: string, view: View, now: number): Range {
  const { from = -Infinity, to = Infinity } = ends(view, now)
  const at = Date.parse(time)
  return at >= from && at < to ? view.range : weekAround(time)
}

/**
 * The `$filter` of a view, or undefined for all events.
 * @param now the end of relative ranges, in milliseconds
 * @param facets those of the chosen values that count
 */
export function filterOf(view: View, now: number, facets: readonly Facet[] = FACETS): string | undefined {
  const { from, to } = ends(view, now)
  const conditions = [
    from !== undefined && `activityDateTime ge ${new Date(from).toISOString()}`,
    to !== undefined && `activityDateTime lt ${new Date(to).toISOString()}`,
    ...facets.map((facet) => anyOf(PATHS[facet], chosenIn(view)[facet])),
    view.errorCode !== undefined && anyOf(`${ERROR}/errorCode`, [view.errorCode]),
    view.subject && subjectCondition(view.subject),
    searchCondition(view)
  ]
  return conditions.filter(Boolean).join(' and ') || undefined
}

/** The options of a list of the events of a view. */
export const listOf = (view: View, now: number) => ({
  $filter: filterOf(view, now),
  $orderby: view.oldestFirst ? 'activityDateTime' : undefined
})

function anyOf(path: string, values: (string | null)[]) {
  const texts = values.filter((value) => value !== null)
  const parts = [
    texts.length === 1 && `${path} eq ${literal(texts[0] as string)}`,
    texts.length > 1 && `${path} in (${texts.map(literal).join()})`,
    values.includes(null) && `${path} eq null`
  ].filter(Boolean)
  return parts.length > 1 ? `(${parts.join(' or ')})` : parts[0]
}

function subjectCondition({ kind, id }: Subject) {
  if (kind === 'job') return `jobId eq ${literal(id)}`
  if (kind === 'cycle') return `cycleId eq ${literal(id)}`
  return `(sourceIdentity/id eq ${literal(id)} or targetIdentity/id eq ${literal(id)})`
}

/** With more words than this, a search is for all of them as they are. */
const MOST_WORDS = 8

/** What is searched for: words in any order, or a text as it is, which people put in quotation marks. */
function soughtIn({ search }: View): { text: string; words: string[] } {
  const [whole, quoted] = /^"(.*)"$/.exec(search.trim()) ?? [search.trim()]
  const text = (quoted ?? whole).trim()
  const words = text.split(/\s+/)
  return { text, words: quoted === undefined && words.length <= MOST_WORDS ? words : [text] }
}

function searchCondition(view: View) {
  const { text, words } = soughtIn(view)
  if (!text) return undefined
  const allIn = (path: string) => {
    const parts = words.map((word) => `contains(tolower(${path}),${literal(word.toLowerCase())})`)
    return parts.length > 1 ? `(${parts.join(' and ')})` : parts[0]
  }
  const parts = [...NAMES.map(allIn), ...IDS.map((path) => `${path} eq ${literal(text)}`)]
  return `(${parts.join(' or ')})`
}
