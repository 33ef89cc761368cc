/**
 * What known error codes mean, and what to do about them, for the events that do not say so themselves, as most do not.
 * The codes are those that Microsoft Entra ID reports, and applications have their own that end with one of them.
 */

interface Advice {
  /** What happened, in a sentence. */
  meaning: string
  /** What to do about it. */
  action: string
}

const CONFLICT: Advice = {
  meaning: 'The target system already has an object with one of these values, and it is not the matched one.',
  action:
    'Find the object in the target system that has the same user name or mail address. Correct the matching attribute, or rename or remove the other object.'
}
const BUSY: Advice = {
  meaning: 'The target system had too many requests at the time.',
  action:
    'Nothing: the change is tried again. If it lasts for days, ask the vendor of the target system for a higher limit.'
}
const RIGHTS: Advice = {
  meaning: 'The target system does not allow the provisioning service to make this change.',
  action: 'Renew the credentials of the provisioning job, and give its account the permissions to manage such objects.'
}
const UNSUPPORTED: Advice = {
  meaning: 'The target system does not support this kind of change.',
  action: 'Switch the action off in the mappings of the job, or ask the vendor of the target system.'
}
const VALUE: Advice = {
  meaning: 'The target system does not take one of the values.',
  action: 'The reason names the attribute. Correct its value in the source system, or its mapping.'
}
const MISSING: Advice = {
  meaning: 'A value that the target system asks for is missing.',
  action: 'Fill the attribute in the source system, or give its mapping a default value.'
}
const DOWN: Advice = {
  meaning: 'The target system failed to answer.',
  action: 'Nothing at first: the change is tried again. If it goes on, ask the vendor of the target system.'
}
const DUPLICATES: Advice = {
  meaning: 'More than one object has the value by which objects are matched.',
  action: 'Find the duplicates by the matching attribute, and remove or change all but one.'
}
const SCIM: Advice = {
  meaning: 'The answer of the target system does not follow SCIM as the provisioning service expects it.',
  action: 'Show the reason to the vendor of the target system.'
}
const POLICY: Advice = {
  meaning: 'The target tenant does not let this user be invited or changed.',
  action: 'Check the cross-tenant access settings and the collaboration restrictions of the target tenant.'
}

const KNOWN = new Map(
  Object.entries<Advice>({
    Conflict: CONFLICT,
    EntryConflict: CONFLICT,
    TooManyRequests: BUSY,
    InternalServerError: DOWN,
    InternalError: DOWN,
    Timeout: DOWN,
    WebExceptionProtocolError: DOWN,
    InsufficientRights: RIGHTS,
    Forbidden: RIGHTS,
    NotPermitted: RIGHTS,
    Unauthorized: {
      meaning: 'The target system does not take the credentials of the provisioning job.',
      action: 'Enter new credentials in the settings of the job, and test the connection.'
    },
    MethodNotAllowed: UNSUPPORTED,
    NotImplemented: UNSUPPORTED,
    UnprocessableEntity: VALUE,
    SchemaPropertyCanOnlyAcceptValue: VALUE,
    InvitationCreationFailureInvalidPropertyValue: VALUE,
    InvalidDomain: {
      meaning: 'The domain of the name or mail address is not one of the target system.',
      action: 'Verify the domain in the target system, or map the attribute to one of its domains.'
    },
    InvalidAnchor: {
      meaning: 'The object that was matched before is not there any more.',
      action: 'Provision the user on demand, or restart the job, so that the object is matched or created again.'
    },
    MandatoryFieldsMissing: MISSING,
    MissingValues: MISSING,
    SchemaAttributeNotFound: {
      meaning: 'A mapping writes to an attribute that the target system does not have.',
      action: 'Correct the mapping, or add the attribute to the schema of the target system.'
    },
    LicenseLimitExceeded: {
      meaning: 'The target system has no licence left for this user.',
      action: 'Buy licences, free some of them, or assign fewer users to the application.'
    },
    DuplicateTargetEntries: DUPLICATES,
    DuplicateSourceEntries: DUPLICATES,
    SystemForCrossDomainIdentityManagementMultipleEntriesInResponse: DUPLICATES,
    SystemForCrossDomainIdentityManagementServiceIncompatible: SCIM,
    SystemForCrossDomainIdentityManagementServiceIncompatibleFiltering: SCIM,
    SystemForCrossDomainIdentityManagementBadRequest: VALUE,
    UnableToResolveReferenceAttributeValue: {
      meaning: 'The change refers to an object, such as a manager or a member, that is not in the target system yet.',
      action: 'Check whether that object is in scope. If it is, the reference is tried again after it was provisioned.'
    },
    AzureActiveDirectoryCannotUpdateObjectsOriginatedInExternalService: {
      meaning: 'The object of the target tenant is managed by another source.',
      action: 'Change it where it is managed, or convert it in the target tenant first.'
    },
    AzureDirectoryB2BManagementPolicyCheckFailure: POLICY,
    InvitationCreationFailure: POLICY,
    AzureActiveDirectoryForbidden: POLICY,
    AzureActiveDirectoryQuotaLimitExceeded: {
      meaning: 'The target tenant has as many objects as it may have.',
      action: 'Remove objects that nobody needs, or ask for a higher limit.'
    },
    ImportSkipped: {
      meaning: 'The object was not read, as it is not in scope.',
      action: 'Nothing, if it should not be. Otherwise assign it, or change the scoping filter.'
    },
    EntrySynchronizationSkipped: {
      meaning: 'The object was not written, as it is not in scope.',
      action: 'Nothing, if it should not be. Otherwise assign it, or change the scoping filter.'
    }
  })
)

/** Finds advice for an error code, also for those of an application, such as `SlackEntryConflict`. */
export function adviceFor(code: string | null | undefined): Advice | undefined {
  if (!code) return undefined
  const end = [...KNOWN.keys()].find((known) => known.length > 7 && code.endsWith(known))
  return KNOWN.get(code) ?? KNOWN.get(end ?? '')
}
