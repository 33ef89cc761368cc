/** What is asked at /v1.0, in the names of its own shape. */
import { PLAIN, query, valuesOf, type Answer, type Json } from '../../support/service.ts'
import { ids, startWithEvents } from './events.ts'

const service = startWithEvents()
const log = '/v1.0/auditLogs/provisioning'
const local = (url: unknown) => String(url).slice(service.url.length)

describe('Other options', () => {
  it.each<[Record<string, string>, unknown[]]>([
    [{ $orderby: 'provisioningAction,id' }, ['a', 'c', 'd', 'b']],
    [{ $orderby: 'provisioningStatusInfo/status desc,id' }, ['b', 'a', 'c', 'd']],
    [{ $orderby: 'servicePrincipal/displayName,id' }, ['d', 'b', 'a', 'c']],
    [{ $search: 'travel' }, ['c', 'a']],
    [{ $search: 'EntryConflict' }, ['c']],
    [{ $search: 'NOT travel' }, ['d', 'b']],
    [{ $apply: "filter(provisioningStatusInfo/status eq 'failure')" }, ['c']]
  ])('%j', async (options, found) => {
    expect(ids(await service.get(query(log, options)))).toEqual(found)
  })

  it('$select shows parts of the shape', async () => {
    const $select = 'provisioningAction,provisioningStatusInfo/errorInformation/errorCode,servicePrincipal/id'
    const answer = await service.get(query(`${log}/c`, { $select, $format: 'application/json;odata.metadata=none' }))
    expect(answer.body).toEqual({
      provisioningAction: 'create',
      provisioningStatusInfo: { errorInformation: { errorCode: 'EntryConflict' } },
      servicePrincipal: { id: '4ba261ce-287a' }
    })
    const { body } = await service.get(query(`${log}/c`, { $select }))
    expect(body['@odata.context']).toBe(`${service.url}/v1.0/$metadata#auditLogs/provisioning(${$select})/$entity`)
  })

  it('$select narrows collections by members of enumerations', async () => {
    const $select = "provisioningSteps($filter=provisioningStepType eq 'import';$select=status,provisioningStepType)"
    const { body } = await service.get(query(`${log}/a`, { $select, $format: 'application/json;odata.metadata=none' }))
    expect(body).toEqual({ provisioningSteps: [{ status: 'success', provisioningStepType: 'import' }] })
  })

  it('$apply groups by members', async () => {
    const $apply = 'groupby((provisioningAction),aggregate($count as n))'
    expect(valuesOf(await service.get(query(log, { $apply, $orderby: 'n desc,provisioningAction' }), PLAIN))).toEqual([
      { provisioningAction: 'create', n: 2 },
      { provisioningAction: 'delete', n: 1 },
      { provisioningAction: 'unknownFutureValue', n: 1 }
    ])
    const full = { Accept: 'application/json;odata.metadata=full' }
    expect(valuesOf(await service.get(query(log, { $apply, $orderby: 'n desc', $top: '1' }), full))).toEqual([
      {
        '@odata.id': null,
        'provisioningAction@odata.type': '#microsoft.graph.provisioningAction',
        provisioningAction: 'create',
        'n@odata.type': '#Int64',
        n: 2
      }
    ])
    const nested = 'groupby((provisioningStatusInfo/status),aggregate(durationInMilliseconds with sum as total))'
    expect(valuesOf(await service.get(query(log, { $apply: nested, $orderby: 'total' }), PLAIN))).toEqual([
      { provisioningStatusInfo: { status: 'success' }, total: 10 },
      { provisioningStatusInfo: { status: 'unknownFutureValue' }, total: 20 },
      { provisioningStatusInfo: { status: 'failure' }, total: 30 },
      { provisioningStatusInfo: { status: null }, total: 40 }
    ])
  })

  it('$compute and $apply show of which enumeration a member is, as $metadata does not declare their names', async () => {
    const typed = { 'did@odata.type': '#microsoft.graph.provisioningAction', did: 'delete' }
    const options = { $compute: 'provisioningAction as did', $filter: "did eq 'delete'", $select: 'id,did' }
    expect(valuesOf(await service.get(query(log, options)))).toMatchObject([typed])
    for (const [name, ids] of [
      ['provisioningAction', ['d', 'c', 'b', 'a']],
      ['provisioningResult', []]
    ] as const) {
      const $filter = `isof(did,microsoft.graph.${name})`
      const found = valuesOf(await service.get(query(log, { ...options, $filter, $orderby: 'id desc' })))
      expect(found.map(({ id }) => id)).toEqual(ids)
    }
    const groups = "compute(provisioningAction as did)/filter(did eq 'delete')/groupby((did))"
    expect(valuesOf(await service.get(query(log, { $apply: groups })))).toEqual([{ '@odata.id': null, ...typed }])
    const first = "filter(provisioningAction eq 'delete')/aggregate(provisioningAction with min as did)"
    expect(valuesOf(await service.get(query(log, { $apply: first })))).toEqual([{ '@odata.id': null, ...typed }])
  })

  it('$compute calculates with members', async () => {
    const options = { $compute: 'toupper(provisioningAction) as shout', $select: 'id,shout', $orderby: 'id' }
    const values = valuesOf(await service.get(query(log, options)))
    expect(values.map(({ shout }) => shout)).toEqual(['CREATE', 'UNKNOWNFUTUREVALUE', 'CREATE', 'DELETE'])
  })
})

