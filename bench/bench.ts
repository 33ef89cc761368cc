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
 * --rounds, --seconds the number of rounds, and their duration for each target
 * --data folder       where filled logs are kept for later runs
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { availableParallelism, loadavg, tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { AUDIENCE, startIssuer } from '../test/support/issuer.ts'
import { datasetOf } from './dataset.ts'
import { examine, FINDINGS, type Findings } from './findings.ts'
import { goalsTable, type Outcome } from './goals.ts'
import { logOf, settle, startPostgres, type Log } from './logs.ts'
import { start, type Target } from './processes.ts'
import { amount, findingsTable, growthTable, memoryTable, scenariosTable, type Engine, type Results } from './report.ts'
import { runRounds } from './rounds.ts'
import { scenarios } from './scenarios.ts'
import { definitionsOf, ROOT, TARGET_NAMES, type Definition } from './targets.ts'

const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    million: { type: 'boolean', default: false },
    before: { type: 'string' },
    engine: { type: 'string', default: 'sqlite' },
    size: { type: 'string', default: '10000' },
    targets: { type: 'string' },
    scenario: { type: 'string', multiple: true },
    rounds: { type: 'string' },
    seconds: { type: 'string' },
    data: { type: 'string' }
  }
})
const { quick, before } = options
const engine = options.engine as Engine
expectKnown([engine], ['sqlite', 'postgres'])
const rounds = Number(options.rounds ?? (quick ? 2 : 7))
const seconds = Number(options.seconds ?? (quick ? 0.3 : 3))
const onSqlite = quick ? 'service,bare,baseline' : 'service,bare,baseline,ceiling,plain'
const all = engine === 'postgres' ? 'service,three,baseline' : onSqlite
const wanted = (options.targets ?? (before ? 'service,before' : all)).split(',')
const chosen = options.scenario ?? [...scenarios.map(({ name }) => name), 'findings']
expectKnown(wanted, TARGET_NAMES)
expectKnown(chosen, [...scenarios.map(({ name }) => name), 'findings'])
const sizes = [...options.size.split(',').map(Number), ...(options.million ? [1_000_000] : [])]

/** The sizes from which runs only read the log: a quick one for lack of time, others as no copy fits on the disk. */
const LARGE = quick ? 100_000 : 5_000_000

/** How long the first scenario runs before it is measured, in seconds: processes that have just started run slower. */
const WARM_UP = 1.5

const folder = mkdtempSync(join(tmpdir(), 'provisioning-bench-'))
const kept = resolve(options.data ?? join(ROOT, 'node_modules/.cache/bench'))
process.once('exit', () => rmSync(folder, { recursive: true }))
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1))
const server = engine === 'postgres' ? await startPostgres() : undefined
const { settings, issue } = await startIssuer()
const claims = { aud: AUDIENCE, tid: datasetOf(1).eventAt(0).tenantId, roles: ['ProvisioningLog.ReadWrite.All'] }
const token = await issue({ ...claims, exp: Math.floor(Date.now() / 1000) + 86_400 })
const definitions = definitionsOf({ settings, token }, before, server?.url)

const compared = before ? `, before: ${commitOf(resolve(before))}` : ''
console.log(`Commit ${commitOf(ROOT)}${compared}; ${rounds} rounds of about ${seconds} s for each target.`)
console.log(
  `Node.js ${process.version}, ${availableParallelism()} processors, load ${loadavg()[0]?.toFixed(1)} at the start.`
)
const outcomes: Outcome[] = []
for (const size of sizes) outcomes.push(await benchmark(size))
if (outcomes.length > 1) console.log(`\n${growthTable(new Map(outcomes.map(({ size, results }) => [size, results])))}`)
if (!before) console.log(`\n${goalsTable(outcomes, engine)}`)
if (outcomes.some(({ failed }) => failed.size)) process.exitCode = 1

async function benchmark(size: number): Promise<Outcome> {
  const readsOnly = size >= LARGE
  const names = TARGET_NAMES.filter((name) => wanted.includes(name)).filter(
    (name) => !readsOnly || name === 'service' || name === 'before'
  )
  const dataset = datasetOf(size)
  const logs: [Definition, Log][] = []
  for (const name of names) {
    const definition: Definition = { name, ...definitions[name] }
    const own = server?.databaseOf(definition, dataset, folder)
    logs.push([definition, await (own ?? logOf(definition, dataset, kept, readsOnly ? undefined : folder))])
  }
  const targets: Target[] = []
  for (const [definition, { file }] of logs) {
    const target = await start(definition, file)
    await settle(target, file)
    targets.push(target)
  }
  const results: Results = new Map()
  const failed = new Set<string>()
  const measured = scenarios.filter(({ name, isOfLarge }) => chosen.includes(name) && (!readsOnly || isOfLarge))
  for (const first of measured.slice(0, 1)) await runRounds(first, dataset, targets, 1, WARM_UP)
  for (const scenario of measured) {
    console.error(scenario.title)
    try {
      results.set(scenario, await runRounds(scenario, dataset, targets, rounds, seconds))
    } catch (error) {
      failed.add(scenario.name)
      console.error(error)
    }
  }
  for (const { stop } of targets) await stop()
  console.log(`\n${amount(size)} events\n\n${scenariosTable(results, names, engine)}`)
  // what findings have goals for is the same process on PostgreSQL, or a file
  const isExamined = chosen.includes('findings') && engine === 'sqlite'
  const findings: Findings = new Map()
  if (isExamined) {
    console.error('findings')
    const extent = { dataset, seconds, page: quick ? 1000 : 10_000, readsOnly }
    for (const [definition, log] of logs)
      if (definition.name !== 'bare') findings.set(definition.name, await examine(definition, log, extent))
    console.log(`\n${findingsTable(findings, FINDINGS)}`)
  }
  console.log(`\n${memoryTable(results, names)}`)
  return { size, results, failed, findings }
}

function expectKnown(names: string[], known: readonly string[]) {
  for (const name of names)
    if (!known.includes(name)) throw new Error(`There is no '${name}', only ${known.join(', ')}.`)
}

/** The commit of a checkout, and whether files of it have changed since. */
function commitOf(checkout: string) {
  const git = (...args: string[]) => execFileSync('git', ['-C', checkout, ...args], { encoding: 'utf8' }).trim()
  try {
    return git('rev-parse', '--short', 'HEAD') + (git('status', '--porcelain') ? ' with changes' : '')
  } catch {
    return 'unknown'
  }
}
