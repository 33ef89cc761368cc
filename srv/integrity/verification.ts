/** Checks the log against its seals and the CDS model. */
import type { Model } from '../cqn/csn.ts'
import type { History, PurgeRecord, SchemaDifference } from '../database/log.ts'
import type { ChainEnds } from './export.ts'
import { compare, type Compared } from './comparison.ts'
import { FIRST, LAST, type Findings } from './findings.ts'
import { checkRecords } from './purge-record.ts'
import { checkChains } from './sealed.ts'

export interface Report extends Compared {
  seals: number
  lastPurge: PurgeRecord | undefined
  ends: ChainEnds
}

/**
 * Checks the whole log. Run it in a snapshot, so that it sees the log as of one moment while others write.
 * @param findings receives what was altered, removed, added or moved
 * @returns undefined if the tables are not those of the service, so that their rows cannot be checked
 * @throws {Error} if it is not a log of this version of the service
 */
export async function verify(log: History, model: Model, findings: Findings): Promise<Report | undefined> {
  // a row that is missing in an index, for example, is hidden from queries that use it
  for await (const found of log.damages()) findings.note(FIRST, `The database is damaged, or was altered: ${found}.`)
  if (!(await compareSchema(log, model, findings))) return undefined
  const mark = await log.openPurge()
  if (mark) findings.note(FIRST, `The table '${mark}' has rows, so events can be removed: retention leaves none.`)
  for await (const { tenant, events, counted } of log.miscounts())
    findings.note(LAST, `Tenant '${tenant}' has ${events} events, and not ${counted} as readers are told.`)
  for await (const { tenant } of log.mistallied(model))
    findings.note(
      LAST,
      `The tallies of tenant '${tenant}', by which readers are told of groups, are not those of its events.`
    )
  const { count, latest } = await checkChains(log, findings)
  const purges = await checkRecords(log, findings)
  const compared = await compare(log, purges, findings)
  for await (const { id, tenant } of log.lostEvents())
    findings.note(LAST, `Event '${id}' of tenant '${tenant}' was added: it has no arrival.`)
  for await (const { id, tenant, sequence } of log.repeatedArrivals())
    findings.note(sequence, `Event '${id}' of tenant '${tenant}' has more than one arrival.`)
  const { last } = purges
  const purge = last ? { number: last.number, purgedAt: last.purgedAt, hash: last.hash } : null
  return { ...compared, seals: count, lastPurge: last, ends: { seals: latest, purge } }
}

const DIFFERENCES: Record<SchemaDifference['difference'], string> = {
  added: 'was added',
  missing: 'is missing',
  altered: 'is not as the service made it'
}

/** Compares the schema with that of the model. @returns whether the tables are as expected: rows can be checked */
async function compareSchema(log: History, model: Model, findings: Findings): Promise<boolean> {
  const differences = await log.schemaDifferences(model)
  for (const { type, name, difference } of differences)
    findings.note(FIRST, `The ${type} '${name}' ${DIFFERENCES[difference]}.`)
  return differences.every(({ type, difference }) => type !== 'table' || difference === 'added')
}
