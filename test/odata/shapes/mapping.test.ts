/** The same event at every root: see docs/v1.0.md, whose table this follows. */
import { errorOf, sharedService, valuesOf, type Json } from '../../support/service.ts'

const service = sharedService()
const at = '2024-05-01T12:00:00Z'
let count = 0

/** A value without its control information. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain)
  if (typeof value !== 'object' || value === null) return value
  const members = Object.entries(value).filter(([name]) => !name.includes('@'))
  return Object.fromEntries(members.map(([name, member]) => [name, plain(member)]))
}

/** Posts an event to a root, and reads it from each. */
async function seen(root: string, event: Json) {
  const id = (event.id as string | undefined) ?? `e${++count}`
  const posted = await service.post(`${root}/auditLogs/provisioning`, { activityDateTime: at, ...event, id })
  expect([posted.status, posted.text]).toEqual([201, expect.any(String)])
  const read = async (other: string) => {
    const answer = await service.get(`${other}/auditLogs/provisioning('${id}')`)
    expect(answer.status).toBe(200)
    // a page shows it as it is shown by itself
    const page = await service.get(`${other}/auditLogs/provisioning?$filter=id eq '${id}'`)
    expect(valuesOf(page)).toEqual([{ ...answer.body, '@odata.context': undefined }])
    return answer
  }
  const [plainRoot, beta, today] = [await read(''), await read('/beta'), await read('/v1.0')]
  const shownAt: Record<string, string> = { '': plainRoot.text, '/beta': beta.text, '/v1.0': today.text }
  expect(posted.text).toBe(shownAt[root])
  expect({ ...beta.body, '@odata.context': '' }).toEqual({ ...plainRoot.body, '@odata.context': '' })
  return { classic: plain(plainRoot.body) as Json, today: plain(today.body) as Json, posted }
}

const noError = { reason: null, additionalDetails: null, errorCategory: null, recommendedAction: null }
const system = (details: Json | null) => ({ id: null, displayName: null, details })
const app = { ServicePrincipalId: 'sp', ServicePrincipalDisplayName: 'App' }
const step = { name: 'n', description: 'd', details: { a: 1 } }

