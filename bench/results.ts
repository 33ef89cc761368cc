/** What was measured, and what it falls short of. */
import { median, percentile, type Measurement } from './load.ts'
import type { Scenario } from './scenarios.ts'
import type { TargetName } from './targets.ts'

/** The measurements of a scenario: for each target one of each round; none where a target cannot answer. */
export type Rounds = Map<TargetName, Measurement[]>

export interface Figures {
  /** Answers in a second, the median of the rounds. */
  throughput: number
  /** Milliseconds until an answer, of all rounds. */
  p50: number
  p99: number
}

/** The figures of a target in a scenario, if it can answer. */
export function figures(rounds: Rounds, target: TargetName): Figures | undefined {
  const all = rounds.get(target)
  if (!all?.length) return undefined
  const latencies = all.flatMap((each) => each.latencies)
  return {
    throughput: median(all.map(({ throughput }) => throughput)),
    p50: percentile(latencies, 0.5),
    p99: percentile(latencies, 0.99)
  }
}

/** The throughput of a target in relation to another's: the median of the ratios of the rounds. */
export function ratio(rounds: Rounds, target: TargetName, other: TargetName): number | undefined {
  const [ours, theirs] = [rounds.get(target), rounds.get(other)]
  if (!ours?.length || !theirs?.length) return undefined
  return median(ours.map(({ throughput }, round) => throughput / (theirs[round]?.throughput ?? throughput)))
}

/** The least ratio of the service to plain generated CAP, in any scenario. */
export const TO_PLAIN = 4

/** What the service falls short of in a scenario, each as text. */
export function shortfalls({ required }: Scenario, rounds: Rounds): string[] {
  const toFloor = ratio(rounds, 'service', 'floor')
  const toPlain = ratio(rounds, 'service', 'plain')
  return [
    ...(required !== undefined && toFloor !== undefined && toFloor < required
      ? [`${toFloor.toFixed(2)} of the floor < ${required}`]
      : []),
    ...(toPlain !== undefined && toPlain < TO_PLAIN ? [`${toPlain.toFixed(1)} of plain CAP < ${TO_PLAIN}`] : [])
  ]
}
