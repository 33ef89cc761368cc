import { once } from 'node:events'
import { connect } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { query, startService } from '../support/service.ts'

/** Requests that are sent on a connection before the ones before them are answered (RFC 9112, 9.3.2). */
const service = startService({ CDS_SERVER_MAX__REQUESTS: '20' })

const get = (path: string) => `GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`

function connection() {
  const { port, hostname } = new URL(service.url)
  return connect(Number(port), hostname).on('error', () => {})
}

/** Sends requests at once, the last of which closes the connection. @returns the answers */
async function answersTo(requests: string[]) {
  const socket = connection()
  let text = ''
  socket.on('data', (data) => (text += String(data)))
  socket.write(requests.join('').replace(/\r\n\r\n$/, '\r\nConnection: close\r\n\r\n'))
  await once(socket, 'close')
  return text.split(/(?=HTTP\/1\.1 \d)/).filter(Boolean)
}

const any = (inner: string, name: string) => `provisioningSteps/any(${name}:${inner})`
const slow = query('/auditLogs/provisioning', {
  $filter: ['a', 'b', 'c', 'd'].reduce(any, "concat(concat(a/name,b/name),concat(c/name,d/name)) eq 'x'")
})

beforeAll(async () => {
  const provisioningSteps = Array.from({ length: 300 }, (_, i) => ({ name: `step ${i}` }))
  const event = { id: 'steps', activityDateTime: '2024-05-01T10:00:00Z', provisioningSteps }
  expect((await service.post('/auditLogs/provisioning', event)).status).toBe(201)
})

it('take the place of one request', async () => {
  const socket = connection()
  socket.write(get(slow) + get('/nothing').repeat(100))
  for (let i = 0; i < 5; i++) {
    await delay(100)
    expect((await service.get('/auditLogs')).status).toBe(200)
  }
  expect(socket.bytesRead).toBe(0) // it is not answered yet
  socket.destroy()
})

it('end with the connection where they have too many bytes', async () => {
  const large = `GET /health/live HTTP/1.1\r\nHost: localhost\r\nX: ${'x'.repeat(40_000)}\r\n\r\n`
  const socket = connection()
  socket.write(get(slow) + large.repeat(10))
  await new Promise((resolve) => socket.on('close', resolve))
  expect(socket.bytesRead).toBe(0)
})

it('are answered in their order', async () => {
  const paths = Array.from({ length: 101 }, (_, i) => `/auditLogs/provisioning?$top=${i ? 'x' : 1}&$skip=${i}`)
  const answers = await answersTo(paths.map(get))
  expect(answers.map((each) => Number(each.slice(9, 12)))).toEqual([200, ...Array<number>(100).fill(400)])
})

it('are begun one after the other', async () => {
  const body = JSON.stringify({ id: 'one', activityDateTime: '2024-05-01T10:00:00Z' })
  const post = `POST /auditLogs/provisioning HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`
  const answers = await answersTo([post, get('/auditLogs/provisioning/one')])
  expect(answers.map((each) => each.slice(9, 12))).toEqual(['201', '200'])
})

it('end with the connection where there are too many', async () => {
  const answers = await answersTo(Array<string>(102).fill(get('/health/live')))
  expect(answers.length).toBeLessThan(102)
})
