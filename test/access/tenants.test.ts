import { errorOf, query, valuesOf, type Answer, type Json } from '../support/service.ts'
import { startIssuer } from '../support/issuer.ts'
import { startProduction } from '../support/production.ts'

const path = '/auditLogs/provisioning'
const at = '2024-05-01T12:00:00Z'
const SECRET = 'fabrikam-secret'

let issuer: Awaited<ReturnType<typeof startIssuer>>
let service: Awaited<ReturnType<typeof startProduction>>
/** Tokens that permit all within a tenant, and one that permits to read all tenants. */
let contoso: string, fabrikam: string, everywhere: string

const event = (id: string, jobId: string, durationInMilliseconds: number) => {
  const provisioningSteps = [{ name: jobId, details: { job: jobId } }]
  return {
    id,
    activityDateTime: at,
    jobId,
    durationInMilliseconds,
    initiatedBy: { displayName: jobId },
    provisioningSteps
  }
}

beforeAll(async () => {
  issuer = await startIssuer()
  service = await startProduction({ ...issuer.settings, CDS_REQUIRES_DB_RESULT__BYTES: '100000' })
  const roles = ['ProvisioningLog.ReadWrite.All']
  contoso = await issuer.issue({ tid: 'contoso', roles })
  fabrikam = await issuer.issue({ tid: 'fabrikam', roles })
  everywhere = await issuer.issue({ roles: [...roles, 'ProvisioningLog.AllTenants'] })
  for (const id of ['1', '2', '3']) await service.post(path, contoso, event(id, 'contoso-job', Number(id)))
  for (const id of ['1', '2', '8', '9']) await service.post(path, fabrikam, event(id, SECRET, 1000 + Number(id)))
})

afterAll(async () => {
  await service.stop()
  await issuer.stop()
})

/** Every form of a query, with what it gives of the three events of contoso. */
const QUERIES: [options: Record<string, string>, ids: unknown[]][] = [
  [{}, ['3', '2', '1']],
  [{ $filter: "jobId ne 'x' or true" }, ['3', '2', '1']],
  [{ $filter: `jobId eq '${SECRET}'` }, []],
  [{ $filter: "not (jobId eq 'x') or tenantId eq 'fabrikam'" }, ['3', '2', '1']],
  [{ $filter: "provisioningSteps/any(s:contains(s/name,'job') or contains(s/name,'secret'))" }, ['3', '2', '1']],
  [{ $search: 'secret OR job' }, ['3', '2', '1']],
  [{ $search: 'NOT nothing' }, ['3', '2', '1']],
  [{ $orderby: 'durationInMilliseconds desc', $top: '2' }, ['3', '2']],
  [{ $orderby: 'id', $skip: '1' }, ['2', '3']],
  [{ $compute: 'durationInMilliseconds add 1 as n', $filter: 'n gt 2', $orderby: 'n' }, ['2', '3']],
  [{ $apply: 'identity' }, ['3', '2', '1']],
  [{ $apply: 'filter(durationInMilliseconds gt 2)' }, ['3']],
  [{ $apply: 'search(secret OR job)/filter(durationInMilliseconds lt 3)' }, ['2', '1']],
  [{ $apply: 'topcount(1,durationInMilliseconds)' }, ['3']],
  [{ $apply: 'orderby(id desc)/top(2)' }, ['3', '2']],
  [{ $apply: 'orderby(id desc)/skip(2)/compute(length(id) as n)/filter(n eq 1)' }, ['1']],
  [{ $apply: 'concat(filter(true),topcount(1,durationInMilliseconds))' }, ['3', '2', '1', '3']],
  [{ $apply: 'groupby((id))', $orderby: 'id' }, ['1', '2', '3']],
  [
    { $apply: 'groupby((id,jobId))/groupby((id),aggregate($count as n))/filter(n gt 0)', $orderby: 'id' },
    ['1', '2', '3']
  ],
  [{ $apply: 'groupby((rollup($all,id)),aggregate($count as n))' }, ['1', '2', '3', undefined]]
]

/** Aggregates of the events of contoso. */
const TOTALS: [apply: string, total: unknown][] = [
  ['aggregate($count as total)', 3],
  ['aggregate(durationInMilliseconds with sum as total)', 6],
  ['aggregate(durationInMilliseconds with max as total)', 3],
  ['aggregate(jobId with countdistinct as total)', 1],
  ['aggregate(tenantId with max as total)', 'contoso'],
  ['groupby((jobId),aggregate($count as n))/aggregate(n with sum as total)', 3],
  ['topcount(9,durationInMilliseconds)/aggregate($count as total)', 3],
  ['compute(durationInMilliseconds mul 2 as n)/aggregate(n with sum as total)', 12]
]

