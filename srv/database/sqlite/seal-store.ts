/** What sealing reads and writes. */
import type { Seal, SealStore } from '../log.ts'
import { arrivalsAfter } from './arrivals.ts'
import { insert, query } from './stored-rows.ts'
import { ARRIVALS, SEALS } from './tables.ts'
import type { LogConnection } from './connection.ts'
import { transaction } from './transaction.ts'

const LAST_SEALED = `SELECT max(lastSequence) AS last FROM ${SEALS}`

export function sealStore(database: LogConnection): SealStore {
  const last = async (sql: string) => (await query<{ last: number | null }>(database, sql))[0]?.last ?? 0
  return {
    lastArrival: () => last(`SELECT max(sequence) AS last FROM ${ARRIVALS}`),
    lastSealed: () => last(LAST_SEALED),
    eventsAfter: (sequence, limit) => arrivalsAfter(database, sequence, limit),
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
        if ((database.prepare(LAST_SEALED).get()?.last ?? 0) !== lastSealed) return false
        for (const seal of seals) insert(database, SEALS, seal)
        return true
      })
  }
}
