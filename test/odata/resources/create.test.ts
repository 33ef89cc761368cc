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

describe('A character that no database and no UTF-8 can keep', () => {
  const path = '/auditLogs/provisioning'
  const cases: [target: string, event: Json][] = [
    ['jobId', { jobId: 'a\u0000b' }],
    ['id', { id: '\u0000' }],
    ['tenantId', { tenantId: 'a\ud800' }],
    ['initiatedBy/displayName', { initiatedBy: { displayName: 'Ann\u0000' } }],
    ['targetSystem/details', { targetSystem: { details: { list: [{ 'name\u0000': 1 }] } } }],
    ['modifiedProperties/1/newValue', { modifiedProperties: [{}, { newValue: '\udc00\ud800' }] }]
  ]

  it.each(cases)('is refused in %s', async (target, event) => {
    const { status, body } = await service.post(path, { activityDateTime: at, ...event })
    const message = `Property '${target}' has a character that cannot be stored.`
    expect([status, body.error]).toMatchObject([400, { code: 'invalidValue', message, target }])
  })

  it('is refused in a batch, which goes on', async () => {
    const requests = cases.map(([, event], id) => ({
      ...{ id: String(id), method: 'POST', url: path, headers: { 'content-type': 'application/json' } },
      body: { activityDateTime: at, ...event }
    }))
    const sound = { ...requests[0], id: 'sound', body: { activityDateTime: at } }
    const headers = { Prefer: 'continue-on-error' }
    const { body } = await service.post('/$batch', { requests: [...requests, sound] }, headers)
    expect(body.responses).toMatchObject([
      ...cases.map(([target]) => ({ status: 400, body: { error: { code: 'invalidValue', target } } })),
      { status: 201 }
    ])
  })

  it('is replaced by U+FFFD where lenient handling is preferred', async () => {
    const event = {
      ...{
        activityDateTime: at,
        id: 'len\u0000ient',
        action: 'a\ud83db',
        initiatedBy: { displayName: 'Ann\u0000\u0000' }
      },
      ...{
        targetSystem: { details: { 'n\u0000': [1, '\u0000', null] } },
        modifiedProperties: [{ newValue: '\u0000😀' }]
      }
    }
    const created = await service.post(path, event, { Prefer: 'handling=lenient' })
    expect([created.status, created.headers.get('Preference-Applied')]).toEqual([201, 'handling=lenient'])
    const read = await service.get(`${path}('len%EF%BF%BDient')`)
    expect(read.text).toBe(created.text)
    expect(read.body).toMatchObject({
      ...{ id: 'len\ufffdient', action: 'a\ufffdb', initiatedBy: { displayName: 'Ann\ufffd\ufffd' } },
      ...{
        targetSystem: { details: { 'n\ufffd': [1, '\ufffd', null] } },
        modifiedProperties: [{ newValue: '\ufffd😀' }]
      }
    })
  })
})

