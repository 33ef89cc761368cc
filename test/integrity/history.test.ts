import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { startProcess, temporaryFolder } from '../support/process.ts'
import { isSealed, until } from '../support/command.ts'
import { postJson } from '../support/http.ts'
import { documentedExample, sharedService } from '../support/service.ts'
import { makeLog } from './tampering.ts'

const service = sharedService()
const path = '/auditLogs/provisioning'
const event = { ...documentedExample, id: 'x', tenantId: 't' }
const other = { ...event, jobId: 'changed' }
const TABLES = ['microsoft_graph_provisioningObjectSummary', 'provisioning_log_Arrivals', 'provisioning_log_Seals']

function stored(database: DatabaseSync) {
  return TABLES.slice(0, 2).map((table) => database.prepare(`SELECT * FROM ${table}`).all())
}

let database: DatabaseSync
let before: unknown

beforeAll(async () => {
  database = new DatabaseSync(service.file, { timeout: 2000 })
  expect((await service.post(path, event)).status).toBe(201)
  before = stored(database)
})

afterAll(() => database.close())

/** Refusals; 501 is for `$each`, which the service has not of the standard. */
const REFUSED = [400, 404, 405, 501]

describe('No request changes or removes an event', () => {
  afterEach(() => expect(stored(database)).toEqual(before))

  const roots = ['', '/beta']
  const resources = [
    `${path}('x')`,
    `${path}/x`,
    `/auditLogs/directoryProvisioning('x')`,
    `${path}/x/jobId`,
    `${path}/x/jobId/$value`,
    `${path}('unknown')`,
    path,
    `${path}/$count`,
    `${path}/$filter(@f)/$each?@f=true`,
    '/auditLogs'
  ]
  const methods = ['PUT', 'PATCH', 'DELETE', 'MERGE']
  const attempts = roots.flatMap((root) =>
    resources.flatMap((resource) => methods.map((method) => [method, root + resource] as const))
  )

  it.each(attempts)('%s %s', async (method, url) => {
    for (const headers of [{}, { 'If-Match': '*' }, { 'If-None-Match': '*' }, { 'If-Match': 'W/"x"' }] as object[]) {
      const answer = await service.send(method, url, method === 'DELETE' ? undefined : other, { ...headers })
      expect(REFUSED).toContain(answer.status)
    }
  })

  it.each(resources.filter((resource) => resource !== path))('POST %s', async (resource) => {
    for (const body of [other, { provisioning: [other] }, { '@removed': { reason: 'deleted' }, id: 'x' }])
      expect(REFUSED).toContain((await service.post(resource, body)).status)
  })

  it.each<[string, string, unknown]>([
    ['an id that is taken', path, other],
    ['the same event', path, event],
    ['an id that is taken, by the other name', '/beta/auditLogs/directoryProvisioning', other],
    ['a deep insert', path, { ...other, id: 'y', provisioning: [other] }],
    ['a delta payload', path, { '@context': '#$delta', value: [{ '@removed': {}, id: 'x' }] }],
    ['a removal', path, { '@removed': { reason: 'deleted' }, ...other }],
    ['a link to the event', path, { '@odata.id': `${path}/x`, ...other }],
    ['a query option for the method', `${path}/x?_method=DELETE`, other]
  ])('POST of %s', async (_, url, body) => {
    for (const headers of [{}, { 'If-Match': '*' }, { Prefer: 'return=minimal' }] as object[]) {
      const { status } = await service.post(url, body, { ...headers })
      expect([400, 405, 409]).toContain(status)
    }
  })

  it.each(['X-HTTP-Method-Override', 'X-HTTP-Method', 'X-Method-Override'])('%s', async (header) => {
    for (const method of methods) {
      expect((await service.get(`${path}/x`, { [header]: method })).status).toBe(200)
      expect((await service.post(`${path}/x`, other, { [header]: method })).status).toBe(405)
      expect((await service.post(path, other, { [header]: method })).status).toBe(409)
    }
  })

  it.each(['Seals', 'Arrivals', 'provisioning.log.Seals', 'provisioning_log_Seals', 'provisioning/log/Arrivals'])(
    'a table at its name, %s',
    async (name) => {
      for (const method of [...methods, 'POST'])
        expect((await service.send(method, `/${name}`, method === 'DELETE' ? undefined : {})).status).toBe(404)
    }
  )

  it.each(['PUT', 'PATCH', 'DELETE', 'POST'])('%s in a batch', async (method) => {
    const url = 'auditLogs/provisioning/x'
    const part = { id: '1', method, url, headers: { 'content-type': 'application/json' }, body: other }
    const create = { ...part, id: '0', method: 'POST', url: 'auditLogs/provisioning', body: { ...other, id: 'new' } }
    const alone = await service.post('/$batch', { requests: [part] })
    for (const { status } of (alone.body.responses as { status: number }[] | undefined) ?? [alone])
      expect([400, 405]).toContain(status)
    const group = [create, part].map((each) => ({ ...each, atomicityGroup: 'g' }))
    await service.post('/$batch', { requests: group }) // stores nothing at all: see above
  })

  it.each(['PUT', 'PATCH', 'DELETE'])('%s in a multipart batch', async (method) => {
    const inner = `${method} /auditLogs/provisioning/x HTTP/1.1\r\nContent-Type: application/json\r\n\r\n{"jobId":"y"}`
    const http = 'Content-Type: application/http\r\nContent-Transfer-Encoding: binary\r\nContent-ID: 1\r\n\r\n'
    const set = `Content-Type: multipart/mixed;boundary=c\r\n\r\n--c\r\n${http}${inner}\r\n--c--`
    for (const part of [http + inner, set]) {
      const body = `--b\r\n${part}\r\n--b--\r\n`
      const answer = await service.post('/$batch', body, { 'Content-Type': 'multipart/mixed;boundary=b' })
      expect(answer.text).toMatch(/^HTTP\/1\.1 4\d\d|"code"/m)
      expect(answer.text).not.toMatch(/^HTTP\/1\.1 2/m)
    }
  })
})

