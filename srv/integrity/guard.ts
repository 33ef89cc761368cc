/** Guards the history of the log while the service runs. */
import cds from '@sap/cds'
import type Database from '../database/service.ts'
import { protectHistory } from './history.ts'
import { startRetention } from './retention.ts'
import { startSealing } from './sealing.ts'
import { databaseFile, retentionSettings, sealingSettings } from './settings.ts'
import { openLog } from '../database/sqlite/tables.ts'

const LOG = cds.log('provisioning')

/**
 * Protects the tables, and until the service shuts down seals events and removes those that are too old. To be called
 * after the schema was migrated.
 */
export async function guardHistory() {
  const file = databaseFile()
  const sealing = sealingSettings()
  const retention = retentionSettings()
  const database = openLog(file)
  await protectHistory(database)
  database.close()
  const stopSealing = startSealing(file, sealing, (error) => LOG.error('Sealing failed.', error))
  const purged = (count: number, before: string) =>
    LOG.info(`Retention removed ${count} events that happened before ${before}Z.`)
  const failed = (error: unknown) => LOG.error('Retention failed.', error)
  const stopRetention = retention && startRetention(file, retention, { purged, failed })
  const stop = async () => {
    await Promise.allSettled([(cds.db as unknown as Database).disconnect(), stopRetention?.()])
    await stopSealing() // after the last event has come in
  }
  let stopped: Promise<void> | undefined // `cds watch` and an impatient user send a signal more than once
  cds.on('shutdown', () => (stopped ??= stop()))
}
