import { execFileSync } from 'node:child_process'
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { Client } from 'pg'
import { command } from '../support/command.ts'
import { asService, onServer } from '../support/postgres.ts'
import { startPostgres } from '../support/postgres-server.ts'
import { startProcess } from '../support/process.ts'
import { clientOf, valuesOf } from '../support/service.ts'
import { statusOf, until } from './outages.ts'

const path = '/auditLogs/provisioning'
const event = { activityDateTime: '2024-05-01T00:00:00Z', action: 'Create' }

// not in the folder of the tests, in which the user of the server may not read
const folder = mkdtempSync(join(dirname(process.env.TMPDIR as string), 'provisioning-postgres-'))
chmodSync(folder, 0o755) // root's server is another user's
const disk = join(folder, 'disk')

/** Whether this user may mount a small disk, on which the database is. */
const isMounted = (() => {
  mkdirSync(disk)
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64m', 'tmpfs', disk], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
})()

let server: Awaited<ReturnType<typeof startPostgres>> | undefined
const superuser = (sql: string) => onServer(`${server?.url}/postgres`, (client) => client.query(sql))
const cutAll = () =>
  superuser(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname LIKE 'of_%'"
  )

beforeAll(async () => {
  server = await startPostgres(join(folder, 'server'), '-c max_connections=40 -c max_locks_per_transaction=10')
})
afterAll(async () => {
  await server?.stop()
  if (isMounted) execFileSync('umount', [disk])
  rmSync(folder, { recursive: true, force: true })
})

async function start(name: string, more = '') {
  await superuser(`CREATE DATABASE of_${name} ${more}`)
  const service = await startProcess({ file: 'none', env: await asService(`${server?.url}/of_${name}`) })
  return { ...service, ...clientOf(() => service.url ?? '') }
}

