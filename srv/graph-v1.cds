using { microsoft.graph as log } from './audit-log-service';
using { graph.v1 as types } from './graph-v1-types';

/** Provisioning audit logs in the shape that Microsoft Graph has today. */
@protocol: [{ kind: 'odata-graph', path: '/v1.0' }]
@impl: './audit-log-service.ts'
@odata.namespace: 'microsoft.graph'
service graph.v1 {

  /** The root of the audit logs. */
  @odata.singleton  @odata.typeName: 'auditLogRoot'
  @cds.persistence: { skip, mock: false } // nothing of it is stored, not even where `cds watch` mocks
  entity auditLogs {
    /** The provisioning log, newest event first. */
    provisioning : Composition of many provisioningObjectSummary on 1 = 1;
  }

  // Structures have the types in graph-v1-types.cds: by `@odata.shownAs`, or by the name of their type in the source.
  entity provisioningObjectSummary as select from log.provisioningObjectSummary {
    key id,
    key tenant,

        /** When the object was provisioned, to 100 ns, in UTC. */
        activityDateTime @odata.inUtc,

        tenantId,
        jobId,
        cycleId,
        changeId,

        /** What was done to the object. */
        action as provisioningAction : types.provisioningAction,

        durationInMilliseconds,
        initiatedBy,

        /** How the provisioning of the object ended. */
        {
          statusInfo.status,
          {
            statusInfo.errorCode,
            statusInfo.reason,
            statusInfo.additionalDetails,
            statusInfo.errorCategory,
            statusInfo.recommendedAction,
            statusInfo_type as presence
          } as errorInformation,
          case when statusInfo_type is not null or emptyObjects like '%"statusInfo"%' then 1 end as presence : Integer
        } as provisioningStatusInfo @(odata.shownAs: 'microsoft.graph.provisioningStatusInfo'),

        /** The application that provisioned the object: the one that the details of the target system name, or else
          those of the source system. */
        {
          case
            when json_type(targetSystem.details, '$.ServicePrincipalId') = 'text'
              then json_extract(targetSystem.details, '$.ServicePrincipalId')
            when json_type(targetSystem.details, '$.ServicePrincipalDisplayName') = 'text' then null
            when json_type(sourceSystem.details, '$.ServicePrincipalId') = 'text'
              then json_extract(sourceSystem.details, '$.ServicePrincipalId')
          end as id : String,
          case
            when json_type(targetSystem.details, '$.ServicePrincipalDisplayName') = 'text'
              then json_extract(targetSystem.details, '$.ServicePrincipalDisplayName')
            when json_type(targetSystem.details, '$.ServicePrincipalId') = 'text' then null
            when json_type(sourceSystem.details, '$.ServicePrincipalDisplayName') = 'text'
              then json_extract(sourceSystem.details, '$.ServicePrincipalDisplayName')
          end as displayName : String
        } as servicePrincipal @(odata: {
          shownAs: 'microsoft.graph.provisioningServicePrincipal',
          foundIn: [
            {
              id         : 'targetSystem/details/ServicePrincipalId',
              displayName: 'targetSystem/details/ServicePrincipalDisplayName'
            },
            {
              id         : 'sourceSystem/details/ServicePrincipalId',
              displayName: 'sourceSystem/details/ServicePrincipalDisplayName'
            }
          ]
        }),

        sourceSystem @(odata.shownAs: 'microsoft.graph.provisioningSystem'),
        targetSystem @(odata.shownAs: 'microsoft.graph.provisioningSystem'),
        sourceIdentity,
        targetIdentity,
        provisioningSteps,
        modifiedProperties,

        activityDateTime_utc,
        representationTag,
        emptyObjects
  };
}
