import { createGunzip } from 'node:zlib'
import { get as httpGet } from 'node:http'
import { documentedExample, errorOf, PLAIN, query, sharedService, valuesOf, type Json } from '../../support/service.ts'

const service = sharedService()
const path = '/auditLogs/provisioning'
const at = '2024-05-01T12:00:00Z'

beforeAll(async () => {
  for (let i = 0; i < 3; i++) await service.post(path, { ...documentedExample, id: `e${i}`, jobId: `job ${i}` })
})

describe('The version of OData (Protocol 4.01, 8.1.5 and 8.2.7)', () => {
  it.each<[Record<string, string>, string]>([
    [{}, '4.0'],
    [{ 'OData-MaxVersion': '4.0' }, '4.0'],
    [{ 'OData-MaxVersion': '4.01' }, '4.01'],
    [{ 'OData-MaxVersion': '5.0' }, '4.01'],
    [{ 'OData-Version': '4.01', 'OData-MaxVersion': '4.0' }, '4.0'],
    [{ 'OData-Version': '4.0;NetFx', 'OData-MaxVersion': '4.0;NetFx' }, '4.0'], // Microsoft.OData.Client 6
    [{ 'OData-Version': '4.0;', 'OData-MaxVersion': '4.01;NetFx' }, '4.01']
  ])('for %j is %s', async (headers, version) => {
    const answer = await service.get(`${path}/e0`, headers)
    expect([answer.status, answer.headers.get('odata-version')]).toEqual([200, version])
  })

  it.each([
    ['/%ff', 400],
    ['/nothing', 404],
    [`${path}?$filter=(`, 400],
    ['/app/nothing', 404]
  ])('of errors is that of answers: %s', async (url, status) => {
    for (const [most, version] of [
      ['4.0', '4.0'],
      ['4.01', '4.01'],
      ['x', '4.0']
    ] as const) {
      const answer = await service.get(url, { 'OData-MaxVersion': most })
      expect([most, answer.headers.get('odata-version')]).toEqual([most, version])
      if (most !== 'x') expect(answer.status).toBe(status)
    }
  })

  it.each<Record<string, string>>([
    { 'OData-MaxVersion': '3.0' },
    { 'OData-MaxVersion': 'x' },
    { 'OData-MaxVersion': '' },
    { 'OData-MaxVersion': '4' },
    { 'OData-MaxVersion': '4.0x' },
    { 'OData-MaxVersion': '3.0;NetFx' },
    { 'OData-Version': '3.0' },
    { 'OData-Version': '3.0;NetFx' },
    { 'OData-Version': '4.02' },
    { 'OData-Version': '4.0, 4.01' }
  ])('is refused for %j', async (headers) => expect((await service.get(path, headers)).status).toBe(400))

  it('4.01 has control information without the prefix "odata."', async () => {
    const body = {
      '@type': '#microsoft.graph.provisioningObjectSummary',
      activityDateTime: at,
      initiatedBy: { '@type': '#microsoft.graph.initiator' }
    }
    expect((await service.post(path, body, { 'OData-Version': '4.01' })).status).toBe(201)
    expect((await service.post(path, { ...body, '@type': '#microsoft.graph.user' })).status).toBe(400)
  })
})

describe('Prefer: return (Protocol 4.01, 8.2.8.8)', () => {
  it('minimal gives 204 with the location', async () => {
    const { status, headers, text } = await service.post(
      path,
      { id: 'm', activityDateTime: at },
      { Prefer: 'return=minimal' }
    )
    expect([status, text, headers.get('preference-applied')]).toEqual([204, '', 'return=minimal'])
    expect(headers.get('location')).toBe(`${service.url}${path}('m')`)
    expect(headers.get('odata-entityid')).toBe(`${service.url}${path}('m')`)
    expect((await service.get(`${path}/m`)).status).toBe(200)
  })

  it('representation gives the entity', async () => {
    const { status, headers, body } = await service.post(
      path,
      { id: 'r', activityDateTime: at },
      { Prefer: 'return=representation' }
    )
    expect([status, body.id, headers.get('preference-applied')]).toEqual([201, 'r', 'return=representation'])
  })

  it('is told from other preferences, which may have commas in quotes', async () => {
    const { headers, status } = await service.post(
      path,
      { activityDateTime: at },
      { Prefer: 'odata.include-annotations="display.*,-core.*"; return=minimal' }
    )
    expect([status, headers.get('preference-applied')]).toEqual([
      204,
      'odata.include-annotations="display.*,-core.*", return=minimal'
    ])
  })

  it('respond-async is ignored', async () => {
    expect((await service.post(path, { activityDateTime: at }, { Prefer: 'respond-async' })).status).toBe(201)
  })
})

