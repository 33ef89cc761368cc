import { join } from 'node:path'
import { startProcess, temporaryFolder } from '../support/process.ts'
import { documentedExample, query } from '../support/service.ts'

const path = '/auditLogs/provisioning'

describe('DEBUG=sql', () => {
  it('shows statements with their values, plans, what is not run inline, and commits', async () => {
    const file = join(temporaryFolder(), 'events.sqlite')
    const { url = '', log, stop } = await startProcess({ file, env: { DEBUG: 'sql' } })
    const read = async (options: Record<string, string>) => (await fetch(url + query(path, options))).text()
    const body = JSON.stringify({ ...documentedExample, id: 'stored-value' })
    await fetch(url + path, { method: 'POST', body, headers: { 'Content-Type': 'application/json' } })
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
})
