namespace provisioning.log;

/**
 * How many events there are of each kind: an hour, and one value for each of the columns below. Counts and groups of
 * events by these go by a few thousand rows instead of a million. Triggers keep them: see srv/database/sqlite/tallies.ts.
 *
 * Every column has the name of the one of events that it tells apart, so a further one here is all that it takes to count
 * by it, too. Each multiplies the rows: only what has few values belongs here.
 */
@tallies: 'microsoft.graph.provisioningObjectSummary'
@indexes: [
  // by kind, as the triggers find them, and by time
  [ tenant, activityDateTime_utc, jobId ],
  [ activityDateTime_utc, tenant ],
  // by what events have an index for, so that few of them are never counted by many rows here
  [ tenant, jobId, activityDateTime_utc ],
  [ tenant, statusInfo_status, activityDateTime_utc ]
] @indexesForAllTenants: [
  [ jobId, activityDateTime_utc, tenant ],
  [ statusInfo_status, activityDateTime_utc, tenant ]
] @indexedInAnyCase: [ statusInfo_status ]
entity Tallies {
      /** The tenant, as in `tenant` of events. */
      @holds: 'tenant'
      tenant                   : String not null;

      /** When the hour begins, in UTC. */
      @holds: 'period'
      activityDateTime_utc     : String(27) not null;

      /** The date and the hour in the offset that the sender used. The length says how long the periods are. */
      activityDateTime         : String(13) not null;

      jobId                    : String;
      action                   : String;
      statusInfo_status        : String;
      sourceSystem_displayName : String;
      targetSystem_displayName : String;

      /** The number of events. */
      @holds: 'count'
      events                   : Integer not null;
}

/** Where counting stands after an upgrade. It has a row only while events that were there before are being counted. */
entity OlderEvents {
  key number : Integer;

      /** The events up to this row are not in the tallies yet. */
      upTo   : Integer not null;
}