describe('Compression', () => {
  it('is used where the client accepts it', async () => {
    const url = `${service.url}/$metadata`
    const text = await new Promise<string>((resolve) => {
      httpGet(url, { headers: { 'Accept-Encoding': 'gzip' } }, (response) => {
        expect(response.headers['content-encoding']).toBe('gzip')
        let body = ''
        response
          .pipe(createGunzip())
          .on('data', (chunk) => (body += String(chunk)))
          .on('end', () => resolve(body))
      })
    })
    expect(text).toContain('<edmx:Edmx')
  })
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

describe('$expand on the singleton (URL Conventions 4.01, 5.1.2)', () => {
  it('gives the collections, each with its options', async () => {
    const { body } = await service.get(
      query('/beta/auditLogs', {
        $expand:
          "provisioning($filter=contains(jobId,'job 1');$select=id;$count=true),directoryProvisioning($top=1;$orderby=id desc;$select=jobId;$filter=startswith(jobId,'job'))"
      })
    )
    const type = '#microsoft.graph.provisioningObjectSummary'
    expect(body).toEqual({
      '@odata.context': `${service.url}/beta/$metadata#auditLogs(provisioning(id),directoryProvisioning(jobId))`,
      '@odata.type': '#microsoft.graph.auditLogRoot',
      provisioning: [{ '@odata.type': type, id: 'e1' }],
      'provisioning@odata.count': 1,
      directoryProvisioning: [
        {
          '@odata.type': type,
          '@odata.id': `${service.url}/beta/auditLogs/directoryProvisioning('e2')`,
          jobId: 'job 2'
        }
      ],
      'directoryProvisioning@odata.nextLink': expect.stringContaining(
        '/beta/auditLogs/directoryProvisioning?$top=1&$orderby=id%20desc&'
      ) as string
    })
    const link = body['directoryProvisioning@odata.nextLink'] as string
    expect(valuesOf(await service.get(link.slice(service.url.length)))).toMatchObject([{ jobId: 'job 1' }])
  })

  it('shows in the context URL what each has besides its properties', async () => {
    const $expand =
      'provisioning($compute=durationInMilliseconds add 1 as more),directoryProvisioning($select=id,jobId)'
    const { body } = await service.get(query('/auditLogs', { $expand }))
    const list = 'provisioning(*,more),directoryProvisioning(id,jobId)'
    expect(body['@odata.context']).toBe(`${service.url}/$metadata#auditLogs(${list})`)
  })

  it('gives all of them for *', async () => {
    const { body } = await service.get('/auditLogs?$expand=*')
    expect(Object.keys(body)).toEqual(['@odata.context', '@odata.type', 'provisioning', 'directoryProvisioning'])
    expect(body['@odata.context']).toBe(`${service.url}/$metadata#auditLogs`)
  })

  it.each(['*/$count,provisioning/$ref', 'provisioning/$ref,*/$count'])(
    'gives for * those that have no item of their own: %s',
    async ($expand) => {
      const { body } = await service.get(query('/auditLogs', { $expand }))
      const members = ['provisioning', 'directoryProvisioning@odata.count']
      expect(Object.keys(body)).toEqual(['@odata.context', '@odata.type', ...members])
    }
  )

  it.each([
    ['provisioning', '', '(provisioning())'],
    [
      'provisioning($top=1),directoryProvisioning($select=id)',
      '(directoryProvisioning(id))',
      '(provisioning(),directoryProvisioning(id))'
    ],
    ['provisioning/$ref,directoryProvisioning/$count', '', '']
  ])('has a context URL by the version (Protocol 4.01, 10.10): %s', async ($expand, at40, at401) => {
    for (const [version, list] of [
      ['4.0', at40],
      ['4.01', at401]
    ] as const) {
      const { body } = await service.get(query('/auditLogs', { $expand }), { 'OData-MaxVersion': version })
      expect(body['@odata.context']).toBe(`${service.url}/$metadata#auditLogs${list}`)
    }
  })

  it.each([
    ['provisioning', {}, '(provisioning)', []],
    ['*', {}, '', []],
    [' provisioning , provisioning,*', { $expand: 'provisioning($top=0)' }, '(provisioning)', ['provisioning']],
    [
      'provisioning',
      { $expand: 'directoryProvisioning($top=0;$select=id)' },
      '(provisioning,directoryProvisioning(id))',
      ['directoryProvisioning']
    ]
  ])('takes $select=%s with %j (Protocol 4.01, 11.2.5.1)', async ($select, options, list, expanded) => {
    const { status, body } = await service.get(query('/auditLogs', { $select, ...options }))
    expect([status, body['@odata.context']]).toEqual([200, `${service.url}/$metadata#auditLogs${list}`])
    expect(Object.keys(body)).toEqual(['@odata.context', '@odata.type', ...expanded])
  })

  it('shows the links that are selected with the level full', async () => {
    const full = { Accept: 'application/json;metadata=full' }
    const { body } = await service.get('/auditLogs?$select=directoryProvisioning', full)
    const url = `${service.url}/auditLogs/directoryProvisioning`
    const { '@odata.context': _, '@odata.type': __, '@odata.id': ___, '@odata.readLink': ____, ...links } = body
    expect(links).toEqual({
      'directoryProvisioning@odata.associationLink': `${url}/$ref`,
      'directoryProvisioning@odata.navigationLink': url
    })
  })

  it.each(['id', 'provisioning/id', 'Provisioning', '', 'auditLogs'])('refuses $select=%s', async ($select) => {
    const answer = await service.get(query('/auditLogs', { $select }))
    expect([answer.status, errorOf(answer).target]).toEqual([400, '$select'])
  })

  it('has what is said of a collection just before it (OData JSON 4.01, 4.4)', async () => {
    const $expand = 'provisioning($top=1;$count=true),directoryProvisioning/$count'
    const { body } = await service.get(query('/beta/auditLogs', { $expand }), {
      Accept: 'application/json;metadata=full'
    })
    expect(Object.keys(body)).toEqual([
      '@odata.context',
      '@odata.type',
      '@odata.id',
      '@odata.readLink',
      'provisioning@odata.associationLink',
      'provisioning@odata.navigationLink',
      'provisioning@odata.count',
      'provisioning',
      'provisioning@odata.nextLink',
      'directoryProvisioning@odata.associationLink',
      'directoryProvisioning@odata.navigationLink',
      'directoryProvisioning@odata.count'
    ])
  })

  it.each([
    'foo',
    'provisioning,provisioning',
    '*,*',
    '*,provisioning,provisioning',
    'provisioning($foo=1)',
    'provisioning($filter=foo eq 1)',
    '',
    'provisioning(',
    'provisioning/jobId'
  ])('refuses %j', async ($expand) => expect((await service.get(query('/auditLogs', { $expand }))).status).toBe(400))
})

describe('Delta links (Protocol 4.01, 11.3)', () => {
  const tracked = { Prefer: 'odata.track-changes' }
  const relative = (link: unknown) => String(link).slice(service.url.length)

  /** Reads to the end, as a collector does. */
  async function collect(url: string, headers?: Record<string, string>) {
    const ids: unknown[] = []
    for (let next = url; ;) {
      const { status, body, text } = await service.get(next, headers)
      expect([status, text]).toEqual([200, expect.any(String)])
      ids.push(...(body.value as Json[]).map(({ id }) => id))
      if (body['@odata.deltaLink']) return { ids, delta: relative(body['@odata.deltaLink']) }
      next = relative(body['@odata.nextLink'])
    }
  }

  it('are given where the client asks for them, and return what was added since', async () => {
    const first = await service.get(`${path}?$select=id`, tracked)
    expect(first.headers.get('preference-applied')).toBe('odata.track-changes')
    const delta = relative(first.body['@odata.deltaLink'])
    expect((await service.get(delta)).body.value).toEqual([])

    await service.post(path, { id: 'late', activityDateTime: '1999-01-01T00:00:00Z' })
    await service.post(path, { id: 'later', activityDateTime: at })
    const second = await service.get(delta)
    expect(second.body).toEqual({
      '@odata.context': `${service.url}/$metadata#auditLogs/provisioning(id)/$delta`,
      value: ['late', 'later'].map((id) => ({ '@odata.type': '#microsoft.graph.provisioningObjectSummary', id })),
      '@odata.deltaLink': expect.any(String) as string
    })
    expect((await service.get(relative(second.body['@odata.deltaLink']))).body.value).toEqual([])
    const further = await service.get(relative(second.body['@odata.deltaLink']), { Prefer: 'track-changes' })
    expect(further.headers.get('preference-applied')).toBe('odata.track-changes')
  })

  it('keep the filter', async () => {
    const { delta } = await collect(query(path, { $filter: "jobId eq 'mine'" }), tracked)
    await service.post(path, { id: 'not mine', activityDateTime: at })
    await service.post(path, { id: 'mine', activityDateTime: at, jobId: 'mine' })
    expect((await collect(delta)).ids).toEqual(['mine'])
  })

  it.each([
    ['the preference', `${path}?$select=id`, 'odata.track-changes, odata.maxpagesize=2'],
    ['$top, as in Graph', `/beta${path}?$select=id&$top=2`, 'odata.track-changes']
  ])('keep the size of pages that the first request has by %s', async (_, url, Prefer) => {
    let { delta } = await collect(url, { Prefer })
    for (const sizes of [
      [2, 1],
      [2, 2, 1]
    ]) {
      for (let i = 0; i < sizes.length * 2 - 1; i++) await service.post(path, { activityDateTime: at })
      const found: number[] = []
      for (let next: string | undefined = delta; next;) {
        const { body } = await service.get(next)
        found.push((body.value as Json[]).length)
        if (body['@odata.deltaLink']) delta = relative(body['@odata.deltaLink'])
        next = body['@odata.nextLink'] ? relative(body['@odata.nextLink']) : undefined
      }
      expect(found).toEqual(sizes)
    }
  })

  it('give every event exactly once while several clients write', async () => {
    const writers = Promise.all(
      Array.from({ length: 8 }, async (_, writer) => {
        for (let i = 0; i < 25; i++)
          await service.post(path, {
            id: `w${writer}-${i}`,
            activityDateTime: `20${10 + ((i * 7) % 30)}-01-01T00:00:00Z`
          })
      })
    )
    const headers = { Prefer: 'odata.track-changes,maxpagesize=20' }
    let { ids, delta } = await collect(path, headers)
    const seen = [...ids]
    let isDone = false
    void writers.then(() => (isDone = true))
    for (let last = false; !last;) {
      last = isDone
      ;({ ids, delta } = await collect(delta, { Prefer: 'maxpagesize=7' }))
      seen.push(...ids)
    }
    const written = seen.filter((id) => String(id).startsWith('w'))
    expect(written).toHaveLength(200)
    expect(new Set(seen).size).toBe(seen.length)
    expect(seen).toHaveLength(Number((await service.get(`${path}/$count`)).text))
  })

  it('are not given for a part of a collection, nor for references, which would come back as entities', async () => {
    for (const options of ['?$top=1', '?$skip=1', '?$apply=aggregate($count%20as%20n)', '/$ref']) {
      const { body, headers } = await service.get(path + options, tracked)
      expect([body['@odata.deltaLink'], headers.get('preference-applied')]).toEqual([undefined, null])
    }
  })

  it('are refused if they were changed', async () => {
    const answer = await service.get(`${path}?$deltatoken=AAAA.BBBB`)
    expect([answer.status, errorOf(answer).target]).toEqual([400, '$deltatoken'])
  })
})
