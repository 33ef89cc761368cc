import { join } from 'node:path'
import { postAll } from '../support/events.ts'
import { residentMegabytes } from '../support/memory.ts'
import { startProcess, temporaryFolder } from '../support/process.ts'
import { indexed, various } from '../support/search-index.ts'
import { clientOf, query } from '../support/service.ts'

const path = '/auditLogs/provisioning'

describe('A search of many events with long texts', () => {
  const SETTINGS = { requires: { db: { readers: 1, reader_memory: 200 } } }
  let url = ''
  const client = clientOf(() => url)

  beforeAll(async () => {
    const file = join(temporaryFolder(), 'events.sqlite')
    const service = await startProcess({ file, env: { CDS_CONFIG: JSON.stringify(SETTINGS) } })
    url = service.url as string
    const statusInfo = { '@odata.type': '#microsoft.graph.statusDetails', reason: 'It is long. '.repeat(1300) }
    const events = Array.from({ length: 8000 }, () => ({ activityDateTime: '2024-05-01T10:00:00Z', statusInfo }))
    await postAll(client, events)
  })

  it.each(['nothing', 'long', 'lo', 'größer', 'NOT long'])('needs little memory: %s', async ($search) => {
    const options = { $search, $count: 'true', $top: '1', $select: 'id' }
    const { status, body, text } = await client.get(query(path, options))
    const all = ['long', 'lo'].includes($search)
    expect([status === 200 ? 200 : text, body['@odata.count']]).toEqual([200, all ? 8000 : 0])
  })
})

it('To index events with very many different texts needs little memory', async () => {
  const file = join(temporaryFolder(), 'events.sqlite')
  const { url = '', pid } = await startProcess({ file })
  const client = clientOf(() => url)
  const text = various(400_000)
  let most = residentMegabytes(pid)
  const watch = setInterval(() => (most = Math.max(most, residentMegabytes(pid))), 50)
  for (const id of ['1', '2', '3', '4', '5', '6', '7', '8']) {
    const event = {
      id,
      activityDateTime: '2024-05-01T00:00:00Z',
      action: id + text,
      targetIdentity: { displayName: text }
    }
    expect((await client.post(path, event)).status).toBe(201)
  }
  await indexed(file, 8)
  clearInterval(watch)
  expect(most).toBeLessThan(500)
})
