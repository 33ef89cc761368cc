import { errorOf, query, startService, type Json } from '../support/service.ts'

const service = startService({ CDS_ODATA_BATCH__BYTES: '100000' })
const path = '/auditLogs/provisioning'

interface Part {
  id: string
  status: number
  body: Json
}

beforeAll(async () => {
  await service.post(path, { id: 'large', activityDateTime: '2024-05-01T00:00:00Z', action: 'x'.repeat(40_000) })
})

/** Gets that come one after the other, of which the answers to three have more bytes than are sent. */
const gets = (url: string) => Array.from({ length: 5 }, (_, i) => ({ id: `${i}`, method: 'GET', url }))

describe.each([
  ['the page', path],
  ['an entity', `${path}/large`],
  ['a property', `${path}/large/action`],
  ['a value', `${path}/large/action/$value`]
])('A batch that asks for more than it may give back, for %s', (_, url) => {
  it.each<[string, Json]>([
    ['by itself', {}],
    ['in its order', { dependsOn: [] }]
  ])('gets 503 for the requests after that: %s', async (_, more) => {
    const requests = gets(url).map((each, i) => (i ? { ...each, ...more } : each))
    const { body, text } = await service.post('/$batch', { requests })
    const parts = body.responses as Part[]
    expect(parts.map(({ status }) => status)).toEqual([200, 200, 200, 503, 503])
    expect((parts[3]!.body as { error: Json }).error).toMatchObject({
      code: 'serviceUnavailable',
      message: 'The answer to the batch is full. Send this request in another one.'
    })
    expect(text.length).toBeLessThan(130_000)
  })

  it('gets 503 for the requests after that: multipart', async () => {
    const part = `--b\r\nContent-Type: application/http\r\n\r\nGET ${url} HTTP/1.1\r\n\r\n\r\n`
    const headers = { 'Content-Type': 'multipart/mixed;boundary=b', Prefer: 'odata.continue-on-error' }
    const { text } = await service.send('POST', '/$batch', `${part.repeat(5)}--b--\r\n`, headers)
    expect([...text.matchAll(/HTTP\/1.1 (\d+)/g)].map(([, status]) => status)).toEqual([
      '200',
      '200',
      '200',
      '503',
      '503'
    ])
    expect(text.length).toBeLessThan(130_000)
  })
})

describe('A batch', () => {
  it('stores nothing for what it refuses', async () => {
    const created = {
      id: 'post',
      method: 'POST',
      url: path,
      body: { id: 'new', activityDateTime: '2024-05-01T00:00:00Z' }
    }
    const { body } = await service.post('/$batch', { requests: [...gets(path), created] })
    expect((body.responses as Part[]).map(({ status }) => status)).toEqual([200, 200, 200, 503, 503, 503])
    expect((await service.get(`${path}/new`)).status).toBe(404)
  })

  it.each<[string, string[]]>([
    ['errors', Array<string>(250).fill(query(path, { $filter: `${'id eq 1 or '.repeat(600)}!` }))],
    [
      'queries that run at once',
      Array.from({ length: 100 }, (_, skip) => query(path, { $top: '1', $skip: String(skip) }))
    ]
  ])('gives way to other requests between its own: %s', async (_, urls) => {
    let isRunning = true
    const requests = urls.map((url, i) => ({ id: `${i}`, method: 'GET', url }))
    const batch = service.post('/$batch', { requests }).finally(() => (isRunning = false))
    let others = 0
    for (; isRunning; others++) expect((await service.get('/health/live')).status).toBe(200)
    expect((await batch).body.responses).toHaveLength(urls.length)
    expect(others).toBeGreaterThan(10)
  })

  it('is refused as a whole for too much structure', async () => {
    const details = Object.fromEntries(Array.from({ length: 10_001 }, (_, i) => [`k${i}`, 1]))
    const event = { activityDateTime: '2024-05-01T00:00:00Z', targetSystem: { details } }
    for (const [url, body] of [
      [path, event],
      ['/$batch', { requests: [{ id: '1', method: 'POST', url: path, body: event }] }]
    ] as const) {
      const answer = await service.post(url, body)
      expect([answer.status, errorOf(answer).code]).toEqual([400, 'invalidBody'])
      expect(errorOf(answer).message).toBe('The request body has an object with more than 10000 members.')
    }
    const multipart = `--b\r\nContent-Type: application/http\r\n\r\nPOST ${path} HTTP/1.1\r\nContent-Type: application/json\r\n\r\n${JSON.stringify(event)}\r\n--b--\r\n`
    const answer = await service.send('POST', '/$batch', multipart, { 'Content-Type': 'multipart/mixed;boundary=b' })
    expect([answer.status, errorOf(answer).code]).toEqual([400, 'invalidBody'])
  })
})

describe('A batch of references, each to the one before, of which the first fails', () => {
  // together the URLs that they would lead to have 2 GB
  const small = startService({ NODE_OPTIONS: '--max-old-space-size=512' })
  const longer = 'x'.repeat(3900)

  it.each(['json', 'multipart'])('takes little memory: %s', async (format) => {
    const urls = Array.from({ length: 1000 }, (_, i) => (i ? `$${i - 1}/${longer}` : '/nothing'))
    const requests = urls.map((url, i) => ({ id: `${i}`, method: 'GET', url }))
    const parts = urls.map(
      (url, i) => `--b\r\nContent-Type: application/http\r\nContent-ID: ${i}\r\n\r\nGET ${url} HTTP/1.1\r\n\r\n\r\n`
    )
    const headers = {
      'Content-Type': format === 'json' ? 'application/json' : 'multipart/mixed;boundary=b',
      Accept: 'application/json',
      Prefer: 'odata.continue-on-error'
    }
    const { body } = await small.send(
      'POST',
      '/$batch',
      format === 'json' ? JSON.stringify({ requests }) : `${parts.join('')}--b--\r\n`,
      headers
    )
    expect((body.responses as Part[]).map(({ status }) => status)).toEqual([404, ...Array<number>(999).fill(424)])
  })
})
