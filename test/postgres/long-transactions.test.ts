import { Pool } from 'pg'
import { lookout } from '../../srv/database/postgres/long-transactions.ts'
import { asService, onServer, postgresFor } from '../support/postgres.ts'
import { startService } from '../support/service.ts'

const service = startService()
const path = '/auditLogs/provisioning'

describe('A transaction that stays open', () => {
  it('is named to the operator after a while, and once, though the role of the service sees little of others', async () => {
    const owner = (await postgresFor(service.file)).DATABASE_URL ?? ''
    const pool = new Pool({ connectionString: (await asService(owner)).DATABASE_URL, max: 1 })
    const look = lookout(pool, 300)
    expect(await look()).toBeUndefined()
    const dump = Object.assign(new URL(owner), { search: '?application_name=pg_dump' }).href
    await onServer(dump, async (client) => {
      const { rows } = await client
        .query<{ pid: number }>('BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT pg_backend_pid() AS pid')
        .then((results) => (results as unknown as (typeof results)[])[1] as typeof results)
      for (let number = 0; number < 5; number++)
        expect((await service.post(path, { activityDateTime: '2024-01-01T00:00:00Z' })).status).toBe(201)
      await service.get(path, { Prefer: 'odata.track-changes' }) // numbers all
      expect(await look()).toBeUndefined() // it is seen for the first time
      await new Promise((resolve) => setTimeout(resolve, 400))
      expect(await look()).toMatch(
        new RegExp(
          `^A transaction of the user 'postgres' \\(pg_dump, process ${rows[0]?.pid} of the server\\) stays open\\. Until it ends, ` +
            'PostgreSQL cleans up nothing, and new events are found more slowly: \\d+ rows wait\\.$'
        )
      )
      expect(await look()).toBeUndefined() // not again within the hour
      await client.query('COMMIT')
    })
    await new Promise((resolve) => setTimeout(resolve, 400))
    expect(await look()).toBeUndefined()
    await pool.end()
  })
})
