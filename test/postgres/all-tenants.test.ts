import { command } from '../support/command.ts'
import { AUDIENCE, startIssuer } from '../support/issuer.ts'
import { onServer, postgresFor } from '../support/postgres.ts'
import { startProcess, temporaryFolder } from '../support/process.ts'

const file = `${temporaryFolder()}/events.sqlite`

/** How the indexes of events begin. */
async function indexes() {
  const { DATABASE_URL = '' } = await postgresFor(file)
  const { rows } = await onServer(DATABASE_URL, (client) =>
    client.query<{ begin: string }>(
      `SELECT substring(indexdef FROM '\\((\\w+\\("\\w+"|\\w+\\(\\w+\\("\\w+"|"?\\w+"?)') AS begin FROM pg_indexes
       WHERE tablename = 'microsoft_graph_provisioningObjectSummary' AND indexname LIKE 'by%' ORDER BY 1`
    )
  )
  return rows.map(({ begin }) => begin.replaceAll(/"/g, ''))
}

it('There are indexes over all tenants if somebody may read them, and for retention one by time in any case', async () => {
  const issuer = await startIssuer()
  const env = {
    NODE_ENV: 'production',
    CDS_REQUIRES_AUTH_ISSUER: issuer.url,
    CDS_REQUIRES_AUTH_AUDIENCE: AUDIENCE,
    CDS_ENV: 'postgres'
  }
  const verify = async () => (await command('verify', file, [], await postgresFor(file))).status
  const ofTenants = ['activityDateTime_utc', 'tenant', 'tenant', 'tenant', 'tenant']

  const confined = await startProcess({ file, env })
  await confined.stop()
  expect(await indexes()).toEqual(ofTenants)
  expect(await verify()).toBe(0)

  const named = { ...env, CDS_REQUIRES_AUTH_PERMISSIONS_ALL__TENANTS: 'ProvisioningLog.AllTenants' }
  const unconfined = await startProcess({ file, env: named })
  await unconfined.stop()
  const all = ['beginning(changeId', 'beginning(jobId', 'beginning(targetIdentity_displayName']
  expect(await indexes()).toEqual([...all, 'translated(beginning(statusInfo_status', ...ofTenants].toSorted())
  expect(await verify()).toBe(0)
  await issuer.stop()
})
