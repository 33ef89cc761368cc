/** What `$select` and options on properties choose (OData URL Conventions 4.01, 5.1.4). */
import { errorOf, PLAIN, query, sharedService, valuesOf, type Json } from '../../support/service.ts'

const service = sharedService()
const path = '/auditLogs/provisioning'

const step = (name: string, status: string | null, rest: Json = {}): Json => ({
  name,
  status,
  description: null,
  provisioningStepType: null,
  details: null,
  ...rest
})

beforeAll(async () => {
  const event = {
    id: 'a',
    activityDateTime: '2024-05-01T10:00:00Z',
    durationInMilliseconds: 1500,
    statusInfo: { '@odata.type': '#microsoft.graph.statusDetails', status: 'failure', errorCode: 'Conflict' },
    targetSystem: { id: 't', displayName: 'Contoso', details: { n: 1, o: { x: 1, y: 2 } } },
    provisioningSteps: [
      step('Import', 'success'),
      step('Match', 'success', { details: { big: 1 } }),
      step('Export', 'failure')
    ]
  }
  expect((await service.post(path, event)).status).toBe(201)
  expect((await service.post(path, { id: 'b', activityDateTime: '2024-05-02T10:00:00Z' })).status).toBe(201)
})

/** An answer without control information, but for counts. */
function bare(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(bare)
  if (typeof value !== 'object' || value === null) return value
  const members = Object.entries(value).filter(([name]) => !/@odata\.(?!count$)/.test(name))
  return Object.fromEntries(members.map(([name, each]) => [name, bare(each)]))
}

const steps = (...names: string[]) => names.map((name) => ({ name }))