/** What is the same at both, whichever it was posted to. */
const SAME: [what: string, classic: Json, today: Json][] = [
  ['an action', { action: 'create' }, { provisioningAction: 'create' }],
  ['no action', { action: null }, { provisioningAction: null }],
  [
    'a result',
    { statusInfo: { status: 'success' } },
    { provisioningStatusInfo: { status: 'success', errorInformation: null } }
  ],
  ['no result', { statusInfo: null }, { provisioningStatusInfo: null }],
  [
    'an empty result',
    { statusInfo: { status: null } },
    { provisioningStatusInfo: { status: null, errorInformation: null } }
  ],
  [
    'an error',
    { statusInfo: { '@odata.type': '#microsoft.graph.statusDetails', status: 'failure', errorCode: 'c', ...noError } },
    { provisioningStatusInfo: { status: 'failure', errorInformation: { errorCode: 'c', ...noError } } }
  ],
  [
    'all of an error',
    {
      statusInfo: {
        '@odata.type': '#microsoft.graph.statusDetails',
        status: 'failure',
        errorCode: 'c',
        reason: 'r',
        additionalDetails: 'a',
        errorCategory: 'nonServiceFailure',
        recommendedAction: 'x'
      }
    },
    {
      provisioningStatusInfo: {
        status: 'failure',
        errorInformation: {
          errorCode: 'c',
          reason: 'r',
          additionalDetails: 'a',
          errorCategory: 'nonServiceFailure',
          recommendedAction: 'x'
        }
      }
    }
  ],
  [
    'an error of which nothing is known',
    { statusInfo: { '@odata.type': '#microsoft.graph.statusDetails', status: null, errorCode: null, ...noError } },
    { provisioningStatusInfo: { status: null, errorInformation: { errorCode: null, ...noError } } }
  ],
  [
    'an initiator',
    { initiatedBy: { id: 'i', displayName: 'd', initiatorType: 'application' } },
    { initiatedBy: { id: 'i', displayName: 'd', initiatorType: 'application' } }
  ],
  [
    'an empty initiator',
    { initiatedBy: { id: null, displayName: null, initiatorType: null } },
    { initiatedBy: { id: null, displayName: null, initiatorType: null } }
  ],
  [
    'systems',
    {
      sourceSystem: { id: 's', displayName: 'S', details: null },
      targetSystem: { id: 't', displayName: 'T', details: {} }
    },
    {
      sourceSystem: { id: 's', displayName: 'S', details: null },
      targetSystem: { id: 't', displayName: 'T', details: {} }
    }
  ],
  [
    'identities',
    {
      sourceIdentity: { id: 's', displayName: 'S', identityType: 'User', details: { 'odd name': [1, null] } },
      targetIdentity: { id: '', displayName: '', identityType: 'Group', details: {} }
    },
    {
      sourceIdentity: { id: 's', displayName: 'S', identityType: 'User', details: { 'odd name': [1, null] } },
      targetIdentity: { id: '', displayName: '', identityType: 'Group', details: {} }
    }
  ],
  [
    'steps',
    { provisioningSteps: [{ ...step, status: 'skipped', provisioningStepType: 'referenceResolution' }] },
    { provisioningSteps: [{ ...step, status: 'skipped', provisioningStepType: 'referenceResolution' }] }
  ],
  [
    'changes',
    { modifiedProperties: [{ displayName: 'd', oldValue: null, newValue: 'n' }] },
    { modifiedProperties: [{ displayName: 'd', oldValue: null, newValue: 'n' }] }
  ],
  [
    'ids and a duration',
    { tenantId: 't', jobId: 'j', cycleId: 'c', changeId: 'h', durationInMilliseconds: 5 },
    { tenantId: 't', jobId: 'j', cycleId: 'c', changeId: 'h', durationInMilliseconds: 5 }
  ],
  [
    'the service principal of the target',
    { targetSystem: system({ ...app, n: 1 }), sourceSystem: system({ ServicePrincipalId: 'other' }) },
    {
      servicePrincipal: { id: 'sp', displayName: 'App' },
      targetSystem: system({ ...app, n: 1 }),
      sourceSystem: system({ ServicePrincipalId: 'other' })
    }
  ],
  [
    'the service principal of the source',
    { targetSystem: system({ ApplicationId: 'a' }), sourceSystem: system(app) },
    {
      servicePrincipal: { id: 'sp', displayName: 'App' },
      targetSystem: system({ ApplicationId: 'a' }),
      sourceSystem: system(app)
    }
  ],
  [
    'half of a service principal, not completed from the other system',
    {
      targetSystem: system({ ServicePrincipalDisplayName: 'Half' }),
      sourceSystem: system({ ServicePrincipalId: 'other' })
    },
    {
      servicePrincipal: { id: null, displayName: 'Half' },
      targetSystem: system({ ServicePrincipalDisplayName: 'Half' }),
      sourceSystem: system({ ServicePrincipalId: 'other' })
    }
  ],
  [
    'details that name no service principal',
    { targetSystem: system({ ServicePrincipalId: 7, ServicePrincipalDisplayName: null }), sourceSystem: system({}) },
    {
      servicePrincipal: null,
      targetSystem: system({ ServicePrincipalId: 7, ServicePrincipalDisplayName: null }),
      sourceSystem: system({})
    }
  ]
]

describe('An event', () => {
  it.each(SAME)('that was posted to / is read at /v1.0: %s', async (_, classic, today) => {
    const { classic: there, today: here } = await seen('', classic)
    expect(there).toMatchObject(plain(classic) as Json)
    expect(here).toMatchObject(today)
  })

  it.each(SAME)('that was posted to /beta is read at /v1.0: %s', async (_, classic, today) => {
    expect((await seen('/beta', classic)).today).toMatchObject(today)
  })

  it.each(SAME)('that was posted to /v1.0 is read at the others: %s', async (_, classic, today) => {
    const { classic: there, today: here } = await seen('/v1.0', today)
    expect(here).toMatchObject(today)
    expect(there).toMatchObject(plain(classic) as Json)
  })

  it.each(SAME)('goes from root to root without change: %s', async (_, __, today) => {
    const first = await seen('/v1.0', today)
    const { id: _id, statusInfo, ...others } = first.classic
    const isError = Object.keys(statusInfo ?? {}).length > 1
    const named = { ...(isError && { '@odata.type': '#microsoft.graph.statusDetails' }), ...(statusInfo as Json) }
    const second = await seen('', { ...others, statusInfo: statusInfo && named })
    expect({ ...second.today, id: '' }).toEqual({ ...first.today, id: '' })
    expect({ ...second.classic, id: '' }).toEqual({ ...first.classic, id: '' })
  })

  it('has exactly the properties of its shape', async () => {
    const { classic, today } = await seen('/v1.0', {})
    expect(today).toEqual({
      id: today.id,
      activityDateTime: at,
      tenantId: null,
      jobId: null,
      cycleId: null,
      changeId: null,
      provisioningAction: null,
      durationInMilliseconds: null,
      initiatedBy: null,
      provisioningStatusInfo: null,
      servicePrincipal: null,
      sourceSystem: null,
      targetSystem: null,
      sourceIdentity: null,
      targetIdentity: null,
      provisioningSteps: [],
      modifiedProperties: []
    })
    expect(Object.keys(classic)).not.toEqual(expect.arrayContaining(['servicePrincipal', 'provisioningAction']))
  })

  it('keeps its instant to 100 ns, in UTC at /v1.0, and the digits of numbers', async () => {
    const body = `{"id":"exact","activityDateTime":"2017-01-01T00:02:10.8639373+03:00",
      "targetSystem":{"details":{"large":12345678901234567890,"exact":1.50}}}`
    const posted = await service.post('/v1.0/auditLogs/provisioning', body)
    for (const text of [posted.text, (await service.get("/v1.0/auditLogs/provisioning('exact')")).text]) {
      expect(text).toContain('"activityDateTime":"2016-12-31T21:02:10.8639373Z"')
      expect(text).toContain('"large":12345678901234567890,"exact":1.50')
    }
    const { text } = await service.get("/auditLogs/provisioning('exact')")
    expect(text).toContain('"activityDateTime":"2017-01-01T00:02:10.8639373+03:00"')
  })
})

