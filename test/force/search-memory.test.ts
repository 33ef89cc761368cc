import { join } from 'node:path'
import { postAll } from '../support/events.ts'
import { startProcess, temporaryFolder } from '../support/process.ts'
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
