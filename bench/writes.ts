/** What the scenarios post: events like those of the log. */
import type { Dialect } from './dialects.ts'
import { batchOf } from '../tools/generator/posting.ts'
import type { Event } from '../tools/generator/events.ts'
import { writer, type Ground } from './ground.ts'
import { ask, type Session } from './load.ts'
import type { Target } from './targets.ts'

const HEADERS = { 'Content-Type': 'application/json' }
const CREATED = Buffer.from('"status":201')

/** Posts one event after the other. */
export function posts(ground: Ground, dialect: Dialect): Session {
  const next = writer(ground, dialect.event)
  return () => {
    const { id, json } = next()
    return {
      method: 'POST',
      path: dialect.collection,
      headers: HEADERS,
      body: json,
      check(status, body) {
        if (status !== 201) return 'the status is not 201'
        return body.includes(`"id":"${id}"`) && body.at(-1) === 0x7d ? undefined : 'it is another event'
      }
    }
  }
}

/** Posts batches of new events. */
export function batches(ground: Ground, dialect: Dialect, size: number): Session {
  const next = writer(ground, dialect.event)
  return () => {
    const events = Array.from({ length: size }, next)
    return batchCall(
      events.map(({ json }) => json),
      dialect
    )
  }
}

/** The request that posts some events in a batch. */
export function batchCall(events: string[], dialect: Dialect) {
  return {
    method: 'POST' as const,
    path: dialect.batch,
    headers: HEADERS,
    body: batchOf(events, dialect.batchUrl),
    check(status: number, body: Buffer) {
      if (status !== 200) return 'the status is not 200'
      let created = 0
      for (let at = body.indexOf(CREATED); at >= 0; at = body.indexOf(CREATED, at + 1)) created++
      return created === events.length ? undefined : `it has ${created} events, not ${events.length}`
    }
  }
}

/** Fills a log as clients do, by batches. */
export async function loadByBatches({ url, dialect }: Target, eventAt: (index: number) => Event, count: number) {
  const size = 20
  let next = 0
  const load = async () => {
    for (let from = next; from < count; from = next) {
      next = Math.min(from + size, count)
      const some = Array.from({ length: next - from }, (_, index) => dialect.event(eventAt(from + index)))
      await ask(
        url,
        batchCall(
          some.map((event) => JSON.stringify(event)),
          dialect
        )
      )
    }
  }
  await Promise.all(Array.from({ length: 4 }, load))
}
