import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { begin, rest } from '../support/download.ts'
import { startProcess, temporaryFolder } from '../support/process.ts'
import { clientOf } from '../support/service.ts'

const path = '/auditLogs/provisioning'
/** Text that stays large when it is compressed. */
const action = randomBytes(2_600_000).toString('base64')
const COUNT = 14 // together more than lies between a client that does not read and the service

let process: Awaited<ReturnType<typeof startProcess>>
const service = clientOf(() => process.url as string)

beforeAll(async () => {
  const env = {
    CDS_REQUIRES_DB_QUERY__TIMEOUT: '1000',
    CDS_ODATA_BATCH__TIMEOUT: '1000',
    CDS_ODATA_DOWNLOAD__STALL__TIMEOUT: '10000'
  }
  process = await startProcess({ file: join(temporaryFolder(), 'events.sqlite'), env })
  for (let index = 0; index < COUNT; index++) {
    const event = { id: `e${index}`, activityDateTime: '2024-05-01T00:00:00Z', action }
    expect((await service.post(path, event)).status).toBe(201)
  }
})

afterAll(() => process.stop())

describe('A download whose client stops reading', () => {
  it.each([
    ['ndjson', 'identity'],
    ['csv', 'identity'],
    ['csv', 'gzip']
  ])('is cut off, and makes room for another: %s, %s', async ($format, encoding) => {
    const url = `${path}?$format=${$format}`
    const start = Date.now()
    const response = await begin(service.url + url, { 'Accept-Encoding': encoding })
    expect(response.statusCode).toBe(200)
    let status = 429
    while (status === 429) {
      await new Promise((resolve) => setTimeout(resolve, 200))
      status = (await service.get(`${url}&$top=0`)).status
    }
    expect(status).toBe(200)
    expect(Date.now() - start).toBeGreaterThan(9_000)
    expect(Date.now() - start).toBeLessThan(25_000) // Node.js counts anew while what it wrote moves on
    await expect(rest(response)).rejects.toThrow('aborted')
  })

  it('is not cut off for reading slowly', async () => {
    const response = await begin(`${service.url}${path}?$format=ndjson`)
    let size = 0
    for await (const chunk of response as AsyncIterable<Buffer>) {
      size += chunk.length
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    expect(size).toBeGreaterThan(COUNT * action.length)
  })
})
