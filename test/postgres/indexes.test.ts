import '../support/postgres-in-process.ts'
import { PLANNING } from '../../srv/database/postgres/engine.ts'
import { withNames } from '../../srv/database/postgres/sql.ts'
import { CONFINE, tenantsIn } from '../../srv/database/postgres/roles.ts'
import { typed } from '../../srv/database/postgres/sql.ts'
import { engine } from '../../srv/database/service.ts'
import { EVENTS } from '../../srv/database/tables.ts'
import { effort } from '../force/effort.ts'
import { everywhere, path } from '../support/documented-queries.ts'
import { startInProcess } from '../support/in-process.ts'
import { mockUsers, of } from '../support/mocked-users.ts'
import { onServer } from '../support/postgres.ts'
import { query } from '../support/service.ts'

mockUsers()
const { get } = startInProcess()

/** Events of two years and of two tenants. */
const FILL = `INSERT INTO ${EVENTS} (id, tenant, tenantId, activityDateTime, activityDateTime_utc, jobId, changeId, cycleId,
    action, statusInfo_status, targetIdentity_displayName, targetIdentity_id, sourceIdentity_id, provisioningSteps, modifiedProperties)
  SELECT 'e' || n, tenant, tenant, point || 'Z', point, CASE WHEN n % 100 < 2 THEN 'shared' ELSE 'job' || n % 100 END,
    CASE WHEN n % 1000 < 2 THEN 'shared' ELSE 'change' || n END, CASE WHEN n % 1000 < 2 THEN 'shared' ELSE 'cycle' || n / 50 END,
    CASE WHEN n % 3 = 0 THEN 'Create' ELSE 'Update' END, CASE WHEN n % 25 < 2 THEN 'Failure' ELSE 'Success' END,
    CASE WHEN n % 500 < 2 THEN 'shared' ELSE 'name' || n % 500 END,
    CASE WHEN n % 1000 < 2 THEN 'shared' ELSE 'target' || n % 5000 END, CASE WHEN n % 1000 < 2 THEN 'shared' ELSE 'source' || n % 5000 END,
    '[{"description":"' || repeat(md5(n::text), 30) || '"}]', '[]'
  FROM (SELECT n, CASE WHEN n % 2 = 0 THEN 'own' ELSE 'other' END AS tenant,
      to_char(timestamp '2023-01-01' + n * interval '730 days' / $1::int, 'YYYY-MM-DD"T"HH24:MI:SS.US') || '0' AS point
    FROM generate_series(0, $1::int - 1) AS n) AS numbers`

const MAKE_PARTITIONS = `SELECT make_partition(to_char(month, 'YYYY-MM'))
  FROM generate_series(timestamp '2023-01-01', '2024-12-01', '1 month') AS month`

interface Plan {
  'Node Type': string
  'Plan Rows': number
  'Relation Name'?: string
  'Index Cond'?: string
  'Recheck Cond'?: string
  Plans?: Plan[]
}

interface Explained {
  'QUERY PLAN': [{ Plan: Plan }]
}

const nodesOf = (plan: Plan): Plan[] => [plan, ...(plan.Plans ?? []).flatMap(nodesOf)]

/**
 * The plans of the statements that a request runs, node by node.
 * @param areKept whether they are those that a connection keeps, for any values
 */
async function plansOf(path: string, headers: Record<string, string>, areKept = false) {
  const asked = jest.spyOn(engine(), 'query')
  const response = await get(path, headers)
  const queries = [...asked.mock.calls]
  asked.mockRestore()
  expect([200, 404]).toContain(response.status)
  return onServer(process.env.DATABASE_URL as string, async (client) => {
    const nodes: Plan[] = []
    for (const [{ sql, values }, { readable }] of queries) {
      await client.query(PLANNING.map(([name, value]) => `SET ${name} = ${value}`).join(';'))
      await client.query('BEGIN')
      await client.query(CONFINE, [tenantsIn(readable)])
      const { text, values: given } = typed(sql, values)
      const constants = given.map((value) => client.escapeLiteral(String(value))).join()
      if (areKept) await client.query(`SET plan_cache_mode = force_generic_plan; PREPARE kept AS ${text}`)
      const { rows } = await (areKept
        ? client.query<Explained>(`EXPLAIN (FORMAT JSON) EXECUTE kept(${constants})`)
        : client.query<Explained>(`EXPLAIN (FORMAT JSON) ${text}`, given))
      await client.query(`COMMIT; DEALLOCATE ALL`)
      nodes.push(...rows.flatMap((row) => nodesOf(row['QUERY PLAN'][0].Plan)))
    }
    return nodes
  })
}

beforeAll(
  async () => {
    await onServer(process.env.CDS_REQUIRES_DB_MIGRATION__URL as string, async (client) => {
      await client.query(MAKE_PARTITIONS)
      await client.query(withNames(FILL), [effort(20_000, 1_000_000, 1_000_000)])
      await client.query('ANALYZE')
    })
  },
  effort(180_000, 1_800_000, 1_800_000)
)

const everybody = ['reader', 'auditor'].flatMap((user) => everywhere.map((each) => [user, ...each] as const))
const ofEvents = (nodes: Plan[]) =>
  nodes.filter((node) => /^(events_|microsoft_graph_)/.test(node['Relation Name'] ?? ''))
