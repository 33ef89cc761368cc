/** What is measured besides scenarios: starting, memory, pages far from the first, and posts beside a long query. */
import { setTimeout as delay } from 'node:timers/promises'
import type { Page } from './dialects.ts'
import type { Ground } from './ground.ts'
import { ask, measure, median, percentile, type Call, type Session } from './load.ts'
import { memoryOf } from './processes.ts'
import { linkOf, readCall, timeOf, walk, whole } from './reads.ts'
import { CONNECTIONS } from './rounds.ts'
import { start, type Target, type TargetName } from './targets.ts'
import { posts } from './writes.ts'

/** A number for some targets, and what it must not be above for the service. */
export interface Finding {
  title: string
  unit: 'ms' | 'MB' | ''
  required?: number
  values: Map<TargetName, number>
}

const STARTS = 3
const MEGABYTE = 1_000_000

/**
 * Looks at targets one after the other, each in new processes on its log.
 * @param files the database files
 * @param milliseconds how long load lasts
 * @param pages which page is compared to the first
 */
export async function findings(
  files: Map<TargetName, string>,
  ground: Ground,
  milliseconds: number,
  pages: number
): Promise<Finding[]> {
  const all = {
    startUp: finding('start-up until the first 200', 'ms', 1500),
    rest: finding('memory at rest', 'MB', 200),
    paged: finding(`memory while ${CONNECTIONS} clients page the whole log`, 'MB', 400),
    depth: finding(`page ${pages} to page 1, p50`, '', 1.1),
    aggregate: finding('an aggregate, p50', 'ms'),
    pressure: finding('POST beside aggregates to POST alone, p99', '', 3)
  }
  for (const [name, file] of files) {
    const starts: number[] = []
    for (let count = 1; count < STARTS; count++) {
      const target = await start(name, file)
      starts.push(target.startUp)
      await target.stop()
    }
    const target = await start(name, file)
    all.startUp.values.set(name, median([...starts, target.startUp]))
    await delay(1000)
    all.rest.values.set(name, memoryOf(target.pid) / MEGABYTE)
    all.paged.values.set(name, (await memoryWhilePaged(target, milliseconds)) / MEGABYTE)
    if (name === 'service') {
      all.depth.values.set(name, await depth(target, ground, pages))
      const { aggregate, pressure } = await underPressure(target, ground, milliseconds)
      all.aggregate.values.set(name, aggregate)
      all.pressure.values.set(name, pressure)
    }
    await target.stop()
  }
  return Object.values(all)
}

function finding(title: string, unit: Finding['unit'], required?: number): Finding {
  return { title, unit, values: new Map(), ...(required !== undefined && { required }) }
}

async function memoryWhilePaged({ url, pid, dialect }: Target, milliseconds: number) {
  let most = 0
  const timer = setInterval(() => (most = Math.max(most, memoryOf(pid))), 50)
  const [read] = whole() as [Page]
  await measure(
    url,
    Array.from({ length: CONNECTIONS }, () => walk(read, dialect)),
    milliseconds
  )
  clearInterval(timer)
  return most
}

/** How many times as long a page takes that is far from the first, by the medians. */
async function depth({ url, dialect }: Target, { count }: Ground, pages: number) {
  const size = Math.max(1, Math.min(100, Math.floor(count / (pages + 1))))
  const first = readCall({ kind: 'page', options: {}, size }, dialect) as Call
  let far = first
  for (let page = 1; page < pages; page++) {
    const link = linkOf(await ask(url, far))
    if (link === undefined) throw new Error(`The log has ${page} pages only.`)
    far = { ...first, path: dialect.linkPath(link) }
  }
  const times: Record<string, number[]> = { first: [], far: [] }
  for (let turn = 0; turn < 400; turn++) {
    const begin = performance.now()
    await ask(url, turn % 2 ? far : first)
    times[turn % 2 ? 'far' : 'first']?.push(performance.now() - begin)
  }
  return median(times.far ?? []) / median(times.first ?? [])
}

/** The most events that an aggregate looks at: about two seconds of work. */
const AGGREGATED = 1_000_000

async function underPressure({ url, dialect }: Target, ground: Ground, milliseconds: number) {
  const $apply =
    `filter(${timeOf(ground, AGGREGATED)})/groupby((targetIdentity/displayName,statusInfo/status),` +
    'aggregate($count as events,durationInMilliseconds with average as duration))'
  const call = readCall({ kind: 'page', options: { $apply } }, dialect) as Call
  const aggregates: number[] = []
  const normal: number[] = []
  const beside: number[] = []
  const sessions = (): Session[] => Array.from({ length: CONNECTIONS }, () => posts(ground, dialect))
  for (let round = 0; round < 3; round++) {
    normal.push(...(await measure(url, sessions(), milliseconds)).latencies)
    const [posted, aggregated] = await Promise.all([
      measure(url, sessions(), milliseconds),
      measure(url, [() => call], milliseconds)
    ])
    beside.push(...posted.latencies)
    aggregates.push(...aggregated.latencies)
  }
  return { aggregate: median(aggregates), pressure: percentile(beside, 0.99) / percentile(normal, 0.99) }
}
