/** Makes the seals: see db/seals.cds. Several instances of the service may do so on one file. */
import { arrivalsFrom, arrived, type StoredEvent } from './arrived.ts'
import { nextSeal, type Seal } from './chain.ts'
import { ARRIVALS, SEALS, type LogConnection } from '../database/sqlite/tables.ts'
import { transaction } from '../database/sqlite/transaction.ts'

/** Makes the seals, on one connection. */
export class Sealer {
  private readonly database: LogConnection
  private readonly statements

  constructor(database: LogConnection) {
    this.database = database
    const columns = database.prepare(`SELECT name FROM pragma_table_info('${SEALS}')`).all()
    const names = columns.map(({ name }) => String(name))
    this.statements = {
      arrivals: arrivalsFrom(database, 'JOIN'),
      newest: database.prepare(`SELECT max(sequence) AS sequence FROM ${ARRIVALS}`),
      sealed: database.prepare(`SELECT max(lastSequence) AS sequence FROM ${SEALS}`),
      last: database.prepare(`SELECT number, hash FROM ${SEALS} WHERE tenant = ? ORDER BY number DESC LIMIT 1`),
      insert: database.prepare(
        `INSERT INTO ${SEALS} (${names.join()}) VALUES (${names.map((name) => `:${name}`).join()})`
      )
    }
  }

  /** Seals all that has come in. */
  async sealAll(batch: number) {
    while ((await this.seal(batch)) === batch);
  }

  /**
   * Seals the events that came in after the last one sealed: one seal for each tenant.
   * @returns how many were sealed
   */
  async seal(limit: number): Promise<number> {
    const { arrivals, newest, sealed } = this.statements
    const last = sequenceOf(sealed.get())
    if (sequenceOf(newest.get()) <= last) return 0
    // read outside of the transaction, as those who store events wait for the lock
    const events = arrivals.all(last + 1, limit).flatMap((row) => arrived(row).event ?? [])
    const isSealed = await transaction(this.database, () => {
      if (sequenceOf(sealed.get()) !== last) return false // by another instance meanwhile
      const byTenant = Map.groupBy(events, ({ tenant }) => tenant)
      for (const [tenant, ofTenant] of byTenant) this.append(tenant, ofTenant)
      return true
    })
    return isSealed ? events.length : this.seal(limit)
  }

  private append(tenant: string, events: StoredEvent[]) {
    const previous = this.statements.last.get(tenant) as Pick<Seal, 'number' | 'hash'> | undefined
    this.statements.insert.run(nextSeal(tenant, events, previous, new Date()))
  }
}

function sequenceOf(row: object | undefined) {
  return (row as { sequence: number | null }).sequence ?? 0
}