describe('$select', () => {
  it.each<[string, Json]>([
    ['id', { id: 'a' }],
    ['targetSystem/displayName', { targetSystem: { displayName: 'Contoso' } }],
    ['targetSystem/details/o/x', { targetSystem: { details: { o: { x: 1 } } } }],
    ['targetSystem/id,targetSystem/displayName', { targetSystem: { id: 't', displayName: 'Contoso' } }],
    ['statusInfo/microsoft.graph.statusDetails/errorCode', { statusInfo: { errorCode: 'Conflict' } }],
    ['microsoft.graph.provisioningObjectSummary/id', { id: 'a' }],
    ['provisioningSteps/name', { provisioningSteps: steps('Import', 'Match', 'Export') }],
    [
      'provisioningSteps/details/big',
      { provisioningSteps: [{ details: null }, { details: { big: 1 } }, { details: null }] }
    ],
    ['targetSystem($select=displayName)', { targetSystem: { displayName: 'Contoso' } }],
    ['targetSystem($select=details($select=n))', { targetSystem: { details: { n: 1 } } }],
    ['statusInfo/microsoft.graph.statusDetails($compute=length(errorCode) as n;$select=n)', { statusInfo: { n: 8 } }],
    ['provisioningSteps($select=name)', { provisioningSteps: steps('Import', 'Match', 'Export') }],
    ["provisioningSteps($select=name;$filter=status eq 'success')", { provisioningSteps: steps('Import', 'Match') }],
    ['provisioningSteps($select=name;$orderby=name desc)', { provisioningSteps: steps('Match', 'Import', 'Export') }],
    ['provisioningSteps($select=name;$top=1)', { provisioningSteps: steps('Import') }],
    ['provisioningSteps($select=name;$skip=1;$top=1)', { provisioningSteps: steps('Match') }],
    ['provisioningSteps($select=name;$search=failure)', { provisioningSteps: steps('Export') }],
    [
      "provisioningSteps($search=it's OR failure;$filter=name ne 'x';$select=name)",
      { provisioningSteps: steps('Export') }
    ],
    ["provisioningSteps( search = (it's) OR failure ; $select = name )", { provisioningSteps: steps('Export') }],
    [`provisioningSteps($search="a;b)" OR failure;$select=name)`, { provisioningSteps: steps('Export') }],
    ["provisioningSteps($search='(failur';$select=name)", { provisioningSteps: steps('Export') }],
    [
      "provisioningSteps($select=name;$count=true;$filter=status eq 'success';$top=1)",
      { 'provisioningSteps@odata.count': 2, provisioningSteps: steps('Import') }
    ],
    [
      "provisioningSteps($compute=length(name) as n,status eq 'failure' as failed;$select=n,failed;$filter=n gt 5;$orderby=n)",
      {
        provisioningSteps: [
          { n: 6, failed: false },
          { n: 6, failed: true }
        ]
      }
    ],
    [
      'provisioningSteps($compute=1 divby 3 as t,1e-7 as s,null as n;$select=t,s,n;$orderby=null,name;$top=1)',
      { provisioningSteps: [{ t: 1 / 3, s: 1e-7, n: null }] }
    ],
    [
      'provisioningSteps($compute=1 divby 0 as i,details/big as b;$select=i,b;$skip=1;$top=1)',
      { provisioningSteps: [{ i: 'INF', b: 1 }] }
    ],
    ['id,microsoft.graph.*', { id: 'a' }],
    [
      'provisioningSteps($select=name;$filter=$this/status eq $it/statusInfo/status)',
      { provisioningSteps: steps('Export') }
    ],
    [
      'targetSystem($compute=tolower(displayName) as lower;$select=lower,id),id',
      { targetSystem: { lower: 'contoso', id: 't' }, id: 'a' }
    ],
    [
      'id,provisioningSteps($top=0),modifiedProperties($count=true)',
      { id: 'a', provisioningSteps: [], 'modifiedProperties@odata.count': 0, modifiedProperties: [] }
    ]
  ])('%s', async ($select, expected) => {
    const list = await service.get(query(path, { $select, $filter: "id eq 'a'" }))
    expect([list.status, bare(valuesOf(list)?.[0] ?? list.body)]).toEqual([200, expected])
    const entity = await service.get(query(`${path}/a`, { $select }))
    expect([entity.status, bare(entity.body)]).toEqual([200, expected])
  })

  it('shows complex values that are null as null, whatever is selected of them', async () => {
    const $select = 'targetSystem($compute=1 as one;$select=one),statusInfo/status'
    expect(bare((await service.get(query(`${path}/b`, { $select }))).body)).toEqual({
      targetSystem: null,
      statusInfo: null
    })
  })

  it('names what is selected in the context', async () => {
    const contextOf = async ($select: string) =>
      String((await service.get(query(path, { $select }))).body['@odata.context']).replace(
        /.*#auditLogs.provisioning/,
        ''
      )
    expect(await contextOf('id,targetSystem($select=id;$compute=1 as x)')).toBe('(id,targetSystem/id)')
    expect(await contextOf('statusInfo/microsoft.graph.statusDetails/errorCode')).toBe(
      '(statusInfo/microsoft.graph.statusDetails/errorCode)'
    )
    expect(await contextOf('targetSystem/id,TARGETSYSTEM')).toBe('(targetSystem)')
    expect(await contextOf('provisioningSteps($count=true;$select=name)')).toBe('(provisioningSteps/name)')
  })

  it('goes on over pages and with deltas', async () => {
    const $select = "id,provisioningSteps($select=name;$filter=status eq 'failure')"
    const first = await service.get(query(path, { $select }), { Prefer: 'maxpagesize=1' })
    expect(bare(valuesOf(first))).toEqual([{ id: 'b', provisioningSteps: [] }])
    const next = await service.get(String(first.body['@odata.nextLink']).slice(service.url.length))
    expect(bare(valuesOf(next))).toEqual([{ id: 'a', provisioningSteps: steps('Export') }])
  })

  it.each<[string, number]>([
    ['statusInfo/errorCode', 400],
    ['statusInfo/microsoft.graph.initiator/id', 400],
    ['unknown', 400],
    ['unknown.*', 400],
    ['targetSystem/*', 400],
    ['targetSystem/details/*', 400],
    ['targetSystem/details/', 400],
    ['provisioningSteps($select=details/*)', 400],
    ['id/x', 400],
    ['id($top=1)', 400],
    ['targetSystem($top=1)', 400],
    ['targetSystem($unknown=1)', 400],
    ['provisioningSteps($top=x)', 400],
    ['provisioningSteps($top=1;$top=2)', 400],
    ['provisioningSteps($top=1),provisioningSteps($skip=1)', 400],
    ['provisioningSteps($filter=jobId eq 1)', 400],
    ['provisioningSteps($filter=)', 400],
    ['provisioningSteps($select=unknown)', 400],
    ['provisioningSteps($expand=x)', 400],
    ['provisioningSteps(', 400],
    ['statusInfo($compute=length(errorCode) as n)', 400],
    ['statusInfo($compute=1 as errorCode)', 400], // a value may be of the derived type, which has it
    ['targetSystem/details($compute=1 as x)', 501]
  ])('refuses %s with %i', async ($select, status) => {
    const answer = await service.get(query(path, { $select }))
    expect([answer.status, errorOf(answer)?.message]).toEqual([status, expect.stringMatching(/^\S.*\.$/)])
  })
})

