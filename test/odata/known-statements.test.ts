import cds from '@sap/cds'
import { query } from '../support/service.ts'
import { startInProcess } from '../support/in-process.ts'

const service = startInProcess()

it('A request whose statement is known needs no handler', async () => {
  const log = cds.services['microsoft.graph'] as unknown as cds.ApplicationService
  let asked = 0
  const plain = Object.getPrototypeOf(log) as cds.ApplicationService
  log.dispatch = function (this: cds.ApplicationService, request) {
    asked++
    return plain.dispatch.call(this, request)
  }
  const read = () => service.get(query('/auditLogs/provisioning', { $top: '1' }))
  expect((await read()).status).toBe(200)
  const first = asked
  expect(first).toBeGreaterThan(0)
  expect((await read()).status).toBe(200)
  expect(asked).toBe(first)
})
