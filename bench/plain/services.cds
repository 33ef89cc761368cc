/** The log as CAP generates a service for it: flat, with a model and nothing else. */
@path: '/plain'  @requires: 'any'
service plain {

  @cds.query.limit: { default: 1000, max: 1000 }
  entity Events {
    key id                            : String(128);
        activityDateTime              : Timestamp not null;
        tenantId                      : String;
        jobId                         : String;
        cycleId                       : String;
        changeId                      : String;
        action                        : String;
        durationInMilliseconds        : Int32;
        initiatedBy_id                : String;
        initiatedBy_displayName       : String;
        initiatedBy_initiatorType     : String;
        sourceSystem_id               : String;
        sourceSystem_displayName      : String;
        sourceSystem_details          : LargeString;
        targetSystem_id               : String;
        targetSystem_displayName      : String;
        targetSystem_details          : LargeString;
        sourceIdentity_id             : String;
        sourceIdentity_displayName    : String;
        sourceIdentity_identityType   : String;
        sourceIdentity_details        : LargeString;
        targetIdentity_id             : String;
        targetIdentity_displayName    : String;
        targetIdentity_identityType   : String;
        targetIdentity_details        : LargeString;
        statusInfo_status             : String;
        statusInfo_errorCode          : String;
        statusInfo_reason             : LargeString;
        statusInfo_additionalDetails  : LargeString;
        statusInfo_errorCategory      : String;
        statusInfo_recommendedAction  : LargeString;
        provisioningSteps             : LargeString;
        modifiedProperties            : LargeString;
  }
}
