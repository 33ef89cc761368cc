/** URLs of the log, and the types of what it answers. Their names come from the CDS model. */
import type {
  initiator,
  modifiedProperty,
  provisionedIdentity,
  provisioningObjectSummary,
  provisioningStep,
  provisioningSystemDetails,
  statusBase,
  statusDetails
} from '#cds-models/microsoft/graph'

type Simple = 'tenantId' | 'jobId' | 'cycleId' | 'changeId' | 'action' | 'durationInMilliseconds'
type Details = { details?: Record<string, unknown> | null }

export type Identity = Pick<provisionedIdentity, 'id' | 'displayName' | 'identityType'> & Details
export type System = Pick<provisioningSystemDetails, 'id' | 'displayName'> & Details
export type Step = Pick<provisioningStep, 'name' | 'status' | 'description' | 'provisioningStepType'> & Details
export type Change = Pick<modifiedProperty, 'displayName' | 'oldValue' | 'newValue'>
type StatusInfo = Pick<statusBase, 'status'> &
  Partial<Pick<statusDetails, 'errorCode' | 'reason' | 'additionalDetails' | 'recommendedAction'>> & {
    errorCategory?: string | null // the generated type is of a name that is not there
  }

/** An event, whole or in part. */
export interface Event extends Partial<Pick<provisioningObjectSummary, Simple>> {
  id: string
  activityDateTime: string
  /** The address of the event, where the id alone would not do. */
  '@odata.id'?: string
  initiatedBy?: Pick<initiator, 'id' | 'displayName' | 'initiatorType'> | null
  sourceSystem?: System | null
  targetSystem?: System | null
  sourceIdentity?: Identity | null
  targetIdentity?: Identity | null
  statusInfo?: StatusInfo | null
  provisioningSteps?: Step[]
  modifiedProperties?: Change[]
}

export interface Page<Type> {
  value: Type[]
  '@odata.nextLink'?: string
  '@odata.deltaLink'?: string
  '@odata.count'?: number
}

export const LOG = 'auditLogs/provisioning'

/** The path of a collection with query options; those that are undefined are left out. */
export function url(path: string, options: Record<string, string | undefined>): string {
  const parts = Object.entries(options).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}=${encodeURIComponent(value)}`]
  )
  return parts.length ? `${path}?${parts.join('&')}` : path
}

/** Whom or what an event is about, as people call it. */
export function nameOf({ sourceIdentity, targetIdentity }: Event): string {
  const names = [sourceIdentity?.displayName, targetIdentity?.displayName, sourceIdentity?.id, targetIdentity?.id]
  return names.find((name) => name && SEEN.test(name)) ?? 'Unnamed object'
}

/** By what a person signs in: it tells those apart who have one name. */
export function principalOf({ sourceIdentity }: Event): string | undefined {
  const name = sourceIdentity?.details?.UserPrincipalName
  return typeof name === 'string' && name !== sourceIdentity?.displayName ? name : undefined
}

/** Some character that can be seen. */
const SEEN = /[^\p{C}\p{Z}\p{M}]/u

/** Characters that turn the direction of a text: with them it looks like another one. */
const TURNING = /[\u202a-\u202e\u2066-\u2069]/g

/** A text that reads in the order in which it was written. */
export const plain = (text: string): string => text.replaceAll(TURNING, '\ufffd')

/** JSON whose strings have such characters as escapes, so that it reads in the order in which it was written. */
export function escaped(json: string): string {
  return json.replaceAll(TURNING, (character) => `\\u${character.charCodeAt(0).toString(16)}`)
}

/** What tells an event apart from all others that are shown. */
export const keyOf = (event: Event): string => event['@odata.id'] ?? event.id

/** The tenant in the address of an event, where that names it. */
export function tenantOf(event: Event): string | undefined {
  const [, tenant] = /tenantId='((?:[^']|'')*)'/.exec(decodeURIComponent(event['@odata.id'] ?? '')) ?? []
  return tenant?.replaceAll("''", "'")
}
