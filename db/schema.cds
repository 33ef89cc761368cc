namespace microsoft.graph;

using { microsoft.graph } from './types';


/** What happened to one object in one provisioning cycle. An event is never changed after it was stored. */
@odata.baseType: 'microsoft.graph.entity'
@Core.AlternateKeys: [{ Key: [{ Name: id, Alias: 'id' }, { Name: tenantId, Alias: 'tenantId' }] }]
entity provisioningObjectSummary {
      /** The unique ID of the event. One is generated where none is sent. */
  key id                     : String(128);

      /** The tenant of the event: `tenantId`, or empty if there is none. Tenants may have events with the same id;
        URLs then name the tenant to tell them apart: see access/tenants.ts. */
      @cds.api.ignore  @odata.keyName: 'tenantId'  @holds: 'tenant'
  key tenant                 : String not null default '';

      /** When the object was provisioned, to 100 ns, with the offset from UTC that the sender used. */
      @mandatory  @odata.Type: 'Edm.DateTimeOffset'  @odata.Precision: 7
      @instant: 'activityDateTime_utc'
      activityDateTime       : String(33) not null;

      /** The unique ID of the tenant that the event belongs to. */
      tenantId               : String;

      /** The unique ID of the provisioning job. */
      jobId                  : String;

      /** The unique ID of the cycle, that is one iteration of the job. */
      cycleId                : String;

      /** The unique ID of this change in the cycle. */
      changeId               : String;

      /** What was done to the object, for example `Create` or `Update`. */
      action                 : String;

      /** How long it took, in milliseconds. */
      durationInMilliseconds : Int32;

      /** Who or what started the provisioning of the object. */
      initiatedBy            : graph.initiator;

      /** The system that the object was read from. */
      sourceSystem           : graph.provisioningSystemDetails;

      /** The system that the object was provisioned to. */
      targetSystem           : graph.provisioningSystemDetails;

      /** The object in the source system. */
      sourceIdentity         : graph.provisionedIdentity;

      /** The object in the target system. */
      targetIdentity         : graph.provisionedIdentity;

      /** How the provisioning of the object ended. */
      @odata.declaredType: 'microsoft.graph.statusBase'  @odata.typeColumn: 'statusInfo_type'
      statusInfo             : graph.statusDetails;

      /** The event as JSON text, as answers show it. Release 0.1.0 stored it; since then it is put together from the columns. */
      @cds.api.ignore  @holds: 'representation'
      representation         : LargeString;

      /** A hash of the event as JSON text, and the version of the types that the JSON in columns was written for. */
      @cds.api.ignore  @holds: 'representationTag'
      representationTag      : String(43);

      /** The steps that were taken, in their order. */
      provisioningSteps      : many graph.provisioningStep not null;

      /** The properties of the target object that were changed. */
      modifiedProperties     : many graph.modifiedProperty not null;

      /** `activityDateTime` in UTC, in a form that sorts as text. Events are compared and ordered by it. */
      @cds.api.ignore
      activityDateTime_utc   : String(27) not null;

      /** The type of `statusInfo` if it is not the declared one. */
      @cds.api.ignore
      statusInfo_type        : String;

      /** The structured properties that were sent as objects without values, as a JSON array. Columns cannot tell them from null. */
      @cds.api.ignore  @holds: 'emptyObjects'
      emptyObjects           : LargeString;
}
