/** Guards the history of the log while the service runs. */
import { openLog } from '../database/open-log.ts'
import { settings } from '../settings/settings.ts'
import { startRetention } from './retention.ts'
import { startSealing } from './sealing.ts'

/**
 * Refuses a log that is set up to drop or alter events. Call it before a schema migration.
 * @param file the database file, absolute
 * @throws {Error} that names what was found
 */
export async function expectUntouched(file: string) {
  const log = await openLog(file)
  try {
    await log.expectUntouched()
  } finally {
    await log.close()
  }
}

/**
 * Protects the log, and starts sealing and retention. Call it after a schema migration.
 * @param file the database file, absolute
 * @returns a function that stops both. It takes a promise that is fulfilled when the last event has come in
 */
export async function guardHistory(file: string) {
  const log = await openLog(file)
  await log.protect()
  const stopSealing = startSealing(file, settings().sealing.interval)
  const stopRetention = startRetention(log)
  return async (lastEvent: Promise<unknown>) => {
    await Promise.allSettled([lastEvent, stopRetention()])
    await Promise.all([log.close(), stopSealing()])
  }
}
