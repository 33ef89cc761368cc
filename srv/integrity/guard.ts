/** Guards the history of the log while the service runs. */
import cds from '@sap/cds'
import { protectHistory } from './history.ts'
import { startRetention } from './retention.ts'
import { startSealing } from './sealing.ts'
import { databaseFile, retentionSettings, sealingSettings } from './settings.ts'
import { openLog } from './tables.ts'

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
  const stops = [startSealing(file, sealing, (error) => LOG.error('Sealing failed.', error))]
  if (retention) {
    const purged = (count: number, before: string) =>
      LOG.info(`Retention removed ${count} events that happened before ${before}Z.`)
    stops.push(startRetention(file, retention, { purged, failed: (error) => LOG.error('Retention failed.', error) }))
  }
  let stopped: Promise<unknown> | undefined // `cds watch` and an impatient user send a signal more than once
  cds.on('shutdown', () => (stopped ??= Promise.all(stops.map((stop) => stop()))))
}
