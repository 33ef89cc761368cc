/** Seals what has come in: see db/seals.cds. Several instances of the service may do so on one file. */
import { setImmediate } from 'node:timers/promises'
import type { DatabaseSync } from 'node:sqlite'
import { arrivalsAfter, arrived, type StoredEvent } from './arrived.ts'
import { nextSeal, type Seal } from './chain.ts'
import { ARRIVALS, openLog, SEALS } from './tables.ts'
import { transaction } from './transaction.ts'

export interface SealingSettings {
  /** How often is looked for what has come in, in milliseconds. */
  interval: number
  /** The most events that are sealed at a time, which blocks the process for some milliseconds. */
  batch: number
}

/**
 * Seals events from now on, in the background.
 * @param failed told of errors; what could not be sealed is tried again at the next interval
 * @returns a function that seals the rest and stops
 */
export function startSealing(file: string, { interval, batch }: SealingSettings, failed: (error: unknown) => void) {
  const database = openLog(file)
  const sealer = new Sealer(database)
  let pass: Promise<void> | undefined
  const run = () =>
    (pass ??= sealer
      .sealAll(batch)
      .catch(failed)
      .finally(() => (pass = undefined)))
  const timer = setInterval(() => void run(), interval)
  return async () => {
    clearInterval(timer)
    await pass
    await run()
    database.close()
  }
}

/** Makes the seals, on one connection. */
export class Sealer {
  private readonly database: DatabaseSync
  private readonly statements

  constructor(database: DatabaseSync) {
    this.database = database
    const columns = database.prepare(`SELECT name FROM pragma_table_info('${SEALS}')`).all()
    const names = columns.map(({ name }) => String(name))
    this.statements = {
      arrivals: arrivalsAfter(database, 'JOIN'),
      newest: database.prepare(`SELECT max(sequence) AS sequence FROM ${ARRIVALS}`),
      sealed: database.prepare(`SELECT max(lastSequence) AS sequence FROM ${SEALS}`),
      last: database.prepare(`SELECT number, hash FROM ${SEALS} WHERE tenant = ? ORDER BY number DESC LIMIT 1`),
      insert: database.prepare(
        `INSERT INTO ${SEALS} (${names.join()}) VALUES (${names.map((name) => `:${name}`).join()})`
      )
    }
  }

  /** Seals all that has come in, leaving the process to others between batches. */
  async sealAll(batch: number) {
    while ((await this.seal(batch)) === batch) await setImmediate()
  }

  /**
   * Seals the events that came in after the last one sealed: one seal for each tenant.
   * @returns how many were sealed
   */
  async seal(limit: number): Promise<number> {
    const { arrivals, newest, sealed } = this.statements
    if (sequenceOf(newest.get()) <= sequenceOf(sealed.get())) return 0
    return transaction(this.database, () => {
      const events = arrivals.all(sequenceOf(sealed.get()), limit).flatMap((row) => arrived(row).event ?? [])
      const byTenant = Map.groupBy(events, ({ tenant }) => tenant)
      for (const [tenant, ofTenant] of byTenant) this.append(tenant, ofTenant)
      return events.length
    })
  }

  private append(tenant: string, events: StoredEvent[]) {
    const previous = this.statements.last.get(tenant) as Pick<Seal, 'number' | 'hash'> | undefined
    this.statements.insert.run(nextSeal(tenant, events, previous, new Date()))
  }
}

function sequenceOf(row: object | undefined) {
  return (row as { sequence: number | null }).sequence ?? 0
}
