/**
 * `npm run migrate -- --from FILE`: copies a log from an SQLite file to the database on PostgreSQL that `DATABASE_URL`
 * names, for the owner of its tables, and verifies both. `--to` names it as well, but all users of the machine see
 * that; without a password in it `PGPASSWORD` has it. No service should run on either. What was interrupted goes on
 * when it is run again.
 */
import './configuration-files.ts'
import { spawn, type ChildProcess, type StdioOptions } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { Model } from '../cqn/csn.ts'
import type { Log } from '../database/log.ts'
import { openLog } from '../database/open-log.ts'
import { expectDatabaseUrl, nameOf } from '../settings/database-url.ts'
import { argumentsIn } from './arguments.ts'
import { compareUnsealed, copyLog } from './copy-log.ts'

/** What `npm run verify` ends with if all is well, and if events are not sealed. */
const FINE = [0, 3]

/** Has a child process end when this one does, however that ends: the service would seal what is copied later. */
const ENDS_WITH_PARENT =
  "--import=data:text/javascript,process.connected===false&&process.exit();process.once('disconnect',()=>process.exit())"

try {
  const { values } = argumentsIn(process.argv.slice(2), ['from', 'to'])
  await migrate(values.from, values.to ?? process.env.DATABASE_URL)
} catch (error) {
  console.error(`\nThe migration failed: ${(error as Error).message}`)
  process.exitCode = 1
}

async function migrate(file = '', url = '') {
  if (!file) throw new Error('the database file is missing: npm run migrate -- --from FILE.')
  if (!existsSync(file)) throw new Error(`--from must be the database file, and there is no file '${file}'.`)
  expectDatabaseUrl(url, 'DATABASE_URL or --to')
  const source = { CDS_ENV: '', DATABASE_URL: '', CDS_REQUIRES_DB_CREDENTIALS_URL: resolve(file) }
  const target = { CDS_ENV: 'postgres', DATABASE_URL: url, NODE_ENV: 'development' }
  process.env.CDS_ENV = '' // the model of files: CAP chooses its profile when it is loaded
  await using from = await openLog(resolve(file), { readOnly: true })
  await expectVersion(from, file)
  await using log = await openLog(url)
  if (!(await isBegun(log))) await createSchema(target)
  await copyLog(from, log, progress(await from.lastArrival()))
  await verifyBoth(source, target)
  const unsealed = await compareUnsealed(from, log)
  console.log(`The log is in ${nameOf(url)}. Events that are not sealed and the same: ${unsealed}.`)
}

/** Checks that the file has the schema of this version, as otherwise the copy would be in vain. @throws {Error} if not */
async function expectVersion(log: Log, file: string) {
  const cds = (await import('@sap/cds')).default as unknown as { load: (from: string) => Promise<Model> }
  await log.schemaDifferences(await cds.load('*')).catch((error: Error) => {
    throw new Error(`${file}: ${error.message}`, { cause: error })
  })
}

/** Whether a copy has begun. Then no service must start there before it has ended: it would seal what is there. */
async function isBegun(log: Log) {
  try {
    return (await log.lastArrival()) > 0
  } catch {
    return false // there is no schema, or no server, as the service will say
  }
}

/** Starts the service once: it creates or migrates its schema. */
async function createSchema(env: Record<string, string>) {
  console.log('Starting the service once, which creates its schema.')
  const NODE_OPTIONS = `${process.env.NODE_OPTIONS ?? ''} ${ENDS_WITH_PARENT}`
  const child = run('start.ts', { ...env, PORT: '0', NODE_OPTIONS }, [], ['ignore', 'pipe', 'pipe', 'ipc'])
  let said = ''
  const listens = new Promise<void>((done) => {
    child.stdout?.on('data', (text) => {
      said += String(text)
      if (said.includes('server listening on')) done()
    })
  })
  child.stderr?.on('data', (text) => (said += String(text)))
  const exited = once(child, 'close')
  await Promise.race([listens, exited])
  child.kill()
  await exited
  if (!said.includes('server listening on'))
    throw new Error(
      /^The service (?:does not start|cannot run).*/m.exec(said)?.[0] ?? `the service does not start. It says: ${said}`
    )
}

/** Verifies the file, and the copy against the seals of the file. */
async function verifyBoth(source: Record<string, string>, target: Record<string, string>) {
  const folder = mkdtempSync(join(tmpdir(), 'provisioning-'))
  const seals = join(folder, 'seals.json')
  try {
    await verify(source, '--export', seals)
    await verify(target, ...(existsSync(seals) ? ['--against', seals] : []))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function verify(env: Record<string, string>, ...args: string[]) {
  const [status] = (await once(run('verify.ts', env, args, 'inherit'), 'close')) as [number]
  if (!FINE.includes(status)) throw new Error('the log is not as it should be.')
}

function run(script: string, env: Record<string, string>, args: string[], stdio: StdioOptions): ChildProcess {
  const all = { ...process.env, CDS_TYPESCRIPT: 'true', ...env }
  return spawn(process.execPath, [join(import.meta.dirname, script), ...args], { env: all, stdio })
}

/** Shows on the terminal how much was copied, and elsewhere each tenth of it. */
function progress(end: number) {
  let told = -1
  return (last: number) => {
    const part = end ? last / end : 1
    const { isTTY } = process.stdout
    const step = Math.floor(part * (isTTY ? 1000 : 10))
    if (step === told) return
    told = step
    const bar = '#'.repeat(Math.floor(part * 30)).padEnd(30, '.')
    const line = `[${bar}] ${Math.floor(part * 100)} %, up to arrival ${last} of ${end}`
    process.stdout.write(isTTY ? `\r${line}${last === end ? '\n' : ''}` : `${line}\n`)
  }
}
