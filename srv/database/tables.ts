/**
 * The tables of the log, by the names that CAP gives to the entities in db/, and how their rows belong together. SQL
 * names them before there is a model: in threads, and in the triggers that protect them.
 */
import type { LastPurge } from './log.ts'

export const EVENTS = 'microsoft_graph_provisioningObjectSummary'
export const ARRIVALS = 'provisioning_log_Arrivals'
export const COUNTS = 'provisioning_log_Counts'
export const TALLIES = 'provisioning_log_Tallies'
export const OLDER = 'provisioning_log_OlderEvents'
export const SEALS = 'provisioning_log_Seals'
export const PURGES = 'provisioning_log_Purges'
export const UNDER_WAY = 'provisioning_log_PurgesUnderWay'
export const SECRETS = 'provisioning_log_TokenSecrets'

/** The table of an entity, by the qualified name that it has in CDS. */
export const tableOf = (entity: string) => entity.replaceAll('.', '_')

/** The key of an event, and the columns of an arrival that hold the key of its event. */
export const EVENT_KEY = 'id, tenant'
export const ARRIVAL_KEY = 'event, tenant'

/** The condition that joins an event `e` with its arrival `a`. */
export const SAME_EVENT = 'e.id = a.event AND e.tenant = a.tenant'

// queries that all engines take as they are
export const LAST_ARRIVAL = `SELECT coalesce(max(sequence), 0) AS last FROM ${ARRIVALS}`
export const LAST_SEALED = `SELECT coalesce(max(lastSequence), 0) AS last FROM ${SEALS}`
export const LAST_PURGE = `SELECT number, hash FROM ${PURGES} ORDER BY number DESC LIMIT 1`
export const TOKEN_SECRET = `SELECT secret FROM ${SECRETS} WHERE number = 1`
export const NEWEST_SEAL = `SELECT lastSequence AS last, sealedAt FROM ${SEALS} ORDER BY lastSequence DESC LIMIT 1`
const OPEN_PURGE = `SELECT number FROM ${UNDER_WAY} LIMIT 1`

/** What a {@link Log} reads by such queries. @param query runs one, and returns its rows */
export function plainReads(query: <Row extends Record<string, unknown>>(sql: string) => Promise<Row[]>) {
  const last = async (sql: string) => (await query<{ last: number }>(sql))[0]?.last ?? 0
  return {
    lastArrival: () => last(LAST_ARRIVAL),
    lastSealed: () => last(LAST_SEALED),
    lastPurge: async () => (await query<LastPurge>(LAST_PURGE))[0],
    openPurge: async () => ((await query(OPEN_PURGE)).length ? UNDER_WAY : undefined),
    tokenSecret: async () => (await query<{ secret: string }>(TOKEN_SECRET))[0]?.secret
  }
}
