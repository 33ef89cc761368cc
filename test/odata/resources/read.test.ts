import { errorOf, query, sharedService, valuesOf, type Json } from '../../support/service.ts'

const service = sharedService()
const path = '/auditLogs/provisioning'

const events: Json[] = [
  {
    id: 'e1',
    activityDateTime: '2024-05-01T10:00:00Z',
    jobId: 'a',
    durationInMilliseconds: 100,
    statusInfo: { status: 'success' },
    initiatedBy: { displayName: 'Ann' }
  },
  {
    id: 'e2',
    activityDateTime: '2024-05-01T13:00:00.0000001+02:00',
    jobId: 'b',
    durationInMilliseconds: 200,
    statusInfo: { status: 'failure' },
    initiatedBy: { displayName: 'Ben' }
  },
  {
    id: 'e3',
    activityDateTime: '2024-05-01T12:00:00.0000002+01:00',
    jobId: 'a',
    statusInfo: { status: 'failure' },
    targetIdentity: { displayName: "O'Neil & Sons" }
  },
  {
    id: 'e4',
    activityDateTime: '2024-04-30T23:59:59.9999999-01:00',
    jobId: null,
    durationInMilliseconds: 400,
    initiatedBy: {},
    provisioningSteps: [{ name: 'EntryImport' }, { name: 'EntryExport' }]
  }
]

beforeAll(async () => {
  for (const event of events) await service.post(path, event)
})

async function ids(options: Record<string, string>) {
  const answer = await service.get(query(path, options))
  expect([answer.status, answer.text]).toEqual([200, expect.any(String)])
  return valuesOf(answer).map(({ id }) => id)
}

