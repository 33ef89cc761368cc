/** What Linux reports about a process and its descendants. */
import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'

/** Returns the resident memory of a process and its descendants, in bytes. */
export function memoryOf(pid: number): number {
  return sum(pid, (each) => Number(/VmRSS:\s*(\d+)/.exec(read(`/proc/${each}/status`))?.[1] ?? 0) * 1024)
}

/**
 * Watches the memory of a process while something goes on.
 * @returns its result, and the most memory, in bytes
 */
export async function mostMemoryDuring<Result>(pid: number, work: Promise<Result>): Promise<[Result, number]> {
  let most = memoryOf(pid)
  const timer = setInterval(() => (most = Math.max(most, memoryOf(pid))), 50)
  try {
    const result = await work
    return [result, most]
  } finally {
    clearInterval(timer)
  }
}

/**
 * Waits until a process is idle, so that its work after a response does not slow down the next measurement.
 * @param milliseconds the longest wait
 */
export async function atRest(pid: number, milliseconds: number) {
  for (const end = performance.now() + milliseconds; performance.now() < end;) {
    const before = processorTime(pid)
    await delay(50)
    if (processorTime(pid) === before) return
  }
}

/** The processor time of a process and its descendants, in ticks of 10 ms. */
function processorTime(pid: number): number {
  return sum(pid, (each) => {
    const [, user = 0, system = 0] = /\) (?:\S+ ){11}(\d+) (\d+)/.exec(read(`/proc/${each}/stat`)) ?? []
    return Number(user) + Number(system)
  })
}

function sum(pid: number, valueOf: (pid: number) => number): number {
  const children = list(`/proc/${pid}/task`).flatMap((task) =>
    read(`/proc/${pid}/task/${task}/children`).split(' ').filter(Boolean).map(Number)
  )
  return children.reduce((total, child) => total + sum(child, valueOf), valueOf(pid))
}

/** Reads a file of a process, which may end at any time. */
function read(path: string) {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

function list(path: string) {
  try {
    return readdirSync(path)
  } catch {
    return []
  }
}
