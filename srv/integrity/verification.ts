/** Checks the log against its seals and the CDS model. */
import type { StoredModel } from '../database/json-columns.ts'
import type { History, PurgeRecord } from '../database/log.ts'
import type { Checkpoint } from './checkpoint.ts'
import { compare, type Compared } from './comparison.ts'
import { checkStorage, compareSchema, findLoose, findOpenPurge, recount } from './figures.ts'
import type { Findings } from './findings.ts'
import { checkRecords } from './purged.ts'
import { checkChains } from './sealed.ts'

/** The result of a verification. */
export interface Report extends Compared {
  /** The number of seals. */
  seals: number
  /** The last record of a removal. */
  lastPurge: PurgeRecord | undefined
  /** The ends of all chains. */
  ends: Checkpoint
}

/**
 * Checks the whole log. Run it in a snapshot, so that it sees the log as of one moment while the service goes on writing.
 * @param model the CDS model of the service
 * @param findings receives what was altered, removed, added or moved
 * @returns undefined if the tables are not those of the service, so that their rows cannot be checked
 * @throws {Error} if it is not a log of this version of the service
 */
export async function verify(log: History, model: StoredModel, findings: Findings): Promise<Report | undefined> {
  await checkStorage(log, findings)
  if (!(await compareSchema(log, model, findings))) return undefined
  await findOpenPurge(log, findings)
  await recount(log, findings)
  const { count, latest } = await checkChains(log, findings)
  const purges = await checkRecords(log, findings)
  const compared = await compare(log, purges, findings)
  await findLoose(log, findings)
  const { last } = purges
  const purge = last ? { number: last.number, purgedAt: last.purgedAt, hash: last.hash } : null
  return { ...compared, seals: count, lastPurge: last, ends: { seals: latest, purge } }
}
