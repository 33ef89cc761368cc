/** Posts beside other work: how long they take then. */
import { createHistogram } from 'node:perf_hooks'
import { callOf, walk } from './calls.ts'
import type { Dataset } from './dataset.ts'
import { measure, type Call, type Session } from './load.ts'
import { timeOf } from './queries.ts'
import { CLIENTS, posts } from './scenarios.ts'
import type { Target } from './targets.ts'

const AGGREGATED = 1_000_000 // events at most: about two seconds of work
const ROUNDS = 3
const ENDLESS = 1_000_000 // requests

/** The time of an aggregate in milliseconds, by the median, and how many times as long posts take beside it (p99). */
export async function besideAggregates(target: Target, dataset: Dataset, seconds: number) {
  const $apply =
    `filter(${timeOf(dataset, AGGREGATED)})/groupby((targetIdentity/displayName,statusInfo/status),` +
    'aggregate($count as events,durationInMilliseconds with average as duration))'
  const call = callOf({ options: { $apply }, size: 1000 }, target.dialect) as Call
  const aggregates = await measure(target, () => () => call, 1, 3)
  const amount = await amountFor(target, dataset, seconds)
  const [alone, beside] = [createHistogram(), createHistogram()]
  for (let round = 0; round < ROUNDS; round++) {
    alone.add((await post(target, dataset, amount)).latencies)
    beside.add(await postedBeside(target, dataset, amount, () => () => call, 1))
  }
  return {
    aggregate: aggregates.latencies.percentile(50) / 1000,
    besideAggregates: beside.percentile(99) / alone.percentile(99)
  }
}

/** The time of a POST in milliseconds (p99) while as many clients read the whole log. */
export async function besidePages(target: Target, dataset: Dataset, seconds: number) {
  const amount = await amountFor(target, dataset, seconds)
  const open = () => walk({ size: 1000 }, target.dialect)
  return (await postedBeside(target, dataset, amount, open, CLIENTS)).percentile(99) / 1000
}

function post(target: Target, dataset: Dataset, amount: number) {
  return measure(target, () => posts(dataset, target.dialect), CLIENTS, amount)
}

/** The number of posts that take about so long. */
async function amountFor(target: Target, dataset: Dataset, seconds: number) {
  const { throughput } = await post(target, dataset, 10 * CLIENTS)
  return Math.max(10 * CLIENTS, Math.round(throughput * seconds))
}

async function postedBeside(target: Target, dataset: Dataset, amount: number, open: () => Session, clients: number) {
  const ending = new AbortController()
  const other = measure(target, open, clients, ENDLESS, { signal: ending.signal })
  const { latencies } = await post(target, dataset, amount)
  ending.abort()
  await other
  return latencies
}
