import { LEADING } from '../../srv/database/postgres/locks.ts'
import { until } from '../support/command.ts'
import { onServer, postgresFor } from '../support/postgres.ts'
import { startProcess, temporaryFolder } from '../support/process.ts'
import { clientOf } from '../support/service.ts'

const file = `${temporaryFolder()}/events.sqlite`
const running: (() => Promise<unknown>)[] = []
afterEach(() => Promise.all(running.splice(0).map((stop) => stop())))

const rowsOf = async (sql: string) => {
  const { DATABASE_URL = '' } = await postgresFor(file)
  return onServer(DATABASE_URL, async (client) => (await client.query<{ is: string }>(sql)).rows.map(({ is }) => is))
}

const leaders = () =>
  rowsOf(`SELECT pid::text AS is FROM pg_locks WHERE locktype = 'advisory' AND granted
    AND (classid::bigint << 32) + objid::bigint = ${LEADING}
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`)
const sealed = async () =>
  Number((await rowsOf('SELECT coalesce(sum(count), 0)::text AS is FROM "provisioning_log_Seals"'))[0])

async function started() {
  const service = await startProcess({ file })
  running.push(service.stop)
  return { ...service, ...clientOf(() => service.url ?? '') }
}

const event = { activityDateTime: '2024-05-01T00:00:00Z' }

describe('Of several instances', () => {
  it('one seals what all of them store, and another one where that is killed', async () => {
    const [first, second] = [await started(), await started()]
    for (const { post } of [first, second]) expect((await post('/auditLogs/provisioning', event)).status).toBe(201)
    await until(async () => (await sealed()) === 2)
    expect(await leaders()).toHaveLength(1)

    await first.stop('SIGKILL')
    expect((await second.post('/auditLogs/provisioning', event)).status).toBe(201)
    await until(async () => (await sealed()) === 3)

    const third = await started()
    await second.stop('SIGKILL')
    expect((await third.post('/auditLogs/provisioning', event)).status).toBe(201)
    await until(async () => (await sealed()) === 4)
    expect(await leaders()).toHaveLength(1)
  })

  it('one leads no longer where its connection is lost, and one does so soon', async () => {
    const service = await started()
    await until(async () => (await leaders()).length === 1)
    const [pid] = await leaders()
    await rowsOf(`SELECT pg_terminate_backend(${pid})::text AS is`)
    expect((await service.post('/auditLogs/provisioning', event)).status).toBe(201)
    await until(async () => (await sealed()) === 5)
    expect(await leaders()).not.toEqual([pid])
  })

  it('another one leads where the first one hangs', async () => {
    const first = await started()
    await until(async () => (await leaders()).length === 1)
    const second = await started()
    process.kill(first.pid, 'SIGSTOP')
    running.push(() => first.stop('SIGKILL'))
    expect((await second.post('/auditLogs/provisioning', event)).status).toBe(201)
    await until(async () => (await sealed()) === 6)
  }, 60_000)
})
