import { query } from '../support/service.ts'
import { startIssuer } from '../support/issuer.ts'
import { startProduction } from '../support/production.ts'

const path = '/auditLogs/provisioning'

let issuer: Awaited<ReturnType<typeof startIssuer>>
let service: Awaited<ReturnType<typeof startProduction>>
let contoso: string, fabrikam: string

beforeAll(async () => {
  issuer = await startIssuer()
  service = await startProduction({ ...issuer.settings, DEBUG: 'sql' })
  const roles = ['ProvisioningLog.Read.All']
  contoso = await issuer.issue({ tid: 'contoso', roles })
  fabrikam = await issuer.issue({ tid: 'fabrikam', roles })
})

afterAll(async () => {
  await service.stop()
  await issuer.stop()
})

/** Sends a request. @returns whether its plan is known, by which it takes a third of the time */
async function isKnown(options: Record<string, string>, token: string) {
  const { status, headers } = await service.get(query(path, options), token)
  expect(status).toBe(200)
  const id = headers.get('request-id') as string
  const said = () =>
    service
      .log()
      .split('\n')
      .find((line) => line.includes(id) && line.includes('plan is'))
  for (let waited = 0; !said() && waited < 5000; waited += 10) await new Promise((resolve) => setTimeout(resolve, 10))
  return said()?.includes('The plan is known')
}

it('Tenants share the plans of requests', async () => {
  expect(await isKnown({ $filter: "jobId eq 'one'" }, contoso)).toBe(false)
  expect(await isKnown({ $filter: "jobId eq 'other'" }, fabrikam)).toBe(true)
})

it.each([
  { $search: 'miriam' },
  { $search: '"Miriam Graham"' },
  { $apply: 'search(miriam)/aggregate($count as number)' },
  { $filter: 'provisioningSteps/$count($search=miriam) gt 0' },
  { $filter: '@p', '@p': 'provisioningSteps/$count($search=miriam) gt 0' },
  { $filter: "matchesPattern(jobId,'miriam')" },
  { $filter: 'jobId in ["miriam","graham"]' },
  { $filter: 'jobId in @p', '@p': '["miriam"]' },
  { $filter: "activityDateTime add duration'PT7S' gt 2024-05-01T00:00:00Z" },
  { $select: "id,provisioningSteps($filter=name eq 'miriam')" },
  { $select: 'id,provisioningSteps($search=miriam)' }
] as unknown as Record<string, string>[])(
  'Tenants do not notice by plans what others look for: %j',
  async (options) => {
    expect(await isKnown(options, contoso)).toBe(false)
    expect(await isKnown(options, contoso)).toBe(true)
    expect(await isKnown(options, fabrikam)).toBe(false)
    expect(await isKnown(options, contoso)).toBe(true)
  }
)
