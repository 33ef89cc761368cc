using { microsoft.graph } from './schema';

// The indexes for queries. Each ends with the columns that answers are ordered by, so that a page is read without sorting.
// Those that begin with the tenant serve queries of one tenant, the others those of all tenants. The service creates them
// when it starts: see srv/database/indexes.ts. Those for all tenants it creates in development, and where
// `requires.db.indexes_for_all_tenants` asks for them: each makes it slower to store an event, and few read all tenants.
// This is no doc comment, as that would become the description of the entity in $metadata.
annotate graph.provisioningObjectSummary with @indexes: [
  // by time; with the last columns, counts, groups and searches in names need the index only
  [ tenant, activityDateTime_utc, id, statusInfo.status, targetIdentity.displayName ],
  [ activityDateTime_utc, id, tenant, statusInfo.status, targetIdentity.displayName ],
  // by job
  [ tenant, jobId, activityDateTime_utc, id ],
  // by change
  [ tenant, changeId, activityDateTime_utc, id ],
  // by the name of the target object; in the order of names, few rows have the same and remain to be sorted
  [ tenant, targetIdentity.displayName, activityDateTime_utc, id ]
] @indexesForAllTenants: [
  // by status, in any case, as it is asked for by members of an enumeration, too; for one tenant the first index is enough
  [ statusInfo.status, activityDateTime_utc, id, tenant ],
  // by job
  [ jobId, activityDateTime_utc, id, tenant ],
  // by change
  [ changeId, activityDateTime_utc, id, tenant ],
  // by the name of the target object
  [ targetIdentity.displayName, activityDateTime_utc, id, tenant ]
] @indexedInAnyCase: [ statusInfo.status ]
  // an index begins with it after the tenant, and many events have the same: parts of it are found by its values
  @indexedByParts: [ targetIdentity.displayName ];
