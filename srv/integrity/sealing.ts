/** Seals what has come in, in the background: see db/seals.cds. */
import { join } from 'node:path'
import { startThread } from '../database/thread.ts'

/**
 * Seals events from now on, in a thread, as hashes take time that requests have better use for.
 * @param file the database file, absolute
 * @param interval the time between two searches for what has come in, in milliseconds
 * @param failed told of errors; what could not be sealed is tried again at the next interval
 * @returns a function that seals the rest and stops
 */
export function startSealing(file: string, interval: number, failed: (error: unknown) => void) {
  const thread = startThread(join(import.meta.dirname, 'sealing-thread.ts'), { file })
  let pass: Promise<unknown> | undefined
  const run = () =>
    (pass ??= thread
      .run('seal')
      .catch(failed)
      .finally(() => (pass = undefined)))
  const timer = setInterval(() => void run(), interval)
  return async () => {
    clearInterval(timer)
    await pass
    await run()
    await thread.close()
  }
}
