/**
 * A limit for the memory of a process. Neither V8 nor SQLite as Node.js builds it can limit all memory of a query, and
 * a query blocks its thread. So another thread watches the process and ends it.
 */
import { isMainThread, Worker, workerData } from 'node:worker_threads'

/** How often it checks, in milliseconds. */
const INTERVAL = 20

interface Limits {
  /** In bytes. */
  memory: number
  parent: number
}

/**
 * Ends this process when it uses too much memory, or its parent is gone.
 * @param memory the limit in MiB
 * @param parent the process that started this one. It may be gone before this one can ask for it
 */
export function limitMemory(memory: number, parent: number) {
  const limits: Limits = { memory: memory * 1024 * 1024, parent }
  new Worker(import.meta.filename, { workerData: { limits }, execArgv: [] }).unref()
}

function watch({ memory, parent }: Limits) {
  if (process.memoryUsage.rss() > memory || process.ppid !== parent) process.kill(process.pid, 'SIGKILL')
}

const { limits } = (workerData ?? {}) as { limits?: Limits }
if (!isMainThread && limits) setInterval(watch, INTERVAL, limits)
