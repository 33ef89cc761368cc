import { errorOf, query, sharedService, valuesOf, type Json } from '../../support/service.ts'

const service = sharedService()
const path = '/auditLogs/provisioning'
const at = (minute: number) => `2024-05-01T12:0${minute}:00Z`
const get = async (url: string) => service.get(encodeURI(url))

const modifiedProperties = ['x', 'y', 'z'].map((displayName) => ({ displayName, newValue: 'v' }))

beforeAll(async () => {
  for (const [index, id] of ['a', "it's", 'c/d', 'e'].entries()) {
    const event = { id, activityDateTime: at(index), jobId: `job ${index}`, durationInMilliseconds: index }
    await service.post(path, id === 'e' ? { ...event, modifiedProperties } : event)
  }
})

describe('An entity (URL Conventions 4.01, 4.3, 4.10)', () => {
  it.each<[string, string]>([
    [`${path}('a')`, 'a'],
    [`${path}(id='a')`, 'a'],
    [`${path}( id = 'a' )`, 'a'],
    [`${path}(@k)?@k='a'`, 'a'],
    [`${path}(id=@k)?@k='a'`, 'a'],
    [`${path}(@k)?@k='it''s'`, "it's"],
    [`${path}('it''s')`, "it's"],
    [`${path}/it's`, "it's"],
    [`${path}(@k)?@k='c/d'`, 'c/d'],
    [`${path}/microsoft.graph.provisioningObjectSummary('a')`, 'a'],
    [`${path}/microsoft.graph.provisioningObjectSummary/a`, 'a'],
    [`${path}('a')/microsoft.graph.provisioningObjectSummary`, 'a'],
    [`${path}/a/microsoft.graph.provisioningObjectSummary`, 'a'],
    [`/$entity?$id=auditLogs/provisioning('a')`, 'a'],
    [`/$entity?$id=auditLogs/provisioning/a`, 'a'],
    [`/$entity?id=/auditLogs/provisioning('it''s')`, "it's"],
    [`/$entity/microsoft.graph.provisioningObjectSummary?$id=auditLogs/provisioning('a')`, 'a'],
    [`/beta/$entity?$id=/beta/auditLogs/directoryProvisioning(id='a')`, 'a']
  ])('%s is found', async (url, id) => {
    const { status, body } = await get(url)
    expect([status, body.id]).toEqual([200, id])
  })

  it('is found by its absolute URL, with query options', async () => {
    const id = `${service.url}${path}('a')`
    const { body } = await service.get(query('/$entity', { $id: id, $select: 'jobId' }))
    expect(body).toEqual({
      '@odata.context': `${service.url}/$metadata#auditLogs/provisioning(jobId)/$entity`,
      '@odata.type': '#microsoft.graph.provisioningObjectSummary',
      '@odata.id': id,
      jobId: 'job 0'
    })
  })

  it.each<[string, number]>([
    [`${path}(@k)`, 400],
    [`${path}(@k)?@k=a`, 400],
    [`${path}(@k)?@k=1`, 400],
    [`${path}(@k)?@k=null`, 400],
    [`${path}(@k)?@j='a'`, 400],
    [`${path}(@k)?@k=@j&@j='a'`, 400],
    [`${path}()`, 400],
    [`${path}(a)`, 400],
    [`${path}('a','b')`, 400],
    [`${path}('a',)`, 400],
    [`${path}(,'a')`, 400],
    [`${path}(name='a')`, 400],
    [`${path}(@k)?@k='a'&@k='a'`, 400],
    [`${path}('a')?@=1`, 400],
    [`${path}('a')?@1=1`, 400],
    [`${path}(@k)?@k='z'`, 404],
    ['/$entity', 400],
    ['/$entity?$id=', 400],
    ['/$entity?$id=auditLogs/provisioning', 400],
    [`/$entity?$id=auditLogs/provisioning('a')/jobId`, 400],
    [`/$entity?$id=auditLogs/provisioning('a')?$select=id`, 400],
    [`/$entity?$id=auditLogs/provisioning('z')`, 404],
    [`/$entity?$id=http://other.host/auditLogs/provisioning('a')`, 404],
    [`/$entity/jobId?$id=auditLogs/provisioning('a')`, 400],
    [`${path}('a')?$id=x`, 400]
  ])('is not found at %s: %d', async (url, status) => {
    expect((await get(url)).status).toBe(status)
  })
})

