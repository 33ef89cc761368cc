/**
 * `npm run bench [-- --quick]`: compares the service with a hand-written baseline, its ceiling, and what CAP generates.
 * Each runs as a process of its own with its own copy of the log, and they are measured in interleaved rounds.
 *
 * --quick             short rounds, and of the others the baseline only: less than three minutes in all
 * --million           adds a log of a million events, which a quick run only reads
 * --engine postgres   keeps logs in a PostgreSQL server that it starts, and measures three instances of the service, too
 * --before folder     compares with the service of another checkout, which has its dependencies installed
 * --size 10000,…      the numbers of events; with several, the others are compared with the first
 * --targets a,b       some of service, three, bare, before, baseline, ceiling, plain
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
import { goalsTable, type Outcome } from './goals.ts'
import { startIssuer } from './issuer.ts'
import { logOf, type Log } from './logs.ts'
import { amount } from './markdown.ts'
import { findingsTable, growthTable, memoryTable, scenariosTable, type Results } from './report.ts'
import { PostgresServer } from './postgres.ts'
import { runRounds } from './rounds.ts'
import { onPostgres, scenarios } from './scenarios.ts'
import { start, type Target } from './targets.ts'

const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    million: { type: 'boolean', default: false },
    bare: { type: 'boolean', default: false },
    before: { type: 'string' },
    engine: { type: 'string', default: 'sqlite' },
    size: { type: 'string', default: '10000' },
    targets: { type: 'string' },
    scenario: { type: 'string', multiple: true },
    rounds: { type: 'string' },
    seconds: { type: 'string' },
    data: { type: 'string' },
    seed: { type: 'string', default: '1' }
  }
})
const { quick, before, engine } = options
const rounds = Number(options.rounds ?? (quick ? 2 : 7))
const seconds = Number(options.seconds ?? (quick ? 0.3 : 3))
const isOnPostgres = engine === 'postgres'
if (!isOnPostgres && engine !== 'sqlite') throw new Error(`The engine '${engine}' is neither sqlite nor postgres.`)
const onSqlite = quick ? 'service,bare,baseline' : 'service,bare,baseline,ceiling,plain'
const all = isOnPostgres ? 'service,three,baseline' : onSqlite
const wanted = (options.targets ?? (before ? 'service,before' : all)).split(',')
const seed = Number(options.seed)
const sizes = [...options.size.split(',').map(Number), ...(options.million ? [1_000_000] : [])]
const measured = isOnPostgres ? onPostgres() : scenarios
const isChosen = (name: string) => options.scenario?.includes(name) ?? true

/** The sizes from which runs only read the log: a quick one for lack of time, others as no copy fits on the disk. */
const LARGE = quick ? 100_000 : 5_000_000

/** How long the first scenario runs before it is measured, in seconds: processes that have just started run slower. */
const WARM_UP = 1.5

const issuer = options.bare ? undefined : await startIssuer(datasetOf(1, seed).eventAt(0).tenantId)
const folder = mkdtempSync(join(tmpdir(), 'provisioning-bench-'))
const kept = resolve(options.data ?? join(import.meta.dirname, '../node_modules/.cache/bench'))
process.once('exit', () => rmSync(folder, { recursive: true }))
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1))
const server = isOnPostgres ? await PostgresServer.start() : undefined

const outcomes: Outcome[] = []
for (const size of sizes) outcomes.push(await benchmark(size))
if (outcomes.length > 1) console.log(`\n${growthTable(new Map(outcomes.map(({ size, results }) => [size, results])))}`)
if (!before) console.log(`\n${goalsTable(outcomes, isOnPostgres)}`)
if (outcomes.some(({ failed }) => failed.size)) process.exitCode = 1

async function benchmark(size: number): Promise<Outcome> {
  const readsOnly = size >= LARGE
  const names = TARGET_NAMES.filter((name) => wanted.includes(name)).filter(
    (name) => !readsOnly || name === 'service' || name === 'before'
  )
  const dataset = datasetOf(size, seed)
  const logs = new Map<Definition, Log>()
  for (const definition of names.map((name) => definitionOf(name, issuer, before, server?.url))) {
    const copied = readsOnly ? undefined : folder
    logs.set(
      definition,
      await (server?.logOf(definition, dataset, folder) ?? logOf(definition, dataset, seed, kept, copied))
    )
  }
  const targets: Target[] = []
  for (const [definition, { file }] of logs) targets.push(await start(definition, file))
  const results: Results = new Map()
  const failed = new Set<string>()
  const chosen = measured.filter(({ name, isOfLarge }) => isChosen(name) && (!readsOnly || isOfLarge))
  for (const first of chosen.slice(0, 1)) await runRounds(first, dataset, targets, 1, WARM_UP)
  for (const scenario of chosen) {
    console.error(scenario.title)
    try {
      results.set(scenario, await runRounds(scenario, dataset, targets, rounds, seconds))
    } catch (error) {
      failed.add(scenario.name)
      console.error(error)
    }
  }
  for (const { stop } of targets) await stop()
  console.log(`\n${amount(size)} events\n\n${scenariosTable(results, names)}`)
  const isExamined = isChosen('findings') && !isOnPostgres // what they have goals for is the same process, or a file
  if (isExamined) console.error('findings')
  const page = quick ? 1000 : 10_000
  const found = isExamined ? await findings(logs, { dataset, seconds, page, readsOnly }) : undefined
  if (found) console.log(`\n${findingsTable(found, names)}`)
  console.log(`\n${memoryTable(results, names)}`)
  return { size, results, failed, findings: found }
}
