import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import type { IncomingMessage } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { until } from '../support/command.ts'
import { begin, rest } from '../support/download.ts'
import { startIssuer } from '../support/issuer.ts'
import { startProcess, temporaryFolder } from '../support/process.ts'
import { startProduction } from '../support/production.ts'
import { clientOf, errorOf, query } from '../support/service.ts'

const path = '/auditLogs/provisioning'
/** Together more than lies between a client that does not read and the service. */
const LARGE = 14
const SMALL = 1100
/** It stays as large when it is compressed, almost. */
const action = randomBytes(2_625_000).toString('base64')

const large = Array.from({ length: LARGE }, (_, index) => ({
  id: `large${index}`,
  activityDateTime: `2024-05-02T00:00:${10 + index}Z`,
  action
}))
/** The oldest comes last, with a duration that cannot be divided by. */
const small = Array.from({ length: SMALL }, (_, index) => ({
  id: `small${index}`,
  activityDateTime: new Date(Date.UTC(2024, 4, 1) + index).toISOString(),
  jobId: 'small',
  durationInMilliseconds: index
}))

const all = query(path, { $format: 'ndjson' })
const linesIn = (text: string) => text.trimEnd().split('\n').length

let process: Awaited<ReturnType<typeof startProcess>>
const service = clientOf(() => process.url as string)
const responses: IncomingMessage[] = []

/** Begins a download that waits for its client. */
async function stalled(url: string, headers?: Record<string, string>) {
  const response = await begin(url, headers)
  responses.push(response)
  expect(response.statusCode).toBe(200)
  return response
}

const isOver = () => until(async () => (await service.get(query(path, { $format: 'csv', $top: '0' }))).status === 200)

beforeAll(async () => {
  process = await startProcess({ file: join(temporaryFolder(), 'events.sqlite') })
  for (const event of large) expect((await service.post(path, event)).status).toBe(201)
  const headers = { 'content-type': 'application/json' }
  for (let first = 0; first < SMALL; first += 500) {
    const some = small.slice(first, first + 500)
    const requests = some.map((body) => ({ id: body.id, method: 'POST', url: path, headers, body }))
    expect((await service.post('/$batch', { requests })).status).toBe(200)
  }
})

afterEach(async () => {
  for (const response of responses.splice(0)) response.destroy()
  await isOver()
})

afterAll(() => process.stop())

