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

/** How many blocks are added in a transaction, and after how many transactions it says that it has caught up. */
const BATCH = 50
const MANY = 40

/** How long a transaction may take, in milliseconds: a second, and what the last block takes, whose events may have 32 MB. */
const PATIENCE = 60_000

/**
 * Fills the index until the returned function is called. Where another instance does so, this one waits until that is
 * gone: several would not rest together.
 */
export function startFilling(url: string, limits: Limits): () => Promise<void> {
  const one = writer(url, { ...limits, query_timeout: PATIENCE, options: HOLDING })
  /** The last arrival up to which there is nothing to add. */
  let until = 0
  async function work(signal: AbortSignal) {
    let transactions = 0
    let done: number | null = null
    while (done === null && !signal.aborted && (await holds(one, FILLING))) {
      const begin = performance.now()
      const { rows } = await one.query<{ done: number | null }>('SELECT fill_search($1, $2) AS done', [BATCH, until])
      done = rows[0]?.done ?? null
      transactions++
      await delay((performance.now() - begin) * REST, undefined, { signal }).catch(() => {}) // it stops
    }
    until = done ?? until
    if (transactions > MANY && !signal.aborted) LOG.info('All events are in the search index.')
  }
  const { stop } = repeat('The search index could not be filled.', work, INTERVAL)
  return async () => {
    await stop()
    await one.end()
  }
}
