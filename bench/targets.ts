/** The servers that race each other: how they are started, loaded and looked at. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { structured, type Dialect } from './dialects.ts'
import { flat } from './flat.ts'
import { ask, type Call } from './load.ts'

const ROOT = join(import.meta.dirname, '..')
const CAP = join(ROOT, 'node_modules/@sap/cds/bin/serve.js')

export const TARGET_NAMES = ['service', 'floor', 'limit', 'plain'] as const
export type TargetName = (typeof TARGET_NAMES)[number]

/** A kind of server. */
interface Definition {
  dialect: Dialect
  /** Where it is started, and the arguments of Node.js. */
  folder: string
  args: string[]
  env: (file: string) => Record<string, string>
  /** The arguments of Node.js for a command that makes an empty database, where the server does not do that. */
  prepare?: string[]
  /** The arguments of Node.js for a command that writes `--count` events of `--seed` into a new database `--file`. */
  load: string[]
}

// Authentication, rate limit and request log are off, as the other targets have none.
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

const DEFINITIONS: Record<TargetName, Definition> = {
  service: {
    dialect: structured,
    folder: ROOT,
    args: [CAP],
    env: (file) => ({
      CDS_TYPESCRIPT: 'true',
      CDS_CONFIG: JSON.stringify(CONFIGURATION),
      CDS_REQUIRES_DB_CREDENTIALS_URL: file
    }),
    load: [join(import.meta.dirname, 'load-service.ts')]
  },
  floor: handWritten('floor.ts'),
  limit: handWritten('limit.ts'),
  plain: {
    dialect: flat,
    folder: join(import.meta.dirname, 'plain'),
    args: [CAP],
    env: (file) => ({ CDS_REQUIRES_DB_CREDENTIALS_URL: file }),
    prepare: [join(ROOT, 'node_modules/@sap/cds/bin/deploy.js')],
    load: [join(import.meta.dirname, 'load-plain.ts')]
  }
}

function handWritten(script: string): Definition {
  return {
    dialect: structured,
    folder: ROOT,
    args: [join(import.meta.dirname, script)],
    env: (file) => ({ FILE: file }),
    load: [join(import.meta.dirname, 'load-floor.ts')]
  }
}

/** How long a server may take to stop before it is ended, in milliseconds. */
const LONGEST_STOP = 15_000

/** A server that runs. */
export interface Target {
  name: TargetName
  url: string
  dialect: Dialect
  pid: number
  /** From the start of the process until it had answered a query with 200, in milliseconds. */
  startUp: number
  stop: () => Promise<void>
}

/**
 * Starts a server on a database file, and waits until it has answered.
 * @param file the database file, absolute; it is created if there is none
 */
export async function start(name: TargetName, file: string): Promise<Target> {
  const { folder, args, env, dialect, prepare } = DEFINITIONS[name]
  if (prepare && !existsSync(file)) await run(folder, prepare, env(file))
  const begin = performance.now()
  const child = spawn(process.execPath, args, {
    cwd: folder,
    env: { PATH: process.env.PATH, PORT: '0', HOST: '127.0.0.1', NODE_ENV: 'production', ...env(file) }
  })
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
  const first = dialect.request({ kind: 'count' }) as Call
  await ask(url, { ...first, method: 'GET', check: (status) => (status === 200 ? undefined : log) })
  const stop = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return
    const exited = once(child, 'exit')
    const timer = setTimeout(() => child.kill('SIGKILL'), LONGEST_STOP)
    child.kill('SIGTERM')
    await exited
    clearTimeout(timer)
  }
  return { name, url, dialect, pid: child.pid as number, startUp: performance.now() - begin, stop }
}

/**
 * Has a command write events into a new database.
 * @param file the database file, absolute
 * @param seed what the events are made from
 */
export async function loadDirectly(name: TargetName, file: string, count: number, seed: number) {
  const { folder, load, env } = DEFINITIONS[name]
  const options = ['--file', file, '--count', String(count), '--seed', String(seed)]
  await run(folder, [...load, ...options], env(file))
}

async function run(folder: string, args: string[], env: Record<string, string>) {
  const stdio = ['ignore', 'ignore', 'inherit'] as const
  const child = spawn(process.execPath, args, {
    cwd: folder,
    env: { PATH: process.env.PATH, ...env },
    stdio: [...stdio]
  })
  const [code] = (await once(child, 'exit')) as [number | null]
  if (code !== 0) throw new Error(`${args.join(' ')} failed.`)
}
