import { join } from 'node:path'
import { startProcess, temporaryFolder } from '../support/process.ts'
import { clientOf, query, type Json } from '../support/service.ts'

const path = '/auditLogs/provisioning'

describe('A search of many events with long texts', () => {
  const SETTINGS = { requires: { db: { readers: 1, reader_memory: 200 } } }
  let url = ''
  const { post, get } = clientOf(() => url)

  beforeAll(async () => {
    const service = await startProcess({
      file: join(temporaryFolder(), 'events.sqlite'),
      env: { CDS_CONFIG: JSON.stringify(SETTINGS) }
    })
    url = service.url as string
    const statusInfo = { '@odata.type': '#microsoft.graph.statusDetails', reason: 'It is long. '.repeat(1300) }
    const body: Json = { activityDateTime: '2024-05-01T10:00:00Z', statusInfo }
    for (let batch = 0; batch < 40; batch++) {
      const requests = Array.from({ length: 200 }, (_, id) => ({ id: `${id}`, method: 'POST', url: path, body }))
      expect((await post('/$batch', { requests })).status).toBe(200)
    }
  })

  it.each(['nothing', 'long', 'lo', 'größer', 'NOT long'])('needs little memory: %s', async ($search) => {
    const { status, body, text } = await get(query(path, { $search, $count: 'true', $top: '1', $select: 'id' }))
    const all = ['long', 'lo'].includes($search)
    expect([status === 200 ? 200 : text, body['@odata.count']]).toEqual([200, all ? 8000 : 0])
  })
})