describe('A record of Graph', () => {
  // as its documentation has it, with the names of $metadata where the documentation has others
  const record = {
    id: '75b5b0ae-9fc5-8d0e-e0a9-7y6a4728de56',
    activityDateTime: '2019-05-04T03:00:54Z',
    tenantId: '74beb175-3b80-7b63-b9d5-6f0b76082b16',
    jobId: 'aws.74beb1753b704b63b8d56f0b76082b16.10a7a801-7101-4c69-ae00-ce9f75f8460a',
    cycleId: 'b6502552-018d-79bd-8869-j47194dc65c1',
    changeId: 'b6502552-018d-89bd-9969-b49194dc65c1',
    provisioningAction: 'create',
    durationInMilliseconds: 3236,
    provisioningStatusInfo: { status: 'success', errorInformation: null },
    provisioningSteps: [
      {
        name: 'EntryImport',
        provisioningStepType: 'import',
        status: 'success',
        description: "Retrieved RolesCompound '10a7a801-7101-4c69-ae00-ce9f75f8460a' from Contoso",
        details: {}
      },
      {
        name: 'EntryExportUpdate',
        provisioningStepType: 'export',
        status: 'success',
        description: "RolesCompound '60a7a801-7101-4c69-ae00-ce9f75f8460a' was updated in Azure Active Directory",
        details: { ReportableIdentifier: '60a7a801-7101-4c69-ae00-ce9f75f8460a' }
      }
    ],
    modifiedProperties: [{ displayName: 'appId', oldValue: null, newValue: '60a7a801-7101-4c69-ae00-ce9f75f8460a' }],
    servicePrincipal: { id: '6cc35b93-185a-4485-a519-50c09549g3ad', displayName: 'Contoso' },
    sourceSystem: { id: 'd1e090e1-f2f4-4678-be44-6442ffff0621', displayName: 'Contoso', details: {} },
    targetSystem: {
      id: 'e69d4bd2-2da2-483e-bc49-aad4080b91b3',
      displayName: 'Azure Active Directory',
      details: {
        ApplicationId: 'bcf4d658-ac9f-408d-bf04-e86dc10328fb',
        ServicePrincipalId: '6cc35b93-185a-4485-a519-50c09549g3ad',
        ServicePrincipalDisplayName: 'Contoso'
      }
    },
    initiatedBy: { initiatorType: 'system', id: '', displayName: 'Azure AD Provisioning Service' },
    sourceIdentity: {
      identityType: 'RolesCompound',
      id: '60a7a801-7101-4c69-ae00-ce9f75f8460a',
      displayName: '',
      details: {}
    },
    targetIdentity: {
      identityType: 'ServicePrincipal',
      id: '6nn35b93-185a-4485-a519-50c09549f3ad',
      displayName: '',
      details: {}
    }
  }

  it('comes back as it was posted', async () => {
    const { today, classic } = await seen('/v1.0', record)
    expect(today).toEqual(record)
    expect(classic).toMatchObject({ action: 'create', statusInfo: { status: 'success' }, jobId: record.jobId })
  })

  it('may name its types, as generated clients do', async () => {
    const typed = {
      '@odata.type': '#microsoft.graph.provisioningObjectSummary',
      activityDateTime: at,
      initiatedBy: { '@odata.type': '#microsoft.graph.initiator', displayName: 'x' },
      provisioningStatusInfo: {
        '@odata.type': 'microsoft.graph.provisioningStatusInfo',
        errorInformation: { '@odata.type': '#microsoft.graph.provisioningErrorInfo', errorCode: 'c' }
      },
      'provisioningAction@odata.type': '#microsoft.graph.provisioningAction',
      provisioningAction: 'update'
    }
    expect((await seen('/v1.0', typed)).today).toMatchObject(plain(typed) as Json)
  })
})

