import { errorOf, sharedService, type Json } from '../../support/service.ts'
import { at, batchesTo, changeSet, creation, get, http, path, post, statusesIn } from '../../support/batch.ts'

const service = sharedService()
const { batch, send } = batchesTo(service)

describe('An atomicity group (OData JSON 4.01, 19.1)', () => {
  it('stores all of an atomicity group, or nothing', async () => {
    const group = { atomicityGroup: 'g' }
    const failed = await batch([
      post('1', { id: 'g1', activityDateTime: at }, group),
      post('2', { id: 'g2', activityDateTime: 'never' }, group),
      post('3', { id: 'outside', activityDateTime: at })
    ])
    expect([failed.get('1')!.status, failed.get('2')!.status]).toEqual([424, 400])
    expect(failed.get('1')).toMatchObject({ atomicityGroup: 'g', body: { error: { code: 'failedDependency' } } })
    expect(failed.get('3')!.status).toBe(201)
    expect((await service.get(`${path}/g1`)).status).toBe(404)
    expect((await service.get(`${path}?$filter=id%20in%20('g1','g2')`)).body.value).toEqual([])

    const good = await batch([
      post('1', { id: 'g1', activityDateTime: at }, group),
      post('2', { id: 'g2', activityDateTime: at }, group)
    ])
    expect([...good.values()].map(({ status }) => status)).toEqual([201, 201])
    expect((await service.get(`${path}/g2`)).status).toBe(200)
  })

  it('stores nothing of a group in which an id is taken', async () => {
    const group = { atomicityGroup: 'g' }
    const answers = await batch([
      post('1', { id: 'h1', activityDateTime: at }, group),
      post('2', { id: 'g1', activityDateTime: at }, group)
    ])
    expect([...answers.values()].map(({ status }) => status)).toEqual([424, 409])
    expect((await service.get(`${path}/h1`)).status).toBe(404)
  })

  it('of 20 requests is stored at once, and nothing of it if one is refused', async () => {
    const group = { atomicityGroup: 'g' }
    const requests = (name: string, taken?: string) =>
      Array.from({ length: 20 }, (_, i) =>
        post(`${i}`, { id: i === 12 && taken ? taken : `${name}-${i}`, activityDateTime: at }, group)
      )
    expect([...(await batch(requests('all'))).values()].map(({ status }) => status)).toEqual(Array(20).fill(201))
    const answers = [...(await batch(requests('none', 'all-3'))).values()]
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, (_, i) => (i === 12 ? 409 : 424)))
    expect(answers[12]!.body).toMatchObject({ error: { code: 'resourceExists', target: 'id' } })
    expect(answers[0]!.body).toMatchObject({ error: { code: 'failedDependency' } })
    expect(answers[0]!.headers).not.toHaveProperty('location')
    expect((await service.get(`${path}/$count?$filter=startswith(id,'none')`)).text).toBe('0')
    expect((await service.get(`${path}/$count?$filter=startswith(id,'all')`)).text).toBe('20')
  })

  it('must not have an id twice', async () => {
    const requests = ['1', '2'].map((id) => post(id, { id: 'twin', activityDateTime: at }, { atomicityGroup: 'g' }))
    expect([...(await batch(requests)).values()].map(({ status }) => status)).toEqual([424, 409])
    expect((await service.get(`${path}/twin`)).status).toBe(404)
  })

  it('is stored beside others, whether these are or not', async () => {
    const group = { atomicityGroup: 'g' }
    const parts = await batch([
      post('1', { id: 'beside-1', activityDateTime: at }),
      post('2', { id: 'beside-2', activityDateTime: at }, group),
      post('3', { id: 'beside-1', activityDateTime: at }, { atomicityGroup: 'h' }),
      post('4', { id: 'beside-4', activityDateTime: at }, { atomicityGroup: 'h' }),
      post('5', { id: 'beside-5', activityDateTime: at })
    ])
    expect([...parts.values()].map(({ status }) => status)).toEqual([201, 201, 409, 424, 201])
  })

  it.each<[string, Json]>([
    ['that others came between', { atomicityGroup: 'g' }],
    ['with the id of a request', { atomicityGroup: '2' }],
    ['with its own id', { atomicityGroup: '3' }],
    ['that is no string', { atomicityGroup: 1 }],
    ['with a name that is none', { atomicityGroup: 'a b' }]
  ])('is refused with the whole batch: one %s', async (_, more) => {
    const event = { id: 'refused', activityDateTime: at }
    const requests = [post('1', event, { atomicityGroup: 'g' }), post('2', event), post('3', event, more)]
    const answer = await service.post('/$batch', { requests })
    expect([answer.status, errorOf(answer).code]).toEqual([400, 'invalidBody'])
    expect((await service.get(`${path}/refused`)).status).toBe(404)
  })

  it('is answered in the multipart format if the client accepts that', async () => {
    const group = { atomicityGroup: 'g' }
    const requests = [
      post('a', { id: 'accepted-1', activityDateTime: at }, group),
      post('b', { id: 'accepted-2', activityDateTime: at }, group),
      get('c', '/nothing'),
      get('d', `${path}/$count`)
    ]
    const { headers, text } = await service.post('/$batch', { requests }, { Accept: 'multipart/mixed' })
    const [, boundary] =
      /^multipart\/mixed;boundary=(batch_[\da-f-]{36})$/.exec(headers.get('content-type') ?? '') ?? []
    expect(text.startsWith(`--${boundary}\r\n`) && text.endsWith(`--${boundary}--\r\n`)).toBe(true)
    expect(statusesIn(text)).toEqual([201, 201, 404, 200])
    expect(text.match(/^content-id: \w$/gm)).toEqual(['a', 'b', 'c', 'd'].map((id) => `content-id: ${id}`))
  })
})

