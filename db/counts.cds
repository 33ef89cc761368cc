namespace provisioning.log;

/**
 * How many events there are, as to count a large log takes long. Triggers keep it: see srv/database/sqlite/counts.ts.
 */
entity Counts {
      /** Whose events they are, as in `tenant` of events. */
      @holds: 'tenant'
  key tenant : String;

      /** How many there are. */
      @holds: 'count'
      events : Integer not null;
}
