/** Removes events on a schedule once they are older than `retention.days`. */
import cds from '@sap/cds'
import { repeat } from '../database/background.ts'
import type { Log } from '../database/log.ts'
import { settings } from '../settings/settings.ts'
import { instant } from '../values/datetime.ts'
import { trustedTime } from './clock.ts'
import { purge } from './purging.ts'

const LOG = cds.log('provisioning')
const DAY = 24 * 60 * 60 * 1000
const MINUTE = 60 * 1000

/**
 * Starts to remove old events in the background, if the settings ask for it.
 * @param log must have no other user
 * @returns a function that stops it
 */
export function startRetention(log: Log) {
  const { days, interval, batch } = settings().retention
  if (days === undefined) return () => Promise.resolve()
  const stopping = new AbortController()
  const removeOld = async () => {
    const now = await trustedTime(log)
    if (now === undefined) return
    const before = instant(new Date(now - days * DAY).toISOString()) as string
    const count = await purge(log, { before, purgedBy: 'retention', batch, signal: stopping.signal })
    if (count) LOG.info(`Retention removed ${count} events that happened before ${before}Z.`)
  }
  const { run, stop } = repeat('Retention failed.', removeOld, interval * MINUTE)
  void run()
  return () => {
    stopping.abort()
    return stop()
  }
}
