/** The log in SQLite: see database/log.ts. */
import type { Log, LogOptions } from '../log.ts'
import { history } from './history.ts'
import { historyTriggers } from './protection.ts'
import { purgeStore } from './purge-store.ts'
import { renew } from './schema-objects.ts'
import { expectUntouched } from './schema.ts'
import { sealStore } from './seal-store.ts'
import { openConnection } from './connection.ts'

/**
 * Opens the log.
 * @param file the database file, absolute, which must exist
 * @throws the error of SQLite
 */
export function openSqliteLog(file: string, { readOnly, isAlone }: LogOptions = {}): Log {
  const database = openConnection(file, { readOnly })
  if (isAlone) database.exec('PRAGMA wal_autocheckpoint = 1000') // commits make checkpoints
  return {
    ...sealStore(database),
    ...purgeStore(database),
    ...history(database),
    expectUntouched: () => new Promise((resolve) => resolve(expectUntouched(database))),
    protect: () => renew(database, 'trigger', historyTriggers(database)),
    close: () => Promise.resolve(database.close())
  }
}
