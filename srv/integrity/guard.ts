/** Guards the history of the log while the service runs. */
import { join } from 'node:path'
import { repeat, startThread } from '../database/background.ts'
import type { Log } from '../database/log.ts'
import { settings } from '../settings/settings.ts'
import { startRetention } from './retention.ts'

/**
 * Protects the log, and starts sealing and retention. Call it after a schema migration.
 * @param log must have no other user
 * @param file the database file, absolute
 * @returns a function that stops both. It takes a promise that is fulfilled when the last event has come in
 */
export async function guardHistory(log: Log, file: string) {
  await log.protect()
  const stopSealing = startSealing(file, settings().sealing.interval)
  const stopRetention = startRetention(log)
  return async (lastEvent: Promise<unknown>) => {
    await Promise.allSettled([lastEvent, stopRetention()])
    await Promise.all([log.close(), stopSealing()])
  }
}

/**
 * Starts to seal events in a thread, so that hashing does not hold up requests.
 * @param file the database file, absolute
 * @param interval milliseconds between two passes
 * @returns a function that seals the rest and stops
 */
function startSealing(file: string, interval: number) {
  const thread = startThread(join(import.meta.dirname, 'sealing-thread.ts'), { file })
  const { run, stop } = repeat('Sealing failed.', () => thread.run('seal'), interval)
  return async () => {
    await stop()
    await run()
    await thread.close()
  }
}
