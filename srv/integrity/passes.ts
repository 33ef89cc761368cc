/** Work that is repeated in the background, one pass at a time. */
import cds from '@sap/cds'

const LOG = cds.log('provisioning')

/**
 * Repeats work until it is stopped. Errors are logged, and the next pass tries again.
 * @param name what the work is called in the log
 * @param interval milliseconds between the starts of two passes
 * @returns `run` starts a pass unless one is under way, and waits for it; `stop` waits for the pass under way
 */
export function repeat(name: string, work: () => Promise<unknown>, interval: number) {
  let pass: Promise<unknown> | undefined
  const run = () =>
    (pass ??= work()
      .catch((error: unknown) => LOG.error(`${name} failed.`, error))
      .finally(() => (pass = undefined)))
  const timer = setInterval(() => void run(), interval)
  const stop = async () => {
    clearInterval(timer)
    await pass
  }
  return { run, stop }
}