describe('Downloads', () => {
  it('are one at a time, until it is read', async () => {
    const first = await stalled(service.url + all)
    for (const $format of ['csv', 'ndjson', 'text/csv;part=provisioningSteps']) {
      const refused = await service.get(query(path, { $format, $top: '1' }))
      expect([refused.status, refused.headers.get('retry-after'), errorOf(refused)]).toEqual([
        429,
        '10',
        expect.objectContaining({
          code: 'tooManyRequests',
          message: 'The tenant has as many downloads under way as it may have: 1.'
        })
      ])
    }
    expect((await service.send('HEAD', all)).status).toBe(429)
    expect((await service.get(query(path, { $top: '1' }))).status).toBe(200)
    expect(linesIn(await rest(first))).toBe(LARGE + SMALL)
    await isOver()
  })

  it('end with their clients', async () => {
    const first = await stalled(service.url + all)
    expect((await service.get(all)).status).toBe(429)
    first.destroy()
    await isOver()
    expect(process.log()).not.toContain('cut off')
  })

  it('are not counted if they are refused', async () => {
    for (const options of ['$count=true', '$filter=x', '$skiptoken=x', '$filter=1 div durationInMilliseconds ge 0'])
      expect((await service.get(`${all}&$orderby=activityDateTime&${options}`)).status).toBe(400)
    expect((await service.get(query(path, { $format: 'csv', $top: '1' }))).status).toBe(200)
  })

  it('end with what had arrived when they began', async () => {
    const first = await stalled(`${service.url}${all}&$orderby=activityDateTime desc,id`)
    const late = { activityDateTime: '2024-04-01T00:00:00Z', jobId: 'late' }
    for (const id of ['late1', 'late2']) expect((await service.post(path, { ...late, id })).status).toBe(201)
    const text = await rest(first)
    expect([linesIn(text), text.includes('"late1"')]).toEqual([LARGE + SMALL, false])
    expect((await service.get(query(path, { $format: 'ndjson', $filter: "jobId eq 'late'" }))).text).toContain(
      '"late2"'
    )
  })

  it('are cut off where they fail, so that clients see it, and operators read why', async () => {
    const options = { $format: 'csv', $filter: "jobId eq 'small' and 1 div durationInMilliseconds ge 0" }
    for (const encoding of ['identity', 'gzip']) {
      const before = process.log().length
      const response = await begin(service.url + query(path, options), { 'Accept-Encoding': encoding })
      expect(response.statusCode).toBe(200)
      await expect(rest(response)).rejects.toThrow('aborted')
      await until(() => process.log().slice(before).includes('The download was cut off:'))
      expect(process.log().slice(before)).toContain(String(response.headers['request-id']))
      expect(process.log().slice(before)).toContain('div')
    }
  })

  it('may be several, and have a limit of time', async () => {
    const env = { CDS_ODATA_DOWNLOAD__LIMIT: '2', CDS_ODATA_DOWNLOAD__TIMEOUT: '0.03' }
    const other = await startProcess({ file: join(temporaryFolder(), 'events.sqlite'), env })
    const { post, get, url } = clientOf(() => other.url as string)
    for (const event of large) expect((await post(path, event)).status).toBe(201)
    const both = [await stalled(url + all), await stalled(url + all)]
    expect((await get(all)).status).toBe(429)
    await until(async () => (await get(query(path, { $format: 'csv', $top: '1' }))).status === 200)
    for (const each of both) await expect(rest(each)).rejects.toThrow('aborted')
    expect(other.log()).toContain('The download was cut off: It took longer than 0.03 minutes.')
    await other.stop()
  })

  it('end when their clients take nothing, however the rest is limited, and not when they are slow', async () => {
    const env = { CDS_ODATA_DOWNLOAD__LIMIT: '4', CDS_ODATA_DOWNLOAD__STALL__TIMEOUT: '2000' }
    const other = await startProcess({ file: join(temporaryFolder(), 'events.sqlite'), env })
    const { post, url } = clientOf(() => other.url as string)
    for (const event of large) expect((await post(path, event)).status).toBe(201)
    for (const encoding of ['identity', 'gzip']) {
      const before = other.log().length
      const slow = await begin(url + all, { 'Accept-Encoding': encoding })
      const begun = performance.now()
      const stuck = await stalled(url + all, { 'Accept-Encoding': encoding })
      const end = until(() => other.log().slice(before).includes('cut off')).then(() => performance.now() - begun)
      let bytes = 0
      for await (const chunk of slow as AsyncIterable<Buffer>) {
        bytes += chunk.length
        await delay(chunk.length / 8000) // a bit longer altogether than a client may take nothing
      }
      const untilRead = performance.now() - begun
      expect([bytes > 30_000_000, untilRead > 4000]).toEqual([true, true])
      const untilCutOff = await end
      expect([untilCutOff > 2000, untilCutOff < untilRead]).toEqual([true, true])
      await expect(rest(stuck)).rejects.toThrow('aborted')
      const log = other.log().slice(before)
      expect(log.match(/cut off: .*/g)).toEqual(['cut off: Its client took nothing for 2 seconds.'])
      expect(log).toContain(String(stuck.headers['request-id']))
    }
    await other.stop()
  })

  it('go on while the service stops, and no new ones begin', async () => {
    const other = await startProcess({ file: join(temporaryFolder(), 'events.sqlite') })
    const { post, get, url } = clientOf(() => other.url as string)
    for (const event of large) expect((await post(path, event)).status).toBe(201)
    const first = await stalled(url + all)
    const stopped = other.stop('SIGTERM')
    await until(async () => (await get(query(path, { $top: '0' }))).status === 503)
    expect((await get(all)).status).toBe(503)
    expect(linesIn(await rest(first))).toBe(LARGE)
    expect(await stopped).toEqual([0, null])
  })

  it('are cut off where the service cannot wait for them', async () => {
    const env = { CDS_SERVER_DRAIN__TIMEOUT: '300' }
    const other = await startProcess({ file: join(temporaryFolder(), 'events.sqlite'), env })
    const { post, url } = clientOf(() => other.url as string)
    for (const event of large) expect((await post(path, event)).status).toBe(201)
    const first = await stalled(url + all)
    expect(await other.stop('SIGTERM')).toEqual([0, null])
    await expect(rest(first)).rejects.toThrow('aborted')
  })
})

