/** What is measured besides scenarios: start-up, memory, a page far from the first, and posts during a long query. */
import { createHistogram } from 'node:perf_hooks'
import { setTimeout as delay } from 'node:timers/promises'
import type { Dataset } from './dataset.ts'
import type { Definition, TargetName } from './definitions.ts'
import type { Log } from './logs.ts'
import { ask, measure, median, type Call } from './load.ts'
import { memoryOf } from './processes.ts'
import { callOf, nextPath, timeOf, walk } from './queries.ts'
import { CONNECTIONS } from './rounds.ts'
import { posts } from './scenarios.ts'
import { start, type Target } from './targets.ts'

/** A number for some targets, and the most that the service may have. */
export interface Finding {
  title: string
  unit: 'ms' | 'MB' | ''
  required?: number
  values: Map<TargetName, number>
}

const STARTS = 3
const MEGABYTE = 1_000_000
const AGGREGATED = 1_000_000 // events at most: about two seconds of work

/**
 * Examines targets one after the other, each in a new process.
 * @param files the logs
 * @param seconds about how long each load lasts
 * @param pages the number of the page that is compared with the first
 */
export async function findings(
  files: Map<Definition, Log>,
  dataset: Dataset,
  seconds: number,
  pages: number
): Promise<Finding[]> {
  const startUp = finding('start-up until the first 200', 'ms', 800)
  const rest = finding('memory at rest', 'MB', 150)
  const paged = finding(`memory while ${CONNECTIONS} clients page the whole log`, 'MB', 300)
  const depth = finding(`page ${pages} to page 1, p50`, '', 1.1)
  const aggregate = finding('an aggregate, p50', 'ms')
  const pressure = finding('POST beside aggregates to POST alone, p99', '', 3)
  for (const [definition, { file }] of files) {
    const { name } = definition
    if (name === 'bare') continue
    let target = await start(definition, file)
    const starts = [target.startUp]
    while (starts.length < STARTS) {
      await target.stop()
      target = await start(definition, file)
      starts.push(target.startUp)
    }
    startUp.values.set(name, median(starts))
    await delay(1000)
    rest.values.set(name, memoryOf(target.pid) / MEGABYTE)
    paged.values.set(name, (await memoryWhilePaged(target, seconds)) / MEGABYTE)
    if (name === 'service' || name === 'before') {
      depth.values.set(name, await depthOf(target, dataset, pages))
      const found = await underPressure(target, dataset, seconds)
      aggregate.values.set(name, found.aggregate)
      pressure.values.set(name, found.pressure)
    }
    await target.stop()
  }
  return [startUp, rest, paged, depth, aggregate, pressure]
}

function finding(title: string, unit: Finding['unit'], required?: number): Finding {
  return { title, unit, values: new Map(), ...(required !== undefined && { required }) }
}

async function memoryWhilePaged(target: Target, seconds: number) {
  const { pid, dialect } = target
  let most = 0
  const timer = setInterval(() => (most = Math.max(most, memoryOf(pid))), 50)
  const open = () => walk({ size: 1000 }, dialect)
  const { throughput } = await measure(target, open, CONNECTIONS, 2 * CONNECTIONS)
  await measure(target, open, CONNECTIONS, Math.max(CONNECTIONS, Math.round(throughput * seconds)))
  clearInterval(timer)
  return most
}

/** Returns how many times as long a page far from the first takes, by the medians. */
async function depthOf(target: Target, { count }: Dataset, pages: number) {
  const { dialect } = target
  const size = Math.max(1, Math.min(100, Math.floor(count / (pages + 1))))
  const first = callOf({ size }, dialect) as Call
  let far = first
  for (let page = 1; page < pages; page++) {
    const path = nextPath(await ask(target, far), dialect)
    if (path === undefined) throw new Error(`The log has only ${page} pages.`)
    far = { ...first, path }
  }
  const [near, distant] = [createHistogram(), createHistogram()]
  for (let turn = 0; turn < 20; turn++) {
    near.add((await measure(target, () => () => first, 1, 10)).latencies)
    distant.add((await measure(target, () => () => far, 1, 10)).latencies)
  }
  return distant.percentile(50) / near.percentile(50)
}

async function underPressure(target: Target, dataset: Dataset, seconds: number) {
  const { dialect } = target
  const $apply =
    `filter(${timeOf(dataset, AGGREGATED)})/groupby((targetIdentity/displayName,statusInfo/status),` +
    'aggregate($count as events,durationInMilliseconds with average as duration))'
  const call = callOf({ options: { $apply }, size: 1000 }, dialect) as Call
  const aggregates = await measure(target, () => () => call, 1, 3)
  const post = (amount: number) => measure(target, () => posts(dataset, dialect), CONNECTIONS, amount)
  const { throughput } = await post(10 * CONNECTIONS)
  const amount = Math.max(10 * CONNECTIONS, Math.round(throughput * seconds))
  const [alone, beside] = [createHistogram(), createHistogram()]
  for (let round = 0; round < 3; round++) {
    alone.add((await post(amount)).latencies)
    const ending = new AbortController()
    const aggregating = measure(target, () => () => call, 1, 1_000_000, ending.signal)
    beside.add((await post(amount)).latencies)
    ending.abort()
    await aggregating
  }
  return {
    aggregate: aggregates.latencies.percentile(50) / 1000,
    pressure: beside.percentile(99) / alone.percentile(99)
  }
}
