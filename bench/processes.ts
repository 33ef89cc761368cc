/** Starts and stops servers, each as a process of its own, and tells what Linux reports about processes. */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, existsSync, openSync, readdirSync, readFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { ask } from './load.ts'
import { callOf } from './requests.ts'
import type { Definition } from './targets.ts'

/** A running server, of one or several instances. */
export interface Target extends Pick<Definition, 'name' | 'dialect' | 'token'> {
  /** The URLs of its instances, which connections take turns to use. */
  urls: string[]
  pids: number[]
  /** The time from the start of its first process to the first response, in milliseconds. */
  startUp: number
  stop: () => Promise<unknown>
}

const LONGEST_STOP = 15_000 // ms
const GLANCE = 2 // ms between two looks at the log of a process that starts

const running = new Set<ChildProcess>()
process.once('exit', () => running.forEach((child) => child.kill('SIGKILL'))) // those that a failure left behind

/**
 * Starts all instances of a target, one after the other, and waits until each has answered a query with 200.
 * @param file the database file, absolute; it is created if it does not exist
 */
export async function start(definition: Definition, file: string): Promise<Target> {
  const { name, dialect, token, instances = 1, folder, deploy } = definition
  const env = { PATH: process.env.PATH, PORT: '0', HOST: '127.0.0.1', NODE_ENV: 'production', ...definition.env(file) }
  if (deploy && !existsSync(file)) execFileSync(process.execPath, deploy, { cwd: folder, env })
  const first = callOf({ path: '/$count', least: 0 }, dialect)
  const begin = performance.now()
  const children: ChildProcess[] = []
  const stop = () => Promise.all(children.map(end))
  const target: Target = { name, dialect, token, urls: [], pids: [], startUp: 0, stop }
  while (children.length < instances) {
    const log = `${file}-${children.length + 1}.log`
    const output = openSync(log, 'w') // as operators have it
    const child = spawn(process.execPath, definition.args, { cwd: folder, env, stdio: ['ignore', output, output] })
    closeSync(output)
    running.add(child.once('exit', () => running.delete(child)))
    children.push(child)
    target.pids.push(child.pid as number)
    const url = await addressOf(child, log)
    await ask({ urls: [url], token }, first)
    target.urls.push(url)
    target.startUp ||= performance.now() - begin
  }
  return target
}

async function end(child: ChildProcess) {
  if (!running.has(child)) return
  const timer = setTimeout(() => child.kill('SIGKILL'), LONGEST_STOP)
  child.kill('SIGTERM')
  await once(child, 'exit')
  clearTimeout(timer)
}

/** Waits until a server says where it listens. */
async function addressOf(child: ChildProcess, logFile: string) {
  for (;;) {
    const isOver = !running.has(child)
    const text = readFileSync(logFile, 'utf8')
    const [, port] = /listening on .*(?:localhost|127\.0\.0\.1):(\d+)/.exec(text) ?? []
    if (port) return `http://127.0.0.1:${port}`
    if (isOver) throw new Error(`The target did not start: ${text}`)
    await delay(GLANCE)
  }
}

/**
 * Waits until processes are idle: until they need less than a quarter of a processor for some time.
 * @param milliseconds for how long
 * @param longest how long to wait for that
 * @param isReady what must hold besides
 * @returns how long it took, in milliseconds
 */
export async function atRest(pids: number[], milliseconds: number, longest: number, isReady = () => true) {
  const begin = performance.now()
  for (let before = busyTime(pids); performance.now() < begin + longest;) {
    await delay(milliseconds)
    const now = busyTime(pids)
    if (now - before < milliseconds / 4 && isReady()) break
    before = now
  }
  return performance.now() - begin
}

/**
 * Watches the memory of processes while something goes on.
 * @returns its result, and the most memory, in bytes
 */
export async function mostMemoryDuring<Result>(pids: number[], work: Promise<Result>): Promise<[Result, number]> {
  let most = memoryOf(pids)
  const timer = setInterval(() => (most = Math.max(most, memoryOf(pids))), 50)
  try {
    return [await work, most]
  } finally {
    clearInterval(timer)
  }
}

/** Returns the resident memory of processes and their descendants, in bytes. */
export function memoryOf(pids: number[]): number {
  return sum(pids, (each) => Number(/VmRSS:\s*(\d+)/.exec(read(`/proc/${each}/status`))?.[1] ?? 0) * 1024)
}

/** How long processes and their descendants have used a processor, or waited for one, in milliseconds. */
function busyTime(pids: number[]): number {
  return sum(pids, (each) => {
    const times = threadsOf(each).flatMap((id) => read(`/proc/${each}/task/${id}/schedstat`).split(' ', 2))
    return times.reduce((total, time) => total + Number(time) / 1e6, 0)
  })
}

function sum(pids: number[], valueOf: (pid: number) => number): number {
  return pids.reduce((total, pid) => total + valueOf(pid) + sum(childrenOf(pid), valueOf), 0)
}

/** The processes that the main thread of a process has started: other threads start none. */
const childrenOf = (pid: number) => read(`/proc/${pid}/task/${pid}/children`).split(' ').filter(Boolean).map(Number)

const threadsOf = (pid: number) => tried(() => readdirSync(`/proc/${pid}/task`)) ?? []
const read = (path: string) => tried(() => readFileSync(path, 'utf8')) ?? ''

/** Asks about a process, which may end at any time. */
function tried<Result>(work: () => Result): Result | undefined {
  try {
    return work()
  } catch {
    return undefined
  }
}
