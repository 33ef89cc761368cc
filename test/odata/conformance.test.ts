import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { errorOf, query, sharedService, valuesOf, type Json } from '../support/service.ts'

const service = sharedService()
const path = '/auditLogs/provisioning'
const at = '2024-05-01T10:00:00Z'

const EVENTS: Json[] = [
  { id: 'a', cycleId: 'x', durationInMilliseconds: 10, modifiedProperties: [{ displayName: 'mail', newValue: 'ann' }] },
  { id: 'b/c\\d', cycleId: 'y', durationInMilliseconds: 20 },
  { id: 'e', durationInMilliseconds: 30, statusInfo: { status: 'failure' } }
]

beforeAll(async () => {
  for (const event of EVENTS) await service.post(path, { activityDateTime: at, ...event })
})

async function found(options: Record<string, string>, headers?: Record<string, string>) {
  const answer = await service.get(query(path, { $orderby: 'id', ...options }), headers)
  return valuesOf(answer).map(({ id }) => id)
}

describe('OData-Version (13.1.1, 4)', () => {
  it.each<[string, Record<string, string>, number, string]>([
    [path, { 'OData-MaxVersion': '3.0' }, 400, '4.0'],
    [path, { 'OData-Version': '4.02' }, 400, '4.0'],
    [`${path}?$foo=1`, { 'OData-MaxVersion': '4.01' }, 400, '4.01'],
    [`${path}/unknown`, {}, 404, '4.0'],
    [path, { Accept: 'image/png' }, 406, '4.0'],
    [path, { Isolation: 'snapshot' }, 412, '4.0'],
    ['/$all', { 'OData-MaxVersion': '4.01' }, 501, '4.01']
  ])('is told with errors, too: %s, %j', async (url, headers, status, version) => {
    const answer = await service.get(url, headers)
    expect([answer.status, answer.headers.get('odata-version')]).toEqual([status, version])
  })
})

describe('What the service lacks of the standard is 501 (13.1.1, 7; 13.1.2, 2 and 7)', () => {
  it.each<Record<string, string>>([
    { $filter: '@Core.Description eq null' },
    { $filter: 'initiatedBy/@odata.type eq null' },
    { $filter: "cycleId eq geography'SRID=0;Point(142.1 64.1)'" },
    { $filter: "geo.distance(cycleId,geometry'Point(1 2)') lt 1" },
    { $filter: 'provisioningSteps eq modifiedProperties' },
    { $filter: "'mail' in modifiedProperties/displayName" },
    { $filter: 'length(modifiedProperties) eq 1' },
    { $filter: "contains(modifiedProperties,'mail')" },
    { $filter: 'initiatedBy eq sourceIdentity' },
    { $filter: 'targetSystem eq {"id":"x"}' },
    { $orderby: '@Core.Description' },
    { $compute: '@Core.Description as x' },
    { $select: '@Core.Description' },
    { $select: 'initiatedBy/@Core.Description' },
    { $select: "modifiedProperties($filter=displayName eq @p;@p='mail')" }
  ])('%j', async (options) => {
    const answer = await service.get(query(path, options))
    expect([answer.status, errorOf(answer).code]).toEqual([501, 'notImplemented'])
  })

  it.each(['provisioning($filter=id eq @p;@p=null)', '@Core.Links', 'provisioning($levels=max)'])(
    '$expand=%s',
    async ($expand) => expect((await service.get(query('/auditLogs', { $expand }))).status).toBe(501)
  )

  it('conditions of requests in batches, which have 424 (OData JSON 4.01, 19.1), so that nothing is done', async () => {
    const headers = { 'content-type': 'application/json' }
    const body = { id: 'conditional', activityDateTime: at }
    const requests = [{ id: '1', if: 'false', method: 'POST', url: path, headers, body }]
    expect((await service.post('/$batch', { requests })).body.responses).toMatchObject([{ status: 424 }])
    expect((await service.get(`${path}/conditional`)).status).toBe(404)
  })

  it.each([`${path}/a/modifiedProperties?$apply=identity`, `${path}/$ref?$apply=identity`])('%s', async (url) =>
    expect((await service.get(url)).status).toBe(501)
  )

  it('the number of changes (Protocol 4.01, 11.3.2)', async () => {
    const { body } = await service.get(`${path}?$select=id`, { Prefer: 'track-changes' })
    const link = String(body['@odata.deltaLink']).slice(service.url.length).replace('?', '/$count?')
    const answer = await service.get(link)
    expect([answer.status, errorOf(answer).target]).toEqual([501, '$deltatoken'])
  })

  it('but not what is malformed, which is 400', async () => {
    for (const $filter of ["@ eq 'x'", "geography('Point(1 2)') eq null", 'tolower(modifiedProperties) eq null'])
      expect((await service.get(query(path, { $filter }))).status).toBe(400)
  })
})