describe('A property with query options', () => {
  it.each<[string, Record<string, string>, unknown]>([
    ['provisioningSteps', { $filter: "status eq 'failure'", $select: 'name' }, { value: steps('Export') }],
    ['provisioningSteps', { $orderby: 'name', $skip: '1', $select: 'name' }, { value: steps('Import', 'Match') }],
    [
      'provisioningSteps',
      { $count: 'true', $top: '1', $select: 'name' },
      { '@odata.count': 3, value: steps('Import') }
    ],
    ['provisioningSteps', { $search: 'failure', $select: 'name' }, { value: steps('Export') }],
    ['provisioningSteps', { $compute: 'length(name) as n', $select: 'n', $filter: 'n eq 5' }, { value: [{ n: 5 }] }],
    ['provisioningSteps', { $filter: '@f', '@f': "name eq 'Match'", $select: 'name' }, { value: steps('Match') }],
    ['targetSystem', { $select: 'displayName' }, { displayName: 'Contoso' }],
    ['targetSystem', { $compute: 'length(id) as n', $select: 'n' }, { n: 1 }],
    ['statusInfo/microsoft.graph.statusDetails', { $select: 'errorCode' }, { errorCode: 'Conflict' }]
  ])('%s with %j', async (property, options, expected) => {
    const answer = await service.get(query(`${path}/a/${property}`, options))
    expect([answer.status, bare(answer.body)]).toEqual([200, expected])
  })

  it.each<[string, Record<string, string>, string, unknown]>([
    [
      'provisioningSteps',
      { $compute: 'length(name) as n', $select: 'n', $top: '1' },
      '(n)',
      { 'n@odata.type': '#Int32', n: 6 }
    ],
    ['provisioningSteps', { $compute: 'length(name) as n', $top: '1' }, '(*,n)', { 'n@odata.type': '#Int32', n: 6 }],
    ['targetSystem', { $compute: 'length(id) as n' }, '(*,n)', { 'n@odata.type': '#Int32', n: 1 }],
    ['targetSystem', { $compute: 'length(id) as n', $select: '*' }, '(*,n)', { 'n@odata.type': '#Int32', n: 1 }],
    [
      'statusInfo/microsoft.graph.statusDetails',
      { $compute: 'length(status) as n' },
      '(*,n)',
      { 'n@odata.type': '#Int32', n: 7 }
    ],
    [
      'statusInfo/microsoft.graph.statusDetails', // whose own properties can be computed with
      { $compute: 'length(errorCode) as n', $select: 'n,errorCode' },
      '(n,errorCode)',
      { 'n@odata.type': '#Int32', n: 8, errorCode: 'Conflict' }
    ],
    [
      'targetSystem',
      { $compute: '2024-05-01T12:00:00+02:00 as t', $select: 't' },
      '(t)',
      { 't@odata.type': '#DateTimeOffset', t: '2024-05-01T10:00:00.0000000Z' }
    ]
  ])(
    'shows what is computed with its type, and in the context: %s with %j',
    async (property, options, list, expected) => {
      const { body } = await service.get(query(`${path}/a/${property}`, options))
      expect(body['@odata.context']).toBe(`${service.url}/$metadata#auditLogs/provisioning('a')/${property}${list}`)
      expect(Array.isArray(body.value) ? body.value[0] : body).toMatchObject(expected as object)
      const none = await service.get(query(`${path}/a/${property}`, options), PLAIN)
      expect(none.text).not.toContain('@odata')
    }
  )

  it('counts the items that are meant', async () => {
    expect(
      (await service.get(query(`${path}/a/provisioningSteps/$count`, { $filter: "status eq 'success'" }))).text
    ).toBe('2')
    expect((await service.get(query(`${path}/a/provisioningSteps/$count`, { $search: 'export' }))).text).toBe('1')
    const computed = { $compute: 'length(name) as n', $filter: 'n gt 5' }
    const { body } = await service.get(query(`${path}/a/provisioningSteps`, { ...computed, $count: 'true' }))
    expect((await service.get(query(`${path}/a/provisioningSteps/$count`, computed))).text).toBe('2')
    expect(body['@odata.count']).toBe(2)
  })

  it.each<[string, Record<string, string>]>([
    ['jobId', { $select: 'x' }],
    ['jobId/$value', { $top: '1' }],
    ['targetSystem', { $top: '1' }],
    ['targetSystem/details/n', { $filter: 'true' }],
    ['provisioningSteps/$count', { $top: '1' }],
    ['provisioningSteps', { $filter: 'jobId eq null' }]
  ])('refuses %s with %j', async (property, options) => {
    expect((await service.get(query(`${path}/a/${property}`, options))).status).toBe(400)
  })
})