describe('References (Protocol 4.01, 11.2.8; JSON 4.01, section 14)', () => {
  const reference = (id: string, collection = path) => ({ '@odata.id': `${service.url}${collection}('${id}')` })

  it('are read of a collection, of an entity and of the singleton', async () => {
    expect((await get(`${path}/$ref?$filter=durationInMilliseconds lt 2&$orderby=id&$count=true`)).body).toEqual({
      '@odata.context': `${service.url}/$metadata#Collection($ref)`,
      '@odata.count': 2,
      value: [reference('a'), reference("it''s")]
    })
    for (const url of [`${path}('a')/$ref`, `${path}/a/$ref`])
      expect((await get(url)).body).toEqual({
        '@odata.context': `${service.url}/$metadata#$ref`,
        ...reference('a')
      })
    expect((await get('/auditLogs/$ref')).body['@odata.id']).toBe(`${service.url}/auditLogs`)
  })

  it.each(['', '/beta', '/v1.0'])('are resolved by $entity, that of the singleton, too: %j', async (root) => {
    for (const [url, options] of [
      ['/auditLogs', '&$expand=provisioning($top=1;$orderby=id;$select=id)'],
      [`${path}('a')`, '&$select=id']
    ]) {
      const { body } = await get(`${root}${url}/$ref`)
      const resolved = await get(`${root}/$entity?$id=${String(body['@odata.id'])}${options}`)
      expect(resolved.body).toEqual((await get(`${root}${url}?${options}`)).body)
      expect(JSON.stringify(resolved.body)).toContain('"id":"a"')
    }
  })

  it('come in pages', async () => {
    const seen: unknown[] = []
    for (let next: string | undefined = `${path}/$ref?$orderby=id desc`; next;) {
      const { body } = await service.get(next, { Prefer: 'maxpagesize=3' })
      seen.push(...(body.value as Json[]))
      next = (body['@odata.nextLink'] as string | undefined)?.replace(service.url, '')
    }
    expect(seen).toEqual(
      ['e', 'c%2Fd', 'a']
        .toSpliced(2, 0, "it''s")
        .map((id) => reference(id))
        .sort(byUrl)
    )
  })
  const byUrl = (a: Json, b: Json) => (String(a['@odata.id']) < String(b['@odata.id']) ? 1 : -1)

  it('have their address at every metadata level', async () => {
    for (const level of ['none', 'full']) {
      const { body } = await service.get(`${path}/a/$ref`, { Accept: `application/json;metadata=${level}` })
      expect(body).toMatchObject(reference('a'))
    }
  })

  it.each<[string, number]>([
    [`${path}/z/$ref`, 404],
    [`${path}/a/jobId/$ref`, 404],
    [`${path}/a/$ref?$select=id`, 400],
    [`${path}/$ref?$select=id`, 400],
    [`${path}/$ref?$filter=x eq 1`, 400]
  ])('are not read at %s: %d', async (url, status) => expect((await get(url)).status).toBe(status))

  it('are not written', async () => {
    for (const method of ['POST', 'PUT', 'DELETE'])
      expect((await service.send(method, `${path}/$ref`, {})).status).toBe(405)
  })
})

describe('A path with conditions (URL Conventions 4.01, 4.12)', () => {
  it.each<[string, unknown[]]>([
    [`${path}/$filter(durationInMilliseconds ge 2)`, ['e', 'c/d']],
    [`${path}/$filter(@f)?@f=durationInMilliseconds ge 2`, ['e', 'c/d']],
    [`${path}/$filter(@f)?@f=durationInMilliseconds ge 2&$filter=id ne 'e'`, ['c/d']],
    [`${path}/$filter(durationInMilliseconds ge 1)/$filter(durationInMilliseconds le 2)?$orderby=id`, ['c/d', "it's"]],
    [`${path}/$filter(id eq 'a' or id eq 'e')?$filter=false or true`, ['e', 'a']],
    [`${path}/$filter(durationInMilliseconds ge 2)?$filter=true&@filter1=false`, ['e', 'c/d']],
    [`${path}/$filter(durationInMilliseconds ge 2)?$apply=topcount(1,durationInMilliseconds)`, ['e']],
    [`${path}/$filter(durationInMilliseconds lt 2)?$apply=filter(id ne 'a')`, ["it's"]]
  ])('%s has the entities for which they hold', async (url, ids) => {
    const answer = await get(url)
    expect([answer.status, valuesOf(answer).map(({ id }) => id)]).toEqual([200, ids])
  })

  it('may lead to a collection of an entity', async () => {
    const url = `${path}('e')/modifiedProperties/$filter(displayName ne 'x')`
    expect(valuesOf(await get(url)).map(({ displayName }) => displayName)).toEqual(['y', 'z'])
    expect((await get(`${url}/$count`)).text).toBe('2')
    expect((await get(`${url}/$filter(@f)/$count?@f=newValue eq 'v'&$filter=displayName ne 'z'`)).text).toBe('1')
    expect((await get(`${url}/microsoft.graph.modifiedProperty/$count`)).text).toBe('2')
  })

  it('is counted, referred to, and paged through', async () => {
    expect((await get(`${path}/$filter(durationInMilliseconds ge 2)/$count`)).text).toBe('2')
    expect(valuesOf(await get(`${path}/$filter(@f)/$ref?@f=id eq 'a'`))).toHaveLength(1)
    const first = await service.get(`${encodeURI(path)}/$filter(@f)?@f=durationInMilliseconds%20ge%202&$filter=true`, {
      Prefer: 'maxpagesize=1'
    })
    const next = String(first.body['@odata.nextLink']).replace(service.url, '')
    expect(valuesOf(await service.get(next)).map(({ id }) => id)).toEqual(['c/d'])
  })

  it('takes no POST, and says so', async () => {
    for (const [method, status] of Object.entries({ OPTIONS: 204, POST: 405 })) {
      const answer = await service.send(method, `${path}/$filter(@f)?@f=true`, method === 'POST' ? {} : undefined)
      expect([answer.status, answer.headers.get('allow')]).toEqual([status, 'GET, HEAD, OPTIONS'])
    }
  })

  it.each<[string, number]>([
    [`${path}/$filter()`, 400],
    [`${path}/$filter(id)`, 400],
    [`${path}/$filter(id eq 'a') or (true)`, 400],
    [`${path}/$filter(true) or (false)`, 400],
    [`${path}/$filter(true) or (false)?$filter=true`, 400],
    [`${path}/$filter(true)?$filter=true) or (true`, 400],
    [`${path}/$filter(true)?$apply=identity)`, 400],
    [`${path}/$filter(true)('a')`, 501],
    [`${path}/$filter(contains(id,')('))('a')`, 501],
    [`${path}/$filter(true)/a`, 501],
    [`${path}/$filter(true)/a.b`, 501],
    [`${path}/$filter(true)/a/modifiedProperties`, 501],
    [`${path}/a/$filter(true)`, 404],
    [`${path}/a/initiatedBy/$filter(true)`, 404],
    [`${path}/a/targetSystem/details/$filter(true)`, 404],
    ['/$filter(true)', 404],
    ['/auditLogs/$filter(true)', 404]
  ])('%s is refused: %d', async (url, status) => expect((await get(url)).status).toBe(status))
})

