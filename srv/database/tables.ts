/**
 * The tables of the log, by the names that CAP gives to the entities in db/, and how their rows belong together. SQL
 * names them before there is a model: in threads, and in the triggers that protect them.
 */
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
