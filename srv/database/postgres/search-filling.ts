/** Fills the search index with what has come in, one instance at a time: see search-schema.ts. */
import { setTimeout as delay } from 'node:timers/promises'
import cds from '@sap/cds'
import { repeat } from '../background.ts'
import { pool, WRITING, type Limits } from './connection.ts'

const LOG = cds.log('provisioning')

/** How often new events are indexed, and how long it rests between two transactions, in milliseconds. */
const INTERVAL = 500
const REST = 20

/** How many blocks are added in a transaction, and from how many on it says when it has caught up. */
const BATCH = 50
const MANY = 2000

/**
 * Starts to fill the index.
 * @returns a function that stops it
 */
export function startFilling(url: string, limits: Limits): () => Promise<void> {
  const one = pool(url, { ...WRITING, ...limits, max: 1 })
  let isStopped = false
  async function work() {
    let total = 0
    for (let added = BATCH; added >= BATCH && !isStopped; total += added) {
      if (total) await delay(REST)
      const { rows } = await one.query<{ added: number }>('SELECT fill_search($1) AS added', [BATCH])
      added = rows[0]?.added ?? 0
    }
    if (total >= MANY && !isStopped) LOG.info('All events are in the search index.')
  }
  const { stop } = repeat('The search index could not be filled.', work, INTERVAL)
  return async () => {
    isStopped = true
    await stop()
    await one.end()
  }
}
