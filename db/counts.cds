namespace provisioning.log;

/** The number of events. Counting a large log takes long, so triggers keep it: see srv/database/sqlite/schema-objects.ts. */
entity Counts {
      /** The tenant, as in `tenant` of events. */
      @holds: 'tenant'
  key tenant : String;

      /** The number of its events. */
      @holds: 'count'
      events : Integer not null;
}
