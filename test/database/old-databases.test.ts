/** Databases of earlier versions. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { zstdDecompressSync } from 'node:zlib'
import { makeLog } from '../integrity/tampering.ts'
import { verify } from '../support/command.ts'
import { startProcess, temporaryFolder } from '../support/process.ts'
import { clientOf, query, valuesOf, type Json } from '../support/service.ts'

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

it.concurrent('A database from before there were other shapes is brought up to date at start, and its events are read in the new shape', async () => {
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

it('A database of a newer version is refused in a sentence', async () => {
  const file = join(temporaryFolder(), 'events.sqlite')
  await makeLog(file)
  const database = new DatabaseSync(file)
  const csn = JSON.parse(String(database.prepare('SELECT csn FROM cds_model').get()!.csn)) as { definitions: object }
  const definitions = {
    ...csn.definitions,
    newer: { kind: 'entity', elements: { id: { type: 'cds.String', key: true } } }
  }
  database.prepare('UPDATE cds_model SET csn = ?').run(JSON.stringify({ ...csn, definitions }))
  database.close()
  const { url, log, exited } = await startProcess({ file })
  const newer =
    'the schema of the database is that of a newer version of the service, or the model has lost a property.'
  expect([url, (await exited)[0], log().trimEnd().split('\n').at(-1)]).toEqual([
    ...[undefined, 1, `The service does not start: ${newer}`]
  ])
  const { status, err } = await verify(file)
  expect([status, err]).toEqual([2, `The log cannot be checked: ${newer}\n`])
})

describe('A log that release 0.1.0 wrote, with the text of each event in a column', () => {
  const file = join(temporaryFolder(), 'events.sqlite')
  let service: Awaited<ReturnType<typeof startProcess>>
  let texts: string[]

  beforeAll(async () => {
    const fixture = readFileSync(join(__dirname, '../fixtures/log-0.1.0.sqlite.zst'))
    writeFileSync(file, zstdDecompressSync(fixture))
    const database = new DatabaseSync(file)
    const stored =
      'SELECT representation FROM microsoft_graph_provisioningObjectSummary ORDER BY activityDateTime_utc DESC'
    texts = database
      .prepare(stored)
      .all()
      .map((row) => String(row.representation))
    database.close()
    service = await startProcess({ file })
  })
  afterAll(() => service.stop())

  const client = clientOf(() => service.url!)
  const path = '/auditLogs/provisioning'
  const all = { Prefer: 'maxpagesize=1000' }

  it('has the same events, to the byte', async () => {
    expect(texts.length).toBe(202)
    const page = await client.get(path, all)
    expect(page.text).toContain(`"value":[${texts.join()}]`)
    const typed = await client.get(`${path}/typed`)
    expect(typed.text).toContain(texts.find((text) => text.includes('"id":"typed"'))!.slice(1))
  })

  it('is searched and filtered together with new events', async () => {
    const provisioningSteps = [{ name: 'one', details: { nested: { a: [2] } } }]
    const event = { id: 'new', activityDateTime: '2026-10-30T12:00:00Z', provisioningSteps }
    expect((await client.post(path, event)).status).toBe(201)
    const ids = async ($filter: string) => valuesOf(await client.get(query(path, { $filter }))).map(({ id }) => id)
    expect(await ids("provisioningSteps/any(s:s/name eq 'one')")).toEqual(['new', 'typed'])
    expect(await ids("jobId eq '2024-05-01T10:00:00Z'")).toEqual(['typed'])
    const selected = await client.get(
      query(path, { $filter: "id in ('new','typed')", $select: 'id,provisioningSteps' })
    )
    const [first, second] = valuesOf(selected).map((each) => (each.provisioningSteps as Json[])[0])
    expect([first, second]).toMatchObject([
      { '@odata.type': 'microsoft.graph.provisioningStep', name: 'one' },
      { '@odata.type': 'microsoft.graph.provisioningStep', name: 'one' }
    ])
    const found = valuesOf(await client.get(query(path, { $search: 'umlaut' }), all))
    expect(found.map(({ id }) => id)).toEqual(['typed'])
  })

  it('still has its seals', async () => {
    await service.stop()
    const { status, out } = await verify(file)
    expect([status, out]).toEqual([0, expect.stringContaining('203 events')])
  })
})