describe('A change set (Protocol 4.01, 11.7.7)', () => {
  it('stores all of a change set, or nothing', async () => {
    const parts = (second: string) => [
      http(`POST ${path}`, 'Content-ID: 1\r\n', JSON.stringify({ id: 'cs1', activityDateTime: at })),
      http(`POST ${path}`, 'Content-ID: 2\r\n', JSON.stringify({ id: 'cs2', activityDateTime: second }))
    ]
    for (const type of ['multipart/mixed;boundary=c', 'multipart/mixed; boundary="c"']) {
      expect((await send([changeSet(parts('never'), type)])).text).toContain('HTTP/1.1 400 Bad Request')
      expect((await service.get(`${path}/cs1`)).status).toBe(404)
    }
    expect((await send([changeSet(parts(at))])).text.match(/HTTP\/1\.1 201 Created/g)).toHaveLength(2)
    expect((await service.get(`${path}/cs2`)).status).toBe(200)
  })

  it.each([['multipart/mixed;boundary=c'], ['multipart/mixed; boundary="c"'], ['application/http; boundary=c']])(
    'is refused with a query in a change set: %j',
    async (type) => {
      const event = http(`POST ${path}`, '', JSON.stringify({ id: 'queried', activityDateTime: at }))
      const answer = await send([changeSet([event, http(`GET ${path}/$count`)], type)])
      expect([answer.status, errorOf(answer).code]).toEqual([400, 'invalidBody'])
      expect((await service.get(`${path}/queried`)).status).toBe(404)
    }
  )

  it('has queries beside change sets', async () => {
    const event = http(`POST ${path}`, 'Content-ID: 1\r\n', JSON.stringify({ id: 'beside', activityDateTime: at }))
    const answer = await send([changeSet([event]), http(`GET ${path}/beside`)])
    expect(answer.text).toMatch(/HTTP\/1\.1 201 Created[^]*HTTP\/1\.1 200 OK/)
  })

  it.each([
    ['in the request', 'never', 400],
    ['in the storage', at, 409]
  ])('that failed %s has one answer, and its names are told if it did not', async (_, when, status) => {
    await service.post(path, { id: 'one-answer', activityDateTime: at })
    const set = (id: string) =>
      changeSet([creation(`${id}-1`, 'Content-ID: x1\r\n'), creation(id, 'Content-ID: x2\r\n', when)])
    const failed = (await send([set('one-answer')])).text
    expect([statusesIn(failed), failed.match(/^content-id: .*/gm)]).toEqual([[status], ['content-id: x2']])
    expect(failed).not.toContain('multipart/mixed')
    expect((await service.get(`${path}/one-answer-1`)).status).toBe(404)
    if (status === 400) return
    const stored = (await send([set('another')])).text
    expect(stored.match(/^content-id: .*/gm)).toEqual(['content-id: x1', 'content-id: x2'])
    expect(stored).toMatch(
      /^--(batch_\S+)\r\ncontent-type: multipart\/mixed;boundary=(\S+)\r\n\r\n--\2\r\n[^]*\r\n--\2--\r\n--\1--\r\n$/
    )
  })

  it('is not one with another, though both have the same boundary', async () => {
    const sets = ['same-1', 'same-1', 'same-2'].map((id) => changeSet([creation(id)]))
    const { text } = await send(sets, '', undefined, { Prefer: 'continue-on-error' })
    expect(statusesIn(text)).toEqual([201, 409, 201])
  })

  it('is answered in JSON if the client accepts that', async () => {
    const parts = [
      changeSet([creation('json-1', 'Content-ID: x1\r\n'), creation('json-2', 'Content-ID: x2\r\n')]),
      http(`GET ${path}/json-1?$select=id`)
    ]
    const { body } = await send(parts, '', undefined, { Accept: 'application/json' })
    expect(body.responses).toMatchObject([
      { id: 'x1', status: 201, atomicityGroup: 'c', body: { id: 'json-1' } },
      { id: 'x2', status: 201, atomicityGroup: 'c', body: { id: 'json-2' } },
      { status: 200, body: { id: 'json-1' } }
    ])
  })
})
