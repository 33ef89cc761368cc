namespace graph.v1;

// The members have the values of Microsoft Graph: 0, 1, 2 … A text that names no member is shown as the unknown one.

/** What was done to an object. */
@odata.unknownMember: 'unknownFutureValue'
type provisioningAction : String enum {
  /** Nothing of the following. */
  other;
  /** It was created. */
  create;
  /** It was deleted. */
  delete;
  /** It was disabled. */
  disable;
  /** It was changed. */
  update;
  /** It was marked as deleted, to be deleted later. */
  stagedDelete;
  /** Something that this version does not name. */
  unknownFutureValue;
};


/** How the provisioning of an object, or a step of it, ended. */
@odata.unknownMember: 'unknownFutureValue'
type provisioningResult : String enum {
  /** The object was provisioned. */
  success;
  /** The object could not be provisioned. */
  failure;
  /** There was nothing to do for the object, or it is out of scope. */
  skipped;
  /** The object was provisioned, but not everything went as planned. */
  warning;
  /** Something that this version does not name. */
  unknownFutureValue;
};


/** What a step of provisioning does. */
@odata.unknownMember: 'unknownFutureValue'
type provisioningStepType : String enum {
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
  /** Something that this version does not name. */
  unknownFutureValue;
};


/** Whose error an error is. */
@odata.unknownMember: 'unknownFutureValue'
type provisioningStatusErrorCategory : String enum {
  /** An error of the provisioning engine. */
  failure;
  /** An error of another system. */
  nonServiceFailure;
  /** None. */
  success;
  /** Something that this version does not name. */
  unknownFutureValue;
};


/** What kind of initiator started the provisioning. */
@odata.unknownMember: 'unknownFutureValue'
type initiatorType : String enum {
  /** A person. */
  user;
  /** An application. */
  application;
  /** The provisioning engine itself. */
  system;
  /** Something that this version does not name. */
  unknownFutureValue;
};
