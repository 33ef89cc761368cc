import { errorOf, sharedService, type Json } from '../../support/service.ts'
import { at, batchesTo, changeSet, creation, get, http, path, post, statusesIn } from '../../support/batch.ts'

const service = sharedService()
const { batch, send } = batchesTo(service)

describe('Requests of a batch in JSON that depend on others (OData JSON 4.01, 19.1)', () => {
  it('takes references to earlier requests, and dependencies', async () => {
    const parts = await batch([
      post('new', { id: 'ref', activityDateTime: at, initiatedBy: { displayName: 'Ann' } }),
      { id: 'read', method: 'GET', url: '$new/initiatedBy/displayName', dependsOn: ['new'] },
      { id: 'bad', method: 'GET', url: '/nothing' },
      { id: 'after', method: 'GET', url: `${path}/ref`, dependsOn: ['bad'] }
    ])
    expect(parts.get('read')!.body.value).toBe('Ann')
    expect(parts.get('after')!.status).toBe(424)
  })

  it('may be queries, and groups that depend on queries', async () => {
    const parts = await batch([
      post('1', { id: 'chain-1', activityDateTime: at }, { atomicityGroup: 'g' }),
      post('2', { id: 'chain-2', activityDateTime: at }, { atomicityGroup: 'g', dependsOn: ['g', '1'] }),
      get('3', '$2?$select=id', { dependsOn: ['g'] }),
      post('4', { id: 'chain-3', activityDateTime: at }, { atomicityGroup: 'h', dependsOn: ['3'] }),
      get('5', `${path}/$count?$filter=startswith(id,'chain')`, { dependsOn: ['h'] })
    ])
    expect([...parts.values()].map(({ status }) => status)).toEqual([201, 201, 200, 201, 200])
    expect([parts.get('3')!.body.id, parts.get('5')!.body]).toEqual(['chain-2', '3'])
  })

  it('fail with those that they depend on, down to the end of the chain', async () => {
    const parts = await batch([
      post('1', { id: 'broken-1', activityDateTime: at }, { atomicityGroup: 'g' }),
      post('2', { id: 'broken-2', activityDateTime: 'never' }, { atomicityGroup: 'g' }),
      get('3', `${path}/$count`, { dependsOn: ['g'] }),
      post('4', { id: 'broken-4', activityDateTime: at }, { atomicityGroup: 'h' }),
      post('5', { id: 'broken-5', activityDateTime: at }, { atomicityGroup: 'h', dependsOn: ['3'] }),
      post('6', { id: 'broken-6', activityDateTime: at }, { dependsOn: ['h'] }),
      post('7', { id: 'broken-7', activityDateTime: at })
    ])
    expect([...parts.values()].map(({ status }) => status)).toEqual([424, 400, 424, 424, 424, 424, 201])
    expect(parts.get('3')!.body).toMatchObject({ error: { code: 'failedDependency' } })
    expect((await service.get(`${path}/$count?$filter=startswith(id,'broken')`)).text).toBe('1')
  })

  it('fail where the others succeeded with a status other than 2xx', async () => {
    const parts = await batch([
      get('1', `${path}/ref`, { headers: { 'if-none-match': '*' } }),
      get('2', `${path}/ref`, { dependsOn: ['1'] })
    ])
    expect([...parts.values()].map(({ status }) => status)).toEqual([304, 424])
  })

  it('wait for those that create at the same time', async () => {
    const parts = await batch([
      post('1', { id: 'wait-1', activityDateTime: at }),
      post('2', { id: 'wait-2', activityDateTime: 'never' }),
      post('3', { id: 'wait-3', activityDateTime: at }, { dependsOn: ['1'] }),
      post('4', { id: 'wait-4', activityDateTime: at }, { dependsOn: ['2'] })
    ])
    expect([...parts.values()].map(({ status }) => status)).toEqual([201, 400, 201, 424])
  })

  it('fail with an `if`, which is not evaluated, together with their group', async () => {
    const parts = await batch([
      post('1', { id: 'if-1', activityDateTime: at }),
      get('2', `${path}/$count`, { dependsOn: ['1'], if: '$1/$succeeded' }),
      post('3', { id: 'if-3', activityDateTime: at }, { atomicityGroup: 'g' }),
      post('4', { id: 'if-4', activityDateTime: at }, { atomicityGroup: 'g', dependsOn: ['1'], if: '$1/$succeeded' })
    ])
    expect([...parts.values()].map(({ status }) => status)).toEqual([201, 424, 424, 424])
    expect(parts.get('2')!.body).toMatchObject({ error: { code: 'failedDependency', target: 'if' } })
  })

  it('refer to events whose ids the service gave', async () => {
    const event = { activityDateTime: at, targetIdentity: { displayName: 'Ann' } }
    const parts = await batch([
      post('new', event, { headers: { 'content-type': 'application/json', prefer: 'return=minimal' } }),
      ...[
        '$new',
        '/$new',
        '$new/',
        '$new?$select=targetIdentity',
        '$new/targetIdentity/displayName/$value',
        '$new/$ref'
      ].map((url) => get(url, url, { dependsOn: ['new'] })),
      get('again', '$new/id')
    ])
    expect([...parts.values()].map(({ status }) => status)).toEqual([204, 200, 200, 200, 200, 200, 200, 200])
    const url = parts.get('new')!.headers.location!
    expect(parts.get('$new/targetIdentity/displayName/$value')!.body).toBe('Ann')
    expect(parts.get('$new/$ref')!.body['@odata.id']).toBe(url)
    expect(url).toContain(`('${parts.get('again')!.body.value as string}')`)
    expect(JSON.stringify([...parts.values()].map(({ body, headers }) => ({ body, headers })))).not.toContain('$new')
  })

  it('refer to what was read, and to what is created in the same group', async () => {
    const group = { atomicityGroup: 'g' }
    const parts = await batch([
      get('1', `${path}('ref')?$select=id`),
      get('2', '$1/initiatedBy/displayName'),
      post('3', { id: 'within', activityDateTime: at }, group),
      { ...post('4', {}, group), url: '$3', dependsOn: ['3'] }
    ])
    expect([...parts.values()].map(({ status }) => status)).toEqual([200, 200, 424, 405])
    expect(parts.get('2')!.body.value).toBe('Ann')
  })

  it('cannot refer to names of the protocol', async () => {
    const requests = [post('metadata', { activityDateTime: at }), get('2', '$metadata'), get('3', '/$metadata')]
    const parts = [...(await batch(requests)).values()]
    expect(parts.map(({ status, headers }) => [status, headers['content-type']])).toEqual([
      [201, expect.stringContaining('application/json')],
      [200, 'application/xml'],
      [200, 'application/xml']
    ])
  })

  it.each<[string, Json]>([
    ['one to come', { dependsOn: ['2'] }],
    ['what has no name', { dependsOn: [1] }],
    ['a group in a URL', { url: '$g' }],
    ['no array', { dependsOn: '0' }]
  ])('must not depend on %s', async (_, more) => {
    const first = post('0', { id: 'before', activityDateTime: at }, { atomicityGroup: 'g' })
    const requests = [first, get('1', path, more), get('2', path)]
    const answer = await service.post('/$batch', { requests })
    expect([answer.status, errorOf(answer).target]).toEqual([400, 'requests/1/dependsOn'])
    expect((await service.get(`${path}/before`)).status).toBe(404)
  })
})

