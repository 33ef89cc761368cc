import cds from '@sap/cds'
import { query, valuesOf } from '../support/service.ts'
import { startInProcess } from '../support/in-process.ts'

const service = startInProcess()

it('Handlers of READ are asked for each request, also for one whose statement is known', async () => {
  const log = cds.services['microsoft.graph'] as unknown as cds.ApplicationService
  let isBlocked = false
  log.before('READ', 'provisioningObjectSummary', (request) => {
    if (isBlocked) request.reject(403)
  })
  const read = () => service.get(query('/auditLogs/provisioning', { $top: '1' }))
  for (const _ of [1, 2]) expect(valuesOf(await read())).toEqual([])
  isBlocked = true
  expect((await read()).status).toBe(403)
})
