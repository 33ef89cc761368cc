/** The five steps of a change. Names without an example in the Graph documentation follow the pattern of those with one. */
import { detailsOf, type Action, type Change } from './attributes.ts'
import type { Job } from './jobs.ts'
import type { Person } from './people.ts'

export type Status = 'success' | 'failure' | 'skipped' | 'warning'

/** A change to a person's object in a target system. */
export interface Course {
  job: Job
  action: Action
  person: Person
  /** The id of the object in the target system. */
  targetId: string
  changes: Change[]
  status: Status
  /** The step that fails, if one does. */
  failing: 'matching' | 'export' | undefined
}

const VERBS: Record<Action, [suffix: string, done: string, verb: string]> = {
  Create: ['Add', 'created', 'create'],
  Update: ['Update', 'updated', 'update'],
  Disable: ['Update', 'disabled', 'disable'],
  Delete: ['Delete', 'deleted', 'delete'],
  Other: ['Update', 'updated', 'update']
}

/** Generates the steps of an event. */
export function stepsOf(course: Course): object[] {
  const { status, failing } = course
  const isUnmatched = failing === 'matching'
  return [
    { ...imported(course), status: 'success', provisioningStepType: 'import' },
    { ...scoped(course), status: 'success', provisioningStepType: 'scoping' },
    { ...matched(course), status: isUnmatched ? 'failure' : 'success', provisioningStepType: 'matching' },
    { ...processed(course), status: isUnmatched ? 'skipped' : 'success', provisioningStepType: 'processing' },
    { ...exported(course), status: isUnmatched ? 'skipped' : status, provisioningStepType: 'export' }
  ]
}

function imported({ job, action, person }: Course) {
  const [suffix] = VERBS[action]
  return {
    name: `EntryImport${suffix}`,
    description: `Received User '${person.principalName}' change of type (${suffix}) from ${job.source.displayName}`,
    details: {
      objectId: person.id,
      accountEnabled: action === 'Disable' || action === 'Delete' ? 'False' : 'True',
      displayName: person.displayName,
      mailNickname: person.nickname,
      userPrincipalName: person.principalName,
      IsSoftDeleted: action === 'Delete' ? 'True' : 'False',
      department: person.department,
      appRoleAssignments: 'User'
    }
  }
}

function scoped({ person }: Course) {
  return {
    name: 'EntrySynchronizationScoping',
    description: 'Determine if User in scope by evaluating against each scoping filter',
    details: {
      'Active in the source system': 'True',
      'Assigned to the application': 'True',
      'User has the required role': 'True',
      'Scoping filter evaluation passed': 'True',
      ScopeEvaluationResult: `{"${person.department} filter.department EQUALS '${person.department}'":true}`
    }
  }
}

function matched({ job, action, person, targetId, failing }: Course) {
  const { principalName, displayName, nickname } = person
  const [source, target] = [job.source.displayName, job.target.displayName]
  if (failing === 'matching')
    return {
      name: 'EntryImport',
      description: `Found more than one User that matches '${principalName}' in ${target}`,
      details: {}
    }
  if (action === 'Create')
    return {
      name: 'EntrySynchronizationAdd',
      description:
        `User '${principalName}' will be created in ${target} ` +
        `(User is active and assigned in ${source}, but no matching User was found in ${target})`,
      details: {}
    }
  return {
    name: 'EntryImport',
    description: `Retrieved User '${principalName}' from ${target}`,
    details: { active: 'True', displayName, externalId: nickname, id: targetId, userName: principalName }
  }
}

function processed({ job, action, person, changes }: Course) {
  return {
    name: `EntrySynchronization${VERBS[action][0]}`,
    description: `${changes.length} attributes of User '${person.principalName}' are to be written to ${job.target.displayName}`,
    details: { ReportableIdentifier: person.principalName }
  }
}

function exported({ job, action, person, changes, status, failing }: Course) {
  const [suffix, done, verb] = VERBS[action]
  const { principalName } = person
  if (status === 'skipped')
    return {
      name: 'EntrySynchronizationSkip',
      description:
        'The state of the entry in both the source and target systems already match. ' +
        `No change to the User '${principalName}' currently needs to be made.`,
      details: { SkipReason: 'RedundantExport', ReportableIdentifier: principalName }
    }
  const where = `in ${job.target.displayName}`
  const user = `User '${principalName}'`
  const outcomes = { matching: `${user} was not ${done} ${where}`, export: `Failed to ${verb} ${user} ${where}` }
  return {
    name: `EntryExport${suffix}`,
    description: failing ? outcomes[failing] : `${user} was ${done} ${where}`,
    details: { ReportableIdentifier: principalName, ...detailsOf(changes) }
  }
}
