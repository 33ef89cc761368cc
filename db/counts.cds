namespace provisioning.log;

/**
 * How many events there are, as to count a large log takes long. Triggers keep it: see srv/database/sqlite/counts.ts.
 */
entity Counts {
      /** Whose events they are, as in `tenant` of events. */
  key tenant : String;

      /** How many there are. */
      events : Integer not null;
}
