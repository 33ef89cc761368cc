import { join } from 'node:path'
import { startProcess, temporaryFolder } from '../support/process.ts'
import { documentedExample, type Json } from '../support/service.ts'
import { postJson } from '../support/http.ts'

describe('An error that nobody catches', () => {
  it('is answered with 500 and logged, and the service goes on', async () => {
    const file = join(temporaryFolder(), 'events.sqlite')
    const env = { NODE_OPTIONS: `--require ${JSON.stringify(join(__dirname, '../fixtures/faults.cjs'))}` }
    const service = await startProcess({ file, env })
    const logged = ['rejected outside of requests']
    for (const [fault, cause] of [
      ['callback', 'thrown in a callback'],
      ['rejection', 'rejected, and nobody waits'],
      ['handler', 'thrown in a handler']
    ]) {
      const answer = await fetch(`${service.url}/fault/${fault}`)
      const { error } = (await answer.json()) as { error: { code: string; message: string; innerError: Json } }
      expect([answer.status, error.code]).toEqual([500, 'internalError'])
      expect(error.message).not.toContain(cause)
      expect(error.innerError['request-id']).toBe(answer.headers.get('request-id'))
      logged.push(String(cause), String(answer.headers.get('request-id')))
    }
    expect((await postJson(`${service.url}/auditLogs/provisioning`, documentedExample)).status).toBe(201)
    expect(await service.stop()).toEqual([0, null])
    for (const text of logged) expect(service.log()).toContain(text)
  })
})

describe('The service goes on', () => {
  it.concurrent('where nobody reads its log any more', async () => {
    const file = join(temporaryFolder(), 'events.sqlite')
    const service = await startProcess({ file, env: { CDS_SERVER_REQUEST__LOG: 'true', DEBUG: 'sql' } })
    service.closeLog()
    for (const id of ['a', 'b', 'c']) {
      const { status } = await postJson(`${service.url}/auditLogs/provisioning`, { ...documentedExample, id })
      expect(status).toBe(201)
    }
    expect((await fetch(`${service.url}/auditLogs/provisioning('b')`)).status).toBe(200)
    expect(await service.stop()).toEqual([0, null])
  })
})
