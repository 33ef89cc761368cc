/** Queries that the documentation names, and what clients ask besides. */

export const path = '/auditLogs/provisioning'

/** Their options, and whether rows come in order without sorting. */
const queries: [options: Record<string, string>, isOrdered: boolean][] = [
  [{}, true],
  [{ $count: 'true' }, true],
  [{ $orderby: 'activityDateTime' }, true],
  [{ $filter: 'activityDateTime ge 2024-01-01T00:00:00Z and activityDateTime lt 2024-06-01T00:00:00Z' }, true],
  [{ $filter: "jobId eq 'shared'" }, true],
  [{ $filter: "jobId eq 'shared'", $count: 'true' }, true],
  [{ $filter: "jobId eq 'shared' and activityDateTime ge 2024-01-01T00:00:00Z" }, true],
  [{ $filter: "jobId in ('shared','other')" }, false],
  [{ $filter: "startswith(jobId,'sha')" }, true],
  [{ $filter: "changeId eq 'shared'" }, true],
  [{ $filter: "changeId eq 'shared' or jobId eq 'shared'" }, false],
  [{ $filter: "statusInfo/status eq 'failure'" }, true],
  [{ $filter: "statusInfo/status eq 'failure' and jobId eq 'shared'" }, true],
  [{ $filter: "targetIdentity/displayName eq 'shared'" }, true],
  [{ $filter: "contains(targetIdentity/displayName,'shared')" }, true],
  [{ $filter: "tenantId eq 'own'" }, true],
  [{ $filter: "cycleId eq 'shared'" }, true],
  [{ $filter: "targetIdentity/id eq 'shared'" }, true],
  [{ $filter: "(sourceIdentity/id eq 'shared' or targetIdentity/id eq 'shared')" }, false],
  [{ $filter: "action eq 'Create'" }, true],
  [{ $orderby: 'targetIdentity/displayName' }, true],
  [{ $orderby: 'jobId' }, false],
  [{ $orderby: 'id' }, false],
  [{ $filter: "id eq 'e'" }, false],
  [{ $filter: "id gt 'e'" }, false],
  [{ $filter: "startswith(id,'e')" }, true],
  [{ $search: 'shared' }, true],
  [{ $apply: "filter(jobId eq 'shared')/aggregate($count as n)" }, false],
  [{ $apply: 'groupby((jobId),aggregate($count as n))' }, false],
  [{ $apply: 'groupby((statusInfo/status),aggregate($count as n))' }, false],
  [{ $apply: 'aggregate(activityDateTime with max as last)' }, false]
]

const guide =
  "((contains(tolower(servicePrincipal/id), 'sp') or contains(tolower(servicePrincipal/displayName), 'sp')) and activityDateTime gt 2024-02-28 and activityDateTime lt 2024-03-02)"
const portal =
  "(activityDateTime ge 2024-01-01T00:00:00.000Z and activityDateTime le 2024-12-31T23:59:59.999Z and (provisioningStatusInfo/status eq microsoft.graph.provisioningResult'failure') and (contains(tolower(servicePrincipal/id),'sp') or contains(tolower(servicePrincipal/displayName),'sp')))"

/** The same in the shape of /v1.0, which is a view in SQL; and what Microsoft's guide and the portal ask there. */
const todaysQueries: typeof queries = [
  [{ $filter: guide, $top: '500', $orderby: 'activityDateTime desc' }, true],
  [{ $filter: portal, $top: '500', $orderby: 'activityDateTime desc' }, true],
  ...queries.map(([options, isOrdered]): (typeof queries)[number] => {
    const renamed = Object.entries(options).map(([name, value]) => [
      name,
      value
        .replaceAll('statusInfo/', 'provisioningStatusInfo/')
        .replace("action eq 'Create'", "provisioningAction eq 'create'")
    ])
    return [Object.fromEntries(renamed) as Record<string, string>, isOrdered]
  })
]

/** All of them, with their paths. */
export const everywhere = [
  ...queries.map((each) => [path, ...each] as const),
  ...todaysQueries.map((each) => [`/v1.0${path}`, ...each] as const)
]
