import { documentedExample, PLAIN, query, sharedService, valuesOf, type Json } from '../../support/service.ts'

const service = sharedService()
const path = '/auditLogs/provisioning'

beforeAll(async () => {
  for (let i = 0; i < 3; i++) await service.post(path, { ...documentedExample, id: `e${i}`, jobId: `job ${i}` })
})

describe('IEEE754Compatible (OData JSON 4.01, 3.2)', () => {
  it('gives 64-bit integers as strings', async () => {
    const headers = { Accept: 'application/json;IEEE754Compatible=true' }
    const list = await service.get(
      query(path, { $count: 'true', $filter: "startswith(id,'e') and length(id) eq 2" }),
      headers
    )
    expect(list.body['@odata.count']).toBe('3')
    expect(list.headers.get('content-type')).toContain('IEEE754Compatible=true')
    const sums = await service.get(
      query(path, { $apply: "filter(id in ('e0','e1'))/aggregate(durationInMilliseconds with sum as sum)" }),
      headers
    )
    expect(valuesOf(sums)).toEqual([{ '@odata.id': null, 'sum@odata.type': '#Int64', sum: '12' }])
    const groups = await service.get(
      query(path, { $apply: "filter(id eq 'e0')/groupby((durationInMilliseconds))" }),
      headers
    )
    expect(valuesOf(groups)).toEqual([{ '@odata.id': null, durationInMilliseconds: 6 }])
  })

  it('gives whole numbers that are computed for items, however large they are', async () => {
    const $compute = '9223372036854775807 as n'
    for (const url of [
      query(`${path}/e0/provisioningSteps`, { $compute, $select: 'n' }),
      query(`${path}/e0`, { $select: `provisioningSteps($compute=${$compute};$select=n)` })
    ]) {
      const get = async (compatible: boolean) =>
        (await service.get(url, { Accept: `application/json;IEEE754Compatible=${compatible}` })).text
      expect(await get(true)).toContain('"n@odata.type":"#Int64","n":"9223372036854775807"')
      expect(await get(false)).toContain('"n@odata.type":"#Int64","n":9223372036854775807')
    }
  })

  it.each(['minimal', 'full', 'none'])('gives numbers of items as strings, too, with metadata=%s', async (metadata) => {
    const get = async (url: string, compatible: boolean) =>
      (await service.get(`${url}&$format=application/json;metadata=${metadata};IEEE754Compatible=${compatible}`)).text
    const selected = `${path}/e0?$select=provisioningSteps($count=true)`
    expect(await get(selected, true)).toMatch(/"provisioningSteps@odata\.count":"1","provisioningSteps["@]/)
    expect(await get(selected, false)).toMatch(/"provisioningSteps@odata\.count":1,"provisioningSteps["@]/)
    const property = `${path}/e0/provisioningSteps?$count=true`
    expect(await get(property, true)).toContain('"@odata.count":"1","value":[')
    expect(await get(property, false)).toContain('"@odata.count":1,"value":[')
  })
})

