import { createHash } from 'node:crypto'
import { copyFileSync, existsSync, renameSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Seal, StoredRow } from '../../srv/database/log.ts'
import { openLog } from '../../srv/database/open-log.ts'
import { hashOf, nextSeal, sealable } from '../../srv/integrity/chain.ts'
import { Findings } from '../../srv/integrity/findings.ts'
import { seal } from '../../srv/integrity/sealer.ts'
import { verify } from '../../srv/integrity/verification.ts'
import { storedModel } from '../support/command.ts'
import { startProcess, temporaryFolder } from '../support/process.ts'
import { postJson } from '../support/http.ts'

export const EVENTS = 'microsoft_graph_provisioningObjectSummary'
export const ARRIVALS = 'provisioning_log_Arrivals'
export const SEALS = 'provisioning_log_Seals'
export const PURGES = 'provisioning_log_Purges'
export const UNDER_WAY = 'provisioning_log_PurgesUnderWay'
export const COUNTS = 'provisioning_log_Counts'
export const TALLIES = 'provisioning_log_Tallies'

/**
 * Makes a log: events `a1` to `a6` of tenant a and `b1` to `b6` of tenant b in turns, of a month each, with a seal of each
 * tenant for each two. All tests of a run share it, and change copies.
 * @param more what they have in common
 */
export async function makeLog(file: string, more: object = {}) {
  const made = join(tmpdir(), `log-${createHash('sha256').update(JSON.stringify(more)).digest('hex')}.sqlite`)
  if (!existsSync(made)) {
    const own = join(temporaryFolder(), 'events.sqlite')
    await record(own, more)
    renameSync(own, made)
  }
  copyFileSync(made, file)
}

async function record(file: string, more: object) {
  const { url, stop } = await startProcess({ file, env: { CDS_SEALING_INTERVAL: '100000' } })
  const log = await openLog(file)
  for (let count = 1; count <= 6; count++) {
    for (const tenantId of ['a', 'b']) {
      const event = {
        id: tenantId + count,
        tenantId,
        jobId: `job${count}`,
        activityDateTime: `2024-0${count}-01T00:00:00Z`,
        ...more
      }
      expect((await postJson(`${url}/auditLogs/provisioning`, event)).status).toBe(201)
    }
    if (count % 2 === 0) await seal(log, 4)
  }
  await log.close()
  await stop()
}

type Change = string | ((database: DatabaseSync) => unknown)

/** A copy of a log that was changed behind the service's back. */
export function altered(file: string, change: Change) {
  const copy = join(temporaryFolder(), 'events.sqlite')
  const original = new DatabaseSync(file)
  original.exec(`VACUUM INTO '${copy}'`)
  original.close()
  const database = new DatabaseSync(copy)
  database.exec('PRAGMA synchronous = OFF') // nothing is lost that a test needs
  if (typeof change === 'string') database.exec(change)
  else change(database)
  database.close()
  return copy
}

/** The same by somebody who leaves no traces of it: triggers are as before, and counts as they should be. */
export function tampered(file: string, change: Change) {
  return altered(file, (database) => {
    const triggers = database.prepare("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'").all()
    for (const { name } of triggers) database.exec(`DROP TRIGGER ${String(name)}`)
    if (typeof change === 'string') database.exec(change)
    else change(database)
    const none = `DELETE FROM ${COUNTS}; DELETE FROM ${TALLIES}`
    database.exec(`${none}; INSERT INTO ${COUNTS} SELECT tenant, count(*), 0, count(*) FROM ${EVENTS} GROUP BY tenant`)
    for (const { sql } of triggers) database.exec(String(sql))
  })
}

/** Rewrites a seal, and its hash with it. */
export function rewritten(file: string, change: (seal: Seal) => Partial<Seal>, { follow }: { follow: boolean }) {
  return tampered(file, (database) => {
    const seals = database.prepare(`SELECT * FROM ${SEALS} WHERE tenant = 'a' ORDER BY number`).all() as Seal[]
    let previous = seals[0] as Seal
    for (const [index, seal] of seals.entries()) {
      if (index === 0 || (index > 1 && !follow)) continue
      const next = { ...seal, ...(index === 1 && change(seal)), ...(index > 1 && { previous: previous.hash }) }
      next.hash = hashOf(next)
      const set = Object.keys(next).map((column) => `${column} = :${column}`)
      database.prepare(`UPDATE ${SEALS} SET ${set.join()} WHERE tenant = :tenant AND number = :number`).run(next)
      previous = next
    }
  })
}

/** Makes one more seal, which covers events as they are now. */
export function coverAnew(database: DatabaseSync, tenant: string, ids: string[]) {
  const all = database.prepare(
    `SELECT a.sequence AS "#sequence", e.* FROM ${ARRIVALS} a JOIN ${EVENTS} e ON e.id = a.event AND e.tenant = a.tenant
     ORDER BY a.sequence`
  )
  const leaves = (all.all() as StoredRow[]).flatMap(({ '#sequence': sequence, ...row }) => {
    const id = String(row.id)
    const event = { row, brokenColumn: undefined }
    return ids.includes(id) ? (sealable({ sequence: Number(sequence), id, event }) ?? []) : []
  })
  const last = database.prepare(`SELECT * FROM ${SEALS} WHERE tenant = ? ORDER BY number DESC`).get(tenant)
  insert(database, SEALS, nextSeal(tenant, leaves, last as Seal | undefined, new Date()))
}

/** Adds a row to a table. */
export function insert(database: DatabaseSync, table: string, row: Record<string, string | number | null>) {
  const values = Object.keys(row).map((column) => `:${column}`)
  database.prepare(`INSERT INTO ${table} ("${Object.keys(row).join('", "')}") VALUES (${values.join()})`).run(row)
}

/** What `npm run verify` tells of a log. */
export async function findingsIn(file: string): Promise<string[]> {
  const findings = new Findings()
  const log = await openLog(file, { readOnly: true })
  await verify(log, await storedModel(), findings)
  await log.close()
  return findings.first.map(({ message }) => message)
}
