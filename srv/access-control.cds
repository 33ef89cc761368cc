using { microsoft.graph } from './audit-log-service';
using { graph.v1 } from './graph-v1';

// Which permissions of a token give these roles is configured: `requires.auth.permissions`.
// A further role needs a grant on all entities here: counts and delta links read those that are not shown.
// The role `all_tenants`, which lets a user read the events of every tenant, is checked in access/tenants.ts.

annotate graph.provisioningObjectSummary with @restrict: [
  { grant: 'CREATE', to: 'create' },
  { grant: 'READ', to: 'read' }
];

annotate v1.provisioningObjectSummary with @restrict: [
  { grant: 'CREATE', to: 'create' },
  { grant: 'READ', to: 'read' }
];

annotate v1.auditLogs with @restrict: [
  { grant: 'READ', to: 'read' }
];

annotate graph.auditLogs with @restrict: [
  { grant: 'READ', to: 'read' }
];

annotate graph.Arrivals with @restrict: [
  { grant: 'READ', to: 'read' }
];

annotate graph.Counts with @restrict: [
  { grant: 'READ', to: 'read' }
];

annotate graph.Tallies with @restrict: [
  { grant: 'READ', to: 'read' }
];