/** What is stored at / as a text that no enumeration of /v1.0 has, or has in another case. */
const TEXTS: [classic: Json, today: Json][] = [
  [{ action: 'Create' }, { provisioningAction: 'create' }],
  [{ action: 'STAGEDdelete' }, { provisioningAction: 'stagedDelete' }],
  [{ action: 'EntryExportUpdate' }, { provisioningAction: 'unknownFutureValue' }],
  [{ action: '' }, { provisioningAction: 'unknownFutureValue' }],
  [{ action: 'unknownFutureValue' }, { provisioningAction: 'unknownFutureValue' }],
  // a Kelvin sign, which Unicode takes for a k
  [{ statusInfo: { status: 's\u212aipped' } }, { provisioningStatusInfo: { status: 'unknownFutureValue' } }],
  [{ statusInfo: { status: 'Success' } }, { provisioningStatusInfo: { status: 'success' } }],
  [
    { statusInfo: { '@odata.type': '#microsoft.graph.statusDetails', errorCategory: 'NonServiceFailure' } },
    { provisioningStatusInfo: { status: null, errorInformation: { errorCategory: 'nonServiceFailure' } } }
  ],
  [{ initiatedBy: { initiatorType: 'app' } }, { initiatedBy: { initiatorType: 'unknownFutureValue' } }],
  [
    { provisioningSteps: [{ status: 'String', provisioningStepType: 'Import' }, { status: null }] },
    { provisioningSteps: [{ status: 'unknownFutureValue', provisioningStepType: 'import' }, { status: null }] }
  ]
]

describe('A text at /', () => {
  it.each(TEXTS)('is a member of an enumeration at /v1.0: %j', async (classic, today) => {
    const { classic: there, today: here } = await seen('', classic)
    expect(here).toMatchObject(today)
    expect(there).toMatchObject(plain(classic) as Json)
  })
})

describe('A member of an enumeration', () => {
  it('is taken in any case, and kept as it is spelled', async () => {
    const provisioningSteps = [{ provisioningStepType: 'Import' }] // as the documentation of Graph has it
    const { classic, today } = await seen('/v1.0', { provisioningAction: 'StagedDelete', provisioningSteps })
    expect(today).toMatchObject({
      provisioningAction: 'stagedDelete',
      provisioningSteps: [{ provisioningStepType: 'import' }]
    })
    expect(classic).toMatchObject({ action: 'stagedDelete', provisioningSteps: [{ provisioningStepType: 'import' }] })
  })

  it('may be sent by its value, as a text (OData JSON 4.01, 7.1)', async () => {
    const event = { provisioningAction: '5', provisioningSteps: [{ provisioningStepType: '0', status: '1' }] }
    const { classic, today } = await seen('/v1.0', event)
    const provisioningSteps = [{ provisioningStepType: 'import', status: 'failure' }]
    expect(today).toMatchObject({ provisioningAction: 'stagedDelete', provisioningSteps })
    expect(classic).toMatchObject({ action: 'stagedDelete', provisioningSteps })
  })

  it('may be the one for unknown values', async () => {
    const { classic, today } = await seen('/v1.0', { provisioningAction: 'unknownFutureValue' })
    expect([classic.action, today.provisioningAction]).toEqual(['unknownFutureValue', 'unknownFutureValue'])
  })
})

