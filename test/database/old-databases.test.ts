/** A database of a version that had no other shape of the events. */
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { startProcess, temporaryFolder } from '../support/process.ts'
import { clientOf, query, valuesOf } from '../support/service.ts'

const STATUS = 'microsoft_graph_provisioningObjectSummary_by_statusInfo_status_activityDateTime_utc_id_tenant'

/** Takes the service back: without the view, and without its definitions in what CAP keeps of the model. */
function takeBack(file: string) {
  const database = new DatabaseSync(file)
  const names = () =>
    database
      .prepare('SELECT name FROM sqlite_schema ORDER BY name')
      .all()
      .map(({ name }) => name)
  const views = database.prepare("SELECT name FROM sqlite_schema WHERE name LIKE 'graph_v1_%'").all()
  expect(views).toEqual([{ name: 'graph_v1_provisioningObjectSummary' }])
  database.exec('DROP VIEW graph_v1_provisioningObjectSummary')
  database.exec(`DROP INDEX ${STATUS}`)
  database.exec(`CREATE INDEX ${STATUS} ON microsoft_graph_provisioningObjectSummary
    (statusInfo_status,activityDateTime_utc,id,tenant) WHERE length(tenant) >= 0`)
  const csn = JSON.parse(String(database.prepare('SELECT csn FROM cds_model').get()!.csn)) as { definitions: object }
  const kept = Object.entries(csn.definitions).filter(([name]) => !name.startsWith('graph.v1'))
  expect(kept.length).toBeLessThan(Object.keys(csn.definitions).length)
  database
    .prepare('UPDATE cds_model SET csn = ?')
    .run(JSON.stringify({ ...csn, definitions: Object.fromEntries(kept) }))
  const left = names()
  database.close()
  return left
}

it('is brought up to date at start, and its events are read in the new shape', async () => {
  const file = join(temporaryFolder(), 'events.sqlite')
  const first = await startProcess({ file })
  const event = {
    id: 'old',
    activityDateTime: '2019-05-04T03:00:54Z',
    action: 'Create',
    statusInfo: { '@odata.type': '#microsoft.graph.statusDetails', status: 'failure', errorCode: 'EntryConflict' },
    targetSystem: { details: { ServicePrincipalId: 'sp' } }
  }
  const before = clientOf(() => first.url!)
  expect((await before.post('/auditLogs/provisioning', event)).status).toBe(201)
  const { text } = await before.get('/auditLogs/provisioning/old?$format=application/json;odata.metadata=none')
  await first.stop()
  expect(takeBack(file)).not.toContain('graph_v1_provisioningObjectSummary')

  const second = await startProcess({ file })
  const after = clientOf(() => second.url!)
  expect((await after.get('/auditLogs/provisioning/old?$format=application/json;odata.metadata=none')).text).toBe(text)
  const $filter = "provisioningStatusInfo/status eq 'failure' and servicePrincipal/id eq 'sp'"
  const found = valuesOf(await after.get(query('/v1.0/auditLogs/provisioning', { $filter })))
  expect(found).toMatchObject([
    {
      id: 'old',
      provisioningAction: 'create',
      provisioningStatusInfo: { status: 'failure', errorInformation: { errorCode: 'EntryConflict' } },
      servicePrincipal: { id: 'sp', displayName: null }
    }
  ])
  await second.stop()
  const database = new DatabaseSync(file, { readOnly: true })
  const { sql } = database.prepare('SELECT sql FROM sqlite_schema WHERE name = ?').get(STATUS)!
  database.close()
  expect(sql).toContain('(statusInfo_status COLLATE NOCASE,')
})
