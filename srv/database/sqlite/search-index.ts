/** Keeps the search index up to date while the service runs. */
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import cds from '@sap/cds'
import { repeat, startJob } from '../background.ts'
import type { Indexing, Progress } from './search-filling.ts'

const LOG = cds.log('provisioning')

/** How often new events are indexed, in milliseconds. */
const INTERVAL = 500
/** How long it rests between two transactions, and after a failure, in milliseconds. */
const REST = 20
const RESPITE = 10_000
/** From how many events on it says that it has much to do, and how often it says how far it is, in milliseconds. */
const MANY = 20_000
const NEWS = 10_000

/** Indexes events in the background thread until the returned function is called. */
export function startIndexing(indexing: Indexing) {
  const job = startJob(join(import.meta.dirname, 'search-filling.ts'), indexing)
  /** When it last said how far it is; 0 if it has not since all was done. */
  let said = 0
  let pausedUntil = -Infinity
  let failure: string | undefined

  async function catchUp(signal: AbortSignal) {
    while (!signal.aborted) {
      const { done, end, removed } = (await job.run('fill')) as Progress
      if (removed) LOG.info(`The search index is ${removed}, so it is made again.`)
      if (done >= end) {
        if (said) LOG.info('All events are in the search index.')
        said = 0
        return
      }
      if (end - done >= MANY && (!said || performance.now() - said >= NEWS)) {
        LOG.info(`Events up to ${done} of ${end} are in the search index, which makes searches fast.`)
        said = performance.now()
      }
      await delay(REST)
    }
  }

  async function work(signal: AbortSignal) {
    if (performance.now() < pausedUntil) return
    try {
      await catchUp(signal)
      failure = undefined
    } catch (error) {
      pausedUntil = performance.now() + RESPITE
      const { message } = error as Error
      if (message !== failure && !signal.aborted)
        LOG.warn('Searches are slow, as their index cannot be written:', message)
      failure = message
    }
  }

  const { run, stop } = repeat('The search index could not be filled.', work, INTERVAL)
  void run()
  return async () => {
    await stop()
    await job.close()
  }
}
