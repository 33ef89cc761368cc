/** Starts and stops targets, each as a process of its own. */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import type { Definition } from './definitions.ts'
import { ask, type Call } from './load.ts'

/** A running server. */
export interface Target extends Pick<Definition, 'name' | 'dialect' | 'token'> {
  url: string
  /** The URLs of its instances but the first, if there are several. */
  others: string[]
  pids: number[]
  /** The time from the start of the process to its first response, in milliseconds. */
  startUp: number
  stop: () => Promise<void>
}

const LONGEST_STOP = 15_000 // ms
const GLANCE = 2 // ms between two looks at the log of a target that starts

const running = new Set<ChildProcess>()
process.once('exit', () => running.forEach((child) => child.kill('SIGKILL'))) // those that a failure left behind

/** Starts all instances of a target, one after the other. */
export async function start(definition: Definition, file: string): Promise<Target> {
  const first = await startOne(definition, file, `${file}.log`)
  const instances = [first]
  for (let number = 2; number <= (definition.instances ?? 1); number++)
    instances.push(await startOne(definition, file, `${file}-${number}.log`))
  const stop = async () => void (await Promise.all(instances.map((each) => each.stop())))
  const [, ...others] = instances.map(({ url }) => url)
  return { ...first, others, pids: instances.flatMap(({ pids }) => pids), stop }
}

/**
 * Starts an instance, and waits until it has answered a query with 200. It writes its log to a file, as operators have it.
 * @param file the database file, absolute; it is created if it does not exist
 */
async function startOne(definition: Definition, file: string, logFile: string): Promise<Target> {
  const { name, dialect, token, folder, args, env, deploy } = definition
  const environment = { PATH: process.env.PATH, PORT: '0', HOST: '127.0.0.1', NODE_ENV: 'production', ...env(file) }
  const options = { cwd: folder, env: environment }
  if (deploy && !existsSync(file)) execFileSync(process.execPath, deploy, options)
  const log = openSync(logFile, 'w')
  const begin = performance.now()
  const child = spawn(process.execPath, args, { ...options, stdio: ['ignore', log, log] })
  closeSync(log)
  running.add(child.once('exit', () => running.delete(child)))
  const url = await addressOf(child, logFile)
  const first = dialect.request({ isCount: true }) as Call
  const check = (status: number) => (status === 200 ? undefined : `The target ${name} has no answer`)
  await ask({ url, token }, { ...first, method: 'GET', check })
  const startUp = performance.now() - begin
  const stop = async () => {
    if (hasEnded(child)) return
    const exited = once(child, 'exit')
    const timer = setTimeout(() => child.kill('SIGKILL'), LONGEST_STOP)
    child.kill('SIGTERM')
    await exited
    clearTimeout(timer)
  }
  return { name, dialect, token, url, others: [], pids: [child.pid as number], startUp, stop }
}

/** Waits until a server says where it listens. */
async function addressOf(child: ChildProcess, log: string) {
  for (;;) {
    const isOver = hasEnded(child)
    const text = readFileSync(log, 'utf8')
    const [, port] = /listening on .*(?:localhost|127\.0\.0\.1):(\d+)/.exec(text) ?? []
    if (port) return `http://127.0.0.1:${port}`
    if (isOver) throw new Error(`The target did not start: ${text}`)
    await delay(GLANCE)
  }
}

const hasEnded = ({ exitCode, signalCode }: ChildProcess) => exitCode !== null || signalCode !== null