describe('Names that are the same without characters that cannot be stored', () => {
  it('are refused where lenient handling is preferred', async () => {
    const event = { activityDateTime: at, targetSystem: { details: { within: [{ 'a\u0000': 1, 'a\ufffd': 2 }] } } }
    const { status, body } = await service.post('/auditLogs/provisioning', event, { Prefer: 'handling=lenient' })
    const message = 'Names of members differ by characters that cannot be stored.'
    expect([status, body.error]).toMatchObject([400, { code: 'invalidBody', message }])
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

describe('What is sent comes back', () => {
  async function roundTrip(event: Json) {
    const created = await service.post('/auditLogs/provisioning', { activityDateTime: at, ...event })
    expect(created.status).toBe(201)
    const read = await service.get(`/auditLogs/provisioning/${String(created.body.id)}`)
    expect(read.text).toBe(created.text)
    return read
  }

  it.each([
    '2017-01-01T00:02:10.8639373+03:00',
    '2024-02-29T23:59:59.9999999-14:00',
    '2024-05-01T12:00:00Z',
    '2024-05-01T12:00:00.1+00:00',
    '0001-01-01T00:00:00Z',
    '9999-12-31T23:59:59.9999999Z'
  ])('a point in time to its last digit and with its offset: %s', async (activityDateTime) => {
    const { body } = await roundTrip({ activityDateTime })
    expect(body.activityDateTime).toBe(activityDateTime)
  })

  it.each([
    ['2024-05-01t12:00:00.1z', '2024-05-01T12:00:00.1Z'],
    ['2024-05-01T12:00Z', '2024-05-01T12:00:00Z'],
    ['2024-05-01t12:00-03:30', '2024-05-01T12:00:00-03:30'],
    ['2024-05-01T12:00:00.123456700+02:00', '2024-05-01T12:00:00.1234567+02:00'],
    ['2024-05-01T12:00:00.000000000000Z', '2024-05-01T12:00:00.0000000Z']
  ])(
    'a point in time as RFC 3339 and .NET have it, as many clients can read no other: %s',
    async (activityDateTime, shown) => {
      const { body } = await roundTrip({ activityDateTime })
      expect(body.activityDateTime).toBe(shown)
    }
  )

  it('properties that were not sent as null, and collections as empty', async () => {
    const { body } = await roundTrip({})
    expect(body).toMatchObject({ tenantId: null, durationInMilliseconds: null, initiatedBy: null, targetSystem: null })
    expect(body).toMatchObject({ statusInfo: null, provisioningSteps: [], modifiedProperties: [] })
  })

  it('a point in time to 100 ns where lenient handling is preferred, as Go, Rust and Java write nine digits', async () => {
    const lenient = { Prefer: 'handling=lenient' }
    for (const [sent, shown] of [
      ['2024-05-01T12:00:00.999999999+02:00', '2024-05-01T12:00:00.9999999+02:00'],
      ['2024-05-01T12:00:00.000000001Z', '2024-05-01T12:00:00.0000000Z'],
      ['2024-05-01T12:00:00.1Z', '2024-05-01T12:00:00.1Z']
    ]) {
      const { status, body } = await service.post('/auditLogs/provisioning', { activityDateTime: sent }, lenient)
      expect([status, body.activityDateTime]).toEqual([201, shown])
    }
    const texts = { jobId: '2024-05-01T12:00:00.999999999Z', activityDateTime: '2024-05-01T12:00:00.9999999990' }
    const refused = await service.post('/auditLogs/provisioning', texts, lenient)
    expect([refused.status, refused.body.error]).toMatchObject([400, { target: 'activityDateTime' }])
    const kept = await service.post('/auditLogs/provisioning', { ...texts, activityDateTime: at }, lenient)
    expect(kept.body.jobId).toBe('2024-05-01T12:00:00.999999999Z')
  })

  it('null collections as empty ones where lenient handling is preferred', async () => {
    const event = { activityDateTime: at, provisioningSteps: null, modifiedProperties: null }
    const { body } = await service.post('/auditLogs/provisioning', event, { Prefer: 'handling=lenient' })
    expect(body).toMatchObject({ provisioningSteps: [], modifiedProperties: [] })
  })

  it('an object that was sent empty as an object', async () => {
    const { body } = await roundTrip({ initiatedBy: {}, targetSystem: { displayName: null }, sourceIdentity: null })
    expect(body.initiatedBy).toEqual({
      '@odata.type': 'microsoft.graph.initiator',
      id: null,
      displayName: null,
      initiatorType: null
    })
    expect(body.targetSystem).toMatchObject({ displayName: null, details: null })
    expect(body.sourceIdentity).toBeNull()
  })

  it('any members of open types, at any depth', async () => {
    const details = {
      'Active in the source system': 'True',
      'emails[type eq "work"]value': 'a@b.c',
      nested: { list: [1, 'two', null, true, { deep: {} }], empty: [] },
      number: 1.5,
      falsy: false,
      '': 'no name',
      unicode: '✓ \u2028 😀'
    }
    const { body } = await roundTrip({
      targetSystem: { details },
      provisioningSteps: [{ name: 'EntryImport', details }, { details: {} }]
    })
    expect(body.targetSystem).toMatchObject({ details: { '@odata.type': 'microsoft.graph.detailsInfo', ...details } })
    expect(body.provisioningSteps).toMatchObject([{ details }, { details: {} }])
  })

  it('names that JavaScript objects have by nature', async () => {
    const text = `{"activityDateTime":"${at}","targetSystem":{"details":{"__proto__":{"x":1},"constructor":"y"}}}`
    const created = await service.post('/auditLogs/provisioning', text)
    const read = await service.get(`/auditLogs/provisioning/${String(created.body.id)}/targetSystem/details`)
    expect(read.text).toContain('"__proto__":{"x":1},"constructor":"y"')
  })

  it('the type of an open value before members with numbers for names (OData JSON 4.01, 4.4)', async () => {
    const text = `{"activityDateTime":"${at}","targetSystem":{"details":{"a":1.0,"2":{"1":2},"1@odata.type":"#Int64","1":"5"}}}`
    const created = await service.post('/auditLogs/provisioning', text)
    const members = '"1@odata.type":"#Int64","1":"5","2":{"1":2},"a":1.0}'
    const details = `{"@odata.type":"microsoft.graph.detailsInfo",${members}`
    expect(created.text).toContain(`"details":${details}`)
    const entity = `/auditLogs/provisioning/${String(created.body.id)}`
    for (const path of [entity, `${entity}?$select=targetSystem/details`, `/v1.0${entity}`])
      expect((await service.get(path)).text).toContain(`"details":${details}`)
    const full = await service.get(`${entity}?$format=application/json;metadata=full`)
    expect(full.text).toContain(`"details":{"@odata.type":"#microsoft.graph.detailsInfo",${members}`)
    const value = await service.get(`${entity}/targetSystem/details`)
    expect(value.text).toMatch(new RegExp(`^{"@odata.context":"[^"]*",${details.slice(1).replaceAll('.', '\\.')}$`))
  })

  it('numbers of open types, digit by digit', async () => {
    const numbers = '[12345678901234567890,0.1000,1e400,-0,1.0,1E5,9007199254740993]'
    const text = `{"activityDateTime":"${at}","sourceSystem":{"details":{"numbers":${numbers}}}}`
    const created = await service.post('/auditLogs/provisioning', text)
    expect(created.status).toBe(201)
    expect(created.text).toContain(`"numbers":${numbers}`)
    const read = await service.get(`/auditLogs/provisioning/${String(created.body.id)}`)
    expect(read.text).toContain(`"numbers":${numbers}`)
  })

  it('long texts, and the smallest and largest Int32', async () => {
    const newValue = 'ü'.repeat(100_000)
    const { body } = await roundTrip({ durationInMilliseconds: 2147483647, modifiedProperties: [{ newValue }] })
    expect(body).toMatchObject({ durationInMilliseconds: 2147483647, modifiedProperties: [{ newValue }] })
    expect((await roundTrip({ durationInMilliseconds: -2147483648 })).body.durationInMilliseconds).toBe(-2147483648)
  })

  it('texts that look like points in time, unchanged', async () => {
    const { body } = await roundTrip({
      jobId: '2024-05-01T12:00:00+02:00',
      targetSystem: { id: '2024-05-01T12:00:00Z' }
    })
    expect(body).toMatchObject({ jobId: '2024-05-01T12:00:00+02:00', targetSystem: { id: '2024-05-01T12:00:00Z' } })
  })
})

describe('The type of a value', () => {
  it.each(['', '#', '$metadata#', '/beta/$metadata#', 'http://host/root/$metadata#'])(
    'may be sent at every level with the prefix "%s"',
    async (prefix) => {
      const type = (name: string) => ({ '@odata.type': `${prefix}microsoft.graph.${name}` })
      const { status } = await service.post('/auditLogs/provisioning', {
        ...type('provisioningObjectSummary'),
        activityDateTime: at,
        initiatedBy: type('initiator'),
        sourceSystem: { ...type('provisioningSystemDetails'), details: type('detailsInfo') },
        provisioningSteps: [{ ...type('provisioningStep'), details: type('detailsInfo') }],
        modifiedProperties: [type('modifiedProperty')]
      })
      expect(status).toBe(201)
    }
  )

  it('may come with other annotations, which are ignored', async () => {
    const { status, body } = await service.post('/auditLogs/provisioning', {
      '@odata.context': 'https://example.com/$metadata#x',
      '@odata.id': 'x',
      'activityDateTime@odata.type': '#DateTimeOffset',
      activityDateTime: at,
      'jobId@my.note': 'x'
    })
    expect(status).toBe(201)
    expect(body).not.toHaveProperty('jobId@my.note')
  })

  it('is not taken from what is within open types, nor other control information, but for the types of members', async () => {
    const link = { '@odata.context': 'https://example.com/', '@odata.nextLink': 'https://example.com/' }
    const members = { 'size@odata.type': '#Int64', size: '5', '@my.note': 'x' }
    const details = {
      ...link,
      ...members,
      ...{ '@context': 'https://example.com/', '@id': 'x', 'user@navigationLink': 'x' }, // as 4.01 writes it
      user: { '@odata.type': '#microsoft.graph.user', '@type': '#user', 'id@odata.count': 1, id: 'x' }
    }
    const event = { activityDateTime: at, targetSystem: { details }, provisioningSteps: [{ details }] }
    const { status, body } = await service.post('/auditLogs/provisioning', event)
    const kept = { '@odata.type': 'microsoft.graph.detailsInfo', ...members, user: { id: 'x' } }
    expect([status, body.targetSystem, body.provisioningSteps]).toMatchObject([201, {}, [{}]])
    expect((body.targetSystem as Json).details).toEqual(kept)
    expect((body.provisioningSteps as Json[])[0]?.details).toEqual(kept)
    const read = await service.get(`/auditLogs/provisioning/${String(body.id)}/targetSystem/details`)
    expect(read.text.match(/@odata\.(context|nextLink|type)"/g)).toEqual([
      '@odata.context"',
      '@odata.type"',
      '@odata.type"'
    ])
  })
})

describe('A member of an open type that came with its type', () => {
  const id = 'typed-members'
  const path = `/auditLogs/provisioning('${id}')`
  const details = {
    ...{ 'size@odata.type': '#Int64', size: 5, 'day@odata.type': '#Date', day: '2024-05-01' },
    ...{ most: 'INF', 'most@type': 'Double', '@my.note': 'x', plain: 'x' },
    within: { 'size@odata.type': '#Int64', size: 6 }
  }
  const create = () =>
    service.post('/auditLogs/provisioning', { id, activityDateTime: at, targetSystem: { details } }, {})
  const detailsOf = ({ targetSystem }: Json) => (targetSystem as Json).details
  const within = async (query: string) => (await service.get(`${path}${query}`)).body

  it('has it also where it is read by itself', async () => {
    await create()
    const read = async (name: string) => {
      const { '@odata.context': _, ...shown } = await within(`/targetSystem/details/${name}`)
      return shown
    }
    expect(await read('size')).toEqual({ '@odata.type': '#Int64', value: 5 })
    expect(await read('day')).toEqual({ '@odata.type': '#Date', value: '2024-05-01' })
    expect(await read('most')).toEqual({ '@odata.type': 'Double', value: 'INF' })
    expect(await read('within/size')).toEqual({ '@odata.type': '#Int64', value: 6 })
    expect(await read('plain')).toEqual({ value: 'x' })
    expect(await within('/targetSystem/details/size?$format=application/json;metadata=none')).toEqual({ value: 5 })
  })

  it('has it, and no other member has, where it is selected', async () => {
    await create()
    const selected = await within('?$select=targetSystem/details/day')
    expect(detailsOf(selected)).toEqual({
      '@odata.type': 'microsoft.graph.detailsInfo',
      'day@odata.type': '#Date',
      day: '2024-05-01',
      '@my.note': 'x'
    })
  })

  it('does not have it with metadata=none', async () => {
    await create()
    const untyped = { size: 5, day: '2024-05-01', most: 'INF', '@my.note': 'x', plain: 'x', within: { size: 6 } }
    const format = '$format=application/json;odata.metadata=none'
    expect(detailsOf(await within(`?${format}`))).toEqual(untyped)
    expect(await within(`/targetSystem/details?${format}`)).toEqual(untyped)
    expect(await within(`/targetSystem/details/within?${format}`)).toEqual({ size: 6 })
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
