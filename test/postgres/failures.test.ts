import { setTimeout as delay } from 'node:timers/promises'
import { failureOf } from '../../srv/database/postgres/failures.ts'
import { onServer, postgresFor } from '../support/postgres.ts'
import { startProcess, temporaryFolder } from '../support/process.ts'
import { clientOf } from '../support/service.ts'
import { startWire } from '../support/wire.ts'
import { statusOf, until } from './outages.ts'

const PATH = '/auditLogs/provisioning'
const event = { activityDateTime: '2024-05-01T00:00:00Z', action: 'Create' }
const EVENTS = '"microsoft_graph_provisioningObjectSummary"'

async function started(env: Record<string, string> = {}) {
  const file = `${temporaryFolder()}/events.sqlite`
  const { DATABASE_URL = '' } = await postgresFor(file)
  const service = await startProcess({ file, env })
  return { ...service, ...clientOf(() => service.url ?? ''), DATABASE_URL }
}

describe('A failure of the server', () => {
  it.each([
    ['a lost connection', { code: 'ECONNRESET' }, 503],
    ['a server that shuts down', { code: '57P01' }, 503],
    ['a server that starts', { code: '57P03' }, 503],
    ['too many connections', { code: '53300' }, 503],
    ['too little memory', { code: '53200' }, 503],
    ['a full disk', { code: '53100' }, 507],
    ['a serialization failure', { code: '40001' }, 503],
    ['a deadlock', { code: '40P01' }, 503],
    ['a lock', { code: '55P03' }, 503],
    ['a database that takes no connections', { code: '55000' }, 503],
    ['a standby server, which only reads', { code: '25006' }, 503],
    ['a cancelled query', { code: '57014' }, 503],
    ['a damaged page', { code: 'XX001' }, 503],
    ['a pool without a free connection', { message: 'timeout exceeded when trying to connect' }, 503],
    ['no answer', { message: 'Query read timeout' }, 503]
  ])('such as %s is no error of the service', (_, error, status) => {
    expect(failureOf(Object.assign(new Error(), error))?.status).toBe(status)
  })

  it.each(['SELECT $1', `SELECT name FROM json_to_recordset($1) AS given(name text)`])(
    'is an error of the request where a text has U+0000: %s',
    async (sql) => {
      const { DATABASE_URL = '' } = await postgresFor('failures')
      const values = sql.includes('json') ? [JSON.stringify([{ name: '\0' }])] : ['\0']
      const error: unknown = await onServer(DATABASE_URL, (client) => client.query(sql, values)).catch(
        (caught: unknown) => caught
      )
      expect(failureOf(error)).toMatchObject({ status: 400, code: 'invalidValue' })
    }
  )

  it.each([{ code: '23505' }, { code: '42601' }, { message: 'x is not a function' }])('is not %j', (error) => {
    expect(failureOf(Object.assign(new Error(), error))).toBeUndefined()
  })
})