describe.each([path, '/beta/auditLogs/directoryProvisioning', '/v1.0/auditLogs/provisioning'])(
  'A token of a tenant at %s',
  (log) => {
    it.each(QUERIES)('%j reads events of that tenant only', async (options, ids) => {
      const answer = await service.get(query(log, options), contoso)
      expect([answer.status, valuesOf(answer).map(({ id }) => id)]).toEqual([200, ids])
      expect(answer.text).not.toContain('fabrikam')
    })

    it.each(TOTALS)('%s is of that tenant only', async (apply, total) => {
      const answer = await service.get(query(log, { $apply: apply }), contoso)
      expect(valuesOf(answer).map((row) => row.total)).toEqual([total])
    })

    it('counts the events of that tenant only', async () => {
      expect((await service.get(`${log}/$count`, contoso)).text).toBe('3')
      expect((await service.get(query(`${log}/$count`, { $filter: "id ne 'x'" }), contoso)).text).toBe('3')
      expect((await service.get(query(`${log}/$count`, { $search: 'secret' }), contoso)).text).toBe('0')
      expect((await service.get(query(`${log}/$count`, { $apply: 'groupby((id))' }), contoso)).text).toBe('3')
      expect((await service.get(query(log, { $count: 'true', $top: '1' }), contoso)).body['@odata.count']).toBe(3)
    })

    it('does not find the events of another tenant by their ids', async () => {
      for (const part of [
        '',
        '/jobId',
        '/jobId/$value',
        '/initiatedBy',
        '/initiatedBy/displayName',
        '/provisioningSteps/$count',
        '?$select=id'
      ])
        expect((await service.get(`${log}/9${part}`, contoso)).status).toBe(404)
      expect((await service.get(`${log}/1/jobId/$value`, contoso)).text).toBe('contoso-job')
      expect((await service.get(`${log}/1/jobId/$value`, fabrikam)).text).toBe(SECRET)
    })

    it('pages through the events of that tenant only, and not by the links of another', async () => {
      const follow = async (first: string, token: string) => {
        const ids: unknown[] = []
        for (let next: string | undefined = first; next;) {
          const answer: Answer = await service.send('GET', next, token, undefined, { Prefer: 'maxpagesize=1' })
          expect(answer.text).not.toContain(SECRET)
          ids.push(...valuesOf(answer).map(({ id }) => id))
          next = answer.body['@odata.nextLink'] as string | undefined
        }
        return ids
      }
      expect(await follow(log, contoso)).toEqual(['3', '2', '1'])
      for (const other of [fabrikam, everywhere]) {
        const page = await service.send('GET', log, other, undefined, { Prefer: 'maxpagesize=1' })
        const answer = await service.get(String(page.body['@odata.nextLink']), contoso)
        expect([answer.status, errorOf(answer).target]).toEqual([400, '$skiptoken'])
      }
    })

    it('tracks the events of that tenant only, and not by the links of another', async () => {
      const track = (url: string, token: string) => service.get(url, token, { Prefer: 'track-changes' })
      const link = ({ body }: { body: Json }) => String(body['@odata.deltaLink'])
      const [own, others, all] = await Promise.all(
        [contoso, fabrikam, everywhere].map(async (each) => link(await track(log, each)))
      )
      const id = `late at ${log}`
      await service.post(path, fabrikam, event(id, SECRET, 1))
      expect(valuesOf(await service.get(own!, contoso))).toEqual([])
      expect(valuesOf(await service.get(others!, fabrikam)).map((each) => each.id)).toEqual([id])
      expect(valuesOf(await service.get(all!, everywhere)).map((each) => each.id)).toEqual([id])
      for (const [theirs, token] of [
        [others, contoso],
        [all, contoso],
        [others, everywhere]
      ] as const) {
        const answer = await service.get(theirs!, token)
        expect([answer.status, errorOf(answer).target]).toEqual([400, '$deltatoken'])
      }
      expect(
        (await service.get(own!, await issuer.issue({ tid: 'contoso', roles: ['ProvisioningLog.Create'] }))).status
      ).toBe(403)
    })
  }
)