/** The service principal goes into the details of the system that is the application. */
const PRINCIPALS: [what: string, today: Json, systems: Json][] = [
  [
    'where no system has details',
    { servicePrincipal: { id: 'sp', displayName: 'App' } },
    { targetSystem: system(app), sourceSystem: null }
  ],
  [
    'where the target has others',
    {
      servicePrincipal: { id: 'sp' },
      targetSystem: { displayName: 'T', details: { n: 1 } },
      sourceSystem: { details: {} }
    },
    {
      targetSystem: { id: null, displayName: 'T', details: { n: 1, ServicePrincipalId: 'sp' } },
      sourceSystem: system({})
    }
  ],
  [
    'where the source has a part of it',
    { servicePrincipal: { id: 'sp', displayName: 'App' }, sourceSystem: { details: { ServicePrincipalId: 'sp' } } },
    { targetSystem: null, sourceSystem: system(app) }
  ],
  [
    'where the details name more than it does',
    { servicePrincipal: { displayName: 'App' }, targetSystem: { details: app } },
    { targetSystem: system(app), sourceSystem: null }
  ],
  ['where it is empty', { servicePrincipal: {} }, { targetSystem: null, sourceSystem: null }]
]

describe('The service principal', () => {
  it.each(PRINCIPALS)('is in the details of a system: %s', async (_, today, systems) => {
    const { classic, today: here } = await seen('/v1.0', today)
    expect(classic).toMatchObject(systems)
    expect(here).toMatchObject(systems)
  })

  it.each([
    [{ id: 'other' }, 'id'],
    [{ id: 'sp', displayName: 'Other' }, 'displayName']
  ])('is refused if the details name another one: %j', async (servicePrincipal, member) => {
    const event = { activityDateTime: at, servicePrincipal, targetSystem: { details: app } }
    const answer = await service.post('/v1.0/auditLogs/provisioning', event)
    const name = member === 'id' ? 'ServicePrincipalId' : 'ServicePrincipalDisplayName'
    expect(answer.status).toBe(400)
    expect(errorOf(answer)).toMatchObject({
      code: 'invalidValue',
      message: `Property 'servicePrincipal/${member}' must be the same as 'targetSystem/details/${name}'.`,
      target: `servicePrincipal/${member}`
    })
  })

  it('is refused where the details have something else in its place', async () => {
    const targetSystem = { details: { ServicePrincipalId: 7 } }
    const event = { activityDateTime: at, servicePrincipal: { id: '7' }, targetSystem }
    const answer = await service.post('/v1.0/auditLogs/provisioning', event)
    expect([answer.status, errorOf(answer).target]).toEqual([400, 'servicePrincipal/id'])
  })
})

describe('What /v1.0 does not take', () => {
  it.each<[Json, string, string]>([
    [{ provisioningAction: 'bogus' }, 'invalidValue', 'provisioningAction'],
    [{ provisioningAction: 1 }, 'invalidType', 'provisioningAction'],
    [{ provisioningAction: '7' }, 'invalidValue', 'provisioningAction'],
    [{ provisioningAction: '-1' }, 'invalidValue', 'provisioningAction'],
    [{ provisioningStatusInfo: { status: 'ok' } }, 'invalidValue', 'provisioningStatusInfo/status'],
    [
      { provisioningStatusInfo: { errorInformation: { errorCategory: 'x' } } },
      'invalidValue',
      'provisioningStatusInfo/errorInformation/errorCategory'
    ],
    [{ provisioningSteps: [{ status: 'ok' }] }, 'invalidValue', 'provisioningSteps/0/status'],
    [{ action: 'create' }, 'unknownProperty', 'action'],
    [{ statusInfo: {} }, 'unknownProperty', 'statusInfo'],
    [{ initiatedBy: { more: 1 } }, 'unknownProperty', 'initiatedBy/more'],
    [{ servicePrincipal: { appId: 'a' } }, 'unknownProperty', 'servicePrincipal/appId'],
    [{ servicePrincipal: [] }, 'invalidType', 'servicePrincipal'],
    [{ provisioningStatusInfo: { presence: 1 } }, 'unknownProperty', 'provisioningStatusInfo/presence'],
    [
      { targetSystem: { '@odata.type': '#microsoft.graph.provisioningSystemDetails' } },
      'invalidType',
      'targetSystem/@odata.type'
    ],
    [{ activityDateTime: undefined }, 'missingProperty', 'activityDateTime']
  ])('%j', async (event, code, target) => {
    const answer = await service.post('/v1.0/auditLogs/provisioning', { activityDateTime: at, ...event })
    expect(answer.status).toBe(400)
    expect(errorOf(answer)).toMatchObject({ code, target })
  })

  it('says which members there are', async () => {
    const event = { activityDateTime: at, provisioningStatusInfo: { status: 'ok' } }
    expect(errorOf(await service.post('/v1.0/auditLogs/provisioning', event)).message).toBe(
      "Property 'provisioningStatusInfo/status' must be one of success, failure, skipped, warning, unknownFutureValue."
    )
  })
})
