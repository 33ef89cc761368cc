/** A reader that follows the log by delta links while others post. */
import { createHistogram } from 'node:perf_hooks'
import { DAY, type Dataset } from './dataset.ts'
import { ask, measure, type Session } from './load.ts'
import type { Target } from './processes.ts'
import { posts } from './requests.ts'
import { CLIENTS } from './scenarios.ts'

const RATE = 1000 // POST a second
const SHORTEST = 2 // seconds
const PATIENCE = 10_000 // ms until the reader must have seen all

/**
 * Posts a thousand events a second, or as many as the target takes, while a reader asks for what is new again and again.
 * @param seconds about how long
 * @returns how many were posted a second, and how long after the 201 the reader had them, in milliseconds (p50, p99)
 * @throws {Error} if the reader does not see all events, or one twice
 */
export async function follow(target: Target, dataset: Dataset, seconds: number) {
  const created = new Map<string, number>()
  const seen = new Map<string, number>()
  const from = dataset.to + DAY // only the posts here are that late, so that the first read finds nothing
  const $filter = encodeURIComponent(`activityDateTime gt ${new Date(from).toISOString()}`)
  const start = `${target.dialect.collection}?$filter=${$filter}`
  let link = (await pageAt(target, start, { Prefer: 'track-changes' })).next
  let isOver = false
  const reading = read()
  const open = () => noting(posts(dataset, target.dialect, from), (id) => created.set(id, performance.now()))
  const posting = measure(target, open, CLIENTS, RATE * Math.max(SHORTEST, seconds), { rate: RATE })
  const { throughput } = await Promise.race([posting, reading.then(() => posting)])
  isOver = true
  await reading
  const delays = createHistogram()
  for (const [id, at] of created) delays.record(Math.max(1, Math.round(((seen.get(id) ?? NaN) - at) * 1000)))
  return { posted: throughput, seen: delays.percentile(50) / 1000, seenLate: delays.percentile(99) / 1000 }

  async function read() {
    let end = Infinity
    while (!isOver || seen.size < created.size) {
      if (isOver) end = Math.min(end, performance.now() + PATIENCE)
      if (performance.now() > end) throw new Error(`The reader saw ${seen.size} of ${created.size} events.`)
      const { value, next } = await pageAt(target, link)
      for (const { id } of value) {
        if (seen.has(id)) throw new Error(`The reader saw the event ${id} twice.`)
        seen.set(id, performance.now())
      }
      link = next
    }
  }
}

async function pageAt(target: Target, path: string, headers = {}) {
  const check = (status: number) => (status === 200 ? undefined : 'the status is not 200')
  const page = JSON.parse(await ask(target, { method: 'GET', path, headers, check })) as Record<string, unknown>
  const { pathname, search } = new URL(String(page['@odata.nextLink'] ?? page['@odata.deltaLink']))
  return { value: page.value as { id: string }[], next: pathname + search }
}

/** Tells the id of each event that was created. */
function noting(session: Session, note: (id: string) => void): Session {
  return () => {
    const call = session()
    return {
      ...call,
      check(status, body) {
        note(/"id":"([^"]+)"/.exec(body)?.[1] ?? '')
        return call.check(status, body)
      }
    }
  }
}
