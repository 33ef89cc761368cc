using { microsoft.graph } from './schema';

// What events are found by. Each index ends with what the order of answers goes by, so that a page is read and nothing
// sorted. They are created when the service starts: see srv/database/indexes.ts. Not a doc comment, which would be shown
// as the description of the entity.
annotate graph.provisioningObjectSummary with @indexes: [
  // the newest first, and by time; what comes last lets counts, groups and searches for a part of a name read no events
  [ activityDateTime_utc, id, tenant, activityDateTime, statusInfo.status, targetIdentity.displayName ],
  [ tenant, activityDateTime_utc, id, activityDateTime, statusInfo.status, targetIdentity.displayName ],
  // what failed; of one tenant, the index before it is enough
  [ statusInfo.status, activityDateTime_utc, id, tenant ],
  // what a job did, what belongs to a change, and what happened to an object: rarely of more than one tenant
  [ jobId, activityDateTime_utc, id, tenant ],
  [ changeId, activityDateTime_utc, id, tenant ],
  [ targetIdentity.displayName, id, tenant ] // and in the order of names; what happened to one object is soon sorted
];
