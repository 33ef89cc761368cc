/**
 * A limit for the memory of a process. Neither V8 nor SQLite, as Node builds it, has one for all that a query can take, and
 * a query holds its thread; so another thread looks at the process, and ends it.
 */
import { isMainThread, Worker, workerData } from 'node:worker_threads'

/** How often it looks, in milliseconds. */
const INTERVAL = 20

interface Limits {
  /** In bytes. */
  memory: number
  /** The process that this one works for. */
  parent: number
}

/**
 * Ends this process as soon as it takes more memory than it may, or works for nobody any more.
 * @param memory in MiB
 */
export function limitMemory(memory: number) {
  const limits: Limits = { memory: memory * 1024 * 1024, parent: process.ppid }
  new Worker(import.meta.filename, { workerData: { limits }, execArgv: [] }).unref()
}

function watch({ memory, parent }: Limits) {
  if (process.memoryUsage.rss() > memory || process.ppid !== parent) process.kill(process.pid, 'SIGKILL')
}

const { limits } = (workerData ?? {}) as { limits?: Limits }
if (!isMainThread && limits) setInterval(watch, INTERVAL, limits)