describe('A token of a tenant', () => {
  it('expands the events of that tenant only', async () => {
    const { body, text } = await service.get(
      '/auditLogs?$expand=*($count=true;$filter=durationInMilliseconds gt 0)',
      contoso
    )
    expect([body['provisioning@odata.count'], body['directoryProvisioning@odata.count']]).toEqual([3, 3])
    expect(text).not.toContain('fabrikam')
  })

  it('reads the same in a batch, whatever the header of a part says', async () => {
    const gets = [
      path,
      `${path}/9`,
      `${path}/$count`,
      '/auditLogs?$expand=provisioning',
      query(path, { $apply: 'groupby((tenantId))' })
    ]
    const headers = {
      authorization: `Bearer ${fabrikam}`,
      'x-tenant-id': 'fabrikam',
      'content-type': 'application/json'
    }
    const requests = gets.map((url, index) => ({ id: String(index), method: 'GET', url, headers: { ...headers } }))
    const { body, text } = await service.post('/$batch', contoso, { requests })
    expect((body.responses as Json[]).map(({ status }) => status)).toEqual([200, 404, 200, 200, 200])
    expect(text).not.toContain('fabrikam')
    const parts = gets.map(
      (url) =>
        `--b\r\nContent-Type: application/http\r\n\r\nGET ${encodeURI(url)} HTTP/1.1\r\nAuthorization: Bearer ${fabrikam}\r\n\r\n\r\n`
    )
    const answer = await service.send('POST', '/$batch', contoso, `${parts.join('')}--b--\r\n`, {
      'Content-Type': 'multipart/mixed;boundary=b',
      Prefer: 'odata.continue-on-error'
    })
    expect(answer.text.match(/HTTP\/1\.1 \d+/g)).toEqual(
      [200, 404, 200, 200, 200].map((status) => `HTTP/1.1 ${status}`)
    )
    expect(answer.text).not.toContain('fabrikam')
  })

  it('gives its tenant to new events, and stores none for another', async () => {
    const filled = await service.post(path, contoso, { id: 'filled', activityDateTime: at })
    expect([filled.status, filled.body.tenantId]).toEqual([201, 'contoso'])
    const equal = await service.post(path, contoso, { id: 'equal', activityDateTime: at, tenantId: 'contoso' })
    expect([equal.status, equal.body.tenantId]).toEqual([201, 'contoso'])
    for (const tenantId of ['fabrikam', 'Contoso', '', 'contoso ']) {
      const refused = await service.post(path, contoso, { id: 'foreign', activityDateTime: at, tenantId })
      expect([refused.status, errorOf(refused).code, errorOf(refused).target]).toEqual([
        403,
        'accessDenied',
        'tenantId'
      ])
    }
    const hidden = await service.post(path, contoso, { id: 'foreign', activityDateTime: at, tenant: 'fabrikam' })
    expect([hidden.status, errorOf(hidden).code]).toEqual([400, 'unknownProperty'])
    expect((await service.get(query(`${path}/$count`, { $filter: "id eq 'foreign'" }), everywhere)).text).toBe('0')
    const again = await service.post(path, contoso, { id: 'filled', activityDateTime: at })
    expect(again.status).toBe(409)
    expect((await service.post(path, fabrikam, { id: 'filled', activityDateTime: at })).status).toBe(201)
  })

  it('stores nothing of an atomicity group with an event for another tenant', async () => {
    const part = (id: string, tenantId: string) => {
      const body = { id, activityDateTime: at, tenantId }
      return {
        id,
        atomicityGroup: 'g',
        method: 'POST',
        url: path,
        headers: { 'content-type': 'application/json' },
        body
      }
    }
    const requests = [part('own', 'contoso'), part('theirs', 'fabrikam')]
    const { body } = await service.post('/$batch', contoso, { requests })
    expect((body.responses as Json[])[1]!.status).toBe(403)
    expect((await service.get(`${path}/own`, contoso)).status).toBe(404)
  })

  it.each(['tenant', 'tenant ', 'activityDateTime_utc'])('cannot ask for what is hidden: %s', async (name) => {
    const options: Record<string, string>[] = [
      { $filter: `${name} eq 'fabrikam'` },
      { $select: name },
      { $orderby: name },
      { $apply: `groupby((${name}))` }
    ]
    for (const each of options) expect((await service.get(query(path, each), contoso)).status).toBe(400)
    expect((await service.get('/Arrivals', contoso)).status).toBe(404)
  })
})

