/** The dataset: what the log of every target contains, so that queries ask for what exists. */
import { randomUUID } from 'node:crypto'
import { eventAt, type Event } from '../tools/generator/events.ts'

/** The part of an event that queries search. */
export interface Searched {
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

const SAMPLE = 2000

/**
 * Describes the log with a number of generated events.
 * @param seed the seed of the generator
 */
export function datasetOf(count: number, seed: number): Dataset {
  const nth = (index: number) => eventAt(index, count, seed)
  const size = Math.min(count, SAMPLE)
  const sample = Array.from({ length: size }, (_, place) => nth(Math.floor((place / size) * count)))
  const [from = 0, to = 0] = [nth(0), nth(count - 1)].map((event) => Date.parse(String(event.activityDateTime)))
  return { count, eventAt: nth, sample: sample as unknown as Searched[], from, to }
}

/** Picks one of some values. */
export function anyOf<Value>(values: Value[]): Value {
  return values[Math.floor(Math.random() * values.length)] as Value
}

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
    const parts = anyOf(templates).map((part) => values[part] ?? part)
    return { id, json: parts.join('') }
  }
}