describe('The log is append-only, so it is no updatable service (13.1.1, 18 to 33; 13.2.1, 18 to 27)', () => {
  it.each<[string, string]>([
    ['PUT', `${path}/a/jobId`],
    ['PATCH', `${path}/a/initiatedBy`],
    ['DELETE', `${path}/a/jobId`],
    ['POST', `${path}/a/modifiedProperties`],
    ['PATCH', path],
    ['DELETE', `${path}/$filter(true)`],
    ['POST', `${path}/$ref`],
    ['PUT', `${path}/a/$ref`],
    ['DELETE', `${path}/$ref?$id=auditLogs/provisioning('a')`]
  ])('%s %s is 405', async (method, url) => expect((await service.send(method, url, {})).status).toBe(405))
})

describe('Syntax (13.2.1, 6 to 9)', () => {
  const cases: [Record<string, string>, string[]][] = [
    [{ filter: "id in ('a','z')" }, ['a']],
    [{ $filter: 'durationInMilliseconds divby 4 eq 2.5' }, ['a']],
    [{ $filter: "cast('20',Edm.Int32) eq durationInMilliseconds" }, ['b/c\\d']],
    [{ $filter: "substring(cycleId,-1) eq 'y' and 'PT1M' eq duration'PT60S'" }, ['b/c\\d']],
    [{ $filter: "statusInfo/status eq microsoft.graph.provisioningResult'failure'" }, ['e']],
    [{ Filter: "StartsWith(id,'e') AND statusInfo/status EQ 'failure'", TOP: '1' }, ['e']],
    [{ $filter: "modifiedProperties/Any(m:m/newValue eq 'ann')" }, ['a']],
    [{ $filter: "modifiedProperties/$count($filter=newValue eq 'ann') eq 1" }, ['a']]
  ]
  it.each(cases)('of both versions is taken, whatever version the answer is to have: %j', async (options, ids) => {
    for (const version of ['4.0', '4.01']) expect(await found(options, { 'OData-MaxVersion': version })).toEqual(ids)
  })

  it('takes names in any case, and answers with those of $metadata', async () => {
    const options = { $select: 'ID,STATUSINFO/STATUS', $filter: "iD eq 'e'" }
    const { body } = await service.get(query(path, options))
    expect(body).toEqual({
      '@odata.context': `${service.url}/$metadata#auditLogs/provisioning(id,statusInfo/status)`,
      value: [
        {
          '@odata.type': '#microsoft.graph.provisioningObjectSummary',
          id: 'e',
          statusInfo: { '@odata.type': 'microsoft.graph.statusBase', status: 'failure' }
        }
      ]
    })
  })

  it.each<[string, number, string | undefined]>([
    ['/AuditLogs', 200, 'auditLogs'],
    ['/auditlogs/Provisioning?$top=0', 200, 'auditLogs/provisioning'],
    ['/beta/AUDITLOGS/DIRECTORYPROVISIONING?$top=0', 200, 'auditLogs/directoryProvisioning'],
    ['/v1.0/auditlogs/provisioning/e', 200, 'auditLogs/provisioning/$entity'],
    ["/auditlogs/provisioning('e')/StatusInfo/Status", 200, "auditLogs/provisioning('e')/statusInfo/status"],
    ["/$entity?$id=auditlogs/Provisioning('e')", 200, 'auditLogs/provisioning/$entity'],
    ['/auditlogs/provisioning/E', 404, undefined],
    ['/auditlogs/provisionings', 404, undefined],
    ['/v1.0/auditlogs/directoryprovisioning', 404, undefined]
  ])('takes names in any case in paths, and answers with those of $metadata: %s', async (url, status, fragment) => {
    const answer = await service.get(url)
    const root = /^\/(beta|v1\.0)/.exec(url)?.[0] ?? ''
    const context = fragment && `${service.url}${root}/$metadata#${fragment}`
    expect([answer.status, answer.body['@odata.context']]).toEqual([status, context])
  })

  it('has aliases for keys with slashes and backslashes', async () => {
    for (const key of ['(@k)', '(id=@k)'])
      expect((await service.get(query(path + key, { '@k': "'b/c\\d'" }))).body.cycleId).toBe('y')
  })
})