describe('At /v1.0 a token of a tenant', () => {
  const log = '/v1.0/auditLogs/provisioning'
  const details = { ServicePrincipalId: SECRET, ServicePrincipalDisplayName: SECRET }

  beforeAll(async () => {
    const secret = { activityDateTime: at, action: SECRET, statusInfo: { status: SECRET }, targetSystem: { details } }
    expect((await service.post(path, fabrikam, { ...secret, id: 'principal' })).status).toBe(201)
  })

  it.each<[Record<string, string>, unknown[]]>([
    [{ $filter: `servicePrincipal/id eq '${SECRET}'` }, []],
    [{ $filter: 'servicePrincipal ne null' }, []],
    [{ $filter: "contains(tolower(servicePrincipal/displayName),'secret')", $count: 'true' }, []],
    [{ $filter: "provisioningAction eq 'unknownFutureValue' or provisioningStatusInfo ne null" }, []],
    [{ $search: 'secret' }, []],
    [{ $apply: 'groupby((servicePrincipal/id))' }, [null]],
    [{ $apply: 'groupby((provisioningAction,provisioningStatusInfo/status))' }, [undefined]]
  ])('reads nothing of another: %j', async (options, principals) => {
    const answer = await service.get(query(log, options), contoso)
    expect(answer.status).toBe(200)
    const found = valuesOf(answer).map((each) => (each.servicePrincipal as Json | undefined)?.id)
    expect(found).toEqual(principals)
    expect(answer.text).not.toMatch(/fabrikam|unknownFutureValue/)
  })

  it('finds no property of the event of another', async () => {
    for (const part of ['', '/servicePrincipal', '/servicePrincipal/id/$value', '/provisioningAction/$value'])
      expect((await service.get(`${log}/principal${part}`, contoso)).status).toBe(404)
    expect((await service.get(`${log}/principal/servicePrincipal/id/$value`, fabrikam)).text).toBe(SECRET)
  })

  it('gives its tenant to new events, and stores none for another', async () => {
    const filled = await service.post(log, contoso, { id: 'today', activityDateTime: at })
    expect([filled.status, filled.body.tenantId]).toEqual([201, 'contoso'])
    expect((await service.get(`${path}/today/tenantId/$value`, contoso)).text).toBe('contoso')
    const refused = await service.post(log, contoso, { activityDateTime: at, tenantId: 'fabrikam' })
    expect([refused.status, errorOf(refused).target]).toEqual([403, 'tenantId'])
  })

  it.each(['tenant', 'activityDateTime_utc', 'representationTag', 'emptyObjects', 'provisioningStatusInfo/presence'])(
    'cannot ask for what is hidden: %s',
    async (name) => {
      const all: Record<string, string>[] = [{ $filter: `${name} eq 'x'` }, { $select: name }, { $orderby: name }]
      for (const options of all) expect((await service.get(query(log, options), contoso)).status).toBe(400)
    }
  )

  it('is led to its own events only by the alternate key', async () => {
    expect((await service.get(`${log}(id='1',tenantId='contoso')`, contoso)).status).toBe(200)
    expect((await service.get(`${log}(id='1',tenantId='fabrikam')`, contoso)).status).toBe(404)
    const { body } = await service.get(query(log, { $filter: "id eq 'principal'" }), everywhere)
    expect((body.value as Json[])[0]).toMatchObject({
      '@odata.id': `${service.url}${log}(id='principal',tenantId='fabrikam')`,
      servicePrincipal: { id: SECRET }
    })
  })
})

describe('The alternate key', () => {
  it.each([
    ["(id='1',tenantId='contoso')", 200],
    ["(tenantId='contoso', id='1')", 200],
    ["(id='1',tenantId='fabrikam')", 404],
    ["(id='1',tenantId='')", 404],
    ["(id='1',tenant='contoso')", 400],
    ["(tenantId='contoso')", 400],
    ["(id='1',id='1')", 400],
    ["(id='1',tenantId='contoso',tenantId='contoso')", 400],
    ["('1',tenantId='contoso')", 400],
    ["('1','contoso')", 400]
  ])('%s leads a token of one tenant to its own events only: %d', async (key, status) => {
    expect((await service.get(`${path}${encodeURI(key)}`, contoso)).status).toBe(status)
  })

  it('is not needed, nor shown, where one tenant is read', async () => {
    expect((await service.get(`${path}/1`, contoso)).body).not.toHaveProperty(['@odata.id'])
    expect(valuesOf(await service.get(path, contoso))[0]).not.toHaveProperty(['@odata.id'])
  })
})

