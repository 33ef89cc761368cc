namespace provisioning.log;

/** The number of events. Counting a large log takes long, so triggers keep it: see srv/database/sqlite/tallies.ts. */
entity Counts {
      /** The tenant, as in `tenant` of events. */
      @holds: 'tenant'
  key tenant    : String;

      /** The number of its events. */
      @holds: 'count'
      events    : Integer not null;

      /** The number of its rows in `Tallies`, which has a limit. */
      tallies   : Integer not null default 0;

      /** The number of its events that the tallies lack. Only without any they can answer. */
      @holds: 'uncounted'
      uncounted : Integer not null default 0;
}
