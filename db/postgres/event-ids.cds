namespace provisioning.log;

/**
 * The ids of all events, each with the instant that tells the partition of its event. PostgreSQL cannot keep ids unique over
 * partitions: see srv/database/postgres/partitions.ts.
 */
entity EventIds {
  key id                   : String(128);

      @holds: 'tenant'
  key tenant               : String not null default '';

      /** When the event happened, as in its own `activityDateTime_utc`. */
      activityDateTime_utc : String(27) not null;
}
