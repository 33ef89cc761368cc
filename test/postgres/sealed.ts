/** What a log in PostgreSQL has, read by SQL, and whether its seals are right. */
import type pg from 'pg'
import { coverFaultOf, digestOf, faultOf, leavesOf, tenantOf } from '../../srv/integrity/chain.ts'
import type { Seal, StoredRow } from '../../srv/database/log.ts'

/** Whole numbers, as seals have them. */
const numbers = (row: StoredRow): StoredRow =>
  Object.fromEntries(
    Object.entries(row).map(([name, value]) => [name, NUMBERS.includes(name) && value !== null ? Number(value) : value])
  )
const NUMBERS = ['number', 'firstSequence', 'lastSequence', 'count', 'sequence', 'durationInMilliseconds']

export async function sealsOf(client: pg.Client) {
  const rows = async (sql: string) => (await client.query<StoredRow>(sql)).rows.map(numbers)
  const events = await rows('SELECT * FROM "microsoft_graph_provisioningObjectSummary"')
  const arrivals = await rows('SELECT * FROM "provisioning_log_Arrivals" ORDER BY sequence')
  const seals = (await rows('SELECT * FROM "provisioning_log_Seals" ORDER BY tenant, number')) as unknown as Seal[]
  const [counts] = await rows('SELECT sum(events) AS count FROM "provisioning_log_Counts"')
  const [unnumbered] = await rows('SELECT count(*) AS count FROM "provisioning_log_UnnumberedArrivals"')

  const byId = new Map(events.map((event) => [String(event.id), event]))
  const faults: string[] = []
  const sealed = new Map<number, string>()
  let previous: Seal | undefined
  for (const seal of seals) {
    const before = previous?.tenant === seal.tenant ? previous : undefined
    const leaves = leavesOf(seal)
    const fault = faultOf(seal, before) ?? coverFaultOf(seal, leaves, before)
    if (fault) faults.push(`Seal ${seal.number} of ${seal.tenant} ${fault}.`)
    for (const { sequence, id, digest } of leaves) {
      const event = byId.get(id)
      if (!event || digestOf(event) !== digest || tenantOf(event) !== seal.tenant)
        faults.push(`${id} is not as sealed.`)
      if (sealed.has(sequence)) faults.push(`Arrival ${sequence} is sealed twice.`)
      sealed.set(sequence, id)
    }
    previous = seal
  }
  for (const { sequence, event } of arrivals)
    if (sealed.get(Number(sequence)) !== event) faults.push(`Arrival ${Number(sequence)} is not sealed.`)

  return {
    events: new Set(byId.keys()),
    arrivals: arrivals.map(({ sequence, event }) => ({ sequence: Number(sequence), id: String(event) })),
    counted: Number(counts?.count),
    unnumbered: Number(unnumbered?.count),
    faults
  }
}
