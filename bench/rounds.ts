/** Runs a scenario on all targets in interleaved rounds. */
import { isDeepStrictEqual } from 'node:util'
import { createHistogram, type RecordableHistogram } from 'node:perf_hooks'
import type { Dataset } from './dataset.ts'
import { ask, measure } from './load.ts'
import { atRest, mostMemoryDuring, type Target } from './processes.ts'
import { callOf, valuesOf, type Query } from './requests.ts'
import { CLIENTS, openSession, queriesOf, type Scenario } from './scenarios.ts'
import type { TargetName } from './targets.ts'

/** The measurements of a target in a scenario. */
export interface Series {
  /** Responses per second, and how long it was loaded in seconds, by round. */
  throughputs: number[]
  seconds: number[]
  /** The response times of all rounds, in microseconds. */
  latencies: RecordableHistogram
  /** The most resident memory of its processes, in bytes. */
  memory: number
}

/** The measurements of a scenario, without the targets that do not answer it. */
export type Rounds = Map<TargetName, Series>

const COMPARED = 3 // queries of a scenario whose responses are compared
const WARM_UP = 0.2 // seconds
const REST = 50 // ms
const LONGEST_REST = 1000 // ms

/**
 * Compares the responses of all targets, and then measures each target once per round.
 * @param seconds about how long a target is loaded in a round
 * @throws {Error} if responses differ, or for any response that fails its check
 */
export async function runRounds(
  scenario: Scenario,
  dataset: Dataset,
  targets: Target[],
  rounds: number,
  seconds: number
): Promise<Rounds> {
  const { clients = CLIENTS, except = [], showsProfile } = scenario
  const able = targets.filter(({ name }) => !except.includes(name))
  const queries = queriesOf(scenario, dataset)
  await compare(queries, able)
  const running = able
    .filter(({ name }) => name !== 'bare' || showsProfile)
    .map((target) => {
      const calls = queries.map((query) => callOf(query, target.dialect))
      return { target, open: () => openSession(scenario, calls, dataset, target.dialect), throughput: 0 }
    })
  const measured: Rounds = new Map()
  for (let round = -2; round < rounds; round++) {
    for (const each of running) {
      const { target, open } = each
      await Promise.all(targets.map(({ pids }) => atRest(pids, REST, LONGEST_REST)))
      const amount = Math.round(each.throughput * (round < 0 ? WARM_UP : seconds))
      const load = measure(target, open, clients, Math.max(clients, amount))
      const [measurement, memory] = await mostMemoryDuring(target.pids, load)
      each.throughput = measurement.throughput
      if (round < 0) continue
      const empty: Series = { throughputs: [], seconds: [], latencies: createHistogram(), memory: 0 }
      const series = measured.get(target.name) ?? empty
      measured.set(target.name, series)
      series.throughputs.push(measurement.throughput)
      series.seconds.push(measurement.seconds)
      series.latencies.add(measurement.latencies)
      series.memory = Math.max(series.memory, memory)
    }
    running.push(...running.splice(0, 1)) // so that no target always comes first
  }
  return measured
}

/** Asks all targets the same, so that they are measured at the same work, and learns how many values there are. */
async function compare(queries: Query[], targets: Target[]) {
  const reference = targets.find(({ name }) => name === 'baseline') ?? targets[0]
  if (!reference) return
  for (const [index, query] of queries.entries()) {
    const expected = await ask(reference, callOf({ ...query, least: 0 }, reference.dialect))
    query.least = valuesOf(query.path, expected)
    for (const target of index < COMPARED ? targets : []) {
      if (target === reference) continue
      const actual = await ask(target, callOf(query, target.dialect))
      const view = target.dialect === reference.dialect ? contentOf : idsOf
      if (isDeepStrictEqual(view(actual, target), view(expected, reference))) continue
      const shown = [actual, expected].map((body) => body.slice(0, 600)).join('\n')
      throw new Error(`${target.name} and ${reference.name} differ in ${query.path}:\n${shown}`)
    }
  }
}

/** The content of a response without the address of the target, and without tokens, which each target has its own of. */
function contentOf(body: string, { urls: [url = ''] }: Target): unknown {
  const content = JSON.parse(body.replaceAll(url, '')) as unknown
  if (typeof content !== 'object') return content
  const { '@odata.nextLink': link, ...rest } = content as Record<string, unknown>
  return { ...rest, hasMore: link !== undefined }
}

/** Which events a response has, or how many. */
function idsOf(body: string): unknown {
  const content = JSON.parse(body) as number | { id?: string; value?: { id: string }[] }
  return typeof content === 'number' ? content : (content.value?.map(({ id }) => id) ?? content.id)
}