describe('Metadata levels of rows that a request makes (OData JSON 4.01, 4.5.3 and 4.5.8)', () => {
  const filter = "filter(id in ('e0','e1'))"
  const group = { '@odata.id': null, statusInfo: { status: 'String' } } // it has no URL
  const total = { 'n@odata.type': '#Int64', n: 2, a: 6 }
  const day = { 'day@odata.type': '#Date', day: '2017-01-01', 'n@odata.type': '#Int64', n: 2 }

  it.each<[string, string, Json]>([
    [
      'none',
      'groupby((statusInfo/status),aggregate($count as n,durationInMilliseconds with average as a))',
      { statusInfo: { status: 'String' }, n: 2, a: 6 }
    ],
    [
      'minimal',
      'groupby((statusInfo/status),aggregate($count as n,durationInMilliseconds with average as a))',
      { ...group, ...total }
    ],
    [
      'full',
      'groupby((statusInfo/status),aggregate($count as n,durationInMilliseconds with average as a))',
      { ...group, ...total }
    ],
    [
      'minimal',
      'compute(date(activityDateTime) as day)/groupby((day),aggregate($count as n))',
      { '@odata.id': null, ...day }
    ],
    ['minimal', 'groupby((durationInMilliseconds))', { '@odata.id': null, durationInMilliseconds: 6 }],
    [
      'full',
      'groupby((durationInMilliseconds))',
      { '@odata.id': null, 'durationInMilliseconds@odata.type': '#Int32', durationInMilliseconds: 6 }
    ]
  ])('%s: %s', async (level, $apply, row) => {
    const url = query(path, { $apply: `${filter}/${$apply}` })
    for (const version of ['4.0', '4.01']) {
      const headers = { Accept: `application/json;odata.metadata=${level}`, 'OData-MaxVersion': version }
      const { body } = await service.get(url, headers)
      expect(body.value).toEqual([row])
      expect('@odata.context' in body).toBe(level !== 'none')
    }
  })

  it('of values that are computed in an event: types that $metadata does not declare', async () => {
    const $compute =
      "activityDateTime add duration'P1D' as later,length(id) as n,id as s,true as b,1 divby 2 as d,null as z"
    const $select =
      'id,durationInMilliseconds,later,n,s,b,d,z,provisioningSteps($compute=length(name) as n;$select=n),sourceSystem($compute=length(displayName) as n;$select=n)'
    const { body } = await service.get(query(`${path}('e1')`, { $compute, $select }))
    expect(body).toEqual({
      '@odata.context': expect.any(String) as string,
      '@odata.type': '#microsoft.graph.provisioningObjectSummary',
      id: 'e1',
      durationInMilliseconds: 6,
      'later@odata.type': '#DateTimeOffset',
      later: '2017-01-01T21:02:10.8639373Z',
      'n@odata.type': '#Int32',
      n: 2,
      s: 'e1',
      b: true,
      d: 0.5,
      z: null,
      provisioningSteps: [{ '@odata.type': 'microsoft.graph.provisioningStep', 'n@odata.type': '#Int32', n: 10 }],
      sourceSystem: { '@odata.type': 'microsoft.graph.provisioningSystemDetails', 'n@odata.type': '#Int32', n: null }
    })
  })

  it('of casts: the types that values are cast to', async () => {
    const casts = {
      byte: 'cast(durationInMilliseconds,Edm.Byte)',
      short: 'cast(durationInMilliseconds,Edm.Int16)',
      int: "cast('7',Edm.Int32)",
      long: "cast('7',Edm.Int64)",
      single: "cast('0.5',Edm.Single)",
      double: "cast('0.5',Edm.Double)",
      decimal: "cast('0.5',Edm.Decimal)", // which is computed as a double
      guid: "cast('3f2504e0-4f89-11d3-9a0c-0305e82c3301',Edm.Guid)",
      text: 'cast(durationInMilliseconds,Edm.String)',
      day: "cast('2016-12-31',Edm.Date)"
    }
    const $compute = Object.entries(casts).map(([name, cast]) => `${cast} as ${name}`)
    const url = query(`${path}('e1')`, { $compute: $compute.join(), $select: Object.keys(casts).join() })
    const { body } = await service.get(url, { Accept: 'application/json;IEEE754Compatible=true' })
    expect(body).toMatchObject({
      ...{ 'byte@odata.type': '#Byte', byte: 6, 'short@odata.type': '#Int16', short: 6 },
      ...{ 'int@odata.type': '#Int32', int: 7, 'long@odata.type': '#Int64', long: '7' },
      ...{ 'single@odata.type': '#Single', single: 0.5, double: 0.5, decimal: 0.5, text: '6' },
      ...{ 'guid@odata.type': '#Guid', guid: '3f2504e0-4f89-11d3-9a0c-0305e82c3301' },
      ...{ 'day@odata.type': '#Date', day: '2016-12-31' }
    })
    for (const name of ['double', 'decimal', 'text']) expect(body).not.toHaveProperty([`${name}@odata.type`])
  })

  it('of properties, by themselves and as extremes: the types that $metadata declares for them', async () => {
    const { body } = await service.get(
      query(`${path}('e1')`, { $compute: 'durationInMilliseconds as d,action as a', $select: 'd,a' })
    )
    expect(body).toMatchObject({ 'd@odata.type': '#Int32', d: 6, a: 'Action value' })
    expect(body).not.toHaveProperty(['a@odata.type'])
    const extremes = 'durationInMilliseconds with max as d,durationInMilliseconds with sum as s'
    const years = 'compute(year(activityDateTime) as y)/groupby((y))'
    const rows = async ($apply: string) =>
      (
        await service.get(query(path, { $apply: `${filter}/${$apply}` }), {
          Accept: 'application/json;IEEE754Compatible=true'
        })
      ).body.value
    expect(await rows(`aggregate(${extremes})`)).toEqual([
      { '@odata.id': null, 'd@odata.type': '#Int32', d: 6, 's@odata.type': '#Int64', s: '12' }
    ])
    expect(await rows(years)).toEqual([{ '@odata.id': null, 'y@odata.type': '#Int32', y: 2017 }])
  })

  it('of infinite numbers, which are strings: their type', async () => {
    const $compute = '1 divby 0 as i,-1 divby 0 as j,0 divby 0 as n,1 divby 2 as d'
    const url = query(`${path}('e1')`, { $compute, $select: 'i,j,n,d' })
    for (const level of ['minimal', 'full'])
      expect((await service.get(url, { Accept: `application/json;metadata=${level}` })).body).toMatchObject({
        'i@odata.type': '#Double',
        i: 'INF',
        'j@odata.type': '#Double',
        j: '-INF',
        'n@odata.type': '#Double',
        n: 'NaN',
        d: 0.5
      })
    expect((await service.get(url)).body).not.toHaveProperty(['d@odata.type'])
    expect((await service.get(url, PLAIN)).body).toEqual({ i: 'INF', j: '-INF', n: 'NaN', d: 0.5 })
  })

  it('of a page: none keeps the links that a client needs', async () => {
    const headers = { Accept: 'application/json;odata.metadata=none', Prefer: 'maxpagesize=1' }
    const { body } = await service.get(`${path}?$select=id`, headers)
    expect(Object.keys(body)).toEqual(['value', '@odata.nextLink'])
  })
})
