/** The events that the tests of query options look at. */
import { query, sharedService, valuesOf, type Json } from '../../support/service.ts'

const events: Json[] = [
  {
    id: 'e1',
    activityDateTime: '2024-05-01T10:00:00Z',
    jobId: 'scim.1',
    action: 'Create',
    durationInMilliseconds: 100,
    statusInfo: { status: 'success' },
    targetSystem: { displayName: 'Größe', details: { ApplicationId: 'app-1', nested: { level: 3 }, active: true } },
    provisioningSteps: [
      { name: 'EntryImport', status: 'success', details: { objectId: 'o1' } },
      { name: 'EntryExportAdd', status: 'success', description: 'Ann was created in "Contoso"' }
    ],
    modifiedProperties: [
      { displayName: 'userName', oldValue: null, newValue: 'ann@example.com' },
      { displayName: 'active', oldValue: 'False', newValue: 'True' }
    ]
  },
  {
    id: 'e2',
    activityDateTime: '2024-05-01T11:00:00Z',
    jobId: 'scim.1',
    action: 'Create',
    durationInMilliseconds: 300,
    statusInfo: {
      '@odata.type': '#microsoft.graph.statusDetails',
      status: 'failure',
      errorCode: 'Conflict',
      reason: 'The user exists already.'
    },
    targetSystem: { details: { ApplicationId: 'app-2', count: 7 } },
    provisioningSteps: [
      { name: 'EntryImport', status: 'success' },
      { name: 'EntryExportAdd', status: 'failure' }
    ],
    modifiedProperties: [{ displayName: 'userName', newValue: 'ben@example.com' }]
  },
  {
    id: 'e3',
    activityDateTime: '2024-05-02T12:00:00Z',
    jobId: 'scim.2',
    action: 'Update',
    statusInfo: { status: 'failure' },
    targetSystem: {}
  },
  {
    id: 'e4',
    activityDateTime: '2024-05-02T13:30:00.5+02:00',
    jobId: 'scim.2',
    action: null,
    durationInMilliseconds: 200
  }
]

/** Starts a service that has the events, and gives functions that ask it. */
export function startWithEvents() {
  const service = sharedService()
  const path = '/auditLogs/provisioning'

  beforeAll(async () => {
    for (const event of events) expect((await service.post(path, event)).status).toBe(201)
  })

  async function ids(options: Record<string, string>) {
    const answer = await service.get(query(path, options))
    expect([answer.status, answer.text]).toEqual([200, expect.any(String)])
    return valuesOf(answer).map(({ id }) => id)
  }

  async function rows(options: Record<string, string>) {
    const answer = await service.get(query(path, options))
    expect([answer.status, answer.text]).toEqual([200, expect.any(String)])
    return valuesOf(answer)
  }

  return { service, path, ids, rows }
}
