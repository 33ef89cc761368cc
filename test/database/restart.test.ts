import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { startProcess, temporaryFolder } from '../support/process.ts'
import { documentedExample, type Json } from '../support/service.ts'
import { postJson } from '../support/http.ts'

const folder = temporaryFolder()
const start = (file: string, env: Record<string, string> = {}) => startProcess({ file: join(folder, file), env })

async function post(url: string | undefined, event: Json) {
  return (await (await postJson(`${url}/auditLogs/provisioning`, event)).json()) as Json
}

async function get(url: string | undefined, path: string) {
  const response = await fetch(`${url}/auditLogs/provisioning${path}`)
  return response.headers.get('content-type')?.includes('json') ? ((await response.json()) as Json) : response.text()
}

/** The query of a projection in a CDS model. */
interface Projection {
  SELECT: { columns: { ref?: string[] }[] }
}

/** What the service said that stored the events of `before.sqlite`. */
let said: string

beforeAll(async () => {
  const { url, stop, log } = await start('before.sqlite')
  await post(url, { ...documentedExample, id: 'old', changeId: 'lost with the column' })
  await post(url, { ...documentedExample, id: 'shared', tenantId: 'a' })
  await stop()
  said = log()
})

describe('A restart', () => {
  it.concurrent('keeps every event as it was, in a WAL file', async () => {
    const first = await start('new/folder/events.sqlite')
    const created = await post(first.url, { ...documentedExample, id: 'kept' })
    const database = new DatabaseSync(join(folder, 'new/folder/events.sqlite'), { readOnly: true })
    expect(database.prepare('PRAGMA journal_mode').get()).toEqual({ journal_mode: 'wal' })
    database.close()
    await first.stop()

    const second = await start('new/folder/events.sqlite')
    expect(await get(second.url, '/$count')).toBe('1')
    const read = (await get(second.url, '/kept')) as Json
    const port = (url = '') => url.slice(url.lastIndexOf(':'))
    expect(JSON.stringify(read)).toBe(JSON.stringify(created).replaceAll(port(first.url), port(second.url)))
    await second.stop()
  })

  it.concurrent('migrates the schema of an older version without losing an event', async () => {
    const file = 'old.sqlite'
    copyFileSync(join(folder, 'before.sqlite'), join(folder, file))

    // back to a version whose model had no changeId, in the table, in its other shape and in the model that CAP keeps
    // beside them, and which had another index and other comments
    const database = new DatabaseSync(join(folder, file))
    const { csn } = database.prepare('SELECT csn FROM cds_model').get() as { csn: string }
    const model = JSON.parse(csn) as { definitions: Record<string, { elements: Json; query?: Projection }> }
    const entity = model.definitions['microsoft.graph.provisioningObjectSummary']!
    const { elements, query } = model.definitions['graph.v1.provisioningObjectSummary']!
    for (const each of [entity.elements, elements]) delete each.changeId
    query!.SELECT.columns = query!.SELECT.columns.filter(({ ref }) => ref?.[0] !== 'changeId')
    Object.assign(entity, { doc: 'Other words.' })
    Object.assign(entity.elements.jobId as Json, { doc: 'Other words.' })
    database.prepare('UPDATE cds_model SET csn = ?').run(JSON.stringify(model))
    const table = 'microsoft_graph_provisioningObjectSummary'
    const indexes = () =>
      database.prepare("SELECT name, sql FROM sqlite_schema WHERE type = 'index' AND sql <> ''").all()
    const known = indexes()
    const view = 'graph_v1_provisioningObjectSummary'
    const { sql } = database.prepare('SELECT sql FROM sqlite_schema WHERE name = ?').get(view) as { sql: string }
    database.exec(`DROP VIEW ${view}; ${sql.replace(/^.*\bchangeId\b.*\n/m, '')}`)
    database.exec(`DROP INDEX ${table}_by_changeId_activityDateTime_utc_id_tenant`)
    database.exec(`DROP INDEX ${table}_by_tenant_changeId_activityDateTime_utc_id`)
    database.exec(`CREATE INDEX ${table}_by_action ON ${table} (action)`)
    const byJob = `${table}_by_jobId_activityDateTime_utc_id_tenant` // was once used for queries of one tenant, too
    database.exec(`DROP INDEX ${byJob}; CREATE INDEX ${byJob} ON ${table} (jobId, activityDateTime_utc, id, tenant)`)
    database.exec(`ALTER TABLE ${table} DROP COLUMN changeId`)
    database.exec(`DROP TRIGGER ${table}_no_update; UPDATE ${table} SET representationTag = 'that of then'`)

    const second = await start(file)
    expect(new Set(indexes())).toEqual(new Set(known))
    database.close()
    expect(await get(second.url, '/old')).toMatchObject({ jobId: 'Job Id value', changeId: null })
    expect(await post(second.url, { ...documentedExample, changeId: 'new' })).toMatchObject({ changeId: 'new' })
    const today = await fetch(`${second.url}/v1.0/auditLogs/provisioning?$filter=changeId eq 'new'`)
    expect(await today.json()).toMatchObject({ value: [{ changeId: 'new' }] })
    await second.stop()
  })

  it.concurrent('in development refuses a database in which tenants share an id, and says that no token is asked for', async () => {
    expect(said.match(/no token is asked for/g)).toHaveLength(1)
    copyFileSync(join(folder, 'before.sqlite'), join(folder, 'shared.sqlite'))
    const database = new DatabaseSync(join(folder, 'shared.sqlite'))
    const table = 'microsoft_graph_provisioningObjectSummary'
    database.exec(
      `CREATE TEMP TABLE copy AS SELECT * FROM ${table} WHERE id = 'shared'; UPDATE copy SET tenant = 'b', tenantId = 'b'`
    )
    database.exec(`INSERT INTO ${table} SELECT * FROM copy`)
    database.close()
    const second = await start('shared.sqlite')
    expect(second.url).toBeUndefined()
    expect(second.log()).toContain("Several tenants have an event with the id 'shared'.")
  })
})
