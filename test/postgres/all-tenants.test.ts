import { command } from '../support/command.ts'
import { startIssuer } from '../support/issuer.ts'
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

it('There are further indexes over all tenants where they are asked for, and one by time in any case', async () => {
  const issuer = await startIssuer()
  const env = {
    NODE_ENV: 'production',
    ...issuer.settings,
    CDS_ENV: 'postgres'
  }
  const verify = async () => (await command('verify', file, [], await postgresFor(file))).status
  const ofTenants = ['activityDateTime_utc', ...Array.from({ length: 7 }, () => 'tenant')]

  const confined = await startProcess({ file, env })
  await confined.stop()
  expect(await indexes()).toEqual(ofTenants)
  expect(await verify()).toBe(0)

  const asked = { ...env, CDS_REQUIRES_DB_INDEXES__FOR__ALL__TENANTS: 'true' }
  const unconfined = await startProcess({ file, env: asked })
  await unconfined.stop()
  const ids = ['cycleId', 'changeId', 'jobId', 'sourceIdentity_id', 'targetIdentity_id']
  const all = [...ids, 'targetIdentity_displayName'].map((column) => `beginning(${column}`)
  expect(await indexes()).toEqual([...all, 'translated(beginning(statusInfo_status', ...ofTenants].toSorted())
  expect(await verify()).toBe(0)
  await issuer.stop()
})
