import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import {
  closeSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  renameSync,
  writeFileSync
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as delay } from 'node:timers/promises'
import { SHARED } from './clean-up.ts'
import { asService, isOnPostgres, postgresFor } from './postgres.ts'

const root = join(__dirname, '../..')
const running: ChildProcess[] = []

/** Where Node keeps compiled code: see `temporary.ts`. */
export const COMPILED = process.env.NODE_COMPILE_CACHE as string

/** A new folder for the files of a test. */
export const temporaryFolder = () => mkdtempSync(join(tmpdir(), 'provisioning-'))

export interface Options {
  /** The database file, absolute. */
  file: string
  env?: Record<string, string>
  /** A command that runs the service in a confined way, such as `unshare`. */
  under?: string[]
  /** Arguments, as after `npm start --`. */
  args?: string[]
}

/** The command that runs the service, as `npm start` does, and its environment. */
async function commandOf({ file, env, under = [], args = [] }: Options) {
  const [command = '', ...rest] = [...under, process.execPath, join(root, 'srv/commands/start.ts'), ...args]
  return {
    command,
    args: rest,
    env: {
      PATH: process.env.PATH,
      NODE_COMPILE_CACHE: COMPILED,
      CDS_TYPESCRIPT: 'true',
      PORT: '0',
      ...(isOnPostgres() ? await onPostgres(file, env) : { CDS_REQUIRES_DB_CREDENTIALS_URL: file }),
      ...env
    }
  }
}

/** The service has a role of its own, unless a test says where its database is. */
async function onPostgres(file: string, env: Record<string, string> | undefined) {
  if (env?.DATABASE_URL) return { CDS_ENV: 'postgres' }
  const { DATABASE_URL = '' } = await postgresFor(file)
  return asService(DATABASE_URL)
}

/** The URL of a service that logged this, once it listens. */
function urlIn(log: string) {
  const [, port] = /server listening on .*localhost:(\d+)/.exec(log) ?? []
  return port && `http://127.0.0.1:${port}`
}

/** A database without events, as the first start of a run made it: it takes a third of a start to make one. */
const emptyDatabase = () => join(tmpdir(), 'empty.sqlite')

function keepEmptyDatabase(file: string) {
  const part = join(temporaryFolder(), 'empty.sqlite') // other workers look for it meanwhile
  const source = new DatabaseSync(file, { readOnly: true })
  source.exec(`VACUUM INTO '${part}'`)
  source.close()
  const copy = new DatabaseSync(part)
  copy.exec('PRAGMA synchronous = OFF; DELETE FROM provisioning_log_TokenSecrets') // each log has its own
  copy.close()
  renameSync(part, emptyDatabase())
}

/** Has a new service find a database without events, if there is one already. */
export function takeEmptyDatabase(file: string) {
  if (existsSync(emptyDatabase())) copyFileSync(emptyDatabase(), file)
}

/** Whether the model has further parts, and the database other tables. */
const hasOtherModel = ({ env = {} }: Options) => Object.keys(env).some((name) => name.startsWith('CDS_FOLDERS_'))

/** Starts the service in a process of its own, and waits until it listens or has ended. */
export async function startProcess(options: Options) {
  const { command, args, env } = await commandOf(options)
  const isNew =
    !isOnPostgres() && !existsSync(options.file) && existsSync(dirname(options.file)) && !hasOtherModel(options)
  if (isNew) takeEmptyDatabase(options.file)
  const child = spawn(command, args, { cwd: root, env })
  running.push(child)
  const exited = once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>
  let log = ''
  child.stderr.on('data', (text) => (log += String(text)))
  const url = await new Promise<string | undefined>((resolve) => {
    let found: string | undefined
    child.stdout.on('data', (text) => {
      log += String(text)
      found ??= urlIn(log)
      if (found) resolve(found)
    })
    child.on('exit', () => resolve(undefined))
  })
  if (isNew && url && !options.args && !existsSync(emptyDatabase())) keepEmptyDatabase(options.file)
  return {
    /** Undefined if the service did not start. */
    url,
    pid: child.pid as number,
    log: () => log,
    /** Has nobody read what the service logs any more. */
    closeLog: () => [child.stdout, child.stderr].forEach((stream) => stream.destroy()),
    exited,
    /** Sends a signal and waits until the process has ended. */
    stop: async (signal: NodeJS.Signals = 'SIGTERM') => {
      child.kill(signal)
      return exited
    }
  }
}

/**
 * Starts the service with the default settings, once for all test files that a worker of Jest runs; `clean-up.ts` ends it.
 * @returns its URL, and its database file, in which there are no events
 */
export async function sharedProcess(): Promise<{ url: string; file: string }> {
  const folder = join(tmpdir(), `${SHARED}${process.env.JEST_WORKER_ID}`)
  const log = join(folder, 'log')
  const file = join(folder, 'events.sqlite')
  if (!existsSync(folder)) {
    mkdirSync(folder)
    takeEmptyDatabase(file)
    const { command, args, env } = await commandOf({ file, env: SEALED_SOON })
    const out = openSync(log, 'w')
    const child = spawn(command, args, { cwd: root, env, stdio: ['ignore', out, out] })
    closeSync(out)
    child.unref()
    writeFileSync(join(folder, 'pid'), String(child.pid))
  } else await emptyLog(file)
  const end = Date.now() + 120_000 // on machines that are busy
  for (;;) {
    const logged = readFileSync(log, 'utf8')
    const url = urlIn(logged)
    if (url) return { url, file }
    if (Date.now() > end) throw new Error(`The shared service does not listen. It says: ${logged}`)
    await delay(20)
  }
}

/** What a log has before there are events. */
const KEPT = ['cds_model', 'provisioning_log_TokenSecrets']

/** How often a shared service seals: its log is emptied when all is sealed. */
const SEALED_SOON = { CDS_SEALING_INTERVAL: '100' }

const UNSEALED = `SELECT 1 FROM provisioning_log_Arrivals
  WHERE sequence > (SELECT coalesce(max(lastSequence), 0) FROM provisioning_log_Seals)`

/**
 * Removes all events of a log, and what is kept of them, while the service runs. It waits until all are sealed, as the
 * service would seal events of the next test file as those that are gone if it had begun with these.
 */
async function emptyLog(file: string) {
  const database = new DatabaseSync(file, { timeout: 10_000 })
  for (;;) {
    database.exec('BEGIN IMMEDIATE')
    if (!database.prepare(UNSEALED).get()) break
    database.exec('ROLLBACK')
    await delay(20)
  }
  const objects = database.prepare("SELECT type, name, sql FROM sqlite_schema WHERE type IN ('table', 'trigger')").all()
  const of = (type: string) => objects.filter((each) => each.type === type)
  for (const { name } of of('trigger')) database.exec(`DROP TRIGGER ${String(name)}`)
  for (const { name } of of('table')) if (!KEPT.includes(String(name))) database.exec(`DELETE FROM ${String(name)}`)
  for (const { sql } of of('trigger')) database.exec(String(sql))
  database.exec('COMMIT')
  database.close()
}

afterAll(() => {
  for (const child of running) child.kill('SIGKILL')
})
