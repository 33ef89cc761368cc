/** Counts older events in the background thread: see counting.ts. */
import type { Job } from '../background.ts'
import { openConnection, type LogConnection } from './connection.ts'
import type { Counting } from './counting.ts'
import { countOlder } from './tallies.ts'

/** The most events counted in one transaction, which blocks other writers for a moment. */
const BATCH = 2000

export default ({ file, files, tallies }: Counting): Job => {
  let database: LogConnection | undefined
  return {
    count: () => countOlder((database ??= openConnection(file, { files })), tallies, BATCH),
    close: () => database?.close()
  }
}
