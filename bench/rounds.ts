/** Runs a scenario on all targets by turns. */
import { compare } from './compare.ts'
import type { Read } from './dialects.ts'
import type { Ground } from './ground.ts'
import { measure, type Session } from './load.ts'
import { atRest } from './processes.ts'
import type { Rounds } from './results.ts'
import type { Scenario } from './scenarios.ts'
import type { Target } from './targets.ts'

/** How many requests are under way at the same time. */
export const CONNECTIONS = 16

/** How long targets are warmed up before the first round, in milliseconds. */
const WARM_UP = 200

/**
 * Compares the answers of all targets, and measures them in alternating rounds.
 * @param milliseconds how long each target is loaded in a round
 */
export async function runRounds(
  scenario: Scenario,
  ground: Ground,
  targets: Target[],
  rounds: number,
  milliseconds: number
): Promise<Rounds> {
  const reads = scenario.reads(ground)
  const reference = targets.find(({ name }) => name === 'floor') ?? targets[0]
  if (reference) await compare([reference, ...targets.filter((each) => each !== reference)], reads)
  const measured: Rounds = new Map()
  const running = targets.flatMap((target) => {
    const sessions = sessionsOf(scenario, ground, target, reads)
    if (sessions) measured.set(target.name, [])
    return sessions ? [{ target, sessions }] : []
  })
  for (let round = -1; round < rounds; round++) {
    for (const { target, sessions } of running) {
      // what a target does after its answers, such as to seal events, is not charged to the next one
      await Promise.all(targets.map(({ pid }) => atRest(pid, 1000)))
      const measurement = await measure(target.url, sessions(), round < 0 ? WARM_UP : milliseconds)
      if (round >= 0) measured.get(target.name)?.push(measurement)
    }
    running.push(...running.splice(0, 1)) // none is always the first
  }
  return measured
}

function sessionsOf(scenario: Scenario, ground: Ground, { dialect }: Target, reads: Read[]) {
  const session = scenario.session(ground, dialect, reads)
  return session && ((): Session[] => Array.from({ length: CONNECTIONS }, session))
}
