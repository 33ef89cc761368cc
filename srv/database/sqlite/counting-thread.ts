/** Counts older events in the background thread: see counting.ts. */
import type { Job } from '../background.ts'
import { openConnection } from './connection.ts'
import type { Counting } from './counting.ts'
import { countOlder } from './tallies.ts'

/** The most events counted in one transaction, which blocks other writers for a moment. */
const BATCH = 2000

export default ({ file, files, tallies }: Counting): Job => {
  const database = openConnection(file, { files })
  return { count: () => countOlder(database, tallies, BATCH), close: () => database.close() }
}
