using { microsoft.graph } from './schema';

// What events are found by. Each index ends with what the order of answers goes by, so that a page is read and nothing
// sorted. Those that begin with the tenant are for queries of one tenant, the others for those who read the events of
// all: see srv/database/sqlite/indexes.ts, which creates them when the service starts. Not a doc comment, which would be shown as
// the description of the entity.
annotate graph.provisioningObjectSummary with @indexes: [
  // the newest first, and by time; what comes last lets counts, groups and searches for a part of a name read no events
  [ tenant, activityDateTime_utc, id, activityDateTime, statusInfo.status, targetIdentity.displayName ],
  [ activityDateTime_utc, id, tenant, activityDateTime, statusInfo.status, targetIdentity.displayName ],
  // what failed; of one tenant, the first index is enough
  [ statusInfo.status, activityDateTime_utc, id, tenant ],
  // what a job did
  [ tenant, jobId, activityDateTime_utc, id ],
  [ jobId, activityDateTime_utc, id, tenant ],
  // what belongs to a change
  [ tenant, changeId, activityDateTime_utc, id ],
  [ changeId, activityDateTime_utc, id, tenant ],
  // what happened to an object, which is soon sorted, and all in the order of names
  [ tenant, targetIdentity.displayName, id ],
  [ targetIdentity.displayName, id, tenant ]
];
