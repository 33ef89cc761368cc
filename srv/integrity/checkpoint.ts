/** The latest seals, for an auditor to hold elsewhere: what they cover cannot be cut off, nor its seals be rewritten. */
import type { DatabaseSync } from 'node:sqlite'
import type { Seal } from './chain.ts'
import type { Findings } from './findings.ts'
import type { PurgeRecord } from './purge-record.ts'
import { PURGES, SEALS } from '../database/sqlite/tables.ts'

type LatestSeal = Pick<Seal, 'tenant' | 'number' | 'firstSequence' | 'lastSequence' | 'sealedAt' | 'hash'>

/** The ends of all chains at one moment. */
export interface Checkpoint {
  /** The latest seal of each tenant. */
  seals: LatestSeal[]
  /** The latest record of what retention removed. */
  purge: Pick<PurgeRecord, 'number' | 'purgedAt' | 'hash'> | null
}

/** Reads the ends of all chains. */
export function latest(database: DatabaseSync): Checkpoint {
  const seals = database.prepare(
    `SELECT tenant, number, firstSequence, lastSequence, sealedAt, hash FROM ${SEALS} s
     WHERE number = (SELECT max(number) FROM ${SEALS} WHERE tenant = s.tenant) ORDER BY tenant`
  )
  const purge = database.prepare(`SELECT number, purgedAt, hash FROM ${PURGES} ORDER BY number DESC LIMIT 1`)
  return { seals: seals.all() as LatestSeal[], purge: (purge.get() as Checkpoint['purge'] | undefined) ?? null }
}

/**
 * Reads an export.
 * @throws {Error} if it is none, or holds no seal, as nothing would be compared then
 */
export function readCheckpoint(text: string): Checkpoint {
  const { seals, purge } = (JSON.parse(text || 'null') ?? {}) as Partial<Checkpoint>
  if (!Array.isArray(seals) || !seals.length || purge === undefined) throw new Error('it holds no seals.')
  for (const { tenant, number, firstSequence, lastSequence, hash } of seals)
    if (
      typeof tenant !== 'string' ||
      typeof hash !== 'string' ||
      ![number, firstSequence, lastSequence].every(Number.isSafeInteger)
    )
      throw new Error('it holds a seal that is none.')
  return { seals, purge }
}

/** Compares the log with what was exported from it earlier: all of that must be in it still. */
export function compareWithCheckpoint(database: DatabaseSync, { seals, purge }: Checkpoint, findings: Findings) {
  const find = database.prepare(`SELECT hash FROM ${SEALS} WHERE tenant = ? AND number = ?`)
  const end = database.prepare(`SELECT max(lastSequence) AS last FROM ${SEALS} WHERE tenant = ?`)
  for (const { tenant, number, firstSequence, lastSequence, hash } of seals) {
    const found = find.get(tenant, number)
    const { last } = end.get(tenant) as { last: number | null }
    const which = `Seal ${number} of tenant '${tenant}', which is held elsewhere,`
    const events = `events of the tenant that came in after arrival ${last ?? 0}, up to arrival ${lastSequence}`
    if (!found) findings.note((last ?? 0) + 1, `${which} was removed: so were the ${events}, or their seals.`)
    else if (found.hash !== hash)
      findings.note(
        firstSequence,
        `${which} was rewritten: events of the tenant up to arrival ${lastSequence} are not those that were sealed.`
      )
  }
  findLater(database, seals, findings)
  const record = purge && database.prepare(`SELECT hash FROM ${PURGES} WHERE number = ?`).get(purge.number)
  if (purge && record?.hash !== purge.hash)
    findings.note(
      0,
      `Record ${purge.number} of what retention removed, which is held elsewhere, was ${record ? 'rewritten' : 'removed'}.`
    )
}

/** Finds seals that were made after the export, of what came in before it: all that had come in was sealed then. */
function findLater(database: DatabaseSync, held: LatestSeal[], findings: Findings) {
  const numbers = new Map(held.map(({ tenant, number }) => [tenant, number]))
  const until = Math.max(...held.map(({ lastSequence }) => lastSequence))
  const covering = database.prepare(`SELECT tenant, number, firstSequence FROM ${SEALS} WHERE firstSequence <= ?`)
  for (const each of covering.iterate(until)) {
    const { tenant, number, firstSequence } = each as LatestSeal
    if (number > (numbers.get(tenant) ?? 0))
      findings.note(
        firstSequence,
        `Seal ${number} of tenant '${tenant}' was added: it covers arrival ${firstSequence}, which was sealed when the seals were exported.`
      )
  }
}
