/** The service follows the model: test/fixtures/extensions/extended.cds adds to it, and no code knows what. */
import { join } from 'node:path'
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { clientOf, errorOf, PLAIN, query, startService, valuesOf, type Json } from '../../support/service.ts'
import { until } from '../../support/command.ts'
import { COMPILED, startProcess, temporaryFolder } from '../../support/process.ts'
import { isOnPostgres } from '../../support/postgres.ts'

const EXTENDED = { CDS_FOLDERS_EXTENSIONS: 'test/fixtures/extensions/' }
const service = startService(EXTENDED)
const log = '/auditLogs/provisioning'

const least = { activityDateTime: '2024-05-01T12:00:00Z', engine: 'scim' }
const full = {
  ...least,
  id: 'full',
  region: 'eu-1',
  attempts: 3,
  receivedBy: 'is not for clients to say',
  severity: 'HIGH',
  startedDateTime: '2024-05-01T13:59:59.1234567+02:00',
  sourceSystem: { id: 'workday' },
  site: { city: 'Bonn', rooms: [{ name: 'Ada' }] },
  reviewers: [{ name: 'Bob', level: 2 }],
  owner: { '@odata.type': '#microsoft.graph.manager', name: 'Eve', budget: 5 },
  provisioningSteps: [{ name: 'export', weight: 4, reviewers: [{ name: 'Joe' }, { name: 'Kim' }] }]
}

beforeAll(async () => {
  expect((await service.post(log, full)).status).toBe(201)
  expect((await service.post(log, { ...least, id: 'least', attempts: null })).status).toBe(201)
  expect((await service.post(log, { ...least, id: 'other', delay: 1 })).status).toBe(201)
})

