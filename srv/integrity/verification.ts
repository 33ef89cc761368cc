/** Checks the log against its seals, and against what the service makes of the model. */
import type { DatabaseSync } from 'node:sqlite'
import { compareEvents, type Compared } from './comparison.ts'
import { checkPages, findLoose, findOpenPurge, recount } from './figures.ts'
import type { Findings } from './findings.ts'
import type { PurgeRecord } from './purge-record.ts'
import { checkRecords } from './purged.ts'
import { compareSchema, type ExpectedSchema } from './schema.ts'
import { checkChains } from './sealed.ts'

/** What was looked at. */
export interface Report extends Compared {
  /** How many seals there are. */
  seals: number
  /** The last record of what retention removed. */
  lastPurge: PurgeRecord | undefined
}

/**
 * Checks the whole log. In a transaction, all is checked as it was at one moment, while the service goes on writing.
 * @param findings told of whatever was altered, removed, added or moved behind the service's back
 * @returns undefined if there are other tables than those of the service, so that their rows cannot be checked
 * @throws {Error} if it is not a log of this version of the service
 */
export function verify(database: DatabaseSync, expected: ExpectedSchema, findings: Findings): Report | undefined {
  checkPages(database, findings)
  if (!compareSchema(database, expected, findings)) return undefined
  findOpenPurge(database, findings)
  recount(database, findings)
  const seals = checkChains(database, findings)
  const purges = checkRecords(database, findings)
  const compared = compareEvents(database, purges, findings)
  findLoose(database, findings)
  return { ...compared, seals, lastPurge: purges.last }
}
