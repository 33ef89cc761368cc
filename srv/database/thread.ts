/** A thread for work that would hold up requests. */
import workerpool from 'workerpool'

export interface Thread {
  /** Runs a function of the file, one at a time, in the order of the calls. */
  run: (name: string, ...args: unknown[]) => Promise<unknown>
  /** Calls the function `close` of the file, and ends the thread. */
  close: () => Promise<void>
}

/**
 * Prepares a thread. It starts when it is first needed, and again if it was ended.
 * @param file the file that the thread runs, which registers its functions with `workerpool`
 * @param workerData passed to the file
 */
export function startThread(file: string, workerData: object): Thread {
  const pool = workerpool.pool(file, { workerType: 'thread', maxWorkers: 1, workerThreadOpts: { workerData } })
  return {
    run: async (name, ...args): Promise<unknown> => pool.exec(name, args),
    async close() {
      if (pool.stats().totalWorkers) await pool.exec('close')
      await pool.terminate()
    }
  }
}
