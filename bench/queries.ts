/** What the queries of the scenarios are made of. */
import { anyOf, type Dataset, type Searched } from './dataset.ts'
import type { Query } from './dialects.ts'

export const DAY = 86_400_000 // ms

/** The number of queries that a scenario varies between, and the number if each takes long. */
const MANY = 200
export const FEW = 10

/** Makes the queries of a scenario. */
export type Queries = (dataset: Dataset) => Query[]

/** Always the same query. */
export const always =
  (query: Query): Queries =>
  () => [query]

/** Queries for what any events of the log have. */
export const varied =
  (query: (event: Searched, dataset: Dataset) => Query, amount = MANY): Queries =>
  (dataset) =>
    Array.from({ length: amount }, () => query(anyOf(dataset.sample), dataset))

export const filtered = (condition: (event: Searched, dataset: Dataset) => string, amount = MANY): Queries =>
  varied((event, dataset) => ({ options: { $filter: condition(event, dataset) } }), amount)

/** Queries that the other servers do not answer. */
export const ofServiceOnly =
  (queries: Queries): Queries =>
  (dataset) =>
    queries(dataset).map((query) => ({ ...query, isOfServiceOnly: true }))

/** The values that events of the log have, each once. */
export const distinct = ({ sample }: Dataset, of: (event: Searched) => string[]) => [...new Set(sample.flatMap(of))]

/** A random time span in the log, as a condition. */
export function within({ from, to }: Dataset, milliseconds: number): string {
  const begin = from + Math.random() * Math.max(0, to - from - milliseconds)
  return between(begin, Math.min(begin + milliseconds, to))
}

/** A random time span of about so many events. */
export const withinEvents = (dataset: Dataset, events: number) => within(dataset, lengthOf(dataset, events))

/** The time span of the first events of the log. */
export const timeOf = (dataset: Dataset, events: number) =>
  between(dataset.from, dataset.from + lengthOf(dataset, events))

/** A text as a literal. */
export const literal = (text: string) => `'${text.replaceAll("'", "''")}'`

/** The average time span of a number of events, in milliseconds. */
const lengthOf = ({ from, to, count }: Dataset, events: number) => Math.min(to - from, ((to - from) / count) * events)

function between(from: number, to: number) {
  const [first, last] = [from, to].map((time) => new Date(time).toISOString())
  return `activityDateTime ge ${first} and activityDateTime lt ${last}`
}
