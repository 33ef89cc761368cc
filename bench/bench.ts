/**
 * `npm run bench [-- --quick]`: the service against what it could be at best and what CAP generates, each in a process of
 * its own on a log of its own, in alternating rounds.
 *
 * --quick             short rounds: all in less than three minutes
 * --size 10000,…      how many events the logs have; of several sizes the first is what others are compared to
 * --targets a,b       of service, floor, limit, plain
 * --scenario name     a scenario, or `findings` for what is measured besides; can be given several times
 * --rounds, --seconds how often and how long each target is loaded in a scenario
 * --data folder       where logs are kept for later runs; they grow by what is posted
 * --seed              what events are made from
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { eventAt } from '../tools/generator/events.ts'
import { findings } from './findings.ts'
import { groundOf } from './ground.ts'
import { log } from './logs.ts'
import type { Rounds } from './results.ts'
import { runRounds } from './rounds.ts'
import { scenarios, type Scenario } from './scenarios.ts'
import { findingsTable, growthTable, scenariosTable } from './table.ts'
import { start, TARGET_NAMES, type Target } from './targets.ts'

const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    size: { type: 'string', default: '10000' },
    targets: { type: 'string', default: TARGET_NAMES.join() },
    scenario: { type: 'string', multiple: true },
    rounds: { type: 'string' },
    seconds: { type: 'string' },
    data: { type: 'string' },
    seed: { type: 'string', default: '1' }
  }
})
const { quick } = options
const rounds = Number(options.rounds ?? (quick ? 2 : 7))
const milliseconds = Number(options.seconds ?? (quick ? 0.4 : 3)) * 1000
const names = TARGET_NAMES.filter((name) => options.targets.split(',').includes(name))
const sizes = options.size.split(',').map(Number)
const seed = Number(options.seed)
const isChosen = (name: string) => options.scenario?.includes(name) ?? true

const folder = options.data ?? mkdtempSync(join(tmpdir(), 'provisioning-bench-'))
const targets: Target[] = []
const bySize = new Map<number, Map<Scenario, Rounds>>()
try {
  for (const size of sizes) await benchmark(size)
  if (sizes.length > 1) console.log(`\n${growthTable(bySize)}`)
} finally {
  await Promise.all(targets.map(({ stop }) => stop()))
  if (options.data === undefined) rmSync(folder, { recursive: true })
}

async function benchmark(size: number) {
  const nth = (index: number) => eventAt(index, size, seed)
  const ground = groundOf(nth, size)
  const logs = names.map(async (name) => [name, await log(name, folder, size, seed, nth)] as const)
  const files = new Map(await Promise.all(logs))
  for (const [name, file] of files) targets.push(await start(name, file))
  const results = new Map<Scenario, Rounds>()
  bySize.set(size, results)
  for (const scenario of scenarios.filter(({ name }) => isChosen(name))) {
    console.error(scenario.title)
    results.set(scenario, await runRounds(scenario, ground, targets, rounds, milliseconds))
  }
  for (const { stop } of targets.splice(0)) await stop()
  console.log(`\n${size.toLocaleString('en')} events\n\n${scenariosTable(results, names)}`)
  if (!isChosen('findings')) return
  console.error('findings')
  console.log(`\n${findingsTable(await findings(files, ground, milliseconds, quick ? 1000 : 10_000), names)}`)
}
