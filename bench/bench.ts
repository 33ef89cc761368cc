/**
 * `npm run bench [-- --quick]`: compares the service with a hand-written baseline, its ceiling, and what CAP generates.
 * Each runs as a process of its own with its own copy of the log, and they are measured in interleaved rounds.
 *
 * --quick             short rounds: less than three minutes in all
 * --before folder     compares with the service of another checkout, which has its dependencies installed
 * --size 10000,…      the numbers of events; with several, the others are compared with the first
 * --targets a,b       some of service, bare, before, baseline, ceiling, plain
 * --scenario name     a scenario, or `findings` for what is measured besides; can be repeated
 * --bare              measures without the production profile: no tokens, and no rate limit and request log of the service
 * --rounds, --seconds the number of rounds, and their duration for each target
 * --data folder       where filled logs are kept for later runs
 * --seed              the seed of the events
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { datasetOf } from './dataset.ts'
import { definitionOf, TARGET_NAMES, type Definition } from './definitions.ts'
import { findings } from './findings.ts'
import { startIssuer } from './issuer.ts'
import { logOf, type Log } from './logs.ts'
import { findingsTable, growthTable, scenariosTable } from './report.ts'
import { runRounds, type Rounds } from './rounds.ts'
import { scenarios, type Scenario } from './scenarios.ts'
import { start, type Target } from './targets.ts'

const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    bare: { type: 'boolean', default: false },
    before: { type: 'string' },
    size: { type: 'string', default: '10000' },
    targets: { type: 'string' },
    scenario: { type: 'string', multiple: true },
    rounds: { type: 'string' },
    seconds: { type: 'string' },
    data: { type: 'string' },
    seed: { type: 'string', default: '1' }
  }
})
const { quick, before } = options
const rounds = Number(options.rounds ?? (quick ? 2 : 7))
const seconds = Number(options.seconds ?? (quick ? 0.4 : 3))
const wanted = (options.targets ?? (before ? 'service,before' : 'service,bare,baseline,ceiling,plain')).split(',')
const names = TARGET_NAMES.filter((name) => wanted.includes(name))
const seed = Number(options.seed)
const isChosen = (name: string) => options.scenario?.includes(name) ?? true

const issuer = options.bare ? undefined : await startIssuer(datasetOf(1, seed).eventAt(0).tenantId)

const folder = mkdtempSync(join(tmpdir(), 'provisioning-bench-'))
const kept = resolve(options.data ?? join(import.meta.dirname, '../node_modules/.cache/bench'))
process.once('exit', () => rmSync(folder, { recursive: true }))
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1))

const bySize = new Map<number, Map<Scenario, Rounds>>()
for (const size of options.size.split(',').map(Number)) await benchmark(size)
if (bySize.size > 1) console.log(`\n${growthTable(bySize)}`)

async function benchmark(size: number) {
  const dataset = datasetOf(size, seed)
  const definitions = names.map((name) => definitionOf(name, issuer, before))
  const files = new Map<Definition, Log>()
  for (const each of definitions) files.set(each, await logOf(each, folder, kept, dataset, seed))
  const targets: Target[] = []
  for (const [definition, { file }] of files) targets.push(await start(definition, file))
  const results = new Map<Scenario, Rounds>()
  bySize.set(size, results)
  for (const scenario of scenarios.filter(({ name }) => isChosen(name))) {
    console.error(scenario.title)
    results.set(scenario, await runRounds(scenario, dataset, targets, rounds, seconds))
  }
  for (const { stop } of targets) await stop()
  console.log(`\n${size.toLocaleString('en')} events\n\n${scenariosTable(results, names)}`)
  if (!isChosen('findings')) return
  console.error('findings')
  console.log(`\n${findingsTable(await findings(files, dataset, seconds, quick ? 1000 : 10_000), names)}`)
}
