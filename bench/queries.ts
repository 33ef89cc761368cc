/** The queries of the scenarios. */
import { anyOf, type Dataset } from './dataset.ts'
import type { Query } from './dialects.ts'

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

/** The same within a week, in any case. */
export function byPartOfTargetWithinWeek(dataset: Dataset): Query[] {
  const part = () => literal(anyOf(dataset.sample).targetIdentity.displayName.slice(1, 7).toLowerCase())
  const found = () => `contains(tolower(targetIdentity/displayName),${part()}) and ${within(dataset, 7 * DAY)}`
  return times(FEW, () => ofServiceOnly(filter(found())))
}

/** The newest events of a target system, which no index serves. */
export function bySystem({ sample }: Dataset): Query[] {
  const names = [...new Set(sample.map(({ targetSystem }) => targetSystem.displayName))]
  return names.map((name) => ofServiceOnly(filter(`targetSystem/displayName eq ${literal(name)}`)))
}

/** What happened to a person, by the whole name. */
export function bySearch({ sample }: Dataset): Query[] {
  return times(FEW, () => ofServiceOnly({ options: { $search: `"${anyOf(sample).targetIdentity.displayName}"` } }))
}

/** What happened to a person of whom nothing is known. */
export function bySearchInVain(): Query[] {
  return times(FEW, () => {
    const name = `Nobody Q${Math.random().toString(36).slice(2, 10)}`
    return ofServiceOnly({ options: { $search: `"${name}"` }, most: 0 })
  })
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

function times(amount: number, create: () => Query): Query[] {
  return Array.from({ length: amount }, create)
}

function filter($filter: string): Query {
  return { options: { $filter } }
}

function ofServiceOnly(query: Query): Query {
  return { ...query, isOfServiceOnly: true }
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
