/** Whatever other tenants store, a tenant gets the same answers to the byte as from a log that has its events only. */
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import fc from 'fast-check'
import { startIssuer } from '../support/issuer.ts'
import { copyOnPostgres, isOnPostgres } from '../support/postgres.ts'
import { startProcess, temporaryFolder } from '../support/process.ts'
import { clientOf, query, type Answer, type Json } from '../support/service.ts'
import { effort } from './effort.ts'
import { details, requests } from './expressions.ts'
import { condition, event } from './filter.ts'
import { form, path } from './requests.ts'

const runs = effort(20, 250, 5000)
/** In milliseconds, on a machine that is busy. */
const TIMEOUT = Math.max(300_000, runs * 2000)

/** Some differ by their case only, or by how Unicode writes them. */
const TENANTS = ['contoso', 'Contoso', 'contoso ', 'é', 'e\u0301'].slice(0, effort(2, 5, 5))
const tenant = fc.constantFrom(...TENANTS)
/** Several tenants have the same ids, and some events are sent again. */
const id = fc.nat(effort(8, 40, 40)).map((number) => `e${number}`)

const events = fc.sample(
  fc.tuple(tenant, id, event, details, details).map(([tenant, id, each, ofSystem, ofStep]) => {
    const sourceSystem = { displayName: tenant, details: { ...ofSystem, tenant } }
    const provisioningSteps = [...(each.provisioningSteps as Json[]), { name: tenant, details: ofStep }]
    return { tenant, body: { ...each, id, sourceSystem, provisioningSteps } }
  }),
  { numRuns: effort(30, 200, 200), seed: 3 }
)

const part = fc.constantFrom('', '/sourceSystem/details', '/id/$value', '/provisioningSteps?$count=true', '?$select=id')
const target = fc.oneof(
  fc.tuple(condition, form).map(([{ text }, form]) => form(text)),
  ...Object.values(requests),
  fc.tuple(id, part).map(([id, part]) => `${path}/${id}${part}`),
  fc.constantFrom('/', '/auditLogs?$expand=provisioning($count=true;$top=2)', '/openapi.json', `${path}/$count`)
)
/** The same in other formats and another shape. */
const forms = (target: string) => {
  const formats = ['ndjson', 'csv', 'application/json;odata.metadata=full'].map(($format) => query('', { $format }))
  const others = formats.map((each) => target + (target.includes('?') ? `&${each.slice(1)}` : each))
  return [target, `/v1.0${target.replace('/beta', '')}`, ...others]
}

type Client = ReturnType<typeof clientOf>
/** The log of all tenants, for each the one that it has alone, and where it finds what comes in next in both. */
let shared: Client
const own = new Map<string, { token: string; alone: Client; changes: string[] }>()
let issuer: Awaited<ReturnType<typeof startIssuer>>

beforeAll(async () => {
  issuer = await startIssuer()
  const config = { server: { rate_limit: { limit: 0 } }, odata: { download_limit: 2 } }
  const env = { NODE_ENV: 'production', ...issuer.settings, CDS_CONFIG: JSON.stringify(config) }
  const empty = join(temporaryFolder(), 'empty')
  await (await startProcess({ file: empty, env })).stop()
  /** All have the secret of the same log, so that their links have the same tokens. */
  const start = async (name: string) => {
    const file = empty + name
    if (isOnPostgres()) await copyOnPostgres(empty, file)
    else new DatabaseSync(empty).exec(`VACUUM INTO '${file}'`)
    const { url } = await startProcess({ file, env })
    return clientOf(() => url as string)
  }
  shared = await start('shared')
  for (const [index, tid] of TENANTS.entries()) {
    const token = await issuer.issue({ tid, roles: ['ProvisioningLog.ReadWrite.All'] })
    own.set(tid, { token, alone: await start(`alone-${index}`), changes: [path, path] })
  }
})
afterAll(() => issuer.stop())

/** Sends a request to both logs, and expects the same answer. Returns where each leads to next. */
async function expectSame(tenant: string, method: string, targets: string[], body?: unknown, more = {}) {
  const { token, alone } = own.get(tenant)!
  const headers = { Authorization: `Bearer ${token}`, Host: 'log.example', ...more }
  const sent = targets.map((each, index) => (index ? alone : shared).send(method, each, body, headers))
  const answers = await Promise.all(sent)
  const [found, wanted] = answers.map((each) => ({ target: targets[0], ...shown(each) }))
  expect(found).toEqual(wanted)
  const links = answers.map(({ body }) => (body['@odata.nextLink'] ?? body['@odata.deltaLink'] ?? '') as string)
  return links.map((link) => link.replace('http://log.example', ''))
}

const OF_A_REQUEST = ['date', 'request-id', 'client-request-id', 'x-correlation-id']

/** What of an answer is not another one each time. Tokens that tell arrivals differ, but not in length. */
function shown({ status, headers, text }: Answer) {
  const isTracked = headers.get('preference-applied')?.includes('track-changes') || text.includes('$deltatoken=')
  const others = [...headers].filter(([name]) => !OF_A_REQUEST.includes(name) && !(isTracked && name === 'etag'))
  const same = text.replaceAll(/"innerError":\{[^}]*\}|"(client-)?request-id":"[^"]*"/g, '')
  return { status, others, text: isTracked ? same.replaceAll(/token=[\w-]+/g, ({ length }) => `${length}`) : same }
}

const both = (target: string) => [target, target]

it('What others store changes nothing of how an event is stored, and of what comes in', async () => {
  for (const [index, { tenant, body }] of events.entries()) {
    await expectSame(tenant, 'POST', both(path), body)
    const next = TENANTS[index % TENANTS.length] as string
    const links = own.get(next)!
    const preferences = { Prefer: 'track-changes,maxpagesize=2' }
    links.changes = await expectSame(next, 'GET', links.changes, undefined, preferences)
  }
})

const anything = fc.asyncProperty(tenant, target, async (tenant, target) => {
  for (const each of forms(target)) await expectSame(tenant, 'GET', both(each))
  const parts = forms(target).map((url, id) => ({ id: String(id), method: 'GET', url }))
  await expectSame(tenant, 'POST', both('/$batch'), { requests: parts })
  for (let page = target; page;)
    [page = ''] = await expectSame(tenant, 'GET', both(page), undefined, { Prefer: 'maxpagesize=3' })
})

it('What others store changes nothing of any answer', () => fc.assert(anything, { numRuns: runs }), TIMEOUT)
