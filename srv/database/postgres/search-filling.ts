/** Fills the search index with what has come in, one instance at a time: see search-schema.ts. */
import { setTimeout as delay } from 'node:timers/promises'
import cds from '@sap/cds'
import { repeat } from '../background.ts'
import { writer, type Limits } from './connection.ts'
import { FILLING, HOLDING, holds } from './locks.ts'

const LOG = cds.log('provisioning')

/** How often new events are indexed, in milliseconds. */
const INTERVAL = 500

/** It rests this many times as long as a transaction took: those who store events need the processors, too. */
const REST = 2

/** How many blocks are added in a transaction, and from how many on it says when it has caught up. */
const BATCH = 50
const MANY = 2000

/**
 * Fills the index until the returned function is called. Where another instance does so, this one waits until that is
 * gone: several would not rest together.
 */
export function startFilling(url: string, limits: Limits): () => Promise<void> {
  const one = writer(url, { ...limits, options: HOLDING })
  async function work(signal: AbortSignal) {
    let total = 0
    for (let added = BATCH; added && !signal.aborted && (await holds(one, FILLING)); total += added) {
      const begin = performance.now()
      const { rows } = await one.query<{ added: number }>('SELECT fill_search($1) AS added', [BATCH])
      added = rows[0]?.added ?? 0
      if (added) await delay((performance.now() - begin) * REST, undefined, { signal }).catch(() => {}) // it stops
    }
    if (total >= MANY && !signal.aborted) LOG.info('All events are in the search index.')
  }
  const { stop } = repeat('The search index could not be filled.', work, INTERVAL)
  return async () => {
    await stop()
    await one.end()
  }
}
