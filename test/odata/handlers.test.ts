import cds from '@sap/cds'
import { PLAIN, query, valuesOf } from '../support/service.ts'
import { startInProcess } from '../support/in-process.ts'

const service = startInProcess()
const { INSERT, SELECT } = cds.ql

const logService = () => cds.services['microsoft.graph'] as unknown as cds.ApplicationService

it('Handlers of READ are asked for each request, also for one whose statement is known', async () => {
  let isBlocked = false
  logService().before('READ', 'provisioningObjectSummary', (request) => {
    if (isBlocked) request.reject(403)
  })
  const read = () => service.get(query('/auditLogs/provisioning', { $top: '1' }))
  for (const _ of [1, 2]) expect(valuesOf(await read())).toEqual([])
  isBlocked = true
  expect((await read()).status).toBe(403)
  isBlocked = false
})

it('Handlers of CREATE look at other events, as any handler of CAP does', async () => {
  const events = logService().entities.provisioningObjectSummary!
  const seen: unknown[] = []
  logService().before('CREATE', 'provisioningObjectSummary', async () => {
    const one: unknown = await SELECT.one.from(events).columns('id').where({ action: 'Create' })
    seen.push([one, await logService().run(SELECT.one.from(events, 'first').columns('action'))])
  })
  for (const id of ['first', 'second']) {
    const event = { id, activityDateTime: '2024-05-01T12:00:00Z', action: 'Create' }
    expect((await service.post('/auditLogs/provisioning', event)).status).toBe(201)
  }
  expect(seen).toEqual([
    [undefined, undefined],
    [{ id: 'first' }, { action: 'Create' }]
  ])
})

it('Another service creates an event, as columns', async () => {
  const events = logService().entities.provisioningObjectSummary!
  const event = {
    id: 'x',
    activityDateTime: '2024-05-01T14:00:00+02:00',
    initiatedBy_id: 'hr',
    provisioningSteps: '[{"name":"export","status":"success"}]'
  }
  await cds.tx({ user: cds.User.privileged }, () => logService().run(INSERT.into(events).entries(event)))
  expect((await service.get('/auditLogs/provisioning/x', PLAIN)).body).toMatchObject({
    id: 'x',
    initiatedBy: { id: 'hr' },
    provisioningSteps: [{ name: 'export', status: 'success', details: null }]
  })
})

it('Handlers see no event of another tenant, by its key neither', async () => {
  const events = logService().entities.provisioningObjectSummary!
  const user = (tenant: string) => new cds.User({ id: 'u', roles: ['read'], attr: { tenant } })
  const event = { id: 'own', tenantId: 'contoso', activityDateTime: '2024-05-01T14:00:00Z' }
  await cds.tx({ user: cds.User.privileged }, () => logService().run(INSERT.into(events).entries(event)))
  const found = (tenant: string) =>
    cds.tx({ user: user(tenant) }, () => logService().run(SELECT.one.from(events, 'own').columns('id')))
  expect([await found('contoso'), await found('fabrikam')]).toEqual([{ id: 'own' }, undefined])
})