describe('$expand (13.1.3, 9)', () => {
  const expanded = async (options: string) =>
    ((await service.get(query('/auditLogs', { $expand: `provisioning(${options})` }))).body.provisioning as Json[]).map(
      ({ id }) => id
    )

  it.each<[string, string[]]>([
    ['$orderby=id desc;$skip=1;$top=1', ['b/c\\d']],
    ['$orderby=id asc;$skip=2', ['e']],
    ['$search=ann', ['a']],
    ['$search=NOT ann;$orderby=durationInMilliseconds desc', ['e', 'b/c\\d']],
    ["$filter=cycleId ne null and id ne 'a'", ['b/c\\d']],
    ['$compute=durationInMilliseconds mul 2 as twice;$filter=twice gt 40;$select=id,twice', ['e']]
  ])('gives the part that is asked for: %s', async (options, ids) => expect(await expanded(options)).toEqual(ids))
})

describe('Identifiers (13.2.1, 11)', () => {
  it.each(['', '/beta'])('never differ by their case only, at %j', async (root) => {
    const { body } = await service.get(`${root}/$metadata?$format=json`)
    const scopes = (part: unknown): string[][] =>
      typeof part === 'object' && part !== null
        ? [Object.keys(part), ...Object.values(part).flatMap((each) => scopes(each))]
        : []
    const all = scopes(body['microsoft.graph'])
    expect(all.length).toBeGreaterThan(10)
    for (const names of all) expect(new Set(names.map((name) => name.toLowerCase())).size).toBe(names.length)
  })
})

describe('The documents', () => {
  const root = join(__dirname, '../..')
  const documents = readdirSync(join(root, 'docs'), { recursive: true })
    .filter((name) => String(name).endsWith('.md'))
    .map((name) => `docs/${String(name)}`)

  it.each(['SECURITY.md', ...documents])('%s names tests that there are', (document) => {
    const named = [...readFileSync(join(root, document), 'utf8').matchAll(/`(test\/[^`]+)`(?:: ([^;|\n]+))?/g)]
    for (const [, file = '', title = ''] of named) {
      const source = existsSync(join(root, file)) ? readFileSync(join(root, file), 'utf8') : undefined
      expect([file, title.trim(), source?.includes(title.trim())]).toEqual([file, title.trim(), true])
    }
  })

  it('have no MUST of section 13 that is not fulfilled, and a test for each', () => {
    const table = readFileSync(join(root, 'docs/odata.md'), 'utf8').matchAll(/^\| [\da-n.–, ]+ \|(.*)\|(.*)\|(.*)\|$/gm)
    const musts = [...table].filter(([, requirement]) => !/^ (SHOULD|MAY) [^;]*$/.test(requirement ?? ''))
    expect(musts.length).toBeGreaterThan(60)
    for (const [row, requirement = '', answer, shown] of musts) {
      expect([row, answer]).toEqual([row, expect.stringMatching(/^ (yes|—)/)])
      if (answer?.startsWith(' yes') && !/^ (Minimal|Intermediate)/.test(requirement))
        expect([row, shown]).toEqual([row, expect.stringMatching(/`test\/|all tests together/)])
    }
  })
})
