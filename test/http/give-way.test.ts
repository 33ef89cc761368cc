import { Agent, request } from 'node:http'
import { startIssuer } from '../support/issuer.ts'
import { startProduction } from '../support/production.ts'

const path = '/auditLogs/provisioning'

it('Many long requests of a tenant that come together do not come before those of others', async () => {
  const issuer = await startIssuer()
  const service = await startProduction(issuer.settings)
  const roles = ['ProvisioningLog.ReadWrite.All']
  const [many = '', other = ''] = await Promise.all(['many', 'other'].map((tid) => issuer.issue({ tid, roles })))
  const event = { activityDateTime: '2024-05-01T12:00:00Z', provisioningSteps: Array(5).fill({ name: 'step' }) }
  const requests = Array.from({ length: 1000 }, (_, id) => ({ id: `${id}`, method: 'POST', url: path, body: event }))
  expect((await service.post('/$batch', many, { requests })).status).toBe(200)
  for (const token of [many, other]) expect((await service.get(`${path}/$count`, token)).status).toBe(200)

  let open = 60
  const agent = new Agent({ maxSockets: open })
  const headers = { Authorization: `Bearer ${many}`, Prefer: 'maxpagesize=1000' }
  const statuses = Array.from({ length: open }, () => {
    return new Promise<number | undefined>((resolve) => {
      const url = `${service.url}${path}?$format=application/json;odata.metadata=full`
      const sent = request(url, { agent, headers }, (answer) => {
        answer.resume().on('end', () => {
          open--
          resolve(answer.statusCode)
        })
      })
      sent.end()
    })
  })
  let answered = 0
  for (; open > 0; answered++) expect((await service.get(`${path}/$count`, other)).status).toBe(200)
  expect(await Promise.all(statuses)).toEqual(Array(60).fill(200))
  expect(answered).toBeGreaterThan(8) // 2 where all long requests come first
  await service.stop()
  await issuer.stop()
})
