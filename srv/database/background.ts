/** Work in the background: in threads where it would hold up requests, and one pass after another. */
import cds from '@sap/cds'
import workerpool from 'workerpool'

const LOG = cds.log('provisioning')

/**
 * Prepares a thread. It starts when it is first needed, and again if it was ended.
 * @param file the file that the thread runs, which registers its functions with `workerpool`
 * @param workerData passed to the file
 */
export function startThread(file: string, workerData: object) {
  const pool = workerpool.pool(file, { workerType: 'thread', maxWorkers: 1, workerThreadOpts: { workerData } })
  return {
    /** Runs a function of the file, one at a time, in the order of the calls. */
    run: async (name: string, ...args: unknown[]): Promise<unknown> => pool.exec(name, args),
    /** Calls the function `close` of the file, and ends the thread. */
    async close() {
      if (pool.stats().totalWorkers) await pool.exec('close')
      await pool.terminate()
    }
  }
}

/**
 * Repeats work until it is stopped. Errors are logged, and the next pass tries again.
 * @param failure the sentence that is logged when a pass fails
 * @param interval milliseconds between the starts of two passes
 * @returns `run` starts a pass unless one is under way, and waits for it; `stop` waits for the pass under way
 */
export function repeat(failure: string, work: () => Promise<unknown>, interval: number) {
  let pass: Promise<unknown> | undefined
  const run = () =>
    (pass ??= work()
      .catch((error: unknown) => LOG.error(failure, error))
      .finally(() => (pass = undefined)))
  const timer = setInterval(() => void run(), interval)
  const stop = async () => {
    clearInterval(timer)
    await pass
  }
  return { run, stop }
}
