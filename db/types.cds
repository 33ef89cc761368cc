namespace microsoft.graph;

/** What all entities have in common: a key. */
type ![entity] {
  /** The unique ID of the entity. */
  id : String(128) not null;
}


/** Who or what started the provisioning of an object. */
type initiator {
  /** The unique ID of the initiator. */
  id            : String;

  /** The name of the initiator, as shown to people. */
  displayName   : String;

  /** What kind of initiator it is. The list of values is open. */
  @odata.enumeration: 'microsoft.graph.initiatorType'
  initiatorType : String enum {
    /** A person. */
    user;
    /** An application. */
    application;
    /** The provisioning engine itself. */
    system;
  };
}


/** A system that objects are provisioned from or to. */
type provisioningSystemDetails {
  /** The unique ID of the system. */
  id          : String;

  /** The name of the system, as shown to people. */
  displayName : String;

  /** What else is known of the system, for example its application and its service principal. */
  details     : detailsInfo;
}


/** An object in the source or the target system, such as a user or a group. */
type provisionedIdentity {
  /** The unique ID of the object in its system. */
  id           : String;

  /** The name of the object, as shown to people. */
  displayName  : String;

  /** The type of the object, for example `User`, `Group` or a SCIM schema. */
  identityType : String;

  /** What else is known of the object, for example its user principal name. */
  details      : detailsInfo;
}


/** How the provisioning of an object ended. */
type statusBase {
  /** The result. The list of values is open. */
  @odata.enumeration: 'microsoft.graph.provisioningResult'
  status : String enum {
    /** The object was provisioned. */
    success;
    /** The object could not be provisioned. */
    failure;
    /** There was nothing to do for the object, or it is out of scope. */
    skipped;
    /** The object was provisioned, but not everything went as planned. */
    warning;
  };
}


/** How the provisioning of an object ended, with what is known of an error. */
@odata.baseType: 'microsoft.graph.statusBase'
type statusDetails : statusBase {
  /** The unique code of the error. */
  errorCode         : String;

  /** What happened and why. */
  reason            : LargeString;

  /** What else is known of the error. */
  additionalDetails : LargeString;

  /** Whose error it is. The list of values is open. */
  @odata.enumeration: 'microsoft.graph.provisioningStatusErrorCategory'
  errorCategory     : String enum {
    /** An error of the provisioning engine. */
    failure;
    /** An error of another system. */
    nonServiceFailure;
    /** None. */
    success;
  };

  /** What to do about it. */
  recommendedAction : LargeString;
}


/** One step on the way from the source object to the target object. */
type provisioningStep {
  /** The name of the step, for example `EntryExportAdd`. */
  name                 : String;

  /** The result of the step. The list of values is open. */
  status               : type of statusBase : status;

  /** What the step did, in a sentence. */
  description          : LargeString;

  /** What kind of step it is. The list of values is open. */
  @odata.enumeration: 'microsoft.graph.provisioningStepType'
  provisioningStepType : String enum {
    /** An object was read. */
    import;
    /** It was found to be in or out of scope. */
    scoping;
    /** Its counterpart in the other system was looked up. */
    matching;
    /** Its attributes were mapped. */
    processing;
    /** The objects that it refers to were looked up. */
    referenceResolution;
    /** The counterpart was written. */
    export;
  };

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
