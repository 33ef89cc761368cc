import { join } from 'node:path'
import { startIssuer } from '../support/issuer.ts'
import { startProcess, temporaryFolder } from '../support/process.ts'
import { startProduction } from '../support/production.ts'
import { documentedExample, query } from '../support/service.ts'
import { postJson } from '../support/http.ts'

const path = '/auditLogs/provisioning'

describe('DEBUG=sql', () => {
  it.concurrent('shows statements with their values, plans, what is not run inline, and commits', async () => {
    const file = join(temporaryFolder(), 'events.sqlite')
    const { url = '', log, stop } = await startProcess({ file, env: { DEBUG: 'sql' } })
    const read = async (options: Record<string, string>) => (await fetch(url + query(path, options))).text()
    await postJson(url + path, { ...documentedExample, id: 'stored-value' })
    expect(log()).toMatch(/INSERT INTO microsoft_graph_provisioningObjectSummary[^]*stored-value/)
    expect(log()).toMatch(/Committed 1 entries with 2 rows in \d+ ms/)

    await read({ $filter: "jobId eq 'first-value'" })
    expect(log()).toMatch(/No plan is known:.*\n[^]*SELECT[^]*'first-value'/)
    expect(log()).not.toContain('The plan is known')
    await read({ $filter: "jobId eq 'second-value'" })
    expect(log()).toMatch(/The plan is known:.*\n[^]*SELECT[^]*'second-value'/)

    await read({ $filter: "matchesPattern(jobId,'third.*value')" })
    expect(log()).toMatch(/Not run inline, as it may take long for a single row:/)
    await stop()
  })

  it.concurrent.each([
    ['NODE_ENV', 'production'],
    ['CDS_ENV', 'development, production']
  ])('shows no values in production, as %s says', async (variable, profile) => {
    const issuer = await startIssuer()
    const env = { NODE_ENV: '', [variable]: profile, DEBUG: 'sql', ...issuer.settings }
    const { get, post, log, stop } = await startProduction(env)
    const token = await issuer.issue({ tid: 'contoso', roles: ['ProvisioningLog.ReadWrite.All'] })
    const filtered = query(path, { $filter: "jobId eq 'read-value'" })
    expect((await post(path, token, { ...documentedExample, id: 'stored-value', tenantId: 'contoso' })).status).toBe(
      201
    )
    for (const _ of ['made by CAP', 'as planned']) expect((await get(filtered, token)).status).toBe(200)
    expect(log()).toContain('INSERT INTO microsoft_graph_provisioningObjectSummary')
    expect(log()).toContain('SELECT')
    expect(log()).not.toMatch(/stored-value|read-value/)
    await stop()
    await issuer.stop()
  })
})
