/** The thread that seals: see sealing.ts. */
import { workerData } from 'node:worker_threads'
import workerpool from 'workerpool'
import { Sealer } from './sealer.ts'
import { openLog, type LogConnection } from '../database/sqlite/tables.ts'

const { file, batch } = workerData as { file: string; batch: number }
let database: LogConnection | undefined
let sealer: Sealer | undefined

workerpool.worker({ seal, close })

/** Seals all that has come in. */
async function seal() {
  database ??= openLog(file)
  sealer ??= new Sealer(database)
  await sealer.sealAll(batch)
}

function close() {
  database?.close()
}
