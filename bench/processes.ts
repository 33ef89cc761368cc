/** What the system tells of a process and the ones that it has started. */
import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'

/** The memory of a process and its children that is in RAM, in bytes. */
export function memoryOf(pid: number): number {
  return family(pid).reduce((sum, each) => {
    const [, kilobytes = 0] = /VmRSS:\s*(\d+)/.exec(read(`/proc/${each}/status`)) ?? []
    return sum + Number(kilobytes) * 1024
  }, 0)
}

/** How long a process and its children have used processors, in milliseconds. */
function processorTime(pid: number): number {
  return family(pid).reduce((sum, each) => {
    const [, , , , , , , , , , , user = 0, system = 0] = read(`/proc/${each}/stat`)
      .replace(/\(.*\)/, '')
      .split(' ')
    return sum + (Number(user) + Number(system)) * 10 // a tick is 10 ms
  }, 0)
}

/**
 * Waits until a process has come to rest, so that what it does after its answers is not charged to others.
 * @param milliseconds the longest that is waited
 */
export async function atRest(pid: number, milliseconds: number) {
  for (const end = performance.now() + milliseconds; performance.now() < end;) {
    const before = processorTime(pid)
    await delay(50)
    if (processorTime(pid) - before < 10) return
  }
}

function family(pid: number): number[] {
  const children = list(`/proc/${pid}/task`).flatMap((task) =>
    read(`/proc/${pid}/task/${task}/children`).split(' ').filter(Boolean).map(Number)
  )
  return [pid, ...children.flatMap(family)]
}

/** Processes may end at any time. */
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