describe('A property', () => {
  it.each([
    ['a/provisioningAction/$value', 200, 'create'],
    ['a/activityDateTime/$value', 200, '2023-07-30T10:00:00Z'],
    ['b/activityDateTime/$value', 200, '2023-07-30T10:00:00.1234567Z'],
    ["('b')/provisioningStatusInfo/status/$value", 200, 'unknownFutureValue'],
    ['c/provisioningStatusInfo/errorInformation/reason/$value', 200, 'Taken.'],
    ['a/provisioningStatusInfo/errorInformation', 204, ''],
    ['d/provisioningStatusInfo', 204, ''],
    ['d/servicePrincipal', 204, ''],
    ['c/servicePrincipal/id/$value', 200, '4ba261ce-287a'],
    ['c/modifiedProperties/$count', 200, '1'],
    ["a/provisioningSteps/$count?$filter=status eq 'success'", 200, '1'],
    ['$count', 200, '4'],
    ["$count?$filter=provisioningAction eq 'create'", 200, '2']
  ])('%s', async (rest, status, text) => {
    const answer = await service.get(rest.startsWith('(') ? log + rest : `${log}/${rest}`)
    expect([answer.status, answer.text]).toEqual([status, text])
  })

  it('has its type and its address', async () => {
    const { body } = await service.get(`${log}/c/provisioningStatusInfo`)
    expect(body).toMatchObject({
      '@odata.context': `${service.url}/v1.0/$metadata#auditLogs/provisioning('c')/provisioningStatusInfo`,
      '@odata.type': 'microsoft.graph.provisioningStatusInfo',
      status: 'failure'
    })
    const full = { Accept: 'application/json;odata.metadata=full' }
    expect((await service.get(`${log}/c/provisioningAction`, full)).body).toEqual({
      '@odata.context': `${service.url}/v1.0/$metadata#auditLogs/provisioning('c')/provisioningAction`,
      '@odata.type': '#microsoft.graph.provisioningAction',
      value: 'create'
    })
    expect((await service.get(`${log}/c`, full)).body).toMatchObject({
      '@odata.type': '#microsoft.graph.provisioningObjectSummary',
      'provisioningAction@odata.type': '#microsoft.graph.provisioningAction',
      provisioningStatusInfo: { '@odata.type': '#microsoft.graph.provisioningStatusInfo' }
    })
  })

  it.each(['a/action', 'a/statusInfo', 'c/provisioningStatusInfo/presence', 'a/provisioningStatusInfo/errorCode'])(
    'of another shape is not there: %s',
    async (rest) => expect((await service.get(`${log}/${rest}`)).status).toBe(404)
  )
})