describe('Downloads of tenants', () => {
  let issuer: Awaited<ReturnType<typeof startIssuer>>
  let production: Awaited<ReturnType<typeof startProduction>>
  let contoso: string, fabrikam: string, everywhere: string, writer: string

  beforeAll(async () => {
    issuer = await startIssuer()
    production = await startProduction(issuer.settings)
    const roles = ['ProvisioningLog.ReadWrite.All']
    contoso = await issuer.issue({ tid: 'contoso', roles })
    fabrikam = await issuer.issue({ tid: 'fabrikam', roles })
    everywhere = await issuer.issue({ roles: [...roles, 'ProvisioningLog.AllTenants'] })
    writer = await issuer.issue({ tid: 'fabrikam', roles: ['ProvisioningLog.Create'] })
    for (const event of large) expect((await production.post(path, contoso, event)).status).toBe(201)
    for (const [token, action] of [
      [contoso, 'of contoso'],
      [fabrikam, 'of fabrikam']
    ] as const) {
      const modifiedProperties = [{ displayName: 'title', newValue: action }]
      const event = { id: 'same', activityDateTime: '2024-05-01T00:00:00Z', action, modifiedProperties }
      expect((await production.post(path, token, event)).status).toBe(201)
    }
  })

  afterAll(async () => {
    await production.stop()
    await issuer.stop()
  })

  const csv = (options: Record<string, string>) => query(path, { $format: 'csv', ...options })

  it('have the events of the tenant, or of all', async () => {
    const own = csv({ $select: 'id,tenantId,action', $filter: "startswith(id,'s')" })
    expect((await production.get(own, contoso)).text).toBe('id,tenantId,action\r\nsame,contoso,of contoso\r\n')
    expect((await production.get(own, fabrikam)).text).toBe('id,tenantId,action\r\nsame,fabrikam,of fabrikam\r\n')
    expect((await production.get(`${own}&$orderby=tenantId`, everywhere)).text).toBe(
      'id,tenantId,action\r\nsame,contoso,of contoso\r\nsame,fabrikam,of fabrikam\r\n'
    )
  })

  it('have parts that are joined by the tenant, too, for readers of all', async () => {
    const part = csv({ $format: 'text/csv;part=modifiedProperties', $select: 'modifiedProperties/newValue' })
    const table = (rows: string) =>
      `id,tenantId,changeId,modifiedProperties/$index,modifiedProperties/newValue\r\n${rows}`
    expect((await production.get(`${part}&$orderby=tenantId`, everywhere)).text).toBe(
      table('same,contoso,,0,of contoso\r\nsame,fabrikam,,0,of fabrikam\r\n')
    )
    expect((await production.get(part, fabrikam)).text).toBe(
      'id,changeId,modifiedProperties/$index,modifiedProperties/newValue\r\nsame,,0,of fabrikam\r\n'
    )
  })

  it('need the permission to read, and hold up nobody before', async () => {
    for (let count = 0; count < 3; count++) {
      expect((await production.get(csv({}), writer)).status).toBe(403)
      expect((await production.get(csv({}))).status).toBe(401)
    }
    expect((await production.get(csv({}), fabrikam)).status).toBe(200)
  })

  it('hold up no other tenant', async () => {
    const first = await stalled(`${production.url}${all}`, { Authorization: `Bearer ${contoso}` })
    expect((await production.get(csv({}), contoso)).status).toBe(429)
    expect((await production.get(csv({}), fabrikam)).status).toBe(200)
    first.destroy()
    await until(async () => (await production.get(csv({ $top: '1' }), contoso)).status === 200)
  })
})
