import { BatchRequestContent, BatchResponseContent, Client, PageIterator } from '@microsoft/microsoft-graph-client'
import { sharedService, type Json } from '../support/service.ts'

const at = '2023-12-31T00:00:00Z'

describe.each([
  ['beta', 'statusInfo'],
  ['v1.0', 'provisioningStatusInfo']
])("Graph's client for JavaScript, %s", (defaultVersion, statusInfo) => {
  const service = sharedService()

  /** As its users have it: only the address differs. */
  function graph() {
    return Client.init({
      baseUrl: `${service.url}/`,
      defaultVersion,
      customHosts: new Set([new URL(service.url).hostname]),
      authProvider: (done) => done(null, 'any token')
    })
  }

  const events = Array.from({ length: 7 }, (_, day) => ({
    activityDateTime: `2024-01-0${day + 1}T00:00:00Z`,
    [statusInfo]: { status: day % 2 ? 'failure' : 'success' }
  }))

  beforeAll(async () => {
    for (const event of events) await graph().api('/auditLogs/provisioning').post(event)
  })

  it('queries, and follows the links to the end', async () => {
    const first = (await graph()
      .api('/auditLogs/provisioning')
      .filter(`${statusInfo}/status eq 'success'`)
      .select('activityDateTime')
      .orderby('activityDateTime')
      .top(3)
      .get()) as { value: Json[] }
    expect(first.value).toHaveLength(3)
    const all: unknown[] = []
    await new PageIterator(graph(), first, (event: Json) => Boolean(all.push(event.activityDateTime))).iterate()
    expect(all).toEqual([1, 3, 5, 7].map((day) => `2024-01-0${day}T00:00:00Z`))
  })

  it('reads by key, and counts', async () => {
    const { id } = (await graph().api('/auditLogs/provisioning').post({ id: "it's/one", activityDateTime: at })) as Json
    const path = `/auditLogs/provisioning/${encodeURIComponent(String(id))}`
    expect(await graph().api(path).select('id').get()).toMatchObject({ id: "it's/one" })
    expect(await graph().api('/auditLogs/provisioning/$count').get()).toBe('8')
  })

  it('sends batches', async () => {
    const requests = [{ id: '1', method: 'GET', url: '/auditLogs/provisioning/$count' }]
    expect(await graph().api('/$batch').post({ requests })).toMatchObject({
      responses: [{ id: '1', status: 200, body: '8' }]
    })
  })

  it('understands the answers of batches, whose headers it looks for as Graph spells them', async () => {
    const steps = [
      { id: '1', request: new Request(`${service.url}/auditLogs/provisioning?$top=1`) },
      { id: '2', request: new Request(`${service.url}/auditLogs/provisioning/none`) },
      {
        id: '3',
        request: new Request(`${service.url}/auditLogs/provisioning`, {
          method: 'POST',
          headers: { 'Content-Type': 'application/json' },
          body: JSON.stringify({ id: 'batched', activityDateTime: at })
        })
      }
    ]
    const content = await new BatchRequestContent(steps).getContent()
    const answer = new BatchResponseContent((await graph().api('/$batch').post(content)) as never)
    const page = answer.getResponseById('1')
    expect(page.headers.get('content-type')).toContain('application/json')
    expect(((await page.json()) as { value: Json[] }).value).toHaveLength(1)
    expect(answer.getResponseById('2').status).toBe(404)
    expect(await answer.getResponseById('3').json()).toMatchObject({ id: 'batched' })
  })

  it('understands errors', async () => {
    await expect(graph().api('/auditLogs/provisioning/none').get()).rejects.toMatchObject({
      statusCode: 404,
      code: 'resourceNotFound',
      requestId: expect.stringMatching(/^[\da-f-]{36}$/) as string
    })
  })
})
