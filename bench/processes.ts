/** What Linux reports about a process and its descendants. */
import { readFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'

/** Returns the resident memory of processes and their descendants, in bytes. */
export function memoryOf(pids: number[]): number {
  return sum(pids, (each) => Number(/VmRSS:\s*(\d+)/.exec(read(`/proc/${each}/status`))?.[1] ?? 0) * 1024)
}

/**
 * Watches the memory of processes while something goes on.
 * @returns its result, and the most memory, in bytes
 */
export async function mostMemoryDuring<Result>(pids: number[], work: Promise<Result>): Promise<[Result, number]> {
  let most = memoryOf(pids)
  const timer = setInterval(() => (most = Math.max(most, memoryOf(pids))), 50)
  try {
    const result = await work
    return [result, most]
  } finally {
    clearInterval(timer)
  }
}

/**
 * Waits until processes are idle, so that their work after a response does not slow down the next measurement.
 * @param milliseconds the longest wait
 */
export async function atRest(pids: number[], milliseconds: number) {
  for (const end = performance.now() + milliseconds; performance.now() < end;) {
    const before = processorTime(pids)
    await delay(50)
    if (processorTime(pids) === before) return
  }
}

/** The processor time of processes and their descendants, in ticks of 10 ms. */
function processorTime(pids: number[]): number {
  return sum(pids, (each) => {
    const [, user = 0, system = 0] = /\) (?:\S+ ){11}(\d+) (\d+)/.exec(read(`/proc/${each}/stat`)) ?? []
    return Number(user) + Number(system)
  })
}

function sum(pids: number[], valueOf: (pid: number) => number): number {
  return pids.reduce((total, pid) => total + valueOf(pid) + sum(childrenOf(pid), valueOf), 0)
}

/** The processes that the main thread of a process has started: other threads start none. */
function childrenOf(pid: number) {
  return read(`/proc/${pid}/task/${pid}/children`).split(' ').filter(Boolean).map(Number)
}

/** Reads a file of a process, which may end at any time. */
function read(path: string) {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