describe('A list', () => {
  it('comes newest first, to 100 ns and across offsets', async () => {
    expect(await ids({})).toEqual(['e3', 'e2', 'e1', 'e4'])
  })

  it.each<[string, string[]]>([
    ['activityDateTime', ['e4', 'e1', 'e2', 'e3']],
    ['activityDateTime desc', ['e3', 'e2', 'e1', 'e4']],
    ['initiatedBy/displayName desc', ['e2', 'e1', 'e4', 'e3']],
    ['statusInfo/status asc,jobId desc,id', ['e4', 'e2', 'e3', 'e1']],
    ['durationInMilliseconds mul -1,id', ['e3', 'e4', 'e2', 'e1']],
    ['tolower(jobId),id desc', ['e4', 'e3', 'e1', 'e2']]
  ])('is ordered by %s', async ($orderby, expected) => {
    expect(await ids({ $orderby })).toEqual(expected)
  })

  describe.each<[string, [string, string[]][]]>([
    [
      '5.1.1.1 logical operators',
      [
        ["jobId eq 'a'", ['e3', 'e1']],
        ["jobId ne 'a'", ['e2', 'e4']],
        ['jobId eq null', ['e4']],
        ['jobId ne null', ['e3', 'e2', 'e1']],
        ["not (jobId eq 'a')", ['e2', 'e4']],
        ['not (durationInMilliseconds gt 150)', ['e3', 'e1']],
        ['durationInMilliseconds ge 200', ['e2', 'e4']],
        ['durationInMilliseconds lt 200 or durationInMilliseconds gt 300', ['e1', 'e4']],
        ['durationInMilliseconds in (100,400)', ['e1', 'e4']],
        ["jobId in ('b','c')", ['e2']]
      ]
    ],
    [
      '5.1.1.14 literals',
      [
        ['true', ['e3', 'e2', 'e1', 'e4']],
        ['false', []]
      ]
    ],
    [
      '5.1.1.15 paths, in any case',
      [
        ["initiatedBy/displayName eq 'Ben'", ['e2']],
        ["statusInfo/status eq 'failure' and jobId eq 'a'", ['e3']],
        ["targetIdentity/displayName eq 'O''Neil & Sons'", ['e3']],
        ["jobid eq 'a'", ['e3', 'e1']],
        ["STATUSINFO/STATUS eq 'success'", ['e1']]
      ]
    ],
    [
      '5.1.1.2 arithmetic operators',
      [
        ['durationInMilliseconds add 50 mul 2 eq 200', ['e1']],
        ['(durationInMilliseconds add 50) mul 2 eq 300', ['e1']],
        ['durationInMilliseconds div 3 eq 33', ['e1']],
        ['durationInMilliseconds divby 8 eq 12.5', ['e1']],
        ['durationInMilliseconds mod 3 eq 1', ['e1', 'e4']],
        ['-durationInMilliseconds lt -300', ['e4']]
      ]
    ],
    [
      '5.1.1.5 string functions',
      [
        ["contains(targetIdentity/displayName,'&')", ['e3']],
        ["startswith(id,'e') and endswith(id,'2')", ['e2']],
        ["not startswith(jobId,'a')", ['e2']],
        ['length(initiatedBy/displayName) eq 3', ['e2', 'e1']],
        ["indexof(initiatedBy/displayName,'n') eq 2", ['e2']],
        ["substring(initiatedBy/displayName,1) eq 'nn'", ['e1']],
        ["substring(initiatedBy/displayName,1,1) eq 'e'", ['e2']],
        ["toupper(initiatedBy/displayName) eq 'ANN'", ['e1']],
        ["trim(' a ') eq jobId", ['e3', 'e1']],
        ["concat(concat(id,'-'),jobId) eq 'e1-a'", ['e1']],
        ["matchesPattern(id,'^e[12]$')", ['e2', 'e1']]
      ]
    ],
    [
      '5.1.1.8 dates and times',
      [
        [
          "((contains(tolower(initiatedBy/displayName), 'ann') or contains(tolower(jobId), 'x')) and activityDateTime gt 2024-05-01)",
          ['e1']
        ],
        ['activityDateTime gt 2024-05-01T11:00:00Z', ['e3', 'e2']],
        ['activityDateTime eq 2024-05-01T11:00:00.0000001Z', ['e2']],
        ['activityDateTime eq 2024-05-01T12:00:00.0000002+01:00', ['e3']],
        ['activityDateTime ge 2024-05-01T11:00:00.0000002Z', ['e3']],
        ['activityDateTime lt 2024-05-01', []],
        ['activityDateTime gt 2024-05-01 and activityDateTime lt 2024-05-02', ['e3', 'e2', 'e1', 'e4']],
        ['activityDateTime lt now()', ['e3', 'e2', 'e1', 'e4']],
        ['date(activityDateTime) eq 2024-04-30', ['e4']],
        ['time(activityDateTime) ge 13:00', ['e2', 'e4']],
        ['year(activityDateTime) eq 2024 and month(activityDateTime) eq 4 and day(activityDateTime) eq 30', ['e4']],
        ['hour(activityDateTime) eq 12 and minute(activityDateTime) eq 0', ['e3']],
        ['second(activityDateTime) eq 59', ['e4']],
        ['fractionalseconds(activityDateTime) gt 0.5', ['e4']],
        ['totaloffsetminutes(activityDateTime) eq 120', ['e2']],
        ['totaloffsetminutes(activityDateTime) eq -60', ['e4']]
      ]
    ],
    [
      '5.1.1.9 arithmetic functions',
      [
        ['round(durationInMilliseconds divby 40) eq 3', ['e1']],
        ['floor(durationInMilliseconds divby 40) eq 2', ['e1']],
        ['ceiling(durationInMilliseconds divby 40) eq 3', ['e1']]
      ]
    ]
  ])('is filtered (URL Conventions 4.01, %s)', (_, cases) => {
    it.each(cases)('by %s', async ($filter, expected) => expect(await ids({ $filter })).toEqual(expected))
  })

  it('is cut by $top and $skip', async () => {
    expect(await ids({ $top: '2', $skip: '1' })).toEqual(['e2', 'e1'])
    expect(await ids({ $skip: '3' })).toEqual(['e4'])
    expect(await ids({ $top: '0' })).toEqual([])
  })

  it('is counted with $count=true, whatever part of it is on the page', async () => {
    const answer = await service.get(query(path, { $count: 'true', $top: '1', $filter: "jobId eq 'a'" }))
    expect(answer.body['@odata.count']).toBe(2)
    expect(valuesOf(answer)).toHaveLength(1)
  })

  it('has a count as plain text', async () => {
    const all = await service.get(`${path}/$count`)
    expect([all.text, all.headers.get('content-type')]).toEqual(['4', 'text/plain'])
    expect((await service.get(query(`${path}/$count`, { $filter: "jobId eq 'a'" }))).text).toBe('2')
  })

  it('takes options as clients write them: encoded, without $, in any case, with + for spaces', async () => {
    for (const options of [
      "%24filter=jobId%20eq%20'b'",
      "filter=jobId%20eq%20'b'",
      "$FILTER=jobId+eq+'b'",
      "$filter=jobId eq 'b'".replaceAll(' ', '%20'),
      '$filter=activityDateTime+eq+2024-05-01T13:00:00.0000001+02:00',
      '$filter=activityDateTime%20eq%202024-05-01T13%3A00%3A00.0000001%2B02%3A00',
      "$filter=jobId%20eq%20'b'&sap-language=EN"
    ])
      expect(valuesOf(await service.get(`${path}?${options}`))).toMatchObject([{ id: 'e2' }])
    expect((await service.get(`${path}/?$top=1`)).status).toBe(200)
  })
})

