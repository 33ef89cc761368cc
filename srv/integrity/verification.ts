/** Checks the log against its seals, and against what the service makes of the model. */
import type { StoredModel } from '../database/json-columns.ts'
import type { History, PurgeRecord } from '../database/log.ts'
import type { Checkpoint } from './checkpoint.ts'
import { compareEvents, type Compared } from './comparison.ts'
import { checkStorage, compareSchema, findLoose, findOpenPurge, recount } from './figures.ts'
import type { Findings } from './findings.ts'
import { checkRecords } from './purged.ts'
import { checkChains } from './sealed.ts'

/** What was looked at. */
export interface Report extends Compared {
  /** How many seals there are. */
  seals: number
  /** The last record of what retention removed. */
  lastPurge: PurgeRecord | undefined
  /** The ends of all chains. */
  ends: Checkpoint
}

/**
 * Checks the whole log. In a snapshot, all is checked as it was at one moment, while the service goes on writing.
 * @param model the CDS model of the service
 * @param findings told of whatever was altered, removed, added or moved behind the service's back
 * @returns undefined if there are other tables than those of the service, so that their rows cannot be checked
 * @throws {Error} if it is not a log of this version of the service
 */
export async function verify(log: History, model: StoredModel, findings: Findings): Promise<Report | undefined> {
  await checkStorage(log, findings)
  if (!(await compareSchema(log, model, findings))) return undefined
  await findOpenPurge(log, findings)
  await recount(log, findings)
  const { count, latest } = await checkChains(log, findings)
  const purges = await checkRecords(log, findings)
  const compared = await compareEvents(log, purges, findings)
  await findLoose(log, findings)
  const { last } = purges
  const purge = last ? { number: last.number, purgedAt: last.purgedAt, hash: last.hash } : null
  return { ...compared, seals: count, lastPurge: last, ends: { seals: latest, purge } }
}
