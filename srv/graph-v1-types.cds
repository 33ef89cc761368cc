namespace graph.v1;

using { graph.v1 } from './graph-v1-enumerations';

// The types of Microsoft Graph today. Open types are so that clients expect further members. The service adds none, and
// takes none, as the other roots could not show them: of the types that they may have, there is none.

/** What all entities have in common: a key. */
type ![entity] {
  /** The unique ID of the entity. */
  id : String(128) not null;
}


/** Whom or what something is about. */
@open  @Validation.OpenPropertyTypeConstraint: []
type identity {
  /** The unique ID. */
  id          : String;

  /** The name, as shown to people. */
  displayName : String;
}


/** Who or what started the provisioning of an object. */
@open  @Validation.OpenPropertyTypeConstraint: []  @odata.baseType: 'microsoft.graph.identity'
type initiator : identity {
  /** What kind of initiator it is. */
  initiatorType : v1.initiatorType;
}


/** A system that objects are provisioned from or to. */
@open  @Validation.OpenPropertyTypeConstraint: []  @odata.baseType: 'microsoft.graph.identity'
type provisioningSystem : identity {
  /** What else is known of the system, for example its application and its service principal. */
  details : detailsInfo;
}


/** An object in the source or the target system, such as a user or a group. */
@open  @Validation.OpenPropertyTypeConstraint: []  @odata.baseType: 'microsoft.graph.identity'
type provisionedIdentity : identity {
  /** The type of the object, for example `User`, `Group` or a SCIM schema. */
  identityType : String;

  /** What else is known of the object, for example its user principal name. */
  details      : detailsInfo;
}


/** The service principal of an application. */
@open  @Validation.OpenPropertyTypeConstraint: []  @odata.baseType: 'microsoft.graph.identity'
type provisioningServicePrincipal : identity {}


/** How the provisioning of an object ended. */
type provisioningStatusInfo {
  /** The result. */
  status           : v1.provisioningResult;

  /** What is known of an error. */
  errorInformation : provisioningErrorInfo;

  @cds.api.ignore  @holds: 'presence'
  presence         : Integer;
}


/** What is known of an error. */
type provisioningErrorInfo {
  /** The unique code of the error. */
  errorCode         : String;

  /** What happened and why. */
  reason            : LargeString;

  /** What else is known of the error. */
  additionalDetails : LargeString;

  /** Whose error it is. */
  errorCategory     : v1.provisioningStatusErrorCategory;

  /** What to do about it. */
  recommendedAction : LargeString;

  @cds.api.ignore  @holds: 'presence'
  presence          : String;
}


/** One step on the way from the source object to the target object. */
type provisioningStep {
  /** The name of the step, for example `EntryExportAdd`. */
  name                 : String;

  /** The result of the step. */
  status               : v1.provisioningResult;

  /** What the step did, in a sentence. */
  description          : LargeString;

  /** What kind of step it is. */
  provisioningStepType : v1.provisioningStepType;

  /** What else is known of the step, for example the attributes that were read or written. */
  details              : detailsInfo;
}


/** A property of the target object that was changed. */
type modifiedProperty {
  /** The name of the property in the target system. */
  displayName : String;

  /** The value before the change. */
  oldValue    : LargeString;

  /** The value after the change. */
  newValue    : LargeString;
}


/** Free members: an open type, in which any JSON value is kept as it was sent. */
type detailsInfo : Map;
