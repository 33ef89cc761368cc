/** Runs a scenario on all targets in interleaved rounds. */
import { isDeepStrictEqual } from 'node:util'
import { createHistogram, type RecordableHistogram } from 'node:perf_hooks'
import { callOf, valuesOf } from './calls.ts'
import type { Dataset } from './dataset.ts'
import type { TargetName } from './definitions.ts'
import type { Query } from './dialects.ts'
import { ask, measure, type Call } from './load.ts'
import { atRest, mostMemoryDuring } from './processes.ts'
import { CLIENTS, type Scenario } from './scenarios.ts'
import type { Target } from './targets.ts'

/** The measurements of a target in a scenario. */
export interface Series {
  /** Responses per second, by round. */
  throughputs: number[]
  /** The response times of all rounds, in microseconds. */
  latencies: RecordableHistogram
  /** The most resident memory of its processes, in bytes. */
  memory: number
}

/** The measurements of a scenario, without the targets that cannot answer it. */
export type Rounds = Map<TargetName, Series>

const COMPARED = 3 // queries of a scenario whose responses are compared
const WARM_UP = 0.2 // seconds
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
  const queries = scenario.queries(dataset)
  await compare(queries, targets)
  const running = targets.flatMap((target) => {
    if (target.name === 'bare' && !scenario.showsProfile) return []
    const calls = queries.flatMap((query) => callOf(query, target.dialect) ?? [])
    const open = () => scenario.open(calls, dataset, target.dialect)
    return calls.length === queries.length ? [{ target, open, throughputs: [] as number[] }] : []
  })
  const { clients = CLIENTS } = scenario
  const measured: Rounds = new Map()
  for (let round = -2; round < rounds; round++) {
    for (const { target, open, throughputs } of running) {
      await Promise.all(targets.map(({ pids }) => atRest(pids, LONGEST_REST)))
      const amount = Math.round((throughputs.at(-1) ?? 0) * (round < 0 ? WARM_UP : seconds))
      const load = measure(target, open, clients, Math.max(clients, amount))
      const [{ throughput, latencies }, memory] = await mostMemoryDuring(target.pids, load)
      throughputs.push(throughput)
      if (round < 0) continue
      const series = measured.get(target.name) ?? { throughputs: [], latencies: createHistogram(), memory: 0 }
      measured.set(target.name, series)
      series.throughputs.push(throughput)
      series.latencies.add(latencies)
      series.memory = Math.max(series.memory, memory)
    }
    running.push(...running.splice(0, 1)) // so that no target always comes first
  }
  return measured
}

/** The median response time of the service, in milliseconds; NaN if it was not measured. */
export function p50(rounds: Rounds | undefined): number {
  return (rounds?.get('service')?.latencies.percentile(50) ?? NaN) / 1000
}

/** The throughput of a target relative to that of another, by round; none if one of them was not measured. */
export function ratios(rounds: Rounds, name: TargetName, other: TargetName): number[] {
  const [ours, theirs] = [rounds.get(name)?.throughputs, rounds.get(other)?.throughputs]
  return ours && theirs ? ours.map((value, round) => value / (theirs[round] as number)) : []
}

/** Asks all targets the same, so that they are measured at the same work, and learns how many values there are. */
async function compare(queries: Query[], targets: Target[]) {
  for (const [index, query] of queries.entries()) {
    const able = targets.filter(({ dialect }) => callOf(query, dialect))
    const reference = able.find(({ name }) => name === 'baseline') ?? able[0]
    if (!reference) continue
    const expected = await ask(reference, callOf({ ...query, least: 0 }, reference.dialect) as Call)
    query.least = valuesOf(query, expected)
    for (const target of index < COMPARED ? able : []) {
      if (target === reference) continue
      const actual = await ask(target, callOf(query, target.dialect) as Call)
      const view = target.dialect.root === reference.dialect.root ? contentOf : idsOf
      if (isDeepStrictEqual(view(actual, target), view(expected, reference))) continue
      const shown = [actual, expected].map((body) => body.slice(0, 600)).join('\n')
      throw new Error(`${target.name} and ${reference.name} differ in ${JSON.stringify(query)}:\n${shown}`)
    }
  }
}

/** The content of a response without the address of the target, and without tokens, which each target has its own of. */
function contentOf(body: string, { url }: Target): unknown {
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
