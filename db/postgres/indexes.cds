using { microsoft.graph } from '../indexes';

// What happened to a person, and in a cycle. On SQLite the search index finds these events as fast, and each index costs more.
annotate graph.provisioningObjectSummary with @indexes: [
  ...,
  // by the id of the target object
  [ tenant, targetIdentity.id, activityDateTime_utc, id ],
  // by the id of the source object
  [ tenant, sourceIdentity.id, activityDateTime_utc, id ],
  // by cycle
  [ tenant, cycleId, activityDateTime_utc, id ]
] @indexesForAllTenants: [
  ...,
  [ targetIdentity.id, activityDateTime_utc, id, tenant ],
  [ sourceIdentity.id, activityDateTime_utc, id, tenant ],
  [ cycleId, activityDateTime_utc, id, tenant ]
];