describe('A token that permits to read all tenants', () => {
  it('reads the events of all of them', async () => {
    const answer = await service.get(
      query(path, { $filter: "id in ('1','3','9')", $orderby: 'id,tenantId' }),
      everywhere
    )
    expect(valuesOf(answer).map(({ id, tenantId }) => [id, tenantId])).toEqual([
      ['1', 'contoso'],
      ['1', 'fabrikam'],
      ['3', 'contoso'],
      ['9', 'fabrikam']
    ])
    expect((await service.get(`${path}/9/tenantId/$value`, everywhere)).text).toBe('fabrikam')
  })

  it('has an address for each of two events with one id', async () => {
    const options = { $filter: "id eq '1'", $orderby: 'tenantId' }
    for (const each of [options, { ...options, $select: 'jobId' }, { ...options, $compute: 'length(jobId) as n' }]) {
      const found = valuesOf(await service.get(query(path, each), everywhere))
      const addresses = found.map((event) => String(event['@odata.id']))
      const root = `${service.url}${path}`
      expect(addresses).toEqual([`${root}(id='1',tenantId='contoso')`, `${root}(id='1',tenantId='fabrikam')`])
      for (const [index, job] of ['contoso-job', SECRET].entries()) {
        expect((await service.get(`${addresses[index]}/jobId/$value`, everywhere)).text).toBe(job)
        expect((await service.get(String(addresses[index]), everywhere)).body).toMatchObject({
          '@odata.id': addresses[index],
          jobId: job
        })
      }
    }
  })

  it('is told the tenants and addresses where a key is of two events', async () => {
    for (const part of ['', '/jobId', '/jobId/$value', '?$select=jobId']) {
      const answer = await service.get(`${path}/1${part}`, everywhere)
      expect(answer.status).toBe(409)
      expect(errorOf(answer)).toMatchObject({
        code: 'ambiguousKey',
        target: 'id',
        message:
          "The tenants 'contoso' and 'fabrikam' have an entity with this key: " +
          "ask for (id='1',tenantId='contoso') or (id='1',tenantId='fabrikam')."
      })
    }
  })

  it('is told them, too, where the events are too large for one result', async () => {
    const large = { ...event('large', 'job', 1), jobId: 'j'.repeat(60_000) }
    for (const token of [contoso, fabrikam]) expect((await service.post(path, token, large)).status).toBe(201)
    for (const part of ['', '/jobId', '/jobId/$value']) {
      const answer = await service.get(`${path}/large${part}`, everywhere)
      expect([answer.status, errorOf(answer).code]).toEqual([409, 'ambiguousKey'])
    }
  })

  it('has an address for what it creates', async () => {
    const both = await issuer.issue({
      tid: 'contoso',
      roles: ['ProvisioningLog.ReadWrite.All', 'ProvisioningLog.AllTenants']
    })
    const { headers, body } = await service.post(path, both, event('everywhere', 'contoso-job', 8))
    expect(headers.get('Location')).toBe(`${service.url}${path}(id='everywhere',tenantId='contoso')`)
    expect(body['@odata.id']).toBe(headers.get('Location'))
    expect((await service.get(String(headers.get('Location')), both)).body.jobId).toBe('contoso-job')
  })

  it('pages through all events without a loss where ids and times are the same', async () => {
    const seen: unknown[] = []
    const first = query(path, { $select: 'id,tenantId', $filter: "id in ('1','2')" })
    for (let next: string | undefined = first; next;) {
      const answer: Answer = await service.send('GET', next, everywhere, undefined, { Prefer: 'maxpagesize=1' })
      seen.push(...valuesOf(answer).map(({ id, tenantId }) => `${String(id)} ${String(tenantId)}`))
      next = answer.body['@odata.nextLink'] as string | undefined
    }
    expect(seen).toEqual(['2 fabrikam', '2 contoso', '1 fabrikam', '1 contoso'])
  })

  it('creates events for its own tenant only', async () => {
    const refused = await service.post(path, everywhere, { activityDateTime: at, tenantId: 'contoso' })
    expect([refused.status, errorOf(refused).code]).toEqual([403, 'accessDenied'])
  })
})

it('A query of one tenant, asked by another, has the events of that one, whatever text its id is', async () => {
  const roles = ['ProvisioningLog.ReadWrite.All']
  const timely = await issuer.issue({ tid: '2024-05-01T12:00:00Z', roles })
  expect((await service.post(path, timely, event('timely', 'timely-job', 1))).status).toBe(201)
  const ids = async (token: string) =>
    valuesOf(
      await service.get(
        query(path, {
          $filter: `jobId in ('contoso-job','${SECRET}','timely-job') and length(id) in (1,6)`,
          $orderby: 'id'
        }),
        token
      )
    ).map(({ id }) => id)
  for (let count = 0; count < 2; count++) {
    expect(await ids(timely)).toEqual(['timely'])
    expect(await ids(contoso)).toEqual(['1', '2', '3'])
    expect(await ids(fabrikam)).toEqual(['1', '2', '8', '9'])
  }
  expect((await service.get(`${path}/timely`, timely)).status).toBe(200)
  expect((await service.get(`${path}/timely`, contoso)).status).toBe(404)
})