describe('What the model adds', () => {
  it('is stored and shown, with the defaults of the model and without what only the service may say', async () => {
    const { body } = await service.get(`${log}/full`, PLAIN)
    expect(body).toMatchObject({
      region: 'eu-1',
      attempts: 3,
      delay: null,
      receivedBy: null,
      startedDateTime: '2024-05-01T13:59:59.1234567+02:00',
      sourceSystem: { id: 'workday', displayName: null, details: null, vendor: 'unknown' },
      site: { city: 'Bonn', rooms: [{ name: 'Ada', level: 7 }] },
      reviewers: [{ name: 'Bob', level: 2 }],
      owner: { name: 'Eve', level: 7, budget: 5 },
      provisioningSteps: [
        {
          name: 'export',
          weight: 4,
          reviewers: [
            { name: 'Joe', level: 7 },
            { name: 'Kim', level: 7 }
          ]
        }
      ]
    })
    expect((await service.get(`${log}/least`, PLAIN)).body).toMatchObject({ attempts: null, site: null, reviewers: [] })
    expect((await service.get(`${log}/other`, PLAIN)).body).toMatchObject({ attempts: 1, delay: 1, sourceSystem: null })
  })

  it.each<[object, string, string, string]>([
    [{ engine: undefined }, 'missingProperty', 'engine', "Property 'engine' must have a value."],
    [{ engine: ' ' }, 'missingProperty', 'engine', "Property 'engine' must have a value."],
    [{ region: 'eu-123' }, 'invalidValue', 'region', "Property 'region' must have at most 5 characters."],
    [{ region: 'EU' }, 'invalidValue', 'region', "Property 'region' must match the pattern ^[a-z]+-[0-9]$."],
    [{ attempts: 11 }, 'invalidValue', 'attempts', "Property 'attempts' must be at least 1 and at most 10."],
    [{ attempts: '1' }, 'invalidType', 'attempts', "Property 'attempts' must be a whole number."],
    [{ delay: 0 }, 'invalidValue', 'delay', "Property 'delay' must be greater than 0."],
    [{ severity: 'high' }, 'invalidValue', 'severity', "Property 'severity' must be one of low, HIGH."],
    [{ site: {} }, 'missingProperty', 'site/city', "Property 'site/city' must have a value."],
    [{ site: { city: 'a', rooms: [{ level: 0 }] } }, 'invalidValue', 'site/rooms/0/level', ''],
    [{ reviewers: [{}, { level: 10 }] }, 'invalidValue', 'reviewers/1/level', ''],
    [
      { provisioningSteps: [{ reviewers: [{ name: 'Alice' }] }] },
      'invalidValue',
      'provisioningSteps/0/reviewers/0/name',
      ''
    ],
    [{ startedDateTime: 'now' }, 'invalidValue', 'startedDateTime', ''],
    [{ owner: { budget: 1 } }, 'unknownProperty', 'owner/budget', '']
  ])('is checked where it is sent: %j', async (sent, code, target, message) => {
    const refused = await service.post(log, { ...least, ...sent })
    expect(refused.status).toBe(400)
    expect(errorOf(refused)).toMatchObject({ code, target, ...(message && { message }) })
  })

  it.each([
    ["region eq 'eu-1'", ['full']],
    ["severity eq 'HIGH' and attempts gt 2", ['full']],
    ['startedDateTime ge 2024-05-01T11:59:59Z and startedDateTime lt 2024-05-01T12:00:00Z', ['full']],
    ["sourceSystem/vendor eq 'unknown'", ['full']],
    ["site/rooms/any(r:r/level eq 7 and r/name eq 'Ada')", ['full']],
    ['owner/microsoft.graph.manager/budget eq 5 and isof(owner,microsoft.graph.manager)', ['full']],
    ["provisioningSteps/any(s:s/weight eq 4 and s/reviewers/any(r:r/name eq 'Kim'))", ['full']],
    ['provisioningSteps/any(s:s/reviewers/all(r:r/level eq 7) and s/reviewers/$count eq 2)', ['full']],
    ["provisioningSteps/any(s:s/reviewers/$count($filter=name eq 'Joe') eq 1)", ['full']],
    ["not reviewers/any(r:r/name eq 'Bob')", ['least', 'other']],
    ['reviewers/$count eq 0', ['least', 'other']]
  ])('is found by $filter=%s', async ($filter, ids) => {
    const answer = await service.get(query(log, { $filter, $orderby: 'id' }))
    expect(answer.status).toBe(200)
    expect(valuesOf(answer).map(({ id }) => id)).toEqual(ids)
  })

  it('is searched, grouped, computed with, ordered by, and downloaded', async () => {
    for (const $search of ['eu-1', 'Kim', 'unknown', 'bonn'])
      expect(valuesOf(await service.get(query(log, { $search }))).map(({ id }) => id)).toEqual(['full'])
    const groups = await service.get(
      query(log, { $apply: 'groupby((region),aggregate(attempts with sum as all))' }),
      PLAIN
    )
    expect(valuesOf(groups)).toEqual(
      expect.arrayContaining([
        { region: null, all: 1 },
        { region: 'eu-1', all: 3 }
      ])
    )
    const computed = {
      $compute: 'attempts add 1 as next',
      $select: 'next',
      $orderby: 'startedDateTime desc',
      $top: '1'
    }
    expect(valuesOf(await service.get(query(log, computed), PLAIN))).toEqual([{ next: 4 }])
    const csv = { $format: 'text/csv;part=reviewers', $filter: "id eq 'full'" }
    const { text } = await service.get(query(log, csv))
    expect(text).toBe('id,changeId,reviewers/$index,reviewers/name,reviewers/level\r\nfull,,0,Bob,2\r\n')
  })

  it('is declared in the metadata and in OpenAPI', async () => {
    const { text } = await service.get('/$metadata')
    for (const declared of [
      '<Property Name="region" Type="Edm.String" MaxLength="5"/>',
      '<Property Name="attempts" Type="Edm.Int32" DefaultValue="1"/>',
      '<Property Name="startedDateTime" Type="Edm.DateTimeOffset" Precision="7"/>',
      '<Property Name="reviewers" Type="Collection(microsoft.graph.reviewer)" Nullable="false"/>',
      '<Property Name="owner" Type="microsoft.graph.reviewer"/>',
      '<ComplexType Name="manager" BaseType="microsoft.graph.reviewer">',
      '<PropertyValue Property="Value" String="HIGH"/>',
      '<Annotation Term="Common.Label" String="Region of the data center"/>'
    ])
      expect(text).toContain(declared)
    const { status, body } = await service.get('/openapi.json')
    expect(status).toBe(200)
    const { schemas } = body.components as { schemas: Record<string, object> }
    expect(schemas).toHaveProperty(['microsoft.graph.reviewer'])
  })

  it('leaves the other shape of the log as it is', async () => {
    expect((await service.get('/v1.0/auditLogs/provisioning/full')).body).not.toHaveProperty('region')
    const refused = await service.post('/v1.0/auditLogs/provisioning', { activityDateTime: '2024-05-01T12:00:00Z' })
    expect(errorOf(refused)).toMatchObject({ code: 'missingProperty', target: 'engine' })
  })
})

