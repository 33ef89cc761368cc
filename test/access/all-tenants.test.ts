import { DatabaseSync } from 'node:sqlite'
import { verify } from '../support/command.ts'
import { startIssuer } from '../support/issuer.ts'
import { startProcess } from '../support/process.ts'
import { startProduction } from '../support/production.ts'

const path = '/auditLogs/provisioning'
const TABLE = 'microsoft_graph_provisioningObjectSummary'

const indexesOf = (file: string) => {
  const database = new DatabaseSync(file, { readOnly: true })
  const found = database
    .prepare(`SELECT name FROM pragma_index_list('${TABLE}') WHERE origin = 'c' ORDER BY name`)
    .all()
  database.close()
  return found.map(({ name }) => String(name).slice(`${TABLE}_by_`.length))
}

const OF_A_TENANT = [
  'tenant_activityDateTime_utc_id_statusInfo_status_targetIdentity_displayName',
  'tenant_changeId_activityDateTime_utc_id',
  'tenant_jobId_activityDateTime_utc_id',
  'tenant_targetIdentity_displayName_activityDateTime_utc_id'
]
const BY_TIME = 'activityDateTime_utc_id_tenant_statusInfo_status_targetIdentity_displayName'
const FOR_ALL_TENANTS = [
  'changeId_activityDateTime_utc_id_tenant',
  'jobId_activityDateTime_utc_id_tenant',
  'statusInfo_status_activityDateTime_utc_id_tenant',
  'targetIdentity_displayName_activityDateTime_utc_id_tenant'
]

describe('Reading all tenants', () => {
  test('goes by time, and by further indexes where these are asked for', async () => {
    const issuer = await startIssuer()
    const env = issuer.settings
    const contoso = await issuer.issue({ tid: 'contoso', roles: ['ProvisioningLog.Create'] })
    const roles = ['ProvisioningLog.Read.All', 'ProvisioningLog.AllTenants']
    const everywhere = await issuer.issue({ tid: 'fabrikam', roles })
    const service = await startProduction(env)
    const event = { activityDateTime: '2024-03-01T00:00:00Z', jobId: 'job' }
    expect((await service.post(path, contoso, event)).status).toBe(201)
    const ofJob = `${path}/$count?$filter=jobId eq 'job'`
    expect((await service.get(ofJob, everywhere)).text).toBe('1')
    await service.stop()
    const { file } = service
    expect(indexesOf(file)).toEqual([BY_TIME, ...OF_A_TENANT])
    expect((await verify(file)).status).toBe(0)

    const asked = { ...env, NODE_ENV: 'production', CDS_REQUIRES_DB_INDEXES__FOR__ALL__TENANTS: 'true' }
    const { url, stop } = await startProcess({ file, env: asked })
    const answer = await fetch(`${url}${ofJob}`, { headers: { Authorization: `Bearer ${everywhere}` } })
    expect(await answer.text()).toBe('1')
    await stop()
    expect(indexesOf(file)).toEqual([BY_TIME, ...FOR_ALL_TENANTS, ...OF_A_TENANT].sort())
    expect((await verify(file)).status).toBe(0)
    await issuer.stop()
  })
})
