/** The events that the tests of the page look at: a few people, with what happened to them in a week of May 2024. */

/** The view of that week. */
export const WEEK = 'from=2024-05-06T00:00:00.000Z&to=2024-05-13T00:00:00.000Z'

export const directory = 'Microsoft Entra ID'
export const job = 'scim.f8cdef31a31e4b4a93e45f571e91255a.7e01ddb9-8453-4544-96d3-29e985f43d58'
const otherJob = 'workday.f8cdef31a31e4b4a93e45f571e91255a.cdaf41f8-61f5-4466-80d6-3d57aa8e6b50'

interface Told {
  id: string
  at: string
  who: string
  action?: string
  status?: string
  errorCode?: string
  isInbound?: boolean
  cycle?: string
}

/** An event as a provisioning engine posts it. */
export function event({
  id,
  at,
  who,
  action = 'Update',
  status = 'success',
  errorCode,
  isInbound,
  cycle = 'cycle-1'
}: Told) {
  const [entra, app] = [
    { id: 'entra', displayName: directory, details: {} },
    isInbound
      ? { id: 'workday', displayName: 'Workday', details: {} }
      : { id: 'slack', displayName: 'Slack', details: { ApplicationId: 'app-1', ServicePrincipalId: 'principal-1' } }
  ]
  const name = who.toLowerCase().replaceAll(' ', '.')
  const failed = status === 'failure'
  return {
    id,
    activityDateTime: at,
    tenantId: 'contoso',
    jobId: isInbound ? otherJob : job,
    cycleId: cycle,
    changeId: `change-of-${id}`,
    action,
    durationInMilliseconds: 640,
    initiatedBy: { id: '', displayName: 'Azure AD Provisioning Service', initiatorType: 'system' },
    sourceSystem: isInbound ? app : entra,
    targetSystem: isInbound ? entra : app,
    sourceIdentity: {
      id: `source-${name}`,
      displayName: who,
      identityType: 'User',
      details: { UserPrincipalName: `${name}@contoso.com` }
    },
    targetIdentity: { id: failed ? '' : `target-${name}`, displayName: '', identityType: 'User', details: {} },
    statusInfo: failed
      ? {
          '@odata.type': '#microsoft.graph.statusDetails',
          status,
          errorCode,
          reason: `StatusCode: ${errorCode}\r\nMessage: The request failed.\r\nWeb Response: \r\n{"detail":"A user with this name exists.","status":409}.`,
          errorCategory: 'nonServiceFailure',
          recommendedAction: null,
          additionalDetails: null
        }
      : { status },
    provisioningSteps: [
      {
        name: 'EntryImportUpdate',
        provisioningStepType: 'import',
        status: 'success',
        description: `Received User '${name}@contoso.com' change of type (Update) from ${directory}`,
        details: { objectId: `source-${name}`, accountEnabled: 'True' }
      },
      {
        name: 'EntryExportUpdate',
        provisioningStepType: 'export',
        status,
        description: failed
          ? `Failed to update User '${name}@contoso.com' in Slack`
          : `User '${name}@contoso.com' was updated in Slack`,
        details: { ReportableIdentifier: `${name}@contoso.com` }
      }
    ],
    modifiedProperties: [
      { displayName: 'title', oldValue: 'Senior Engineer', newValue: 'Principal Engineer' },
      { displayName: 'department', oldValue: null, newValue: 'Research' },
      { displayName: 'userName', oldValue: `${name}@contoso.com`, newValue: `${name}@contoso.com` }
    ]
  }
}

export const events = [
  event({ id: 'e01', at: '2024-05-06T08:00:00Z', who: 'Anna Müller', action: 'Create' }),
  event({ id: 'e02', at: '2024-05-06T09:00:00Z', who: 'Anna Müller' }),
  event({
    id: 'e03',
    at: '2024-05-07T08:00:00Z',
    who: 'Bob Stone',
    action: 'Create',
    status: 'failure',
    errorCode: 'Conflict'
  }),
  event({
    id: 'e04',
    at: '2024-05-07T09:00:00Z',
    who: 'Bob Stone',
    action: 'Create',
    status: 'failure',
    errorCode: 'Conflict',
    cycle: 'cycle-2'
  }),
  event({
    id: 'e05',
    at: '2024-05-08T08:00:00Z',
    who: 'Chen Wei',
    action: 'Disable',
    isInbound: true,
    cycle: 'cycle-3'
  }),
  event({
    id: 'e06',
    at: '2024-05-08T08:30:00Z',
    who: 'Chen Wei',
    status: 'skipped',
    action: 'Other',
    cycle: 'cycle-2'
  }),
  event({
    id: 'e07',
    at: '2024-05-09T08:00:00Z',
    who: 'Dora Nagy',
    status: 'warning',
    isInbound: true,
    cycle: 'cycle-3'
  }),
  event({
    id: 'e08',
    at: '2024-05-10T12:00:00Z',
    who: 'Emil Novák',
    status: 'failure',
    errorCode: 'LicenseLimitExceeded',
    cycle: 'cycle-2'
  }),
  event({ id: 'e09', at: '2024-05-10T12:00:01Z', who: 'Anna Müller', action: 'Delete', cycle: 'cycle-2' }),
  event({ id: 'e10', at: '2024-05-12T23:30:00Z', who: "Fiona O'Neill", cycle: 'cycle-2' })
]

/** A batch that posts events. */
export const batchOf = (all: object[]) => ({
  requests: all.map((body, index) => ({
    id: String(index),
    method: 'POST',
    url: '/auditLogs/provisioning',
    headers: { 'content-type': 'application/json' },
    body
  }))
})
