import { once } from 'node:events'
import { connect } from 'node:net'
import type { JWTPayload } from 'jose'
import { startIssuer } from '../support/issuer.ts'
import { startProduction } from '../support/production.ts'

let issuer: Awaited<ReturnType<typeof startIssuer>>
let service: Awaited<ReturnType<typeof startProduction>>

beforeAll(async () => {
  issuer = await startIssuer()
  service = await startProduction(issuer.settings)
})

afterAll(async () => {
  await service.stop()
  await issuer.stop()
})

/**
 * The status of the answer to a request that has sent its headers only.
 * @param wait for how many milliseconds: undefined is returned if there is none until then
 */
async function statusBeforeBody(path: string, headers: Record<string, string>, wait = 120_000) {
  const socket = connect(Number(new URL(service.url as string).port), '127.0.0.1')
  const lines = Object.entries({ Host: 'localhost', ...headers }).map(([name, value]) => `${name}: ${value}\r\n`)
  socket.write(`POST ${path} HTTP/1.1\r\n${lines.join('')}\r\n`)
  const answered = once(socket, 'data', { signal: AbortSignal.timeout(wait) })
  const [data] = (await answered.catch(() => [''])) as [Buffer | string]
  socket.destroy()
  const [, status] = /^HTTP\/1.1 (\d+)/.exec(String(data)) ?? []
  return status === undefined ? undefined : Number(status)
}

const LENGTHS: Record<string, string>[] = [{ 'Content-Length': '4000000' }, { 'Transfer-Encoding': 'chunked' }]

const CASES: [what: string, path: string, JWTPayload, status: number | undefined][] = [
  ['an event by who may do nothing', '/auditLogs/provisioning', { tid: 'contoso' }, 403],
  ['an event by who may read', '/auditLogs/provisioning', { tid: 'contoso', scp: 'AuditLog.Read.All' }, 403],
  ['an event by a token without a tenant', '/auditLogs/provisioning', { scp: 'ProvisioningLog.Create' }, 403],
  [
    'an event of who may create',
    '/auditLogs/provisioning',
    { tid: 'contoso', scp: 'ProvisioningLog.Create' },
    undefined
  ],
  ['a batch by who may do nothing', '/$batch', { tid: 'contoso' }, 403],
  ['a batch by who may only see all tenants', '/$batch', { tid: 'contoso', scp: 'ProvisioningLog.AllTenants' }, 403],
  ['a batch by a token without a tenant', '/$batch', { scp: 'ProvisioningLog.ReadWrite.All' }, 403],
  ['a batch of who may read', '/$batch', { tid: 'contoso', scp: 'AuditLog.Read.All' }, undefined],
  ['a batch of who may create', '/$batch', { tid: 'contoso', scp: 'ProvisioningLog.Create' }, undefined]
]

const ROOTS = ['', '/beta', '/v1.0']

describe('Before its body is received', () => {
  // all roots at the same time, as no answer comes to those who are let in
  it.concurrent.each(
    ROOTS.flatMap((root) => CASES.map(([what, path, claims, status]) => [what, root, path, claims, status] as const))
  )("%s at the root '%s/' is answered as it should be", async (_, root, path, claims, status) => {
    const token = await issuer.issue(claims)
    const types = ['application/json', ...(path === '/$batch' ? ['multipart/mixed; boundary=b'] : [])]
    const wait = status === undefined ? 2000 : undefined // no machine is too busy for an answer that must come
    const sent = types.flatMap((type) =>
      LENGTHS.map((length) =>
        statusBeforeBody(root + path, { Authorization: `Bearer ${token}`, 'Content-Type': type, ...length }, wait)
      )
    )
    expect(await Promise.all(sent)).toEqual(sent.map(() => status))
  })

  it.each(ROOTS)("what has no token is refused at the root '%s/'", async (root) => {
    const headers = { 'Content-Type': 'application/json', 'Content-Length': '4000000' }
    expect(await statusBeforeBody(`${root}/auditLogs/provisioning`, headers)).toBe(401)
  })
})
