/** Checks what is kept beside the events, and whether SQLite can read all of the file alike. */
import type { DatabaseSync } from 'node:sqlite'
import { COUNTS } from '../database/sqlite/counts.ts'
import { FIRST, LAST, type Findings } from './findings.ts'
import { ARRIVALS, EVENTS, keysOf, UNDER_WAY } from '../database/sqlite/tables.ts'

/** Checks the pages of the file: a row that is missing in an index is not found by readers who use that. */
export function checkPages(database: DatabaseSync, findings: Findings) {
  for (const { integrity_check: found } of database.prepare('PRAGMA integrity_check').iterate())
    if (found !== 'ok') findings.note(FIRST, `The file is damaged, or was altered: ${String(found)}.`)
}

/** Counts the rows of each tenant, and not those of an index, as readers are told from a table how many there are. */
export function recount(database: DatabaseSync, findings: Findings) {
  const different = database.prepare(
    `SELECT ifnull(e.tenant, c.tenant) AS tenant, ifnull(e.events, 0) AS events, ifnull(c.events, 0) AS counted
     FROM (SELECT tenant, count(*) AS events FROM ${EVENTS} NOT INDEXED GROUP BY tenant) e
     FULL JOIN ${COUNTS} c ON c.tenant = e.tenant WHERE ifnull(e.events, 0) IS NOT ifnull(c.events, 0)`
  )
  different.setReadBigInts(true)
  for (const { tenant, events, counted } of different.iterate())
    findings.note(
      LAST,
      `Tenant '${String(tenant)}' has ${String(events)} events, and not ${String(counted)} as readers are told.`
    )
}

/** Finds what has events removed without a refusal: the mark of a purge, which is there in its transaction only. */
export function findOpenPurge(database: DatabaseSync, findings: Findings) {
  const { marks } = database.prepare(`SELECT count(*) AS marks FROM ${UNDER_WAY}`).get() as { marks: number }
  if (marks) findings.note(FIRST, `The table '${UNDER_WAY}' has rows, so events can be removed: retention leaves none.`)
}

/** Finds events that did not come in, or more than once. Both are found by sorting keys, in files if there are many. */
export function findLoose(database: DatabaseSync, findings: Findings) {
  const keys = keysOf(database)
  const ofEvent = keys.map(([inEvent]) => `"${inEvent}"`).join()
  const ofArrival = keys.map(([, inArrival]) => `"${inArrival}"`).join()
  const lost = database.prepare(
    `SELECT id, ifnull(tenantId, '') AS tenant FROM ${EVENTS}
     WHERE (${ofEvent}) IN (SELECT ${ofEvent} FROM ${EVENTS} EXCEPT SELECT ${ofArrival} FROM ${ARRIVALS})`
  )
  for (const { id, tenant } of lost.iterate())
    findings.note(LAST, `Event '${String(id)}' of tenant '${String(tenant)}' was added: it has no arrival.`)
  const repeated = database.prepare(
    `SELECT event AS id, tenant, max(sequence) AS sequence FROM ${ARRIVALS} GROUP BY ${ofArrival} HAVING count(*) > 1`
  )
  repeated.setReadBigInts(true)
  for (const { id, tenant, sequence } of repeated.iterate())
    findings.note(Number(sequence), `Event '${String(id)}' of tenant '${String(tenant)}' has more than one arrival.`)
}
