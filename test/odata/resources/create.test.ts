import { documentedExample, sharedService, type Json } from '../../support/service.ts'

const service = sharedService()
const at = '2024-05-01T12:00:00Z'
const UUID = /^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/

/** The documented response, with all properties: the document leaves out those that are null. */
const documentedResponse = {
  '@odata.type': '#microsoft.graph.provisioningObjectSummary',
  activityDateTime: '2017-01-01T00:02:10.8639373+03:00',
  tenantId: 'Tenant Id value',
  jobId: 'Job Id value',
  cycleId: 'Cycle Id value',
  changeId: 'Change Id value',
  action: 'Action value',
  durationInMilliseconds: 6,
  initiatedBy: {
    '@odata.type': 'microsoft.graph.initiator',
    id: 'Id value',
    displayName: 'Display Name value',
    initiatorType: 'String'
  },
  sourceSystem: {
    '@odata.type': 'microsoft.graph.provisioningSystemDetails',
    id: null,
    displayName: null,
    details: { '@odata.type': 'microsoft.graph.detailsInfo' }
  },
  targetSystem: {
    '@odata.type': 'microsoft.graph.provisioningSystemDetails',
    id: null,
    displayName: null,
    details: null
  },
  sourceIdentity: {
    '@odata.type': 'microsoft.graph.provisionedIdentity',
    id: null,
    displayName: null,
    identityType: 'Identity Type value',
    details: null
  },
  targetIdentity: {
    '@odata.type': 'microsoft.graph.provisionedIdentity',
    id: null,
    displayName: null,
    identityType: null,
    details: null
  },
  statusInfo: { '@odata.type': 'microsoft.graph.statusBase', status: 'String' },
  provisioningSteps: [
    {
      '@odata.type': 'microsoft.graph.provisioningStep',
      name: 'Name value',
      status: null,
      description: 'Description value',
      provisioningStepType: 'String',
      details: null
    }
  ],
  modifiedProperties: [
    {
      '@odata.type': 'microsoft.graph.modifiedProperty',
      displayName: null,
      oldValue: 'Old Value value',
      newValue: 'New Value value'
    }
  ]
}

describe.each([
  ['/auditLogs/provisioning', 'auditLogs/provisioning'],
  ['/auditLogs/directoryProvisioning', 'auditLogs/directoryProvisioning'],
  ['/beta/auditLogs/provisioning', 'auditLogs/provisioning'],
  ['/beta/auditLogs/directoryProvisioning', 'auditLogs/directoryProvisioning']
])('The documented example, posted to %s', (path, fragment) => {
  const root = path.startsWith('/beta') ? '/beta' : ''

  it('is answered as documented, and read back as the same object', async () => {
    const created = await service.post(path, documentedExample)
    expect(created.status).toBe(201)
    const { '@odata.context': context, id, ...rest } = created.body
    expect(context).toBe(`${service.url}${root}/$metadata#${fragment}/$entity`)
    expect(id).toMatch(UUID)
    expect(rest).toEqual(documentedResponse)
    expect(created.headers.get('location')).toBe(`${service.url}${path}('${String(id)}')`)

    const read = await service.get(created.headers.get('location')!.slice(service.url.length))
    expect(read.status).toBe(200)
    expect(read.body).toEqual(created.body)
  })

  it('is in the list of the other path, too: both are one log', async () => {
    const { body } = await service.post(path, documentedExample)
    const other = path.endsWith('/provisioning') ? '/auditLogs/directoryProvisioning' : '/auditLogs/provisioning'
    const read = await service.get(`${other}/${String(body.id)}`)
    expect(read.body).toMatchObject({ id: body.id, jobId: 'Job Id value' })
  })
})