describe('No SQL on another connection changes or removes a row', () => {
  beforeAll(async () => {
    await until(() => isSealed(database))
  })

  const copy = (table: string, how: string) => `${how} INTO ${table} SELECT * FROM ${table}`
  const keys: Record<string, [string, string]> = {
    [TABLES[0]!]: ['jobId', 'id, tenant'],
    [TABLES[1]!]: ['event', 'sequence'],
    [TABLES[2]!]: ['hash', 'tenant, number']
  }
  const statements = TABLES.flatMap((table) => {
    const [column, key] = keys[table]!
    return [
      `UPDATE ${table} SET ${column} = 'changed'`,
      `UPDATE OR REPLACE ${table} SET ${column} = 'changed'`,
      `UPDATE OR IGNORE ${table} SET ${column} = 'changed'`,
      `DELETE FROM ${table}`,
      `DELETE FROM ${table} WHERE rowid = 1 RETURNING *`,
      copy(table, 'REPLACE'),
      copy(table, 'INSERT OR REPLACE'),
      `${copy(table, 'INSERT')} WHERE true ON CONFLICT (${key}) DO UPDATE SET ${column} = 'changed'`
    ]
  })

  it.each(statements)('%s', (sql) => {
    const all = () => TABLES.map((table) => database.prepare(`SELECT * FROM ${table}`).all())
    const rows = all()
    expect(() => database.prepare(sql).all()).toThrow(/The log is append-only: no row of it is \w+\./)
    expect(all()).toEqual(rows)
  })

  it('nor puts another row in the place of one', () => {
    const [table] = TABLES
    const columns = `(rowid, id, activityDateTime, activityDateTime_utc)`
    const sql = `REPLACE INTO ${table} ${columns} VALUES (1, 'other', '2024-01-01T00:00:00Z', '2024-01-01T00:00:00.0000000')`
    expect(() => database.exec(sql)).toThrow('no row of it is replaced')
  })
})

describe('The triggers', () => {
  it.concurrent('are there again after a start, when the schema was migrated by copying a table', async () => {
    const file = join(temporaryFolder(), 'events.sqlite')
    await makeLog(file)
    const [table] = TABLES
    const copied = new DatabaseSync(file)
    const { sql } = copied.prepare('SELECT sql FROM sqlite_schema WHERE name = ?').get(table!) as { sql: string }
    const triggers = "SELECT name FROM sqlite_schema WHERE type = 'trigger' AND sql LIKE ? ORDER BY name"
    const those = () => copied.prepare(triggers).all(`% ON ${table} %`)
    expect(those()).toHaveLength(5)
    copied.exec(`ALTER TABLE ${table} RENAME TO old; ${sql}; INSERT INTO ${table} SELECT * FROM old; DROP TABLE old`)
    expect(those()).toHaveLength(0)

    const second = await startProcess({ file })
    expect(those()).toHaveLength(5)
    expect((await postJson(`${second.url}${path}`, { ...event, id: 'a1', tenantId: 'a' })).status).toBe(409)
    expect(await (await fetch(`${second.url}${path}/$count`)).text()).toBe('12') // triggers keep that as well
    await second.stop()
    copied.close()
  })
})