describe('$select', () => {
  async function selected($select: string) {
    const { body } = await service.get(query(`${path}/e4`, { $select }))
    const { '@odata.context': context, '@odata.type': type, ...rest } = body
    expect(type).toBe('#microsoft.graph.provisioningObjectSummary')
    return [String(context).replace(/.*\$metadata/, ''), rest]
  }

  it('chooses properties', async () => {
    expect(await selected('id,durationInMilliseconds')).toEqual([
      '#auditLogs/provisioning(id,durationInMilliseconds)/$entity',
      { id: 'e4', durationInMilliseconds: 400 }
    ])
  })

  it('chooses whole structures, null ones too', async () => {
    expect(await selected('initiatedBy, targetSystem')).toEqual([
      '#auditLogs/provisioning(initiatedBy,targetSystem)/$entity',
      {
        '@odata.id': `${service.url}${path}('e4')`,
        initiatedBy: { '@odata.type': 'microsoft.graph.initiator', id: null, displayName: null, initiatorType: null },
        targetSystem: null
      }
    ])
  })

  it('chooses paths into structures', async () => {
    expect(await selected('initiatedBy/id,initiatedBy/displayName')).toEqual([
      '#auditLogs/provisioning(initiatedBy/id,initiatedBy/displayName)/$entity',
      {
        '@odata.id': `${service.url}${path}('e4')`,
        initiatedBy: { '@odata.type': 'microsoft.graph.initiator', id: null, displayName: null }
      }
    ])
  })

  it('chooses everything with *', async () => {
    const [context, rest] = await selected('*,id')
    expect(context).toBe('#auditLogs/provisioning/$entity')
    expect(Object.keys(rest as Json)).toHaveLength(16)
  })

  it.each([
    ['minimal', 'action', true],
    ['minimal', 'id,action', false],
    ['minimal', '*', false],
    ['full', 'id', true],
    ['none', 'action', false]
  ])('at metadata=%s shows the address of an entity with %s: %s', async (metadata, $select, isShown) => {
    const Accept = `application/json;metadata=${metadata}`
    const { body } = await service.get(query(path, { $select, $filter: "id eq 'e2'" }), { Accept })
    expect(valuesOf({ body } as never)[0]?.['@odata.id']).toBe(isShown ? `${service.url}${path}('e2')` : undefined)
  })

  it('works on lists', async () => {
    const { body } = await service.get(query(path, { $select: 'statusInfo/status', $filter: "id eq 'e2'" }))
    expect(body).toEqual({
      '@odata.context': `${service.url}/$metadata#auditLogs/provisioning(statusInfo/status)`,
      value: [
        {
          '@odata.type': '#microsoft.graph.provisioningObjectSummary',
          '@odata.id': `${service.url}${path}('e2')`,
          statusInfo: { '@odata.type': 'microsoft.graph.statusBase', status: 'failure' }
        }
      ]
    })
  })
})