describe('What is part of the standard', () => {
  it.each([
    '/$all',
    '/$crossjoin(auditLogs,auditLogs)',
    `${path}/$each`,
    `${path}/$filter(true)/$each`,
    `${path}/a/targetSystem/details/list/$count`,
    `${path}?$index=1`,
    `${path}?$schemaversion=1`,
    '/auditLogs?$expand=provisioning($levels=2)',
    '/auditLogs?$expand=provisioning($apply=identity)'
  ])('and not of this service, is 501: %s', async (url) => {
    const answer = await get(url)
    expect([answer.status, errorOf(answer).code]).toEqual([501, 'notImplemented'])
  })
})

describe('The number of entities (Protocol 4.01, 11.2.10)', () => {
  it.each<[string, string]>([
    ['', '4'],
    ["?$filter=id ne 'a'", '3'],
    ['?$top=1&$skip=2&$orderby=id desc&$expand=*', '4'],
    ['?$format=text/plain', '4']
  ])('does not depend on the order and part that is asked for: %s', async (options, count) => {
    expect((await get(`${path}/$count${options}`)).text).toBe(count)
  })

  it.each(['$top=-1', '$skip=x', '$orderby=nothing', '$orderby=', '$expand=jobId', '$select=id', '$count=true'])(
    'is refused with %s',
    async (option) => expect((await get(`${path}/$count?${option}`)).status).toBe(400)
  )
})

describe('$expand', () => {
  const expanded = async (value: string) => (await get(`/auditLogs?$expand=${value}`)).body

  it('gives references', async () => {
    const body = await expanded('provisioning/$ref($orderby=id;$top=2;$count=true)')
    expect(body).toEqual({
      '@odata.context': `${service.url}/$metadata#auditLogs`,
      '@odata.type': '#microsoft.graph.auditLogRoot',
      'provisioning@odata.count': 4,
      provisioning: ['a', 'c%2Fd'].map((id) => ({ '@odata.id': `${service.url}${path}('${id}')` }))
    })
  })

  it('gives numbers', async () => {
    expect(await expanded("provisioning/$count($filter=id ne 'a'),directoryProvisioning/$count")).toEqual({
      '@odata.context': `${service.url}/$metadata#auditLogs`,
      '@odata.type': '#microsoft.graph.auditLogRoot',
      'provisioning@odata.count': 3,
      'directoryProvisioning@odata.count': 4
    })
  })

  it('takes a cast to the type itself, and options in any case and without $', async () => {
    const type = 'microsoft.graph.provisioningObjectSummary'
    const body = await expanded(`provisioning/${type}(TOP=1; $Select = id ;expand=*)`)
    expect((body.provisioning as Json[]).map(({ id }) => id)).toEqual(['e'])
  })

  it.each([
    'provisioning($top=1;$top=2)',
    'provisioning($top=1;top=1)',
    'provisioning()',
    'provisioning($top=1;)',
    'provisioning(;$top=1)',
    'provisioning($top)',
    'provisioning(top)',
    'provisioning($top=1',
    'provisioning($skiptoken=x)',
    'provisioning($expand=jobId)',
    'provisioning,provisioning/$ref',
    'provisioning/$ref($select=id)',
    'provisioning/$count($top=1)',
    'provisioning/$value',
    'provisioning/id',
    'provisioning/$ref/$count',
    ''
  ])('refuses %s', async (value) => {
    const answer = await get(`/auditLogs?$expand=${value}`)
    expect([answer.status, errorOf(answer).code]).toEqual([400, 'invalidQueryOption'])
  })
})
