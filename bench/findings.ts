/** What is measured besides scenarios, of one target after the other, each in a new process. */
import { createHistogram } from 'node:perf_hooks'
import { filledIn, type Dataset } from './dataset.ts'
import { follow } from './following.ts'
import { ask, measure, type Session } from './load.ts'
import { settle, type Log } from './logs.ts'
import { memoryOf, mostMemoryDuring, start, type Target } from './processes.ts'
import { median } from './report.ts'
import { callOf, nextPath, posts, walk } from './requests.ts'
import { CLIENTS } from './scenarios.ts'
import type { Definition, TargetName } from './targets.ts'

/** The titles of all findings, with their units. */
export const FINDINGS = {
  startUp: ['start-up until the first 200', 'ms'],
  rest: ['memory at rest', 'MB'],
  paged: ['memory while 16 clients page the whole log', 'MB'],
  bytes: ['bytes on disk for an event, to its JSON as it is sent', ''],
  depth: ['a far page to page 1, p50', ''],
  aggregate: ['an aggregate, p50', 'ms'],
  besideAggregates: ['POST beside aggregates to POST alone, p99', ''],
  besidePages: ['POST while 16 clients page the whole log, p99', 'ms'],
  posted: ['POST a second beside a reader that follows a delta link', ''],
  seen: ['until that reader sees an event after its 201, p50', 'ms'],
  seenLate: ['the same, p99', 'ms']
} as const
export type Finding = keyof typeof FINDINGS
export type Findings = Map<TargetName, Partial<Record<Finding, number>>>

/** What is examined, and how thoroughly. */
export interface Extent {
  dataset: Dataset
  /** About how long each load lasts, in seconds. */
  seconds: number
  /** The number of the page that is compared with the first. */
  page: number
  /** Whether nothing may be posted. */
  readsOnly: boolean
}

const STARTS = 3
const MEGABYTE = 1_000_000
const LARGEST_PAGE = 1000 // events
const BESIDE = 3 // rounds of posts beside aggregates
const ENDLESS = 1_000_000 // requests
const AGGREGATE =
  '?$apply=filter({a million events})/groupby((targetIdentity/displayName,statusInfo/status),' +
  'aggregate($count as events,durationInMilliseconds with average as duration))'

/** Examines a target. */
export async function examine(definition: Definition, { file, bytes }: Log, extent: Extent) {
  const { name } = definition
  const { dataset, readsOnly } = extent
  const startUps: number[] = []
  let target: Target | undefined
  while (startUps.length < STARTS) {
    await target?.stop()
    target = await start(definition, file)
    startUps.push(target.startUp)
  }
  if (!target) throw new Error('It was not started.')
  await settle(target, file)
  const found: Partial<Record<Finding, number>> = { startUp: median(startUps), rest: memoryOf(target.pids) / MEGABYTE }
  const pages = measure(target, () => walk(definition.dialect), CLIENTS, 10 * CLIENTS)
  found.paged = (await mostMemoryDuring(target.pids, pages))[1] / MEGABYTE
  if (name !== 'plain') found.bytes = bytes / dataset.count / (await bytesOfJson(target))
  const isService = name === 'service' || name === 'before'
  if (isService) found.depth = await depthOf(target, extent)
  if (isService && !readsOnly) {
    Object.assign(found, await besideAggregates(target, extent))
    Object.assign(found, await follow(target, dataset, extent.seconds))
  }
  if (name !== 'plain' && !readsOnly) {
    const besidePages = await postedBeside(target, extent, await amountFor(target, extent), () => walk(target.dialect))
    found.besidePages = besidePages.percentile(99) / 1000
  }
  await target.stop()
  return found
}

/** The average length of an event as lists show it. */
async function bytesOfJson(target: Target) {
  const page = JSON.parse(await ask(target, callOf({ path: '', size: LARGEST_PAGE }, target.dialect))) as {
    value: object[]
  }
  return Buffer.byteLength(page.value.map((event) => JSON.stringify(event)).join('')) / page.value.length
}

/** Returns how many times as long a page far from the first takes, by the medians. */
async function depthOf(target: Target, { dataset: { count }, page }: Extent) {
  const first = callOf({ path: '', size: Math.max(1, Math.min(100, Math.floor(count / (page + 1)))) }, target.dialect)
  let far = first
  for (let number = 1; number < page; number++) {
    const path = nextPath(await ask(target, far), target.dialect)
    if (path === undefined) throw new Error(`The log has only ${number} pages.`)
    far = { ...first, path }
  }
  const [near, distant] = [createHistogram(), createHistogram()]
  for (let turn = 0; turn < 20; turn++) {
    near.add((await measure(target, () => () => first, 1, 10)).latencies)
    distant.add((await measure(target, () => () => far, 1, 10)).latencies)
  }
  return distant.percentile(50) / near.percentile(50)
}

/** The time of an aggregate in milliseconds, by the median, and how many times as long posts take beside it (p99). */
async function besideAggregates(target: Target, extent: Extent) {
  const call = callOf({ path: filledIn(AGGREGATE, extent.dataset), size: LARGEST_PAGE }, target.dialect)
  const aggregates = await measure(target, () => () => call, 1, 3)
  const amount = await amountFor(target, extent)
  const [alone, beside] = [createHistogram(), createHistogram()]
  for (let round = 0; round < BESIDE; round++) {
    alone.add((await post(target, extent, amount)).latencies)
    beside.add(await postedBeside(target, extent, amount, () => () => call, 1))
  }
  return {
    aggregate: aggregates.latencies.percentile(50) / 1000,
    besideAggregates: beside.percentile(99) / alone.percentile(99)
  }
}

/** The number of posts that take about as long as each load. */
async function amountFor(target: Target, extent: Extent) {
  const { throughput } = await post(target, extent, 10 * CLIENTS)
  return Math.max(10 * CLIENTS, Math.round(throughput * extent.seconds))
}

function post(target: Target, { dataset }: Extent, amount: number) {
  return measure(target, () => posts(dataset, target.dialect), CLIENTS, amount)
}

/** The response times of posts while others ask for something else. */
async function postedBeside(target: Target, extent: Extent, amount: number, open: () => Session, clients = CLIENTS) {
  const ending = new AbortController()
  const others = measure(target, open, clients, ENDLESS, { signal: ending.signal })
  const { latencies } = await post(target, extent, amount)
  ending.abort()
  await others
  return latencies
}