/** An incremental sort is no matter: it sorts rows with the same beginning. Nor is one of few rows. */
const isSort = (node: Plan) => node['Node Type'] === 'Sort' && node['Plan Rows'] > 1000

describe('A query reads an index, and rows in their order if it has one', () => {
  it.each(everybody)('%s %s %j', async (user, path, options, isOrdered) => {
    const nodes = await plansOf(query(path, options), of(user))
    expect(ofEvents(nodes).filter((node) => node['Node Type'] === 'Seq Scan')).toEqual([])
    if (isOrdered) expect(nodes.filter(isSort)).toEqual([])
  })
})

it.each([
  ["jobId eq 'shared'", /beginning\("jobId", 200\) = 'shared'/],
  ["changeId eq 'shared'", /beginning\("changeId", 200\) = 'shared'/],
  ["targetIdentity/displayName eq 'shared'", /beginning\("targetIdentity_displayName", 200\) = 'shared'/],
  ["targetIdentity/id eq 'shared'", /beginning\("targetIdentity_id", 200\) = 'shared'/],
  ["sourceIdentity/id eq 'shared'", /beginning\("sourceIdentity_id", 200\) = 'shared'/],
  ["cycleId eq 'shared'", /beginning\("cycleId", 200\) = 'shared'/]
])('A query looks only at the events that it finds: %s', async ($filter, condition) => {
  const tenant = await plansOf(query(path, { $filter }), of('reader'))
  const found = ofEvents(tenant).filter((node) => node['Index Cond'] ?? node['Recheck Cond'])
  expect(found.length).toBeGreaterThan(0)
  for (const node of found) {
    expect(node['Index Cond'] ?? node['Recheck Cond']).toMatch(condition)
    expect(node['Index Cond'] ?? node['Recheck Cond']).toMatch(/tenant = 'own'/)
  }
  for (const node of ofEvents(await plansOf(query(path, { $filter }), of('auditor'))))
    expect(node['Index Cond'] ?? node['Recheck Cond']).toMatch(condition)
})

it('The events of a person are found by two indexes', async () => {
  const $filter = "(sourceIdentity/id eq 'shared' or targetIdentity/id eq 'shared')"
  const nodes = await plansOf(query(path, { $filter }), of('reader'))
  const found = nodes.filter((node) => node['Node Type'] === 'Bitmap Index Scan')
  expect(found.length).toBeGreaterThan(0)
  for (const node of found)
    expect(node['Index Cond']).toMatch(
      /tenant = 'own'.* AND \(beginning\("(source|target)Identity_id", 200\) = 'shared'/
    )
})

it('A query of all tenants finds a status by its index', async () => {
  const nodes = await plansOf(query(path, { $filter: "statusInfo/status eq 'failure'" }), of('auditor'))
  for (const node of ofEvents(nodes))
    expect(node['Index Cond'] ?? node['Recheck Cond']).toMatch(
      /translated\(beginning\("statusInfo_status", 200\).* = 'failure'/
    )
})

describe.each(['reader', 'auditor'])('A query of %s reads the partitions that it needs', (user) => {
  it.each([
    ['activityDateTime ge 2024-01-15T00:00:00Z and activityDateTime lt 2024-02-01T00:00:00Z', ['2024_01']],
    ["jobId eq 'shared' and activityDateTime gt 2024-11-15", ['2024_11', '2024_12', 'later']],
    ["id eq 'e0'", ['2023_01']],
    ["id in ('e0','e1','none')", ['2023_01']]
  ])('%s', async ($filter, months) => {
    const nodes = ofEvents(await plansOf(query(path, { $filter }), of(user)))
    const found = nodes.map((node) => (node['Relation Name'] as string).slice('events_of_'.length))
    const later = (month: string) => (month > '2024_12' ? 'later' : month)
    expect([...new Set(found.map(later))].toSorted()).toEqual(months)
  })

  it.each(["('e0')", "('e0')/jobId"])('%s', async (rest) => {
    const nodes = ofEvents(await plansOf(path + rest, of(user)))
    expect([...new Set(nodes.map((node) => node['Relation Name']))]).toEqual(['events_of_2023_01'])
  })

  it("('none')", async () => {
    expect(ofEvents(await plansOf(`${path}('none')`, of(user)))).toEqual([])
  })
})

describe('A plan that is kept for any values reads', () => {
  const monthsOf = async (rest: string) => {
    const nodes = ofEvents(await plansOf(path + rest, of('reader'), true))
    return [...new Set(nodes.map((node) => node['Relation Name']))]
      .filter((name) => name?.startsWith('events_'))
      .toSorted()
  }

  it('the partition of an event only', async () => {
    expect(await monthsOf("('e0')")).toEqual(['events_of_2023_01'])
  })

  it('those with the ends of a range of time, where events are counted by kept numbers', async () => {
    const $filter = 'activityDateTime ge 2024-01-15T00:30:00Z and activityDateTime lt 2024-04-02T00:30:00Z'
    expect(await monthsOf(query('/$count', { $filter }))).toEqual(['events_of_2024_01', 'events_of_2024_04'])
  })
})