describe('The service', () => {
  it('answers 503 while the server does not answer at all, and goes on when it does', async () => {
    const direct = (await postgresFor(`${temporaryFolder()}/events.sqlite`)).DATABASE_URL as string
    const cable = await startWire(direct)
    const service = await started({ DATABASE_URL: cable.url, CDS_REQUIRES_DB_QUERY__TIMEOUT: '1000' })
    const post = (id: string) => service.post(PATH, { ...event, id })
    const first = await until(200, () => service.get(PATH, { Prefer: 'odata.track-changes' }))
    const { pathname, search } = new URL(String(first.body['@odata.deltaLink']))
    expect((await post('before')).status).toBe(201)
    cable.cut()
    const answers = await Promise.all([
      post('during'),
      service.get(PATH),
      service.get(`${PATH}/$count`),
      service.get(pathname + search)
    ])
    expect(answers.map(statusOf)).toEqual(Array<unknown>(4).fill([503, expect.any(String)]))
    await until(503, () => service.get('/health/ready'))
    cable.mend()
    await until(200, () => service.get('/health/ready'))
    await until(200, () => service.get(pathname + search))
    expect([201, 409]).toContain((await post('during')).status)
    expect((await post('after')).status).toBe(201)
    const ids = (await service.get(`${PATH}?$orderby=id`)).body.value as { id: string }[]
    expect(ids.map(({ id }) => id)).toEqual(['after', 'before', 'during'])
    await service.stop()
    cable.stop()
  })

  it('seals again, on other connections, when the server answers', async () => {
    const direct = (await postgresFor(`${temporaryFolder()}/events.sqlite`)).DATABASE_URL as string
    const cable = await startWire(direct)
    const service = await started({ DATABASE_URL: cable.url })
    await onServer(direct, (client) =>
      client.query('BEGIN; LOCK TABLE "provisioning_log_Seals"; SELECT pg_sleep(1); COMMIT')
    )
    cable.cut()
    await until(503, () => service.get('/health/ready')) // by then sealing waits for an answer, too
    cable.mend()
    await until(201, () => service.post(PATH, event))
    const end = Date.now() + 60_000
    const sealed = () =>
      onServer(direct, async (client) => (await client.query('SELECT 1 FROM "provisioning_log_Seals"')).rowCount)
    while (!(await sealed())) {
      await delay(200)
      expect(Date.now()).toBeLessThan(end)
    }
    await service.stop()
    cable.stop()
  })

  it('stops while the server does not answer', async () => {
    const direct = (await postgresFor(`${temporaryFolder()}/events.sqlite`)).DATABASE_URL as string
    const cable = await startWire(direct)
    const service = await started({ DATABASE_URL: cable.url })
    cable.cut()
    await until(503, () => service.get('/health/ready'))
    const begin = Date.now()
    expect(await service.stop()).toEqual([0, null])
    expect(Date.now() - begin).toBeLessThan(60_000)
    cable.stop()
  })

  it('answers 503 while the database takes no connections', async () => {
    const service = await started()
    const { href, pathname } = new URL(service.DATABASE_URL)
    const administer = (sql: string) => onServer(new URL('/postgres', href).href, (client) => client.query(sql))
    await administer(`ALTER DATABASE ${pathname.slice(1)} ALLOW_CONNECTIONS false`)
    await administer(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${pathname.slice(1)}'`)
    expect(statusOf(await service.post(PATH, event))).toEqual([503, expect.any(String)])
    expect(statusOf(await service.get(PATH))).toEqual([503, expect.any(String)])
    await until(503, () => service.get('/health/ready'))
    await administer(`ALTER DATABASE ${pathname.slice(1)} ALLOW_CONNECTIONS true`)
    await until(201, () => service.post(PATH, event))
    await until(200, () => service.get('/health/ready'))
    await service.stop()
  })

  it('stores other events while another transaction holds the id of one', async () => {
    const service = await started({ CDS_REQUIRES_DB_LOCK__TIMEOUT: '300' })
    const post = (id: string) => service.post(PATH, { ...event, id })
    await onServer(service.DATABASE_URL, async (client) => {
      await client.query('BEGIN')
      await client.query(
        `INSERT INTO ${EVENTS} (id, tenant, "activityDateTime", "activityDateTime_utc", "provisioningSteps", "modifiedProperties")
         VALUES ('held', '', '', '', '[]', '[]')`
      )
      const answers = await Promise.all([post('held'), post('free'), post('also-free')])
      expect(answers.map(({ status }) => status)).toEqual([503, 201, 201])
      await client.query('ROLLBACK')
    })
    expect((await post('held')).status).toBe(201)
    await service.stop()
  })

  it('stores all of two change sets that hold ids of each other, or says 503', async () => {
    const one = await started()
    const other = await started({ DATABASE_URL: one.DATABASE_URL })
    const changeSet = (ids: string[]) => ({
      requests: ids.map((id) => ({
        ...{ id, atomicityGroup: 'g', method: 'POST', url: PATH, body: { ...event, id } },
        headers: { 'content-type': 'application/json' }
      }))
    })
    for (let round = 0; round < 20; round++) {
      const ids = ['a', 'b', 'c', 'd'].map((part) => `${round}-${part}`)
      const answers = await Promise.all([
        one.post('/$batch', changeSet(ids)),
        other.post('/$batch', changeSet(ids.toReversed()))
      ])
      const statuses = answers.map(({ body }) => (body.responses as { status: number }[]).map(({ status }) => status))
      const isStored = (each: number[]) => each.every((status) => status === 201)
      expect(statuses.filter(isStored)).toHaveLength(1)
      const refused = statuses.find((each) => !isStored(each)) as number[]
      expect(refused.every((status) => [409, 424, 503].includes(status))).toBe(true)
    }
    await Promise.all([one.stop(), other.stop()])
  })
})