describe('A property', () => {
  it('is read by its path', async () => {
    const { body } = await service.get(`${path}('e1')/initiatedBy/displayName`)
    expect(body).toEqual({
      '@odata.context': `${service.url}/$metadata#auditLogs/provisioning('e1')/initiatedBy/displayName`,
      value: 'Ann'
    })
  })

  it('is read as a structure', async () => {
    const { body } = await service.get(`${path}/e2/statusInfo`)
    expect(body).toEqual({
      '@odata.context': `${service.url}/$metadata#auditLogs/provisioning('e2')/statusInfo`,
      '@odata.type': 'microsoft.graph.statusBase',
      status: 'failure'
    })
  })

  it('is read as a collection', async () => {
    const { body } = await service.get(`${path}/e4/provisioningSteps`)
    expect(valuesOf({ body } as never)).toMatchObject([{ name: 'EntryImport' }, { name: 'EntryExport' }])
    expect((await service.get(`${path}/e4/provisioningSteps/$count`)).text).toBe('2')
  })

  it('is read as a raw value', async () => {
    const raw = await service.get(`${path}/e4/durationInMilliseconds/$value`)
    expect([raw.text, raw.headers.get('content-type')]).toEqual(['400', 'text/plain'])
    expect((await service.get(`${path}/e4/activityDateTime/$value`)).text).toBe('2024-04-30T23:59:59.9999999-01:00')
  })

  it.each(['jobId', 'jobId/$value', 'targetSystem', 'targetSystem/displayName', 'initiatedBy/id'])(
    'that is null is answered with 204: %s',
    async (property) => {
      const { status, text } = await service.get(`${path}/e4/${property}`)
      expect([status, text]).toEqual([204, ''])
    }
  )

  it('may be a member of an open type, whatever its name and its value', async () => {
    const details = '{"none":{},"list":[{},[1]],"a b/ü%":"text","big":1e400}'
    const event = `{"id":"open","activityDateTime":"2024-04-29T00:00:00Z","targetSystem":{"details":${details}}}`
    expect((await service.post(path, event)).status).toBe(201)
    const context = `${service.url}/$metadata#auditLogs/provisioning('open')/targetSystem/details`
    const read = async (member: string) => (await service.get(`${path}/open/targetSystem/details/${member}`)).text
    expect(await read('none')).toBe(`{"@odata.context":"${context}/none"}`)
    expect(await read('none?$format=application/json;metadata=none')).toBe('{}')
    expect(await read('list')).toBe(`{"@odata.context":"${context}/list","value":[{},[1]]}`)
    expect(await read('a%20b%2F%C3%BC%25')).toBe(`{"@odata.context":"${context}/a%20b%2F%C3%BC%25","value":"text"}`)
    expect(await read('big')).toBe(`{"@odata.context":"${context}/big","value":1e400}`)
    const select = '$select=targetSystem/details/a%20b%25,targetSystem/details/big/x'
    expect(
      (await service.get(`${path}/open/targetSystem/details?${select.replaceAll('targetSystem/details/', '')}`)).text
    ).toBe(`{"@odata.context":"${context}(a%20b%25,big/x)","@odata.type":"microsoft.graph.detailsInfo","big":1e400}`)
    const { body } = await service.get(`${path}/open?${select}`)
    expect(body['@odata.context']).toMatch(
      /provisioning\(targetSystem\/details\/a%20b%25,targetSystem\/details\/big\/x\)/
    )
    const groups = await service.get(`${path}?$apply=groupby((targetSystem/details/ü))`)
    expect(groups.body['@odata.context']).toMatch(/provisioning\(targetSystem\/details\/%C3%BC\)$/)
  })

  it.each(['list/0', 'list/length', 'big/rawJSON', 'none/toString', 'toString', 'nothing'])(
    'is not there: targetSystem/details/%s',
    async (member) => {
      const answer = await service.get(`${path}/open/targetSystem/details/${member}`)
      expect([answer.status, errorOf(answer).code]).toEqual([404, 'resourceNotFound'])
    }
  )
})