describe('Requests of a multipart batch that refer to others (Protocol 4.01, 11.7.4)', () => {
  it('find what was created, in a change set or by itself', async () => {
    const { text } = await send([
      changeSet([creation('mr1', 'Content-ID: 1\r\n'), creation('mr2', 'Content-ID: 2\r\n')]),
      http('GET $2/id'),
      creation('mr3', 'Content-ID: 3\r\n'),
      http('GET /$3?$select=id', 'Content-ID: 4\r\n'),
      http('GET $4/id/$value')
    ])
    expect(statusesIn(text)).toEqual([201, 201, 200, 201, 200, 200])
    expect(text).toMatch(/"value":"mr2"[^]*"id":"mr3"[^]*\r\n\r\nmr3\r\n--batch_\S+--/)
    expect(text).not.toContain('$4')
  })

  it('find the last one of those that have the same name', async () => {
    const sets = ['last-1', 'last-2'].map((id) => changeSet([creation(id, 'Content-ID: 1\r\n')]))
    const { text } = await send([...sets, http('GET $1/id/$value')])
    expect(text).toMatch(/\r\n\r\nlast-2\r\n--batch_\S+--/)
  })

  it('get 404 if there is none, and 424 if it failed', async () => {
    const wrong = creation('never', 'Content-ID: 1\r\n', 'never')
    const { text } = await send([http('GET $1/id'), wrong, http('GET $1/id')], '', undefined, {
      Prefer: 'continue-on-error'
    })
    expect(statusesIn(text)).toEqual([404, 400, 424])
  })

  it('must not refer to themselves', async () => {
    const answer = await send([http('GET $1', 'Content-ID: 1\r\n')])
    expect([answer.status, errorOf(answer).code, errorOf(answer).target]).toEqual([400, 'invalidBody', 'Content-ID'])
  })
})
