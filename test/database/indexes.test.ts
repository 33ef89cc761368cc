import { DatabaseSync } from 'node:sqlite'
import { engine } from '../../srv/database/service.ts'
import { addFunctions } from '../../srv/database/sqlite/functions.ts'
import { formsOf } from '../../srv/database/sqlite/search-statements.ts'
import { databaseLocation } from '../../srv/settings/settings.ts'
import { startInProcess } from '../support/in-process.ts'
import { mockUsers, of } from '../support/mocked-users.ts'
import { everywhere, path } from '../support/documented-queries.ts'
import { query } from '../support/service.ts'

const tenant = of('reader')
const all = of('auditor')

mockUsers()
const { post, get } = startInProcess()

/** The plans of the statements that a request runs, step by step. */
async function plansOf(path: string, headers: Record<string, string>) {
  const asked = jest.spyOn(engine(), 'query')
  const response = await get(path, { ...headers, Prefer: 'track-changes' })
  const statements = asked.mock.calls.map(([statement]) => statement)
  asked.mockRestore()
  expect([200, 404]).toContain(response.status)
  expect(statements).not.toEqual([])
  const database = new DatabaseSync(databaseLocation(), { readOnly: true })
  addFunctions(database)
  // where several tenants have events, statements run in the form that asks no index of searches
  const steps = statements.flatMap(({ sql, values }) =>
    database.prepare(`EXPLAIN QUERY PLAN ${formsOf(sql).at(-1)}`).all(...(values as string[]))
  )
  database.close()
  const texts = steps.map(({ detail }) => String(detail))
  return { steps: texts, next: response.body['@odata.nextLink'], delta: response.body['@odata.deltaLink'] }
}

const local = (link: unknown) => new URL(String(link)).href.slice(new URL(String(link)).origin.length)
/** Steps that read rows of tables, not the results of other steps. */
const reads = (steps: string[]) =>
  steps.filter((step) => /^(SEARCH|SCAN) (?!\(subquery|page$|source$|found$|CONSTANT ROW|.*VIRTUAL TABLE)/.test(step))

/** Only rows of the tenant are looked at: those with the tenant, with a key whose every part is given, or just found. */
const isConfined = (step: string) =>
  / USING .*INDEX .*\(tenant=\?|\(id=\? AND tenant=\?\)|\(event=\? AND tenant=\?\)|^SEARCH \$p USING INTEGER PRIMARY KEY \(rowid=\?\)$/.test(
    step
  )

beforeAll(async () => {
  for (let count = 0; count < 120; count++) {
    const event = { id: `e${count}`, activityDateTime: '2024-03-01T00:00:00Z', jobId: 'shared', changeId: 'shared' }
    expect((await post(path, event, tenant)).status).toBe(201)
  }
})

describe('A query of a tenant', () => {
  it.each(everywhere)('looks at no row of another: %s %j', async (path, options) => {
    const { steps, next, delta } = await plansOf(query(path, options), tenant)
    expect(reads(steps).filter((step) => !isConfined(step))).toEqual([])
    for (const link of [next, delta]) {
      if (!link) continue
      const following = await plansOf(local(link), tenant)
      expect(reads(following.steps).filter((step) => !isConfined(step))).toEqual([])
    }
  })

  it.each(["('e1')", "('e1')/jobId", '/$count', "/$count?$filter=jobId eq 'shared'"])(
    'looks at no row of another: %s',
    async (rest) => {
      const { steps } = await plansOf(path + rest, tenant)
      expect(reads(steps).filter((step) => !isConfined(step))).toEqual([])
    }
  )
})

it.each([
  ["jobId eq 'shared'", 'jobId=?'],
  ["changeId eq 'shared'", 'changeId=?'],
  ["targetIdentity/displayName eq 'shared'", 'targetIdentity_displayName=?']
])('A query of a tenant looks only at the events that it finds: %s', async ($filter, found) => {
  const { steps } = await plansOf(query(path, { $filter }), tenant)
  // arrivals find the delta link, and numbers of rows those that were found
  const ofEvents = reads(steps).filter((step) => !/ Arrivals_|\(rowid=\?\)$/.test(step))
  expect(ofEvents.filter((step) => !step.includes(found))).toEqual([])
  expect(steps.filter((step) => step.includes('TEMP B-TREE'))).toEqual([])
})

it.each([
  [path, "jobId eq 'shared'", 'jobId=?'],
  [path, "statusInfo/status eq 'failure'", 'statusInfo_status=?'],
  [`/v1.0${path}`, "provisioningStatusInfo/status eq 'failure'", 'statusInfo_status=?']
])('A count of a tenant looks only at tallies of what it counts: %s %s', async (path, $filter, found) => {
  const { steps } = await plansOf(query(`${path}/$count`, { $filter }), tenant)
  const ofTallies = reads(steps).filter((step) => / Tallies_\d/.test(step))
  expect(ofTallies).toEqual([expect.stringContaining(found)])
})

describe('A query of all tenants', () => {
  it.each(everywhere)(
    'reads an index, and rows in their order if it has one: %s %j',
    async (path, options, isOrdered) => {
      const { steps } = await plansOf(query(path, options), all)
      // the last arrival is found by the key, and there are few counts and tallies
      const ofEvents = reads(steps).filter((step) => !/ (Arrivals|Counts|Tallies)_\d/.test(step))
      expect(ofEvents.filter((step) => !step.includes(' USING '))).toEqual([])
      // at most the rows with one name are sorted, of which there are few
      const sorts = steps.filter((step) => step.includes('TEMP B-TREE') && !step.includes('FOR LAST'))
      if (isOrdered) expect(sorts).toEqual([])
    }
  )

  it.each([
    [path, "statusInfo/status eq 'failure'"],
    [path, "statusInfo/status in ('failure','warning')"],
    [`/v1.0${path}`, "provisioningStatusInfo/status eq 'failure'"],
    [`/v1.0${path}`, "provisioningStatusInfo/status eq microsoft.graph.provisioningResult'failure'"],
    [`/v1.0${path}`, "provisioningStatusInfo/status in ('failure','warning')"]
  ])('finds a status by its index: %s %s', async (path, $filter) => {
    const { steps } = await plansOf(query(path, { $filter, $select: 'id' }), all)
    expect(
      steps.filter((step) => /SEARCH .*_by_statusInfo_status_.* \(statusInfo_status=\?\)/.test(step))
    ).toHaveLength(1)
  })
})
