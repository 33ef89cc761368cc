/** Removes events that are older than the service is configured to keep them, on a schedule. */
import type { Log } from '../database/log.ts'
import { instant } from '../values/datetime.ts'
import { trustedTime } from './clock.ts'
import { purge } from './purging.ts'

export interface RetentionSettings {
  /** How many days events are kept after they happened: see clock.ts. */
  days: number
  /** The time between two searches for older events, in minutes. */
  interval: number
  /** See `PurgeOrder`. */
  batch: number
}

/** What happens in the background, for the log of the process. */
export interface RetentionListener {
  purged: (count: number, before: string) => void
  failed: (error: unknown) => void
}

const DAY = 24 * 60 * 60 * 1000
const MINUTE = 60 * 1000

/**
 * Removes old events from now on, in the background.
 * @param log nobody else uses it
 * @returns a function that stops it
 */
export function startRetention(log: Log, settings: RetentionSettings, { purged, failed }: RetentionListener) {
  const { days, interval, batch } = settings
  const stopping = new AbortController()
  const removeOld = async () => {
    const now = await trustedTime(log)
    if (now === undefined) return
    const before = instant(new Date(now - days * DAY).toISOString()) as string
    const order = { before, purgedBy: 'retention', batch, signal: stopping.signal }
    const count = await purge(log, order)
    if (count) purged(count, before)
  }
  let pass: Promise<void> | undefined
  const run = () =>
    (pass ??= removeOld()
      .catch(failed)
      .finally(() => (pass = undefined)))
  const timer = setInterval(() => void run(), interval * MINUTE)
  void run()
  return async () => {
    clearInterval(timer)
    stopping.abort()
    await pass
  }
}
