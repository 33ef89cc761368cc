/** The dataset: what the log of every target contains, so that queries ask for what exists. */
import { randomUUID } from 'node:crypto'
import { eventAt, type Event } from '../tools/generator/events.ts'

/** The part of an event that queries search. */
interface Searched {
  id: string
  activityDateTime: string
  jobId: string
  changeId: string
  targetIdentity: { displayName: string }
  targetSystem: { displayName: string }
  modifiedProperties: { displayName: string }[]
}

export interface Dataset {
  /** The number of events. */
  count: number
  eventAt: (index: number) => Event
  /** Events from all over the log. */
  sample: Searched[]
  /** When the first and the last event happened, in milliseconds. */
  from: number
  to: number
}

export const SEED = 1 // of the generator
export const DAY = 86_400_000 // ms
const SAMPLE = 2000 // events

/** Describes the log with a number of generated events. */
export function datasetOf(count: number): Dataset {
  const nth = (index: number) => eventAt(index, count, SEED)
  const size = Math.min(count, SAMPLE)
  const sample = Array.from({ length: size }, (_, place) => nth(Math.floor((place / size) * count)))
  const [from = 0, to = 0] = [nth(0), nth(count - 1)].map((event) => Date.parse(String(event.activityDateTime)))
  return { count, eventAt: nth, sample: sample as unknown as Searched[], from, to }
}

/** Picks one of some values. */
export function anyOf<Value>(values: Value[]): Value {
  return values[Math.floor(Math.random() * values.length)] as Value
}

/** What placeholders stand for, chosen at random. */
const VALUES: Record<string, (dataset: Dataset) => string> = {
  id: ({ sample }) => anyOf(sample).id,
  change: ({ sample }) => anyOf(sample).changeId,
  target: ({ sample }) => anyOf(sample).targetIdentity.displayName,
  'part of target': ({ sample }) => anyOf(sample).targetIdentity.displayName.slice(1, 7),
  'part in lower case': ({ sample }) => anyOf(sample).targetIdentity.displayName.slice(1, 7).toLowerCase(),
  nobody: () => `Nobody Q${Math.random().toString(36).slice(2, 10)}`,
  job: ({ sample }) => anyOf(distinct(sample, ({ jobId }) => [jobId])),
  system: ({ sample }) => anyOf(distinct(sample, ({ targetSystem }) => [targetSystem.displayName])),
  property: ({ sample }) =>
    anyOf(distinct(sample, ({ modifiedProperties }) => modifiedProperties.map(({ displayName }) => displayName))),
  'a day': (dataset) => within(dataset, DAY),
  'a week': (dataset) => within(dataset, 7 * DAY),
  'a month': (dataset) => within(dataset, 30 * DAY),
  'a thousand events': (dataset) => withinEvents(dataset, 1000),
  'a million events': (dataset) => withinEvents(dataset, 1_000_000)
}

/** Fills in the placeholders of a path; a text between quotes becomes a literal. */
export function filledIn(path: string, dataset: Dataset): string {
  return path.replace(/('?)\{([^}]+)\}/g, (_, quote: string, name: string) => {
    const text = (VALUES[name] as (dataset: Dataset) => string)(dataset)
    return quote + (quote ? text.replaceAll("'", "''") : text)
  })
}

/** The values that events have, each once. */
const distinct = (sample: Searched[], of: (event: Searched) => string[]) => [...new Set(sample.flatMap(of))]

/** A condition for a random time span in the log. */
function within({ from, to }: Dataset, milliseconds: number) {
  const begin = from + Math.random() * Math.max(0, to - from - milliseconds)
  const [first, last] = [begin, Math.min(begin + milliseconds, to)].map((time) => new Date(time).toISOString())
  return `activityDateTime ge ${first} and activityDateTime lt ${last}`
}

/** The same for a time span of about so many events. */
const withinEvents = (dataset: Dataset, events: number) =>
  within(dataset, ((dataset.to - dataset.from) / dataset.count) * events)

/** The number of events that new ones are copies of, as to generate one takes as long as to store it. */
const TEMPLATES = 100

/**
 * Returns a function that writes new events as JSON. They are newer than those of the log, and their jobs and names are
 * others, so that queries keep their results.
 * @param convert converts an event to what the target takes
 * @param from when the first one happens, in milliseconds
 */
export function writer({ sample, to }: Dataset, convert: (event: Event) => Event, from = to) {
  const templates = sample.slice(0, TEMPLATES).map((event) => {
    const targetIdentity = { ...event.targetIdentity, displayName: '<target>' }
    const marked = { id: '<id>', changeId: '<change>', jobId: '<job>', targetIdentity, activityDateTime: '<time>' }
    return JSON.stringify(convert({ ...event, ...marked })).split(/(<(?:id|change|job|target|time)>)/)
  })
  let posted = 0
  return () => {
    const id = randomUUID()
    const values: Record<string, string> = {
      '<id>': id,
      '<time>': new Date(from + ++posted).toISOString().replace('Z', '0000Z'),
      '<change>': randomUUID(),
      '<job>': `posted job ${Math.floor(Math.random() * 20)}`,
      '<target>': `~posted ${Math.random()}`
    }
    return {
      id,
      json: anyOf(templates)
        .map((part) => values[part] ?? part)
        .join('')
    }
  }
}
