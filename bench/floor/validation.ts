/** Checks what is posted, by hand: every member against its type, so that what is stored is known to be well-formed. */
import { collection, dateTime, details, int32, key, membersOf, object, text } from './values.ts'

/** An event with all members of its type, those that were not sent null or empty, in the order of answers. */
export type Event = ReturnType<typeof readEvent>

/**
 * Reads an event.
 * @param value the JSON that was posted
 * @returns the event as answers show it
 * @throws {Refusal} 400, naming the first member that is unknown, missing or of the wrong type
 */
export function readEvent(value: unknown) {
  const event = membersOf(value, EVENT, 'microsoft.graph.provisioningObjectSummary', '')
  return {
    '@odata.type': '#microsoft.graph.provisioningObjectSummary',
    id: key(event),
    activityDateTime: dateTime(event),
    tenantId: text(event, 'tenantId', ''),
    jobId: text(event, 'jobId', ''),
    cycleId: text(event, 'cycleId', ''),
    changeId: text(event, 'changeId', ''),
    action: text(event, 'action', ''),
    durationInMilliseconds: int32(event, 'durationInMilliseconds'),
    initiatedBy: initiator(event.initiatedBy, 'initiatedBy'),
    sourceSystem: system(event.sourceSystem, 'sourceSystem'),
    targetSystem: system(event.targetSystem, 'targetSystem'),
    sourceIdentity: identity(event.sourceIdentity, 'sourceIdentity'),
    targetIdentity: identity(event.targetIdentity, 'targetIdentity'),
    statusInfo: status(event.statusInfo, 'statusInfo'),
    provisioningSteps: collection(event.provisioningSteps, 'provisioningSteps', step),
    modifiedProperties: collection(event.modifiedProperties, 'modifiedProperties', modifiedProperty)
  }
}

const EVENT = new Set(
  (
    'id activityDateTime tenantId jobId cycleId changeId action durationInMilliseconds initiatedBy sourceSystem ' +
    'targetSystem sourceIdentity targetIdentity statusInfo provisioningSteps modifiedProperties'
  ).split(' ')
)
const INITIATOR = new Set(['id', 'displayName', 'initiatorType'])
const SYSTEM = new Set(['id', 'displayName', 'details'])
const IDENTITY = new Set(['id', 'displayName', 'identityType', 'details'])
const STATUS = new Set(['status'])
const DETAILED = new Set([...STATUS, 'errorCode', 'reason', 'additionalDetails', 'errorCategory', 'recommendedAction'])
const STEP = new Set(['name', 'status', 'description', 'provisioningStepType', 'details'])
const MODIFIED_PROPERTY = new Set(['displayName', 'oldValue', 'newValue'])

function initiator(value: unknown, path: string) {
  if (value === null || value === undefined) return null
  const members = membersOf(value, INITIATOR, 'microsoft.graph.initiator', path)
  return {
    '@odata.type': 'microsoft.graph.initiator',
    id: text(members, 'id', path),
    displayName: text(members, 'displayName', path),
    initiatorType: text(members, 'initiatorType', path)
  }
}

function system(value: unknown, path: string) {
  if (value === null || value === undefined) return null
  const members = membersOf(value, SYSTEM, 'microsoft.graph.provisioningSystemDetails', path)
  return {
    '@odata.type': 'microsoft.graph.provisioningSystemDetails',
    id: text(members, 'id', path),
    displayName: text(members, 'displayName', path),
    details: details(members.details, path)
  }
}

function identity(value: unknown, path: string) {
  if (value === null || value === undefined) return null
  const members = membersOf(value, IDENTITY, 'microsoft.graph.provisionedIdentity', path)
  return {
    '@odata.type': 'microsoft.graph.provisionedIdentity',
    id: text(members, 'id', path),
    displayName: text(members, 'displayName', path),
    identityType: text(members, 'identityType', path),
    details: details(members.details, path)
  }
}

function status(value: unknown, path: string) {
  if (value === null || value === undefined) return null
  const type = object(value, path)['@odata.type']
  if (type !== 'microsoft.graph.statusDetails' && type !== '#microsoft.graph.statusDetails') {
    const members = membersOf(value, STATUS, 'microsoft.graph.statusBase', path)
    return { '@odata.type': 'microsoft.graph.statusBase', status: text(members, 'status', path) }
  }
  const members = membersOf(value, DETAILED, 'microsoft.graph.statusDetails', path)
  return {
    '@odata.type': '#microsoft.graph.statusDetails',
    status: text(members, 'status', path),
    errorCode: text(members, 'errorCode', path),
    reason: text(members, 'reason', path),
    additionalDetails: text(members, 'additionalDetails', path),
    errorCategory: text(members, 'errorCategory', path),
    recommendedAction: text(members, 'recommendedAction', path)
  }
}

function step(value: unknown, path: string) {
  const members = membersOf(value, STEP, 'microsoft.graph.provisioningStep', path)
  return {
    '@odata.type': 'microsoft.graph.provisioningStep',
    name: text(members, 'name', path),
    status: text(members, 'status', path),
    description: text(members, 'description', path),
    provisioningStepType: text(members, 'provisioningStepType', path),
    details: details(members.details, path)
  }
}

function modifiedProperty(value: unknown, path: string) {
  const members = membersOf(value, MODIFIED_PROPERTY, 'microsoft.graph.modifiedProperty', path)
  return {
    '@odata.type': 'microsoft.graph.modifiedProperty',
    displayName: text(members, 'displayName', path),
    oldValue: text(members, 'oldValue', path),
    newValue: text(members, 'newValue', path)
  }
}
