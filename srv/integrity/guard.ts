/** Guards the history of the log while the service runs. */
import { join } from 'node:path'
import cds from '@sap/cds'
import { repeat, startJob } from '../database/background.ts'
import type { Log } from '../database/log.ts'
import { engine } from '../database/service.ts'
import { settings } from '../settings/settings.ts'
import { startRetention } from './retention.ts'
import { sealAll } from './sealer.ts'

const LOG = cds.log('provisioning')

const FAILED = 'Sealing failed.'

/**
 * Starts sealing and retention. Call it after a schema migration.
 * @param log must have no other user
 * @returns a function that stops both and seals the rest. It takes a promise that is fulfilled when the last event has
 *   come in
 */
export function guardHistory(log: Log, location: string) {
  const stopSealing = startSealing(location, settings().sealing.interval)
  const stopRetention = startRetention(log)
  return async (lastEvent: Promise<unknown>) => {
    await Promise.allSettled([lastEvent, stopRetention(), stopSealing()])
    // there are no requests left that hashing could hold up, and a thread that never ran takes long to start
    await sealAll(log).catch((error: unknown) => LOG.error(FAILED, error))
    await log.close()
  }
}

/** Seals events in the background thread, where hashing holds up no requests, until the returned function is called. */
function startSealing(location: string, interval: number) {
  const job = startJob(join(import.meta.dirname, 'sealer.ts'), { location })
  const seal = async (signal: AbortSignal) => {
    while (!signal.aborted && engine().leads && (await job.run('seal')));
  }
  const { stop } = repeat(FAILED, seal, interval)
  return async () => {
    await stop()
    await job.close()
  }
}
