/** The thread that counts older events: see counting.ts. */
import { workerData } from 'node:worker_threads'
import workerpool from 'workerpool'
import { openConnection, type LogConnection } from './connection.ts'
import type { Counting } from './counting.ts'
import { countOlder } from './tallies.ts'

/** The most events counted in one transaction, which blocks other writers for a moment. */
const BATCH = 2000

const { file, files, tallies } = workerData as Counting
let database: LogConnection | undefined

workerpool.worker({ count, close })

async function count() {
  database ??= openConnection(file, { files })
  return countOlder(database, tallies, BATCH)
}

function close() {
  database?.close()
}
