/** The log in SQLite: see database/log.ts. */
import type { Log, LogOptions } from '../log.ts'
import { history } from './history.ts'
import { protect } from './protection.ts'
import { purgeStore } from './purge-store.ts'
import { expectUntouched } from './schema.ts'
import { sealStore } from './seal-store.ts'
import { openConnection } from './connection.ts'

/**
 * Opens the log.
 * @param file the database file, absolute, which must be there
 * @throws what SQLite says
 */
export function openSqliteLog(file: string, { readOnly, isAlone }: LogOptions = {}): Log {
  const database = openConnection(file, { readOnly })
  if (isAlone) database.exec('PRAGMA wal_autocheckpoint = 1000') // commits make checkpoints
  return {
    ...sealStore(database),
    ...purgeStore(database),
    ...history(database),
    expectUntouched: () => new Promise((resolve) => resolve(expectUntouched(database))),
    protect: () => protect(database),
    close: () => Promise.resolve(database.close())
  }
}
