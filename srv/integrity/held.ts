/** The latest seals, for an auditor to hold elsewhere: what they cover cannot be cut off, nor its seals be rewritten. */
import type { DatabaseSync } from 'node:sqlite'
import type { Seal } from './chain.ts'
import type { PurgeRecord } from './purge-record.ts'
import { PURGES, SEALS } from './tables.ts'
import type { Finding } from './verification.ts'

type LatestSeal = Pick<Seal, 'tenant' | 'number' | 'firstSequence' | 'lastSequence' | 'sealedAt' | 'hash'>

/** The ends of all chains at one moment. */
export interface Held {
  /** The latest seal of each tenant. */
  seals: LatestSeal[]
  /** The latest record of what retention removed. */
  purge: Pick<PurgeRecord, 'number' | 'purgedAt' | 'hash'> | null
}

/** Reads the ends of all chains. */
export function latest(database: DatabaseSync): Held {
  const seals = database.prepare(
    `SELECT tenant, number, firstSequence, lastSequence, sealedAt, hash FROM ${SEALS} s
     WHERE number = (SELECT max(number) FROM ${SEALS} WHERE tenant = s.tenant) ORDER BY tenant`
  )
  const purge = database.prepare(`SELECT number, purgedAt, hash FROM ${PURGES} ORDER BY number DESC LIMIT 1`)
  return { seals: seals.all() as LatestSeal[], purge: (purge.get() as Held['purge'] | undefined) ?? null }
}

/** Compares the log with what was exported from it earlier: all of that must be in it still. */
export function compareWithHeld(database: DatabaseSync, held: Held): Finding[] {
  const findings: Finding[] = []
  const seal = database.prepare(`SELECT hash FROM ${SEALS} WHERE tenant = ? AND number = ?`)
  const end = database.prepare(`SELECT max(lastSequence) AS last FROM ${SEALS} WHERE tenant = ?`)
  for (const { tenant, number, firstSequence, lastSequence, hash } of held.seals) {
    const found = seal.get(tenant, number)
    const { last } = end.get(tenant) as { last: number | null }
    const which = `Seal ${number} of tenant '${tenant}', which is held elsewhere,`
    const events = `events of the tenant that came in after arrival ${last ?? 0}, up to arrival ${lastSequence}`
    if (!found)
      findings.push({
        sequence: (last ?? 0) + 1,
        message: `${which} was removed: so were the ${events}, or their seals.`
      })
    else if (found.hash !== hash)
      findings.push({
        sequence: firstSequence,
        message: `${which} was rewritten: events of the tenant up to arrival ${lastSequence} are not those that were sealed.`
      })
  }
  const purge = held.purge && database.prepare(`SELECT hash FROM ${PURGES} WHERE number = ?`).get(held.purge.number)
  if (held.purge && purge?.hash !== held.purge.hash)
    findings.push({
      sequence: 0,
      message: `Record ${held.purge.number} of what retention removed, which is held elsewhere, was ${purge ? 'rewritten' : 'removed'}.`
    })
  return findings
}
