using { microsoft.graph } from '../db/schema';
using { provisioning.log } from '../db/arrivals';
using from '../db/counts';
using from '../db/tallies';

/** Provisioning audit logs, as Microsoft Graph describes them. */
@protocol: [
  { kind: 'odata-graph', path: '/beta' },
  { kind: 'odata-structured', path: '/' }
]
service microsoft.graph {

  /** The root of the audit logs. */
  @odata.singleton  @odata.typeName: 'auditLogRoot'
  @cds.persistence: { skip, mock: false } // nothing of it is stored, not even where `cds watch` mocks
  entity auditLogs {
    /** The provisioning log, newest event first. */
    provisioning          : Composition of many graph.provisioningObjectSummary on 1 = 1;

    /** The provisioning log under its older name. It holds the same events. */
    directoryProvisioning : Composition of many graph.provisioningObjectSummary on 1 = 1;
  }

  /** Not shown: delta links go by it. In the service, so that reads of it are checked and confined as others are. */
  @cds.api.ignore
  entity Arrivals as projection on log.Arrivals;

  /** Not shown: how many events there are, for `$count`. */
  @cds.api.ignore
  entity Counts as projection on log.Counts;

  /** Not shown: how many events there are of each kind, for `$count` and `$apply`. */
  @cds.api.ignore
  entity Tallies as projection on log.Tallies;
}

annotate graph.provisioningObjectSummary with
  @cds.query.limit: { default: 100, max: 1000 }
  @odata.entitySet: 'provisioningEvents' // at `/`, beside the singleton
  @odata.defaultOrder: 'activityDateTime desc'
  @odata.joinedBy: ['changeId'] // the parts of a download, besides the key
  @odata.arrivals: 'microsoft.graph.Arrivals'
  @odata.counts: 'microsoft.graph.Counts'
  @odata.tallies: 'microsoft.graph.Tallies';

annotate graph.provisioningObjectSummary with {
  id       @cds.validate: false; // CAP counts the UTF-16 units of a text as its length, and CSDL its characters
  tenantId @odata.Type: 'Edm.String'  @odata.MaxLength: 256; // see access/tenants.ts
};
