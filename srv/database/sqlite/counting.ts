/** Counts the events that were there before the tallies were, in the background: see tallies.ts. */
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import cds from '@sap/cds'
import { startJob } from '../background.ts'
import type { Tallies } from '../tallies.ts'
import type { LogFile } from './files.ts'

const LOG = cds.log('provisioning')

/** How long others may write between two transactions, and how often progress is logged, in milliseconds. */
const PAUSE = 20
const PROGRESS = 5000

export interface Counting extends LogFile {
  tallies: Tallies
}

/**
 * Counts older events until all are counted or the returned function is called. It goes on where it was stopped.
 * @param total how many there are
 */
export function startCounting({ file, files }: LogFile, tallies: Tallies, total: number): () => Promise<void> {
  const data: Counting = { file, files, tallies }
  const job = startJob(join(import.meta.dirname, 'tallies.ts'), data)
  let isStopped = false
  async function count() {
    let told = performance.now()
    LOG.info(`Counting the ${total} events of the log once, so that counts and groups of them are fast.`)
    for (let left: number | undefined = total; left !== undefined && !isStopped; await setTimeout(PAUSE)) {
      left = (await job.run('count')) as number | undefined
      if (left === undefined) LOG.info('All events are counted.')
      else if (performance.now() - told > PROGRESS) {
        LOG.info(`${total - left} of ${total} events are counted.`)
        told = performance.now()
      }
    }
  }
  const work = count().catch((error: unknown) => LOG.error('Counting the events failed.', error))
  return async () => {
    isStopped = true
    await work
    await job.close()
  }
}
