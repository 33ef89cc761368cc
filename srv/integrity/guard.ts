/** Guards the history of the log while the service runs. */
import cds from '@sap/cds'
import { openLog } from '../database/open-log.ts'
import { startRetention } from './retention.ts'
import { startSealing } from './sealing.ts'
import { settings } from '../settings/settings.ts'

const LOG = cds.log('provisioning')

/**
 * Refuses a log that was prepared to leave out or alter events. To be called before a schema migration.
 * @param file the database file, absolute
 * @throws {Error} that names what is there
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
 * Protects the log, and from now on seals events and removes those that are too old. To be called after a schema
 * migration.
 * @param file the database file, absolute
 * @returns a function that stops this. It takes a promise that is fulfilled when the last event has come in
 */
export async function guardHistory(file: string) {
  const { sealing, retention } = settings()
  const { days } = retention
  const log = await openLog(file)
  await log.protect()
  const stopSealing = startSealing(file, sealing.interval, (error) => LOG.error('Sealing failed.', error))
  const purged = (count: number, before: string) =>
    LOG.info(`Retention removed ${count} events that happened before ${before}Z.`)
  const failed = (error: unknown) => LOG.error('Retention failed.', error)
  const stopRetention = days === undefined ? undefined : startRetention(log, { ...retention, days }, { purged, failed })
  return async (lastEvent: Promise<unknown>) => {
    await Promise.allSettled([lastEvent, stopRetention?.()])
    await Promise.all([log.close(), stopSealing()])
  }
}