it('Another service of CAP runs beside it, as CAP serves it', async () => {
  const { status, text } = await service.get('/beside/$metadata')
  expect([status, text]).toEqual([200, expect.stringContaining('<Property Name="tags" Type="Collection(Edm.String)"')])
  for (const [note, target] of [
    [{ text: 'Ask Ann' }, 'due'],
    [{ tags: 5 }, 'text']
  ] as const) {
    const refused = await service.post('/beside/Notes', note)
    expect(refused.status).toBe(400)
    expect(errorOf(refused)).toMatchObject({ code: 'badRequest', message: 'Provide the missing value.', target })
  }
  // CAP does not order and page the log, as it does the other service
  const $apply = 'aggregate(delay with max as longest)'
  expect(valuesOf(await service.get(query(log, { $apply }), PLAIN))).toEqual([{ longest: 1 }])
})

it('A log from before is kept as it was: what it lacks is null or empty, and it verifies', async () => {
  const file = join(temporaryFolder(), 'events.sqlite')
  const start = async (env: Record<string, string>) => {
    const { url = '', stop } = await startProcess({ file, env })
    return { ...clientOf(() => url), stop }
  }
  const before = await start({})
  const old: Json = {
    id: 'old',
    cycleId: 'first',
    activityDateTime: '2020-01-01T00:00:00Z',
    provisioningSteps: [{ name: 'import' }]
  }
  expect((await before.post(log, { ...old, sourceSystem: { id: 'workday' } })).status).toBe(201)
  await before.stop()

  const after = await start(EXTENDED)
  const expected = {
    region: null,
    attempts: null,
    engine: null,
    reviewers: [],
    sourceSystem: { id: 'workday', vendor: null },
    provisioningSteps: [{ name: 'import', weight: null, reviewers: [] }]
  }
  for (const path of [
    `${log}/old`,
    query(`${log}/old`, { $select: 'region,attempts,engine,reviewers,sourceSystem,provisioningSteps' })
  ])
    expect((await after.get(path)).body).toMatchObject(expected)
  expect(valuesOf(await after.get(log))).toMatchObject([expected])
  expect((await after.get(`${log}/old/reviewers/$count`)).text).toBe('0')
  for (const $filter of [
    'reviewers/$count eq 0',
    "not reviewers/any(r:r/name eq 'x')",
    'provisioningSteps/all(s:s/reviewers/$count eq 0)'
  ])
    expect(valuesOf(await after.get(query(log, { $filter })))).toHaveLength(1)

  const link = String((await after.get(log, { Prefer: 'track-changes' })).body['@odata.deltaLink']).slice(
    after.url.length
  )
  expect((await after.post(log, { ...least, id: 'new', cycleId: 'first', region: 'eu-1' })).status).toBe(201)
  const byKind = await after.get(
    query(log, { $apply: 'groupby((cycleId,region),aggregate($count as events))', $orderby: 'region' }),
    PLAIN
  )
  expect(valuesOf(byKind)).toEqual([
    { cycleId: 'first', region: null, events: 1 },
    { cycleId: 'first', region: 'eu-1', events: 1 }
  ])
  await until(async () => valuesOf(await after.get(link)).length === 1)
  await after.stop()
  if (isOnPostgres()) return
  const env = {
    PATH: process.env.PATH,
    NODE_COMPILE_CACHE: COMPILED,
    CDS_REQUIRES_DB_CREDENTIALS_URL: file,
    ...EXTENDED
  }
  const verify = join(__dirname, '../../../srv/commands/verify.ts')
  expect((await promisify(execFile)(process.execPath, [verify], { env })).stdout).toContain('All is well.')
})
