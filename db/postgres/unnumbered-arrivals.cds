namespace provisioning.log;

/**
 * Arrivals without a number so far. Several instances of the service add events at once, and transactions commit in another
 * order than they began: a number drawn at insert would become visible after higher ones. So an event comes with a row here,
 * and one instance at a time moves what was committed to `Arrivals`: see srv/database/postgres/sequencer.ts.
 */
entity UnnumberedArrivals {
      /** Assigned by the database, in order of insertion. It orders what is numbered together, and has gaps. */
  key place  : Integer;

      /** The id of the event. */
      event  : String(128) not null;

      /** The tenant of the event, as in its own `tenant`. */
      @holds: 'tenant'
      tenant : String not null default '';
}
