/** The validation of posted events, as one writes it by hand: every member against its type. */
import { randomUUID } from 'node:crypto'
import { Refusal } from './http.ts'

/** An event with all members of its type, in the order of answers. Members that were not sent are null or empty. */
export interface Event {
  id: string
  activityDateTime: string
  jobId: string | null
  changeId: string | null
  initiatedBy: { displayName: string | null }
  targetIdentity: { displayName: string | null }
  statusInfo: { '@odata.type': string; status: string | null }
  modifiedProperties: { displayName: string | null }[]
}

/** Returns what is stored for a member. Throws if its value is invalid. */
type Reader = (value: unknown, name: string) => unknown

const INSTANT = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,12}))?(Z|[+-]\d\d:\d\d)$/

const details: Reader = (value, name) =>
  value === null || value === undefined
    ? null
    : { '@odata.type': 'microsoft.graph.detailsInfo', ...membersOf(value, name) }

const identity = { id: string, displayName: string, identityType: string, details }
const system = structure('microsoft.graph.provisioningSystemDetails', { id: string, displayName: string, details })
const provisionedIdentity = structure('microsoft.graph.provisionedIdentity', identity)
const statusBase = structure('microsoft.graph.statusBase', { status: string })
const statusDetails = structure('#microsoft.graph.statusDetails', {
  ...{ status: string, errorCode: string, reason: string, additionalDetails: string },
  ...{ errorCategory: string, recommendedAction: string }
})
const step = { name: string, status: string, description: string, provisioningStepType: string, details }
const change = { displayName: string, oldValue: string, newValue: string }

const event = structure('#microsoft.graph.provisioningObjectSummary', {
  id: key,
  activityDateTime: dateTime,
  ...{ tenantId: string, jobId: string, cycleId: string, changeId: string, action: string },
  durationInMilliseconds: int32,
  initiatedBy: structure('microsoft.graph.initiator', { id: string, displayName: string, initiatorType: string }),
  sourceSystem: system,
  targetSystem: system,
  sourceIdentity: provisionedIdentity,
  targetIdentity: provisionedIdentity,
  statusInfo: (value, name) =>
    /^#?microsoft\.graph\.statusDetails$/.test(String(membersOf(value, name)['@odata.type']))
      ? statusDetails(value, name)
      : statusBase(value, name),
  provisioningSteps: collection(structure('microsoft.graph.provisioningStep', step)),
  modifiedProperties: collection(structure('microsoft.graph.modifiedProperty', change))
})

/**
 * Reads an event. Unlike the service, it insists on the structures that every event of the dataset has.
 * @param value the JSON that was posted
 * @throws {Refusal} 400 for a member that is unknown, missing or of the wrong type
 */
export function readEvent(value: unknown): Event {
  return event(value, 'event') as Event
}

/**
 * Normalizes a date and time, so that texts compare as instants do.
 * @returns it in UTC with seven fractional digits; undefined if it is none
 */
export function instant(text: string): string | undefined {
  const [, seconds = '', fraction = '', zone = ''] = INSTANT.exec(text) ?? []
  const time = Date.parse(seconds + zone)
  if (Number.isNaN(time)) return undefined
  return `${new Date(time).toISOString().slice(0, 19)}.${fraction.slice(0, 7).padEnd(7, '0')}Z`
}

/** A structure with these members and no others; annotations are ignored. */
function structure(type: string, members: Record<string, Reader>): Reader {
  const readers = Object.entries(members)
  const plainType = type.replace('#', '')
  return (value, name) => {
    const sent = membersOf(value, name)
    for (const each in sent) if (!(each in members) && !each.includes('@')) throw invalid(each, 'is unknown')
    const sentType = sent['@odata.type'] as string | undefined
    if (sentType !== undefined && sentType.replace('#', '') !== plainType) throw invalid(name, `must be a ${plainType}`)
    const read: Record<string, unknown> = { '@odata.type': type }
    for (const [each, reader] of readers) read[each] = reader(sent[each], each)
    return read
  }
}

function collection(item: Reader): Reader {
  return (value, name) => {
    if (value === null || value === undefined) return []
    if (!Array.isArray(value)) throw invalid(name, 'must be a JSON array')
    return value.map((each) => item(each, name))
  }
}

function membersOf(value: unknown, name: string) {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>
  throw invalid(name, 'must be a JSON object')
}

function string(value: unknown, name: string): string | null {
  if (value === null || value === undefined) return null
  if (typeof value !== 'string') throw invalid(name, 'must be a string')
  if (value.includes('\0') || !value.isWellFormed()) throw invalid(name, 'has a character that cannot be stored')
  return value
}

function key(value: unknown, name: string): string {
  const id = string(value, name) ?? randomUUID()
  if (id === '' || id.length > 128) throw invalid(name, 'must have 1 to 128 characters')
  return id
}

function dateTime(value: unknown, name: string): string {
  if (typeof value === 'string' && instant(value)) return value
  throw invalid(name, 'must be a date and time')
}

function int32(value: unknown, name: string): number | null {
  if (value === null || value === undefined) return null
  if (typeof value !== 'number' || value !== (value | 0)) throw invalid(name, 'must be a 32-bit integer')
  return value
}

function invalid(name: string, what: string) {
  return new Refusal(400, 'invalidValue', `Property '${name}' ${what}.`)
}
