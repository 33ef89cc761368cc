/** What is measured besides scenarios, of one target after the other. */
import { createHistogram } from 'node:perf_hooks'
import { setTimeout as delay } from 'node:timers/promises'
import { callOf, nextPath, walk } from './calls.ts'
import type { Dataset } from './dataset.ts'
import type { Definition, TargetName } from './definitions.ts'
import { follow } from './following.ts'
import { ask, measure, median, type Call } from './load.ts'
import type { Log } from './logs.ts'
import { besideAggregates, besidePages } from './pressure.ts'
import { memoryOf, mostMemoryDuring } from './processes.ts'
import { CLIENTS } from './scenarios.ts'
import { start, type Target } from './targets.ts'

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
export type Findings = Map<Finding, Map<TargetName, number>>

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

/** Examines targets, each in a new process. */
export async function findings(logs: Map<Definition, Log>, extent: Extent): Promise<Findings> {
  const all: Findings = new Map(Object.keys(FINDINGS).map((name) => [name as Finding, new Map<TargetName, number>()]))
  for (const [definition, log] of logs) {
    if (definition.name === 'bare') continue
    const found = await examine(definition, log, extent)
    for (const [name, value] of Object.entries(found)) all.get(name as Finding)?.set(definition.name, value)
  }
  return all
}

async function examine(definition: Definition, { file, bytes }: Log, extent: Extent) {
  const { dataset, seconds, readsOnly } = extent
  let target = await start(definition, file)
  const starts = [target.startUp]
  while (starts.length < STARTS) {
    await target.stop()
    target = await start(definition, file)
    starts.push(target.startUp)
  }
  await delay(1000)
  const found: Partial<Record<Finding, number>> = { startUp: median(starts), rest: memoryOf(target.pids) / MEGABYTE }
  const pages = measure(target, () => walk({ size: LARGEST_PAGE }, target.dialect), CLIENTS, 10 * CLIENTS)
  found.paged = (await mostMemoryDuring(target.pids, pages))[1] / MEGABYTE
  if (target.name !== 'plain') found.bytes = bytes / dataset.count / (await bytesOfJson(target))
  const isService = target.name === 'service' || target.name === 'before'
  if (isService) found.depth = await depthOf(target, extent)
  if (isService && !readsOnly) {
    Object.assign(found, await besideAggregates(target, dataset, seconds), await follow(target, dataset, seconds))
  }
  if (target.name !== 'plain' && !readsOnly) found.besidePages = await besidePages(target, dataset, seconds)
  await target.stop()
  return found
}

/** The average length of an event as lists show it. */
async function bytesOfJson(target: Target) {
  const { value } = JSON.parse(await ask(target, callOf({ size: LARGEST_PAGE }, target.dialect) as Call)) as {
    value: object[]
  }
  return Buffer.byteLength(value.map((event) => JSON.stringify(event)).join('')) / value.length
}

/** Returns how many times as long a page far from the first takes, by the medians. */
async function depthOf(target: Target, { dataset: { count }, page }: Extent) {
  const { dialect } = target
  const size = Math.max(1, Math.min(100, Math.floor(count / (page + 1))))
  const first = callOf({ size }, dialect) as Call
  let far = first
  for (let number = 1; number < page; number++) {
    const path = nextPath(await ask(target, far), dialect)
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