it('$compute adds to a single entity', async () => {
  const answer = await service.get(
    query(`${path}/a`, { $compute: 'durationInMilliseconds div 1000 as s', $select: 'id,s' })
  )
  expect([answer.status, bare(answer.body)]).toEqual([200, { id: 'a', s: 1 }])
  expect(String(answer.body['@odata.context'])).toMatch(/provisioning\(id,s\)\/\$entity$/)
})

it('$compute in $select takes no name of what $compute adds to the entity', async () => {
  const $select = 'id,statusInfo_n,statusInfo($compute=length(status) as n)'
  const { body } = await service.get(query(`${path}/a`, { $compute: 'length(id) as statusInfo_n', $select }))
  expect(body).toMatchObject({ statusInfo_n: 1, statusInfo: { n: 7 } })
})

describe('$it in options on a collection (5.1.1.14.4)', () => {
  it('is an item where the request addresses the collection', async () => {
    const $filter = "$it/name eq 'Export' or endswith($it/name,'ch')"
    const answer = await service.get(query(`${path}/a/provisioningSteps`, { $filter, $select: 'name' }))
    expect(bare(answer.body.value)).toEqual(steps('Match', 'Export'))
    const wrong = await service.get(query(`${path}/a/provisioningSteps`, { $filter: 'durationInMilliseconds gt 0' }))
    expect(wrong.status).toBe(400)
  })

  it('is the entity in $select', async () => {
    const $select = "provisioningSteps($select=name;$filter=$it/durationInMilliseconds eq 1500 and name eq 'Match')"
    expect(bare((await service.get(query(`${path}/a`, { $select }))).body)).toEqual({
      provisioningSteps: steps('Match')
    })
  })

  it.each(['*($top=1)', '*($select=id)'])('%s is refused', async ($select) => {
    const answer = await service.get(query(`${path}/a`, { $select }))
    expect([answer.status, errorOf(answer).code]).toEqual([400, 'invalidQueryOption'])
  })
})
