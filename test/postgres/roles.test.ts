import { postgresEngine } from '../../srv/database/postgres/engine.ts'
import type { Readable } from '../../srv/database/reading.ts'
import { settings } from '../../srv/settings/settings.ts'
import { asService, createDatabase, onServer } from '../support/postgres.ts'
import { startProcess } from '../support/process.ts'
import { clientOf } from '../support/service.ts'

const PATH = '/auditLogs/provisioning'
const EVENTS = '"microsoft_graph_provisioningObjectSummary"'
const event = { activityDateTime: '2024-05-01T00:00:00Z', action: 'Create' }

/** The tables and views that have rows of tenants. */
const CONFINED = [
  EVENTS,
  '"provisioning_log_Arrivals"',
  '"provisioning_log_Counts"',
  '"provisioning_log_Seals"',
  '"microsoft_graph_Arrivals"',
  '"microsoft_graph_Counts"',
  '"microsoft_graph_Tallies"'
]

async function start(env: Record<string, string>) {
  const service = await startProcess({ file: 'none', env })
  return { ...service, ...clientOf(() => service.url ?? '') }
}

describe('The role of the service', () => {
  let owner = ''
  let env: Awaited<ReturnType<typeof asService>> = {}
  let own = ''
  beforeAll(async () => {
    owner = await createDatabase('of_roles')
    env = await asService(owner)
    own = env.DATABASE_URL as string
    const service = await start(env)
    for (const tenantId of ['a', 'b', 'b', undefined]) await service.post(PATH, { ...event, tenantId })
    await service.stop() // numbers and seals them
  })

  it('owns nothing, and is bound to the policies', async () => {
    const { rows } = await onServer(own, (client) =>
      client.query(
        `SELECT rolsuper OR rolbypassrls OR rolcreaterole AS mighty,
           (SELECT count(*)::int FROM pg_class WHERE pg_has_role(relowner, 'USAGE') AND relnamespace = 'public'::regnamespace) AS owned
         FROM pg_roles WHERE rolname = current_user`
      )
    )
    expect(rows).toEqual([{ mighty: false, owned: 0 }])
  })

  it.each([
    `UPDATE ${EVENTS} SET action = 'x'`,
    `DELETE FROM ${EVENTS}`,
    `TRUNCATE ${EVENTS}`,
    `ALTER TABLE ${EVENTS} DISABLE TRIGGER ALL`,
    `ALTER TABLE ${EVENTS} DISABLE ROW LEVEL SECURITY`,
    `DROP POLICY of_tenants ON ${EVENTS}`,
    'UPDATE "provisioning_log_Seals" SET hash = \'x\'',
    'DELETE FROM "provisioning_log_Seals"',
    "INSERT INTO \"provisioning_log_Arrivals\" VALUES (99, 'x', 'a')",
    'DELETE FROM "provisioning_log_Arrivals"',
    'DELETE FROM "provisioning_log_UnnumberedArrivals"',
    'UPDATE "provisioning_log_Counts" SET events = 0',
    'UPDATE "provisioning_log_SchemaVersions" SET version = 0',
    'CREATE TABLE more (x int)'
  ])('may not %s', async (sql) => {
    await expect(onServer(own, (client) => client.query(sql))).rejects.toThrow(/permission denied|must be owner/)
  })

  it('cannot have functions of the owner write to tables of its own', async () => {
    await onServer(own, async (client) => {
      await client.query('BEGIN; CREATE TEMP TABLE "provisioning_log_Purges" (LIKE public."provisioning_log_Purges")')
      const record = {
        number: 1,
        before: '9999-01-01',
        count: 1,
        sequences: '[[1,1]]',
        hash: 'x',
        purgedBy: '',
        purgedAt: ''
      }
      await client.query('SELECT remove_events($1, $2, false)', [JSON.stringify(record), [1]])
      const { rows } = await client.query('SELECT number FROM public."provisioning_log_Purges"')
      expect(rows).toEqual([{ number: '1' }])
      await client.query('ROLLBACK')
      const others = `SELECT proname FROM pg_proc WHERE prosecdef AND NOT 'search_path=public, pg_temp' = ANY (proconfig)`
      expect((await client.query(others)).rows).toEqual([])
    })
  })

  it('alone may call what works with the rights of the owner', async () => {
    const stranger = new URL(own)
    Object.assign(stranger, { username: 'stranger', password: 'of-the-stranger' })
    await onServer(owner, (client) => client.query("CREATE ROLE stranger LOGIN PASSWORD 'of-the-stranger'"))
    const call = (url: string) => onServer(url, (client) => client.query('SELECT number_arrivals(1, false)'))
    await expect(call(stranger.href)).rejects.toThrow('permission denied for function number_arrivals')
    expect((await call(own)).rowCount).toBe(1)
  })

  it.each<[value: string, tenants: string[]]>([
    ['', []],
    ['=', ['']],
    ['=a', ['a']],
    ['=b', ['b']],
    ["='; RESET ALL; --", []],
    ['a', []],
    ['*', ['', 'a', 'b']]
  ])('sees, in a transaction that says it reads %j, the tenants %j in every table', async (value, tenants) => {
    const seen = await onServer(own, async (client) => {
      await client.query('BEGIN')
      await client.query("SELECT set_config('provisioning.tenants', $1, true)", [value])
      const all = []
      for (const table of CONFINED)
        all.push((await client.query<{ tenant: string }>(`SELECT DISTINCT tenant FROM ${table} ORDER BY tenant`)).rows)
      return all.map((rows) => rows.map(({ tenant }) => tenant))
    })
    expect(seen).toEqual(CONFINED.map(() => tenants))
  })

  it('sees nothing where a query is run outside of such a transaction, or after one', async () => {
    const counts = await onServer(own, async (client) => {
      const count = async () => (await client.query<{ count: string }>(`SELECT count(*) FROM ${EVENTS}`)).rows[0]?.count
      const before = await count()
      await client.query("BEGIN; SET LOCAL provisioning.tenants = '*'")
      const within = await count()
      await client.query('COMMIT')
      return [before, within, await count()]
    })
    expect(counts).toEqual(['0', '4', '0'])
  })

  it.each<[readable: Readable, ids: number]>([
    [{ tenant: 'a' }, 1],
    [{ tenant: 'b' }, 2],
    [{ tenant: "b'" }, 0],
    ['none', 0],
    ['all', 4]
  ])('gives a reader of %j no event of others, even if the query has no condition', async (readable, count) => {
    const engine = postgresEngine(own, own, settings().requires.db)
    const reading = { tenant: '', readable, deadline: { end: performance.now() + 10_000, message: '' } }
    const statement = { sql: `SELECT tenant FROM ${EVENTS}`, values: [] }
    expect(await engine.query(statement, reading)).toHaveLength(count)
    await engine.close()
  })

  it('starts the service without the owner, if the schema needs no migration', async () => {
    const service = await start({ DATABASE_URL: own })
    expect((await service.post(PATH, { ...event, id: 'more' })).status).toBe(201)
    expect((await service.get(`${PATH}/$count`)).text).toBe('5')
    await service.stop()
  })

  it('finds the events that it knows of all tenants, so that those which come with them share a commit', async () => {
    const service = await start({ DATABASE_URL: own })
    const ids = Array.from({ length: 50 }, (_, index) => `commit-${index}`)
    const post = (id: string, index: number) => {
      const body = { ...event, id, tenantId: index % 2 ? 'a' : 'b' }
      return { id: String(index), method: 'POST', url: PATH, headers: { 'content-type': 'application/json' }, body }
    }
    for (const [sent, known] of [
      [ids.slice(0, 20), 0],
      [ids, 20]
    ] as const) {
      const { body } = await service.post('/$batch', { requests: sent.map(post) })
      const statuses = (body.responses as { status: number }[]).map(({ status }) => status)
      expect(statuses).toEqual(sent.map((_, index) => (index < known ? 409 : 201)))
    }
    const commits = `SELECT count(DISTINCT xmin::text)::int AS commits FROM ${EVENTS} WHERE id LIKE 'commit-%'`
    const { rows } = await onServer(owner, (client) => client.query<{ commits: number }>(commits))
    expect(rows[0]?.commits).toBeLessThan(10) // a slow machine takes a batch in parts
    await service.stop()
  })

  it.each([
    [
      'is empty',
      'may not create tables: GRANT CREATE ON SCHEMA public is missing',
      async () => (await asService(await createDatabase('of_roles_empty'))).DATABASE_URL as string
    ],
    [
      'is older',
      'does not own the tables, but postgres does',
      async () => {
        await onServer(owner, (client) => client.query('UPDATE "provisioning_log_SchemaVersions" SET version = 0'))
        return own
      }
    ]
  ])('does not start the service without the owner where the schema %s', async (_, lack, url) => {
    const service = await startProcess({ file: 'none', env: { DATABASE_URL: await url() } })
    expect(await service.exited).toEqual([1, null])
    expect(service.log()).toContain(
      `The service does not start: the schema has to be migrated, and the user of the database ${lack}. Start the service once ` +
        'with requires.db.migration_url, as the owner of the schema.'
    )
  })
})
