/** The queries of the scenarios, of what is in the log. */
import { FIVE_PATHS, type Dialect, type Read } from './dialects.ts'
import { anyOf, type Ground } from './ground.ts'
import type { Call, Session } from './load.ts'

const DAY = 86_400_000 // ms

/** How many queries a scenario varies between, and how many it does where each takes long. */
const MANY = 200
const FEW = 10

/** Events by their keys. */
export function byKey({ ids }: Ground): Read[] {
  return some(MANY, () => ({ kind: 'key', id: anyOf(ids) }))
}

/** The first page, as it comes if nothing else is asked for. */
export function newest(): Read[] {
  return [page({})]
}

/** What failed in a time, which has about a thousand events however large the log is. */
export function byTimeAndStatus(ground: Ground): Read[] {
  return some(MANY, () =>
    page({ $filter: `statusInfo/status eq 'failure' and ${within(ground, lengthOf(ground, 1000))}` })
  )
}

/** What happened to an object. */
export function byTarget({ targets }: Ground): Read[] {
  return some(MANY, () => page({ $filter: `targetIdentity/displayName eq ${literal(anyOf(targets))}` }))
}

/** What happened to objects of which a part of the name is known: no index helps to find them. */
export function byPartOfTarget({ targets }: Ground): Read[] {
  return some(FEW, () =>
    page({ $filter: `contains(targetIdentity/displayName,${literal(anyOf(targets).slice(1, 7))})` })
  )
}

/** What a job did. */
export function byJob({ jobs }: Ground): Read[] {
  return some(MANY, () => page({ $filter: `jobId eq ${literal(anyOf(jobs))}` }))
}

/** What belongs to a change. */
export function byChange({ changes }: Ground): Read[] {
  return some(MANY, () => page({ $filter: `changeId eq ${literal(anyOf(changes))}` }))
}

/** How many events there are. */
export function count(): Read[] {
  return [{ kind: 'count' }]
}

/** How many events failed in a time, which has about a thousand events however large the log is. */
export function countByTimeAndStatus(ground: Ground): Read[] {
  const filter = () => `statusInfo/status eq 'failure' and ${within(ground, lengthOf(ground, 1000))}`
  return some(MANY, () => ({ kind: 'count', filter: filter() }))
}

/** Five paths of the newest events. */
export function select(): Read[] {
  return [page({ $select: FIVE_PATHS })]
}

/** The first events by the names of what they happened to. */
export function orderBy(): Read[] {
  return [page({ $orderby: 'targetIdentity/displayName' })]
}

/** The events of a day by which a property was changed: without an index on properties, all of the day are looked at. */
export function byModifiedProperty(ground: Ground): Read[] {
  const changed = () => `modifiedProperties/any(p:p/displayName eq ${literal(anyOf(ground.properties))})`
  return some(FEW, () => page({ $filter: `${within(ground, DAY)} and ${changed()}` }))
}

/** How many events of each status there were on each day of a month. */
export function byDay(ground: Ground): Read[] {
  const groups = 'compute(date(activityDateTime) as day)/groupby((day,statusInfo/status),aggregate($count as events))'
  return some(FEW, () => page({ $apply: `filter(${within(ground, 30 * DAY)})/${groups}` }, 1000))
}

/** The first page of the whole log, page by page. */
export function whole(): Read[] {
  return [page({}, 1000)]
}

/** Follows the links of a query from page to page, and begins anew at the end. */
export function walk(read: Read, dialect: Dialect): Session {
  const first = readCall(read, dialect) as Call
  let path: string | undefined
  return () => ({
    ...first,
    path: path ?? first.path,
    check(status, body) {
      const problem = problemOf(read, dialect, status, body)
      const link = linkOf(body)
      path = link && dialect.linkPath(link)
      return problem
    }
  })
}

/** The request for a query, and how its answer is verified; undefined if the target cannot answer it. */
export function readCall(read: Read, dialect: Dialect): Call | undefined {
  const request = dialect.request(read)
  return (
    request && {
      method: 'GET',
      ...request,
      check: (status, body) => problemOf(read, dialect, status, body, read.values)
    }
  )
}

/** How many values an answer has, or what number it is. */
export function valuesOf(read: Read, body: Buffer, { mark }: Dialect): number {
  if (read.kind === 'count') return Number(body.toString())
  if (read.kind === 'key') return 1
  return occurrences(body, read.options.$apply ? GROUP : mark)
}

const GROUP = Buffer.from('"events":')

function problemOf(read: Read, dialect: Dialect, status: number, body: Buffer, least = 1) {
  if (status !== 200) return 'the status is not 200'
  if (read.kind !== 'count' && !(body.includes('"@odata.context":') && body.at(-1) === 0x7d)) return 'it is not whole'
  if (read.kind === 'key') return body.includes(`"id":"${read.id}"`) ? undefined : 'it is another event'
  const values = valuesOf(read, body, dialect)
  const most = read.kind === 'count' ? Infinity : (read.size ?? 100)
  return values >= least && values <= most ? undefined : `it has ${values} values, not ${least} or up to ${most}`
}

/** The link to the next page: the last member, or one of the first. */
export function linkOf(body: Buffer): string | undefined {
  const ends = body.toString('utf8', 0, 1000) + body.toString('utf8', Math.max(0, body.length - 1000))
  const [, link] = /"@odata\.nextLink":"([^"]+)"/.exec(ends) ?? []
  return link
}

function occurrences(body: Buffer, part: Buffer) {
  let found = 0
  for (let at = body.indexOf(part); at >= 0; at = body.indexOf(part, at + part.length)) found++
  return found
}

function page(options: Extract<Read, { kind: 'page' }>['options'], size?: number): Read {
  return { kind: 'page', options, ...(size !== undefined && { size }) }
}

function some(most: number, make: () => Read): Read[] {
  return Array.from({ length: most }, make)
}

/** The time of the first events of the log, as a condition. */
export function timeOf(ground: Ground, events: number): string {
  const { from } = ground
  return between(from, from + lengthOf(ground, events))
}

/** How long a number of events take on average, in milliseconds. */
function lengthOf({ from, to, count }: Ground, events: number) {
  return Math.min(to - from, ((to - from) / count) * events)
}

/** A time of some length in milliseconds, somewhere in the log. */
function within({ from, to }: Ground, length: number) {
  const begin = from + Math.random() * Math.max(0, to - from - length)
  return between(begin, Math.min(begin + length, to))
}

function between(from: number, to: number) {
  const [first, last] = [from, to].map((time) => new Date(time).toISOString())
  return `activityDateTime ge ${first} and activityDateTime lt ${last}`
}

function literal(text: string) {
  return `'${text.replaceAll("'", "''")}'`
}
