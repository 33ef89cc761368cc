import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { Shares } from '../../srv/http/shares.ts'
import { startIssuer } from '../support/issuer.ts'
import { startProduction } from '../support/production.ts'
import type { Json } from '../support/service.ts'

describe('What there is for all', () => {
  it('has room for three quarters for one owner, and for the rest for others', () => {
    const shares = new Shares()
    expect([shares.hasRoom('a', 6, 8), shares.hasRoom('a', 7, 8), shares.hasRoom('', 8, 8)]).toEqual([
      true,
      false,
      true
    ])
    shares.add('a', 6)
    expect([shares.hasRoom('a', 1, 8), shares.hasRoom('b', 2, 8), shares.hasRoom('b', 3, 8)]).toEqual([
      false,
      true,
      false
    ])
    shares.add('a', -6)
    expect([shares.of('a'), shares.hasRoom('b', 6, 8)]).toEqual([0, true])
  })

  it('may be one for one owner', () => {
    expect(new Shares().hasRoom('a', 1, 1)).toBe(true)
  })
})

describe('A tenant whose clients are slow', () => {
  const path = '/auditLogs/provisioning'
  const LARGE = 17_000_000
  /** By when the service has received what was sent, or has noticed that clients have gone, in milliseconds. */
  const RECEIVED = 2500
  let issuer: Awaited<ReturnType<typeof startIssuer>>
  let service: Awaited<ReturnType<typeof startProduction>>
  let [slow, other]: string[] = []
  let sockets: Socket[] = []

  beforeAll(async () => {
    issuer = await startIssuer()
    const server = { max_requests: 8, max_bodies: '40mb', max_answers: '20mb', body_parser: { limit: '20mb' } }
    service = await startProduction({ ...issuer.settings, CDS_CONFIG: JSON.stringify({ server }) })
    const roles = ['ProvisioningLog.ReadWrite.All']
    ;[slow, other] = await Promise.all(['slow', 'other'].map((tid) => issuer.issue({ tid, roles })))
  })

  afterEach(async () => {
    for (const socket of sockets) socket.destroy()
    sockets = []
    await delay(RECEIVED)
    expect(await statusOf(slow)).toEqual([201, undefined]) // what was under way counts no more
  })

  afterAll(async () => {
    await service.stop()
    await issuer.stop()
  })

  const event = (size = 1) => ({ activityDateTime: '2024-05-01T12:00:00Z', action: 'x'.repeat(size) })

  async function statusOf(token = '', size = 1) {
    const { status, body } = await service.post(path, token, event(size))
    return [status, (body.error as Json | undefined)?.code]
  }

  /** A client that sends a part of a request and then nothing, and reads nothing of an answer. */
  async function hang(text: string) {
    const socket = connect(Number(new URL(service.url as string).port), '127.0.0.1')
    sockets.push(socket)
    socket.on('error', () => {})
    await once(socket, 'connect')
    socket.write(text)
    return socket
  }

  const head = (method: string, more = '') =>
    `${method} ${path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${slow}\r\n${more}\r\n`
  const begin = (size: number) =>
    hang(
      `${head('POST', 'Content-Type: application/json\r\nContent-Length: 20000000\r\n')}{"action":"${'x'.repeat(size)}`
    )

  it('has three quarters of the bytes of all bodies', async () => {
    await begin(19_000_000)
    await delay(RECEIVED)
    expect(await statusOf(slow, 14_000_000)).toEqual([503, 'serviceUnavailable'])
    expect(await statusOf(other, 14_000_000)).toEqual([201, undefined])
  })

  it('has three quarters of the bytes of all answers', async () => {
    await service.post(path, slow as string, { ...event(LARGE), id: 'large' })
    await once(await hang(head('GET').replace(path, `${path}/large`)), 'readable')
    expect((await service.get(`${path}/$count`, slow)).status).toBe(503)
    expect((await service.get(`${path}/$count`, other)).status).toBe(200)
  })

  it('has three quarters of all requests, and the others have the rest', async () => {
    for (let count = 0; count < 6; count++) await begin(1)
    await delay(RECEIVED)
    const refused = await service.post(path, slow as string, event())
    expect([refused.status, (refused.body.error as Json).code]).toEqual([429, 'tooManyRequests'])
    expect(refused.headers.get('retry-after')).toBe('2')
    expect(await statusOf(other)).toEqual([201, undefined])
  })
})

it('A network address has three quarters of all connections', async () => {
  const issuer = await startIssuer()
  const { url, stop } = await startProduction({ ...issuer.settings, CDS_SERVER_MAX__CONNECTIONS: '4' })
  const open = async (localAddress: string) => {
    const socket = connect({ port: Number(new URL(url as string).port), host: '127.0.0.1', localAddress })
    socket.on('error', () => {})
    socket.write('GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n')
    const answer = await Promise.race([once(socket, 'data'), once(socket, 'close')]).catch(() => [])
    return [socket, String(answer[0])] as const
  }
  const addresses = ['127.0.0.1', '127.0.0.1', '127.0.0.1', '127.0.0.1', '127.0.0.2']
  const opened: (readonly [Socket, string])[] = []
  for (const address of addresses) opened.push(await open(address))
  const answers = opened.map(([, answer]) => answer.startsWith('HTTP/1.1 200'))
  expect(answers).toEqual([true, true, true, false, true])
  for (const [socket] of opened) socket.destroy()
  await stop()
  await issuer.stop()
})
