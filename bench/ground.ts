/** What is known of the log that targets are loaded with, so that requests ask for what is there. */
import { randomUUID } from 'node:crypto'
import type { Event } from '../tools/generator/events.ts'

/** The part of an event that queries go by. */
interface Searched {
  id: string
  activityDateTime: string
  jobId: string
  changeId: string
  targetIdentity: { displayName: string }
  modifiedProperties: { displayName: string }[]
}

export interface Ground {
  /** How many events are loaded. */
  count: number
  ids: string[]
  jobs: string[]
  changes: string[]
  /** Names of targets. */
  targets: string[]
  /** Names of changed properties. */
  properties: string[]
  /** When the first and the last event happened, in milliseconds. */
  from: number
  to: number
  /** Events that are like those of the log. */
  events: Event[]
}

/** How many events are looked at to know what is in a log. */
const SAMPLE = 2000

/**
 * Collects what is known of a log from events that are spread over all of it.
 * @param eventAt gives the event at a place in the log
 */
export function groundOf(eventAt: (index: number) => Event, count: number): Ground {
  const size = Math.min(count, SAMPLE)
  const events = Array.from({ length: size }, (_, place) => eventAt(Math.floor((place / size) * count)))
  const found = events as unknown as Searched[]
  const times = [...found, eventAt(count - 1) as unknown as Searched].map((each) => Date.parse(each.activityDateTime))
  return {
    count,
    ids: found.map(({ id }) => id),
    jobs: distinct(found.map(({ jobId }) => jobId)),
    changes: distinct(found.map(({ changeId }) => changeId)),
    targets: distinct(found.map(({ targetIdentity }) => targetIdentity.displayName)),
    properties: distinct(found.flatMap(({ modifiedProperties }) => modifiedProperties.map((each) => each.displayName))),
    from: Math.min(...times),
    to: Math.max(...times),
    events: events.slice(0, 100)
  }
}

/** One of some values, by chance. */
export function anyOf<Value>(values: Value[]): Value {
  return values[Math.floor(Math.random() * values.length)] as Value
}

/** What is put in the place of texts in a new event; other jobs and names than in the log, so that queries find the same. */
const MARKS: Record<string, () => string> = {
  '<id>': randomUUID,
  '<change>': randomUUID,
  '<job>': () => `posted job ${Math.floor(Math.random() * 20)}`,
  '<target>': () => `~posted ${Math.random()}`
}
const TIME = '2000-01-01T00:00:00.0000000Z'
const ANY_MARK = new RegExp(`(${[...Object.keys(MARKS), TIME].join('|')})`)

/**
 * Makes a function that writes new events as JSON, newer than those of the log. They are made of a few, as it would take
 * as long to make each as to store it.
 * @param adapt lays an event out as the target takes it
 */
export function writer({ events, to }: Ground, adapt: (event: Event) => Event): () => { id: string; json: string } {
  const parts = events.map((event) => {
    const targetIdentity = { ...(event.targetIdentity as Event), displayName: '<target>' }
    const marks = { id: '<id>', changeId: '<change>', jobId: '<job>', targetIdentity, activityDateTime: TIME }
    return JSON.stringify(adapt({ ...event, ...marks })).split(ANY_MARK)
  })
  let posted = 0
  return () => {
    const id = randomUUID()
    const time = `${new Date(to + ++posted).toISOString().slice(0, -1)}0000Z`
    const texts = anyOf(parts).map((part) => {
      if (part === '<id>') return id
      return part === TIME ? time : (MARKS[part]?.() ?? part)
    })
    return { id, json: texts.join('') }
  }
}

function distinct(values: string[]) {
  return [...new Set(values)]
}
