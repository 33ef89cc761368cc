namespace provisioning.log;

/**
 * The order of arrival of events. Their timestamps cannot tell it, as events may come late.
 * The database has one writer at a time, so arrivals become visible in the order of their sequence.
 */
@assert.unique.inTenant: [ tenant, sequence ] // as an index: the arrivals of one tenant
entity Arrivals {
      /** Assigned by the database, in order of arrival. */
  key sequence : Integer;

      /** The id of the event. */
      @holds: 'event'
      event    : String(128) not null;

      /** The tenant of the event, as in its own `tenant`. */
      @holds: 'tenant'
      tenant   : String not null default '';
}