describe('The root /v1.0', () => {
  it('has the singleton with one collection', async () => {
    const root = `${service.url}/v1.0/$metadata`
    expect((await service.get('/v1.0/')).body).toEqual({
      '@odata.context': root,
      value: [{ name: 'auditLogs', kind: 'Singleton', url: 'auditLogs' }]
    })
    const { body } = await service.get('/v1.0/auditLogs?$expand=provisioning($top=1;$select=provisioningAction)')
    expect(body).toEqual({
      '@odata.context': `${root}#auditLogs(provisioning(provisioningAction))`,
      '@odata.type': '#microsoft.graph.auditLogRoot',
      provisioning: [
        {
          '@odata.type': '#microsoft.graph.provisioningObjectSummary',
          '@odata.id': `${service.url}/v1.0/auditLogs/provisioning('d')`,
          provisioningAction: 'delete'
        }
      ],
      'provisioning@odata.nextLink': body['provisioning@odata.nextLink']
    })
    expect(body['provisioning@odata.nextLink']).toContain(`${service.url}/v1.0/auditLogs/provisioning?`)
    expect((await service.get('/v1.0/auditLogs/directoryProvisioning')).status).toBe(404)
  })

  it('is append-only', async () => {
    for (const method of ['PATCH', 'PUT', 'DELETE'])
      expect((await service.send(method, `${log}/a`, {})).status).toBe(405)
  })

  it('pages under its own address, as Graph does', async () => {
    const all: unknown[] = []
    let pages = 0
    for (let link: string | undefined = `${log}?$top=3&$orderby=provisioningAction desc`; link; pages++) {
      const answer: Answer = await service.get(link)
      all.push(...ids(answer))
      const next = answer.body['@odata.nextLink']
      if (next !== undefined) expect(next).toContain(`${service.url}/v1.0/auditLogs/provisioning?$top=3&$orderby=`)
      link = next === undefined ? undefined : local(next)
    }
    expect([pages, all]).toEqual([2, ['b', 'd', 'c', 'a']])
    expect((await service.get(`${log}?$top=1001`)).status).toBe(400)
  })

  it('tells what came in since, whichever root it came to', async () => {
    const first = await service.get(log, { Prefer: 'track-changes' })
    const link = local(first.body['@odata.deltaLink'])
    expect(link).toMatch(/^\/v1\.0\/auditLogs\/provisioning\?\$deltatoken=/)
    await service.post('/auditLogs/provisioning', {
      id: 'later',
      activityDateTime: '2020-01-01T00:00:00Z',
      action: 'Disable'
    })
    const { body } = await service.get(link)
    expect(body.value).toMatchObject([{ id: 'later', provisioningAction: 'disable' }])
    expect(body['@odata.context']).toBe(`${service.url}/v1.0/$metadata#auditLogs/provisioning/$delta`)
  })

  it('shows texts that name no member in one way, whatever members a client prefers', async () => {
    for (const path of [log, `${log}('b')`, `${log}('b')/provisioningAction`, `${log}('b')/provisioningSteps`]) {
      const answer = await service.get(path)
      const preferring = await service.get(path, { Prefer: 'include-unknown-enum-members' })
      expect([preferring.status, preferring.text]).toEqual([200, answer.text])
      expect(preferring.headers.get('preference-applied')).toBeNull()
    }
    expect((await service.get(`${log}('b')/provisioningAction`)).body.value).toBe('unknownFutureValue')
  })

  it('has the ETag of the event at every root, and of a representation', async () => {
    const etagOf = async (url: string) => (await service.get(url)).headers.get('etag')!
    const etag = await etagOf(`${log}/c`)
    expect(etag).toMatch(/^W\/"/)
    for (const url of [`${log}/c?$select=id`, '/auditLogs/provisioning/c', '/beta/auditLogs/provisioning/c'])
      expect([url, await etagOf(url)]).toEqual([url, etag])
    expect((await service.get(`${log}/c`, { 'If-None-Match': etag })).status).toBe(304)
    const created = await service.post(log, { activityDateTime: '2020-01-01T00:00:00Z' })
    expect(created.headers.get('etag')).toBe(await etagOf(local(created.headers.get('location'))))
    const page = await etagOf(log)
    expect((await service.get(log, { 'If-None-Match': page })).status).toBe(304)
  })

  it('answers a POST as asked', async () => {
    const event = { id: 'posted', activityDateTime: '2020-01-02T00:00:00Z', provisioningAction: 'Update' }
    const created = await service.post(`${log}?$select=provisioningAction`, event)
    expect([created.status, created.headers.get('location')]).toEqual([201, `${service.url}${log}('posted')`])
    expect(created.body).toEqual({
      '@odata.context': `${service.url}/v1.0/$metadata#auditLogs/provisioning(provisioningAction)/$entity`,
      '@odata.type': '#microsoft.graph.provisioningObjectSummary',
      '@odata.id': `${service.url}${log}('posted')`,
      provisioningAction: 'update'
    })
    const minimal = await service.post(log, { ...event, id: 'least' }, { Prefer: 'return=minimal' })
    expect([minimal.status, minimal.text]).toEqual([204, ''])
    expect((await service.post(log, event)).status).toBe(409)
    const lenient = { ...event, id: null, provisioningSteps: null }
    expect((await service.post(log, lenient, { Prefer: 'handling=lenient' })).status).toBe(201)
  })

  it('takes batches, of JSON and multipart', async () => {
    const event = { id: 'batched', activityDateTime: '2020-01-03T00:00:00Z', provisioningAction: 'create' }
    const requests = [
      {
        id: '1',
        method: 'POST',
        url: '/auditLogs/provisioning',
        headers: { 'Content-Type': 'application/json' },
        body: event
      },
      { id: '2', method: 'GET', url: '/auditLogs/provisioning/batched/provisioningAction/$value', dependsOn: ['1'] },
      { id: '3', method: 'GET', url: `${service.url}/v1.0/auditLogs/provisioning/batched?$select=id` }
    ]
    const { body } = await service.post('/v1.0/$batch', { requests })
    const byId = new Map((body.responses as Json[]).map((each) => [each.id, each]))
    expect(byId.get('1')).toMatchObject({ status: 201, body: { provisioningAction: 'create' } })
    expect(byId.get('2')).toMatchObject({ status: 200, body: 'create' })
    expect((byId.get('1') as { headers: Json }).headers.Location).toBe(`${service.url}${log}('batched')`)
    const group = ['--b', 'Content-Type: multipart/mixed; boundary=c', '']
    for (const id of ['g1', 'g2'])
      group.push(
        '--c',
        'Content-Type: application/http',
        `Content-ID: ${id}`,
        '',
        'POST auditLogs/provisioning HTTP/1.1',
        'Content-Type: application/json',
        '',
        JSON.stringify({ ...event, id })
      )
    const text = [...group, '--c--', '--b--', ''].join('\r\n')
    const answer = await service.post('/v1.0/$batch', text, { 'Content-Type': 'multipart/mixed; boundary=b' })
    expect(answer.text.match(/HTTP\/1.1 201/g)).toHaveLength(2)
    expect(answer.text).toContain('"provisioningAction":"create"')
  })
})

describe('A download of /v1.0', () => {
  const of = (format: string, $select: string) =>
    query(log, { $select, $filter: "id in ('a','b','c')", $orderby: 'id', $format: format })

  it('has the columns of the shape in CSV', async () => {
    const $select = 'id,activityDateTime,provisioningAction,provisioningStatusInfo,servicePrincipal/displayName'
    expect((await service.get(of('text/csv', $select))).text.split('\r\n')).toEqual([
      'id,activityDateTime,provisioningAction,provisioningStatusInfo/status,provisioningStatusInfo/errorInformation/errorCode,provisioningStatusInfo/errorInformation/reason,provisioningStatusInfo/errorInformation/additionalDetails,provisioningStatusInfo/errorInformation/errorCategory,provisioningStatusInfo/errorInformation/recommendedAction,servicePrincipal/displayName',
      'a,2023-07-30T10:00:00Z,create,success,,,,,,Travel portal',
      'b,2023-07-30T10:00:00.1234567Z,unknownFutureValue,unknownFutureValue,,,,,,HR feed',
      'c,2023-07-30T14:00:00Z,create,failure,EntryConflict,Taken.,,,,Travel portal',
      ''
    ])
  })

  it('has a line for each event in JSON', async () => {
    const { text } = await service.get(of('application/x-ndjson;odata.metadata=none', 'id,provisioningAction'))
    expect(text).toBe(
      '{"id":"a","provisioningAction":"create"}\n{"id":"b","provisioningAction":"unknownFutureValue"}\n{"id":"c","provisioningAction":"create"}\n'
    )
  })
})
