/** The queries of the scenarios, and the check of their responses. */
import { anyOf, type Dataset } from './dataset.ts'
import type { Dialect, Query } from './dialects.ts'
import type { Call, Session } from './load.ts'

const DAY = 86_400_000 // ms

/** The number of queries that a scenario varies between, and the number if each takes long. */
const MANY = 200
const FEW = 10

/** Events by their keys. */
export function byKey({ sample }: Dataset): Query[] {
  return times(MANY, () => ({ id: anyOf(sample).id }))
}

/** The first page in the default order. */
export function newest(): Query[] {
  return [{}]
}

/** Failures in a time span of about a thousand events, whatever the size of the log. */
export function byTimeAndStatus(dataset: Dataset): Query[] {
  return times(MANY, () => filter(`statusInfo/status eq 'failure' and ${within(dataset, lengthOf(dataset, 1000))}`))
}

/** The number of such failures. */
export function countByTimeAndStatus(dataset: Dataset): Query[] {
  return byTimeAndStatus(dataset).map((query) => ({ ...query, isCount: true }))
}

/** The events of a target object. */
export function byTarget({ sample }: Dataset): Query[] {
  return times(MANY, () => filter(`targetIdentity/displayName eq ${literal(anyOf(sample).targetIdentity.displayName)}`))
}

/** The events of target objects by a part of the name, which no index serves. */
export function byPartOfTarget({ sample }: Dataset): Query[] {
  const part = () => literal(anyOf(sample).targetIdentity.displayName.slice(1, 7))
  return times(FEW, () => filter(`contains(targetIdentity/displayName,${part()})`))
}

/** The events of a job. */
export function byJob({ sample }: Dataset): Query[] {
  const jobs = [...new Set(sample.map(({ jobId }) => jobId))]
  return times(MANY, () => filter(`jobId eq ${literal(anyOf(jobs))}`))
}

/** The events of a change. */
export function byChange({ sample }: Dataset): Query[] {
  return times(MANY, () => filter(`changeId eq ${literal(anyOf(sample).changeId)}`))
}

/** The number of events. */
export function count(): Query[] {
  return [{ isCount: true }]
}

/** Five paths of the newest events. */
export function select(): Query[] {
  const paths = 'id,activityDateTime,statusInfo/status,targetIdentity/displayName,initiatedBy/displayName'
  return [{ options: { $select: paths } }]
}

/** The first events by the names of their target objects. */
export function orderBy(): Query[] {
  return [{ options: { $orderby: 'targetIdentity/displayName' } }]
}

/** The events of a day that changed a property. No index serves properties, so all events of the day are examined. */
export function byModifiedProperty(dataset: Dataset): Query[] {
  const properties = dataset.sample.flatMap((event) => event.modifiedProperties.map(({ displayName }) => displayName))
  const names = [...new Set(properties)]
  const changed = () => `modifiedProperties/any(p:p/displayName eq ${literal(anyOf(names))})`
  return times(FEW, () => filter(`${within(dataset, DAY)} and ${changed()}`))
}

/** The number of events by day and status in a month. */
export function byDay(dataset: Dataset): Query[] {
  const groups = 'compute(date(activityDateTime) as day)/groupby((day,statusInfo/status),aggregate($count as events))'
  return times(FEW, () => ({ options: { $apply: `filter(${within(dataset, 30 * DAY)})/${groups}` }, size: 1000 }))
}

/** The first page of the whole log. */
export function whole(): Query[] {
  return [{ size: 1000 }]
}

/** The time span of the first events of the log, as a condition. */
export function timeOf(dataset: Dataset, events: number): string {
  return between(dataset.from, dataset.from + lengthOf(dataset, events))
}

/** Returns the request for a query with its check, or undefined if the target cannot answer it. */
export function callOf(query: Query, dialect: Dialect): Call | undefined {
  const request = dialect.request(query)
  return request && { method: 'GET', ...request, check: (status, body) => problemOf(query, status, body) }
}

/** Follows the links of a query from page to page, and starts again after the last one. */
export function walk(query: Query, dialect: Dialect): Session {
  const first = callOf(query, dialect) as Call
  let path: string | undefined
  return () => ({
    ...first,
    path: path ?? first.path,
    check(status, body) {
      path = nextPath(body, dialect)
      return problemOf({ ...query, least: 1 }, status, body) // the last page may be short
    }
  })
}

/** Returns the path of the next page, if there is one. Its link is near the start or the end of a page. */
export function nextPath(body: string, { root }: Dialect): string | undefined {
  const [, link] = /"@odata\.nextLink":"([^"]+)"/.exec(body.slice(0, 1000) + body.slice(-1000)) ?? []
  if (link === undefined) return undefined
  const { pathname, search } = new URL(link, `http://localhost${root}/`)
  return pathname + search
}

/** Counts the values of a response, or reads the number that it is. */
export function valuesOf({ isCount, options }: Query, body: string): number {
  if (isCount) return Number(body)
  return body.split(options?.$apply ? '"events":' : '"activityDateTime":').length - 1 // each value has it once
}

function problemOf(query: Query, status: number, body: string) {
  const { id, isCount, size = 100, least = 1 } = query
  if (status !== 200) return 'the status is not 200'
  if (id !== undefined && !body.includes(`"id":"${id}"`)) return 'it is another event'
  const values = valuesOf(query, body)
  const most = isCount ? Infinity : size
  return values >= least && values <= most ? undefined : `it has ${values} values, not ${least} to ${most}`
}

function times(amount: number, create: () => Query): Query[] {
  return Array.from({ length: amount }, create)
}

function filter($filter: string): Query {
  return { options: { $filter } }
}

/** The average time span of a number of events, in milliseconds. */
function lengthOf({ from, to, count }: Dataset, events: number) {
  return Math.min(to - from, ((to - from) / count) * events)
}

/** A random time span in the log. */
function within({ from, to }: Dataset, milliseconds: number) {
  const begin = from + Math.random() * Math.max(0, to - from - milliseconds)
  return between(begin, Math.min(begin + milliseconds, to))
}

function between(from: number, to: number) {
  const [first, last] = [from, to].map((time) => new Date(time).toISOString())
  return `activityDateTime ge ${first} and activityDateTime lt ${last}`
}

function literal(text: string) {
  return `'${text.replaceAll("'", "''")}'`
}
