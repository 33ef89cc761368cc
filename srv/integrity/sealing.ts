/** Seals new events in the background: see db/seals.cds. */
import { join } from 'node:path'
import { startThread } from '../database/thread.ts'
import { repeat } from './passes.ts'

/**
 * Starts to seal events in a thread, so that hashing does not hold up requests.
 * @param file the database file, absolute
 * @param interval milliseconds between two passes
 * @returns a function that seals the rest and stops
 */
export function startSealing(file: string, interval: number) {
  const thread = startThread(join(import.meta.dirname, 'sealing-thread.ts'), { file })
  const { run, stop } = repeat('Sealing', () => thread.run('seal'), interval)
  return async () => {
    await stop()
    await run()
    await thread.close()
  }
}