describe('The id of an event', () => {
  const ids = [
    'plain',
    "it's",
    'a/b',
    'with space',
    'größe ✓',
    "''",
    'a?b#c&d=e',
    '100%',
    'x'.repeat(128),
    '😀'.repeat(128) // characters are code points
  ]

  it.each(ids)('is kept where one is sent: %s', async (id) => {
    const created = await service.post('/auditLogs/provisioning', { id, activityDateTime: at })
    expect([created.status, created.body.id]).toEqual([201, id])
    const location = created.headers.get('location')!.slice(service.url.length)
    const quoted = encodeURIComponent(id.replaceAll("'", "''"))
    for (const path of [
      location,
      `/auditLogs/provisioning('${quoted}')`,
      `/auditLogs/provisioning(id='${quoted}')`,
      `/auditLogs/provisioning/${encodeURIComponent(id)}`
    ])
      expect((await service.get(path)).body.id).toBe(id)
  })

  it('may have as many characters as $metadata says, with a tenant that has as many as that may have', async () => {
    // each character another one of four bytes, which no database can compress
    const characters = Array.from({ length: 384 }, (_, index) => 0x10000 + ((index * 48_271) % 65_521))
    const [id, tenantId] = [characters.slice(0, 128), characters.slice(128)].map((all) => String.fromCodePoint(...all))
    const created = await service.post('/auditLogs/provisioning', { id, tenantId, activityDateTime: at })
    expect([created.status, created.body.id, created.body.tenantId]).toEqual([201, id, tenantId])
    expect((await service.get(created.headers.get('location')!.slice(service.url.length))).body.id).toBe(id)
  })

  it('that exists is refused with 409, and the stored event stays as it was', async () => {
    await service.post('/auditLogs/provisioning', { id: 'taken', activityDateTime: at, jobId: 'first' })
    const again = await service.post('/auditLogs/provisioning', { id: 'taken', activityDateTime: at, jobId: 'second' })
    expect(again.status).toBe(409)
    expect(again.body.error).toMatchObject({ code: 'resourceExists', target: 'id' })
    expect((await service.get('/auditLogs/provisioning/taken')).body.jobId).toBe('first')
  })

  it('is generated for null where lenient handling is preferred, as some clients send it for what they do not set', async () => {
    const event = { id: null, activityDateTime: at }
    const { headers, body } = await service.post('/auditLogs/provisioning', event, { Prefer: 'handling=lenient' })
    expect([headers.get('Preference-Applied'), body.id]).toEqual(['handling=lenient', expect.stringMatching(UUID)])
  })
})

describe('The path of a new event', () => {
  it('may be written in any case, and is answered as $metadata spells it', async () => {
    const { status, headers, body } = await service.post('/auditlogs/Provisioning', { activityDateTime: at })
    const url = `${service.url}/auditLogs/provisioning('${String(body.id)}')`
    expect([status, headers.get('Location')]).toEqual([201, url])
    expect(body['@odata.context']).toBe(`${service.url}/$metadata#auditLogs/provisioning/$entity`)
  })
})

describe('What is shown of a new event (Protocol 4.01, 11.4.2)', () => {
  const shown = async (options: string, headers?: Record<string, string>) => {
    const event = { activityDateTime: at, jobId: 'job', initiatedBy: { displayName: 'Ann' } }
    return service.post(`/auditLogs/provisioning?${options}`, event, headers)
  }

  it.each<[string, string, Json]>([
    ['$select=jobId', '(jobId)', { jobId: 'job' }],
    ['$select=id,jobId', '(id,jobId)', { id: expect.stringMatching(UUID) as string, jobId: 'job' }],
    ['$select=initiatedBy/displayName', '(initiatedBy/displayName)', { initiatedBy: { displayName: 'Ann' } }],
    ['select=jobId&expand=*', '(jobId)', { jobId: 'job' }]
  ])('is chosen by %s', async (options, list, members) => {
    const { status, body, headers } = await shown(options)
    expect([status, body['@odata.context']]).toEqual([
      201,
      `${service.url}/$metadata#auditLogs/provisioning${list}/$entity`
    ])
    expect(body).toMatchObject(members)
    expect(Object.keys(body).filter((name) => !name.includes('@'))).toEqual(Object.keys(members))
    expect(body['@odata.id']).toBe(options.includes('id,') ? undefined : headers.get('Location'))
  })

  it('cannot be some items of a collection, which is no reason to refuse it (11.4.1.5)', async () => {
    for (const Prefer of ['return=representation', 'handling=strict']) {
      const { status, headers, text } = await shown('$select=modifiedProperties($top=1)', { Prefer })
      expect([status, text, headers.get('preference-applied')]).toEqual([204, '', null])
      expect(headers.get('OData-EntityId')).toBe(headers.get('Location'))
      const stored = await service.get(headers.get('Location')!.slice(service.url.length))
      expect(stored.body).toMatchObject({ jobId: 'job', initiatedBy: { displayName: 'Ann' } })
    }
    const minimal = await shown('$select=modifiedProperties($top=1)', { Prefer: 'return=minimal' })
    expect([minimal.status, minimal.headers.get('preference-applied')]).toEqual([204, 'return=minimal'])
    expect((await shown('$select=modifiedProperties($top=x)')).status).toBe(400)
  })

  it('is all with *, and nothing where the client prefers so', async () => {
    expect(Object.keys((await shown('$select=*&$expand=*')).body)).toHaveLength(18)
    expect((await shown('$select=jobId', { Prefer: 'return=minimal' })).status).toBe(204)
  })

  it.each(['$select=nothing', '$select=', '$expand=initiatedBy', '$expand=', '$filter=true', '$top=1'])(
    'cannot be chosen by %s, and then nothing is stored',
    async (options) => {
      const count = async () => (await service.get('/auditLogs/provisioning/$count')).text
      const before = await count()
      expect((await shown(options)).status).toBe(400)
      expect(await count()).toBe(before)
    }
  )
})
