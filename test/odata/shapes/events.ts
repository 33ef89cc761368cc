/** The events that the tests of /v1.0 look at. */
import { sharedService, valuesOf, type Answer, type Json } from '../../support/service.ts'

const app = (id: string, name: string) => ({ details: { ServicePrincipalId: id, ServicePrincipalDisplayName: name } })

/** Two from each root, one of them with texts that no enumeration has. */
const EVENTS: [root: string, event: Json][] = [
  [
    '',
    {
      id: 'a',
      activityDateTime: '2023-07-30T10:00:00Z',
      action: 'Create',
      durationInMilliseconds: 10,
      statusInfo: { status: 'Success' },
      targetSystem: app('4BA261CE-287A', 'Travel portal'),
      initiatedBy: { displayName: 'Azure AD Provisioning Service', initiatorType: 'system' },
      provisioningSteps: [
        { name: 'EntryImport', status: 'success', provisioningStepType: 'Import', details: { k: 'v' } }
      ]
    }
  ],
  [
    '',
    {
      id: 'b',
      activityDateTime: '2023-07-30T12:00:00.1234567+02:00',
      action: 'EntryExportUpdate',
      durationInMilliseconds: 20,
      statusInfo: { status: 'String' },
      sourceSystem: app('hr', 'HR feed')
    }
  ],
  [
    '/v1.0',
    {
      id: 'c',
      activityDateTime: '2023-07-30T14:00:00Z',
      provisioningAction: 'create',
      durationInMilliseconds: 30,
      provisioningStatusInfo: { status: 'failure', errorInformation: { errorCode: 'EntryConflict', reason: 'Taken.' } },
      servicePrincipal: { id: '4ba261ce-287a', displayName: 'Travel portal' },
      sourceIdentity: { displayName: 'Ann', identityType: 'User', details: { UserPrincipalName: 'ann@example.com' } },
      modifiedProperties: [{ displayName: 'userName', newValue: 'ann' }]
    }
  ],
  ['/beta', { id: 'd', activityDateTime: '2023-08-01T00:00:00Z', action: 'delete', durationInMilliseconds: 40 }]
]

/** Starts a service that has the events. */
export function startWithEvents() {
  const service = sharedService()

  beforeAll(async () => {
    for (const [root, event] of EVENTS)
      expect((await service.post(`${root}/auditLogs/provisioning`, event)).status).toBe(201)
  })

  return service
}

export const ids = (answer: Answer) => valuesOf(answer).map(({ id }) => id)