describe('On a server that lacks something, the service', () => {
  it('answers 503 where it gets no connections, and goes on when it does', async () => {
    const service = await start('connections')
    await superuser('ALTER DATABASE of_connections CONNECTION LIMIT 0')
    await cutAll()
    expect(statusOf(await service.post(path, { ...event, id: 'a' }))).toEqual([503, expect.any(String)])
    expect(statusOf(await service.get(path))).toEqual([503, expect.any(String)])
    await until(503, () => service.get('/health/ready'))
    await superuser('ALTER DATABASE of_connections CONNECTION LIMIT -1')
    await until(201, () => service.post(path, { ...event, id: 'a' }))
    await until(200, () => service.get('/health/ready'))
    await service.stop()
  })

  it('answers 503 to who adds events where the database is read-only, and reads them', async () => {
    const service = await start('reading')
    expect((await service.post(path, { ...event, id: 'a' })).status).toBe(201)
    await superuser('ALTER DATABASE of_reading SET default_transaction_read_only = on')
    await cutAll()
    await until(200, () => service.get(path))
    await until(503, () => service.post(path, { ...event, id: 'b' }))
    const refused = await service.post(path, { ...event, id: 'b' })
    expect([statusOf(refused), refused.text]).toEqual([[503, expect.any(String)], expect.stringContaining('read-only')])
    await superuser('ALTER DATABASE of_reading RESET default_transaction_read_only')
    await until(201, () => service.post(path, { ...event, id: 'b' }))
    await service.stop()
  })

  it('answers 503 to queries for which the server has too little memory for locks, and to no others', async () => {
    const service = await start('locks')
    const database = `${server?.url}/of_locks`
    await onServer(database, async (client) => {
      for (let month = 0; month < 90; month++)
        // each in a transaction of its own, for lack of locks
        await client.query(`SELECT make_partition(to_char(date '2019-07-01' + interval '${month} months', 'YYYY-MM'))`)
    })
    // each transaction that reads all months holds locks of each, and of their indexes
    const others = Array.from({ length: 20 }, () => new Client(database))
    for (const other of others) {
      await other.connect()
      const read = 'BEGIN; SELECT id FROM "microsoft_graph_provisioningObjectSummary"'
      if (!(await other.query(read).catch((error: { code: string }) => expect(error.code).toBe('53200')))) break
    }
    const refused = await service.get(`${path}?$filter=jobId eq 'x'`)
    expect([statusOf(refused), refused.text]).toEqual([
      [503, expect.any(String)],
      expect.stringContaining('too few resources')
    ])
    const filter = 'activityDateTime ge 2026-11-01T00:00:00Z and activityDateTime lt 2026-12-01T00:00:00Z'
    expect((await service.get(`${path}?$filter=${filter}`)).status).toBe(200)
    expect((await service.post(path, { ...event, activityDateTime: '2026-11-01T00:00:00Z' })).status).toBe(201)
    for (const other of others) await other.end()
    expect((await service.get(`${path}?$filter=jobId eq 'x'`)).status).toBe(200)
    await service.stop()
  })

  it('adds each event once, whatever transactions are like by default', async () => {
    const service = await start('serializable')
    await superuser("ALTER DATABASE of_serializable SET default_transaction_isolation = 'serializable'")
    await cutAll()
    await until(201, () => service.post(path, { ...event, id: 'first' }))
    const ids = Array.from({ length: 200 }, (_, index) => `e${index}`)
    const answers = await Promise.all(ids.map((id) => service.post(path, { ...event, id })))
    expect(answers.filter(({ status }) => status !== 201)).toEqual([])
    expect((await service.get(`${path}/$count`)).text).toBe('201')
    await service.stop()
  })

  it('works the same whatever the database sets by default', async () => {
    await superuser('CREATE DATABASE of_defaults')
    const url = `${server?.url}/of_defaults`
    const env = await asService(url)
    for (const limit of ['statement', 'lock', 'idle_in_transaction_session', 'idle_session'])
      await superuser(`ALTER DATABASE of_defaults SET ${limit}_timeout = 1`)
    for (const [name, value] of [
      ['standard_conforming_strings', 'off'],
      ['row_security', 'off'],
      ['TimeZone', 'Asia/Kathmandu'],
      ['DateStyle', 'SQL, DMY'],
      ['extra_float_digits', '-10']
    ])
      await superuser(`ALTER DATABASE of_defaults SET ${name} = '${value}'`)
    const service = await startProcess({ file: 'none', env })
    const { get, post } = clientOf(() => service.url ?? '')
    for (const month of ['05', '06'])
      expect((await post(path, { id: month, activityDateTime: `2024-${month}-01T00:00:00.1234567Z` })).status).toBe(201)
    expect(valuesOf(await get(`${path}?$filter=month(activityDateTime) eq 5`))).toMatchObject([
      { id: '05', activityDateTime: '2024-05-01T00:00:00.1234567Z' }
    ])
    await service.stop()
    const on = async (name: 'verify' | 'purge', of: string, ...args: string[]) => {
      const { status, err } = await command(name, 'none', args, { CDS_ENV: 'postgres', DATABASE_URL: of })
      return [status, err]
    }
    expect(await on('purge', env.DATABASE_URL as string, '--before', '2024-06-01')).toEqual([0, ''])
    expect(await on('verify', url)).toEqual([0, ''])
  })

  it('does not know whether an event is stored where the connection is lost during the commit; it is stored once', async () => {
    const service = await start('commits')
    const first = await service.get(path, { Prefer: 'odata.track-changes' })
    const { pathname, search } = new URL(String(first.body['@odata.deltaLink']))
    const wait = (name: string) =>
      superuser(`ALTER SYSTEM SET synchronous_standby_names = '${name}'`).then(() =>
        superuser('SELECT pg_reload_conf()')
      )
    await wait('nobody') // commits are on disk, and wait for a standby server that there is not
    let refused: ReturnType<typeof statusOf> | undefined
    const answered = service.post(path, { ...event, id: 'unknown' }).then((answer) => (refused = statusOf(answer)))
    const cut = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE datname = 'of_commits' AND wait_event = 'SyncRep'`
    while (!refused) await superuser(cut) // others commit, too
    await answered.finally(() => wait(''))
    expect(refused).toEqual([503, expect.any(String)])
    expect((await service.post(path, { ...event, id: 'unknown' })).status).toBe(409)
    const changes = await until(200, () => service.get(pathname + search))
    expect(valuesOf(changes).map(({ id }) => id)).toEqual(['unknown'])
    await service.stop()
  })

  ;(isMounted ? it : it.skip)(
    'answers 507 where the disk is full, reads, and goes on when there is space',
    async () => {
      const { uid, gid } = statSync(join(folder, 'server/cluster'))
      const [space, ballast] = [join(disk, 'space'), join(disk, 'ballast')]
      mkdirSync(space)
      chownSync(space, uid, gid)
      await superuser(`CREATE TABLESPACE small LOCATION '${space}'`)
      const service = await start('space', 'TABLESPACE small')
      expect((await service.post(path, { ...event, id: 'first' })).status).toBe(201)
      try {
        writeFileSync(ballast, Buffer.alloc(64 * 1024 * 1024))
      } catch {
        // the disk is full
      }
      const statuses = new Set<number>()
      for (let index = 0; index < 40 && !statuses.has(507); index++) {
        const changeId = Buffer.from(Array.from({ length: 100_000 }, () => Math.random() * 256)).toString('base64')
        const answer = await service.post(path, { ...event, changeId })
        statuses.add(answer.status)
        if (answer.status !== 201) expect(statusOf(answer)).toEqual([507, expect.any(String)])
      }
      expect(statuses).toContain(507)
      expect((await service.get(`${path}('first')`)).status).toBe(200)
      rmSync(ballast)
      await until(201, () => service.post(path, { ...event, id: 'last' }))
      await service.stop()
    }
  )

  it('does not start on a standby server, and is not ready while its server is one', async () => {
    const service = await start('standby')
    expect((await service.post(path, { ...event, id: 'before' })).status).toBe(201)
    await server?.crash()
    writeFileSync(join(folder, 'server/cluster/standby.signal'), '')
    await server?.start()
    const other = await startProcess({ file: 'none', env: { DATABASE_URL: `${server?.url}/of_standby` } })
    expect([await other.exited, other.log().trimEnd().split('\n').at(-1)]).toEqual([
      [1, null],
      'The service does not start: the database server is a standby, which only reads.'
    ])
    await until(200, () => service.get(path))
    expect(statusOf(await service.post(path, { ...event, id: 'after' }))).toEqual([503, expect.any(String)])
    await until(503, () => service.get('/health/ready')) // which looks every now and then
    await superuser('SELECT pg_promote()')
    await until(201, () => service.post(path, { ...event, id: 'after' }))
    await until(200, () => service.get('/health/ready'))
    await service.stop()
  })
})
