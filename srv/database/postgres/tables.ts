/** The tables that only PostgreSQL has, by the names that CAP gives to the entities in db/postgres/. See ../tables.ts. */

/** The ids of events with their instants: see db/postgres/event-ids.cds. */
export const IDS = 'provisioning_log_EventIds'

/** The arrivals without a number: see db/postgres/unnumbered-arrivals.cds. */
export const UNNUMBERED = 'provisioning_log_UnnumberedArrivals'

/** The tallies that are not added up: see db/postgres/new-tallies.cds. */
export const NEW_TALLIES = 'provisioning_log_NewTallies'

/** The column that events are partitioned by. */
export const INSTANT = 'activityDateTime_utc'

/** The partition of events that happened in none of the other months. */
export const OTHERS = 'events_of_other_months'

/** The condition that joins an arrival `a` with the id `i` of its event. */
export const SAME_ID = 'i.id = a.event AND i.tenant = a.tenant'
