/** Work in the background: in threads where it would hold up requests, and one pass after another. */
import { join } from 'node:path'
import type { ResourceLimits } from 'node:worker_threads'
import cds from '@sap/cds'
import workerpool from 'workerpool'

const LOG = cds.log('provisioning')

/** Prepares a thread, which starts whenever it is needed. @param file registers its functions with `workerpool` */
export function startThread(file: string, workerData: object, resourceLimits: ResourceLimits = {}) {
  const workerThreadOpts = { workerData, resourceLimits }
  const pool = workerpool.pool(file, { workerType: 'thread', maxWorkers: 1, workerThreadOpts })
  return {
    /** Runs a function of the file, one at a time, in the order of the calls. */
    run: async (name: string, ...args: unknown[]): Promise<unknown> => pool.exec(name, args),
    /** Calls the function `close` of the file, and ends the thread. */
    close: async () => {
      if (pool.stats().totalWorkers) await pool.exec('close')
      await pool.terminate()
    }
  }
}

/** The functions of a part of the work in the background, and what ends it. */
export type Job = Record<string, (...args: never[]) => unknown> & { close: () => unknown }

/** Starts a job in the thread when its first function is called, and with the next one if it fails. */
export type StartJob = (data: object) => Job | Promise<Job>

/** A function of a job to run in the thread. */
export interface Call {
  job: number
  file: string
  data: object
  name: string
  args: unknown[]
}

/** Less than the usual 48 MB that V8 takes for new objects: none of the jobs is slower. */
const LIMITS = { maxYoungGenerationSizeMb: 3 }

let shared: ReturnType<typeof startThread> | undefined
let jobs = 0
let openJobs = 0

/**
 * Prepares a job in the thread that all jobs share: a thread of its own for each would take 12 MB. They take turns, so
 * a function should take no longer than others can wait.
 * @param file the file whose default export makes the job from the data
 */
export function startJob(file: string, data: object) {
  const thread = (shared ??= startThread(join(import.meta.dirname, 'background-thread.ts'), {}, LIMITS))
  const job = ++jobs
  openJobs++
  const run = (name: string, ...args: unknown[]) => thread.run('run', { job, file, data, name, args } satisfies Call)
  return {
    run,
    /** Calls the function `close` of the job if it has started. The last one ends the thread. */
    async close() {
      await thread.run('end', job)
      if (--openJobs) return
      shared = undefined
      await thread.close()
    }
  }
}

const MINUTE = 60_000

/**
 * Repeats work until it is stopped. Errors are logged, at most one in a minute, and the next pass tries again.
 * @param failure the sentence that is logged when a pass fails
 * @param work receives a signal that is aborted when it is to stop
 * @param interval milliseconds between the starts of two passes
 * @returns `run` starts a pass unless one is under way, and waits for it; `stop` waits for the pass under way
 */
export function repeat(failure: string, work: (signal: AbortSignal) => Promise<unknown>, interval: number) {
  const stopping = new AbortController()
  let pass: Promise<unknown> | undefined
  let quietUntil = 0
  const run = () =>
    (pass ??= work(stopping.signal)
      .catch((error: unknown) => {
        if (performance.now() < quietUntil) return
        quietUntil = performance.now() + MINUTE - interval
        LOG.error(failure, error)
      })
      .finally(() => (pass = undefined)))
  const timer = setInterval(() => void run(), interval)
  const stop = async () => {
    stopping.abort()
    clearInterval(timer)
    await pass
  }
  return { run, stop }
}
