/** Checks the storage of the log, its schema, and what is stored besides the events. */
import type { History, SchemaDifference } from '../database/log.ts'
import type { StoredModel } from '../database/json-columns.ts'
import { FIRST, LAST, type Findings } from './findings.ts'

/** Checks the database itself. For example, a row that is missing in an index is hidden from queries that use it. */
export async function checkStorage(log: History, findings: Findings) {
  for await (const found of log.damages()) findings.note(FIRST, `The file is damaged, or was altered: ${found}.`)
}

const DIFFERENCES: Record<SchemaDifference['difference'], string> = {
  added: 'was added',
  missing: 'is missing',
  altered: 'is not as the service made it'
}

/**
 * Compares the schema of the log with the one the service creates from the CDS model.
 * @returns whether the tables are as expected, so that their rows can be checked
 * @throws {Error} if there is no log, or it belongs to another version of the service
 */
export async function compareSchema(log: History, model: StoredModel, findings: Findings): Promise<boolean> {
  const differences = await log.schemaDifferences(model)
  for (const { type, name, difference } of differences)
    findings.note(FIRST, `The ${type} '${name}' ${DIFFERENCES[difference]}.`)
  return differences.every(({ type, difference }) => type !== 'table' || difference === 'added')
}

/** Finds the mark of a purge, which allows removals: it exists only within the transaction of a purge. */
export async function findOpenPurge(log: History, findings: Findings) {
  const table = await log.openPurge()
  if (table) findings.note(FIRST, `The table '${table}' has rows, so events can be removed: retention leaves none.`)
}

/** Compares the number of events of each tenant with the one that readers are told. */
export async function recount(log: History, findings: Findings) {
  for await (const { tenant, events, counted } of log.miscounts())
    findings.note(LAST, `Tenant '${tenant}' has ${events} events, and not ${counted} as readers are told.`)
}

/** Finds events without an arrival, or with several. */
export async function findLoose(log: History, findings: Findings) {
  for await (const { id, tenant } of log.lostEvents())
    findings.note(LAST, `Event '${id}' of tenant '${tenant}' was added: it has no arrival.`)
  for await (const { id, tenant, sequence } of log.repeatedArrivals())
    findings.note(sequence, `Event '${id}' of tenant '${tenant}' has more than one arrival.`)
}
