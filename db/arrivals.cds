namespace provisioning.log;

/**
 * The order in which events came in, which their points in time cannot tell, as events may come late.
 * SQLite has one writer at a time, so a sequence is never overtaken by one before it.
 */
@assert.unique.inTenant: [ tenant, sequence ] // as an index: what came in for one tenant
entity Arrivals {
      /** Assigned by the database: SQLite numbers rows by it. */
  key sequence : Integer;

      /** The id of the event. */
      @holds: 'event'
      event    : String(128) not null;

      /** Whose the event is, as in its own `tenant`. */
      @holds: 'tenant'
      tenant   : String not null default '';
}
