namespace provisioning.log;

/**
 * The order of arrival of events. Their timestamps cannot tell it, as events may come late.
 * They become visible in the order of their sequence: SQLite has one writer at a time, and in PostgreSQL one instance at a
 * time gives the numbers, see db/postgres/unnumbered-arrivals.cds.
 */
@assert.unique.inTenant: [ tenant, sequence ] // as an index: the arrivals of one tenant
entity Arrivals {
      /** Assigned by the database, in order of arrival. In the service it is null until then. */
  key sequence : Integer;

      /** The id of the event. */
      @holds: 'event'
      event    : String(128) not null;

      /** The tenant of the event, as in its own `tenant`. */
      @holds: 'tenant'
      tenant   : String not null default '';
}
