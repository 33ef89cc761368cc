/** The log in SQLite: see database/log.ts. */
import { existsSync } from 'node:fs'
import type { OpenLog, Seal, SealStore } from '../log.ts'
import { copyDatabase } from './backup.ts'
import { arrivals, history } from './history.ts'
import { purgeStore } from './purge-store.ts'
import { first, insert, query } from './stored-rows.ts'
import { ARRIVALS, EVENTS, LAST_ARRIVAL, LAST_SEALED, SAME_EVENT, SEALS, TOKEN_SECRET } from '../tables.ts'
import { openConnection, transaction, type LogConnection } from './connection.ts'

export const openLog: OpenLog = (file, { readOnly, isAlone } = {}) => {
  if (!existsSync(file)) throw new Error(`there is no file ${file}.`)
  const database = openConnection(file, { readOnly })
  if (!database.prepare(HAS_LOG).get()) {
    database.close()
    throw new Error(`there is no log in ${file}.`)
  }
  if (isAlone) database.exec('PRAGMA wal_autocheckpoint = 1000') // commits make checkpoints
  return {
    ...sealStore(database),
    ...purgeStore(database),
    ...history(database),
    copyTo: (target) => copyDatabase(database, target),
    lastArrival: async () => (await first<{ last: number }>(database, LAST_ARRIVAL))?.last ?? 0,
    tokenSecret: async () => (await first<{ secret: string }>(database, TOKEN_SECRET))?.secret,
    openCopy: () => Promise.reject(new Error('This is not implemented on SQLite.')),
    close: () => Promise.resolve(database.close())
  }
}

/** Whether there is any part of a log: who removes others has changed one. */
const HAS_LOG = `SELECT 1 FROM sqlite_schema WHERE name IN ('${EVENTS}', '${ARRIVALS}', '${SEALS}')`

function sealStore(database: LogConnection): SealStore {
  return {
    alone: (work) => work(), // several processes are rare
    lastSealed: async () => (await first<{ last: number }>(database, LAST_SEALED))?.last ?? 0,
    eventsAfter: (sequence, limit) => {
      const rest = `JOIN ${EVENTS} e ON ${SAME_EVENT} WHERE a.sequence > ? ORDER BY a.sequence LIMIT ?`
      return arrivals(database, rest, sequence, limit)
    },
    lastSeals: (tenants) =>
      query(
        database,
        `SELECT tenant, number, hash FROM ${SEALS} s
         WHERE number = (SELECT max(number) FROM ${SEALS} WHERE tenant = s.tenant)
           AND tenant IN (SELECT value FROM json_each(?))`,
        JSON.stringify(tenants)
      ),
    addSeals: (lastSealed: number, seals: Seal[]) =>
      transaction(database, () => {
        if (database.prepare(LAST_SEALED).get()?.last !== lastSealed) return false
        for (const seal of seals) insert(database, SEALS, seal)
        return true
      })
  }
}
