using { microsoft.graph } from './audit-log-service';
using { graph.v1 } from './graph-v1';

// What /openapi.json shows: an event to post, and values of query options, which name properties.
annotate graph.provisioningObjectSummary with @odata.examples: {
  entity  : ```json
  {
    "id": "9d1b8a4e-5d0c-4f6e-9a53-0f4f5c1c6f3a",
    "activityDateTime": "2024-05-01T12:00:00.1234567+02:00",
    "tenantId": "f1c0f1c0-0000-4000-8000-000000000001",
    "jobId": "scim.4b8c18bd2f9f4227af559f1061cf9c32.4ba261ce-287a-459c-93eb-7047bab3cfb9",
    "cycleId": "7d1f0a4c-6c2f-4d6b-9a0e-3f5f0c0f8e11",
    "changeId": "b1a2c3d4-0000-4000-8000-00000000000a",
    "action": "Create",
    "durationInMilliseconds": 640,
    "initiatedBy": { "id": "1f0f0d3b-0000-4000-8000-000000000004", "displayName": "Azure AD Provisioning Service", "initiatorType": "system" },
    "sourceSystem": { "id": "6b2f9c1e-0000-4000-8000-000000000002", "displayName": "Azure Active Directory", "details": {} },
    "targetSystem": {
      "id": "0c8f3a77-0000-4000-8000-000000000003",
      "displayName": "Travel portal",
      "details": { "ApplicationId": "bcf4d658-ac9f-408d-bf04-e86dc10328fb" }
    },
    "sourceIdentity": {
      "id": "a3f2b676-f27c-432e-a757-be2d5ed806ba",
      "displayName": "Ann Example",
      "identityType": "User",
      "details": { "userPrincipalName": "ann@example.com" }
    },
    "targetIdentity": { "id": null, "displayName": "ann@example.com", "identityType": "User", "details": null },
    "statusInfo": {
      "@odata.type": "#microsoft.graph.statusDetails",
      "status": "failure",
      "errorCode": "SystemForCrossDomainIdentityManagementServiceIncompatible",
      "reason": "The travel portal answered 500.",
      "additionalDetails": null,
      "errorCategory": "nonServiceFailure",
      "recommendedAction": "Try again later, or ask the operator of the portal."
    },
    "provisioningSteps": [
      {
        "name": "EntryExportAdd",
        "status": "failure",
        "description": "The user could not be created in the travel portal.",
        "provisioningStepType": "export",
        "details": {}
      }
    ],
    "modifiedProperties": [{ "displayName": "userName", "oldValue": null, "newValue": "ann@example.com" }]
  }
  ```,
  filter  : 'statusInfo/status eq ''failure'' and activityDateTime ge 2024-05-01',
  orderby : 'activityDateTime desc',
  select  : 'id,activityDateTime,statusInfo/status',
  search  : '"Ann Example"',
  compute : 'durationInMilliseconds div 1000 as seconds',
  apply   : 'groupby((action,statusInfo/status),aggregate($count as events))'
};

annotate v1.provisioningObjectSummary with @odata.examples: {
  entity  : ```json
  {
    "id": "9d1b8a4e-5d0c-4f6e-9a53-0f4f5c1c6f3a",
    "activityDateTime": "2024-05-01T12:00:00.1234567+02:00",
    "tenantId": "f1c0f1c0-0000-4000-8000-000000000001",
    "jobId": "scim.4b8c18bd2f9f4227af559f1061cf9c32.4ba261ce-287a-459c-93eb-7047bab3cfb9",
    "cycleId": "7d1f0a4c-6c2f-4d6b-9a0e-3f5f0c0f8e11",
    "changeId": "b1a2c3d4-0000-4000-8000-00000000000a",
    "provisioningAction": "create",
    "durationInMilliseconds": 640,
    "initiatedBy": { "id": "1f0f0d3b-0000-4000-8000-000000000004", "displayName": "Azure AD Provisioning Service", "initiatorType": "system" },
    "servicePrincipal": { "id": "6cc35b93-185a-4485-a519-50c0954940ad", "displayName": "Travel portal" },
    "sourceSystem": { "id": "6b2f9c1e-0000-4000-8000-000000000002", "displayName": "Azure Active Directory", "details": {} },
    "targetSystem": {
      "id": "0c8f3a77-0000-4000-8000-000000000003",
      "displayName": "Travel portal",
      "details": {
        "ApplicationId": "bcf4d658-ac9f-408d-bf04-e86dc10328fb",
        "ServicePrincipalId": "6cc35b93-185a-4485-a519-50c0954940ad",
        "ServicePrincipalDisplayName": "Travel portal"
      }
    },
    "sourceIdentity": {
      "id": "a3f2b676-f27c-432e-a757-be2d5ed806ba",
      "displayName": "Ann Example",
      "identityType": "User",
      "details": { "userPrincipalName": "ann@example.com" }
    },
    "targetIdentity": { "id": null, "displayName": "ann@example.com", "identityType": "User", "details": null },
    "provisioningStatusInfo": {
      "status": "failure",
      "errorInformation": {
        "errorCode": "SystemForCrossDomainIdentityManagementServiceIncompatible",
        "reason": "The travel portal answered 500.",
        "additionalDetails": null,
        "errorCategory": "nonServiceFailure",
        "recommendedAction": "Try again later, or ask the operator of the portal."
      }
    },
    "provisioningSteps": [
      {
        "name": "EntryExportAdd",
        "status": "failure",
        "description": "The user could not be created in the travel portal.",
        "provisioningStepType": "export",
        "details": {}
      }
    ],
    "modifiedProperties": [{ "displayName": "userName", "oldValue": null, "newValue": "ann@example.com" }]
  }
  ```,
  filter  : 'provisioningStatusInfo/status eq ''failure'' and activityDateTime ge 2024-05-01',
  orderby : 'activityDateTime desc',
  select  : 'id,activityDateTime,provisioningStatusInfo/status',
  search  : '"Ann Example"',
  compute : 'durationInMilliseconds div 1000 as seconds',
  apply   : 'groupby((provisioningAction,provisioningStatusInfo/status),aggregate($count as events))'
};
