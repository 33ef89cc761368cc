/** The servers that are compared: how each is started, and the database file that it starts with. */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, existsSync, renameSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { post } from '../tools/generator/posting.ts'
import type { Dataset } from './dataset.ts'
import { flat, structured, type Dialect } from './dialects.ts'
import { ask, type Call } from './load.ts'

const ROOT = join(import.meta.dirname, '..')
const CAP = 'node_modules/@sap/cds/bin'

/** All targets; `before` is the service of another checkout. */
export const TARGET_NAMES = ['service', 'before', 'baseline', 'ceiling', 'plain'] as const
export type TargetName = (typeof TARGET_NAMES)[number]

/** How a target is started. */
export interface Definition {
  name: TargetName
  dialect: Dialect
  /** The working directory. */
  folder: string
  /** The arguments of Node.js. */
  args: string[]
  env: (file: string) => Record<string, string>
  /** The arguments of Node.js that create the tables, if the server does not. */
  deploy?: string[]
}

// The other targets have no authentication, rate limit or request log.
const CONFIGURATION = {
  requires: {
    auth: {
      kind: 'dummy',
      impl: '@sap/cds/lib/srv/middlewares/auth/dummy-auth.js',
      issuer: 'http://localhost',
      audience: 'none'
    }
  },
  server: { request_log: false, rate_limit: { limit: 0 } }
}

/**
 * Defines a target.
 * @param before the folder of the checkout for the target of that name
 */
export function definitionOf(name: TargetName, before = ''): Definition {
  const bench = import.meta.dirname
  if (name === 'baseline' || name === 'ceiling')
    return { name, dialect: structured, folder: ROOT, args: [join(bench, `${name}.ts`)], env: (FILE) => ({ FILE }) }
  const folder = name === 'before' ? resolve(before) : ROOT
  const args = [join(folder, CAP, 'serve.js')]
  const database = (file: string) => ({ CDS_REQUIRES_DB_CREDENTIALS_URL: file })
  if (name === 'plain') {
    const deploy = [join(ROOT, CAP, 'deploy.js')]
    return { name, dialect: flat, folder: join(bench, 'plain'), args, env: database, deploy }
  }
  const env = { CDS_TYPESCRIPT: 'true', CDS_CONFIG: JSON.stringify(CONFIGURATION) }
  return { name, dialect: structured, folder, args, env: (file) => ({ ...env, ...database(file) }) }
}

/** A running server. */
export interface Target extends Pick<Definition, 'name' | 'dialect'> {
  url: string
  pid: number
  /** The time from the start of the process to its first response, in milliseconds. */
  startUp: number
  stop: () => Promise<void>
}

const LONGEST_STOP = 15_000 // ms

const running = new Set<ChildProcess>()
process.once('exit', () => running.forEach((child) => child.kill('SIGKILL'))) // those that a failure left behind

/**
 * Starts a target, and waits until it has answered a query with 200.
 * @param file the database file, absolute; it is created if it does not exist
 */
export async function start({ name, dialect, folder, args, env, deploy }: Definition, file: string): Promise<Target> {
  const environment = { PATH: process.env.PATH, PORT: '0', HOST: '127.0.0.1', NODE_ENV: 'production', ...env(file) }
  const options = { cwd: folder, env: environment }
  if (deploy && !existsSync(file)) execFileSync(process.execPath, deploy, options)
  const begin = performance.now()
  const child = spawn(process.execPath, args, options)
  running.add(child.once('exit', () => running.delete(child)))
  let log = ''
  const port = await new Promise<string>((resolve, reject) => {
    const read = (text: unknown) => {
      log += String(text)
      const [, found] = /listening on .*(?:localhost|127\.0\.0\.1):(\d+)/.exec(log) ?? []
      if (found) resolve(found)
    }
    child.stdout.on('data', read)
    child.stderr.on('data', read)
    child.on('exit', () => reject(new Error(`The target ${name} did not start: ${log}`)))
  })
  const url = `http://127.0.0.1:${port}`
  const first = dialect.request({ isCount: true }) as Call
  await ask(url, { ...first, method: 'GET', check: (status) => (status === 200 ? undefined : log) })
  const stop = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return
    const exited = once(child, 'exit')
    const timer = setTimeout(() => child.kill('SIGKILL'), LONGEST_STOP)
    child.kill('SIGTERM')
    await exited
    clearTimeout(timer)
  }
  return { name, dialect, url, pid: child.pid as number, startUp: performance.now() - begin, stop }
}

/**
 * Creates the log of a target: a copy of one that was filled earlier, or else a new one, filled by `$batch`.
 * @param folder where the file is created
 * @param kept where filled logs are kept
 * @returns the database file
 */
export async function logOf(definition: Definition, folder: string, kept: string, dataset: Dataset, seed: number) {
  const { name, dialect } = definition
  const filled = join(kept, `${name}-${dataset.count}-${seed}.sqlite`)
  if (!existsSync(filled)) {
    const begin = performance.now()
    const unfinished = `${filled}.part`
    const { url, stop } = await start(definition, unfinished)
    const nth = (index: number) => dialect.event(dataset.eventAt(index))
    await post({ root: url + dialect.root, collection: dialect.collection }, nth, dataset.count)
    await stop()
    const database = new DatabaseSync(unfinished)
    database.exec('PRAGMA wal_checkpoint(TRUNCATE)') // so that there is one file to copy
    database.close()
    renameSync(unfinished, filled)
    console.error(`${name}: ${dataset.count} events in ${((performance.now() - begin) / 1000).toFixed(1)} s`)
  }
  const file = join(folder, `${name}.sqlite`)
  copyFileSync(filled, file)
  return file
}
