/** The thread that seals: see guard.ts. */
import { workerData } from 'node:worker_threads'
import workerpool from 'workerpool'
import type { Log } from '../database/log.ts'
import { openLog } from '../database/open-log.ts'
import { sealAll } from './sealer.ts'

const { file } = workerData as { file: string }
let log: Log | undefined

workerpool.worker({ seal, close })

async function seal() {
  log ??= await openLog(file)
  await sealAll(log)
}

async function close() {
  await log?.close()
}
