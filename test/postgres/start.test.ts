import { setTimeout as delay } from 'node:timers/promises'
import { VERSION } from '../../srv/database/postgres/migration.ts'
import { startProcess, temporaryFolder } from '../support/process.ts'
import { createDatabase, onServer, postgresFor } from '../support/postgres.ts'
import { clientOf } from '../support/service.ts'
import { CERTIFICATE, startRefusing, startWire, withoutOptions } from '../support/wire.ts'

const file = `${temporaryFolder()}/events.sqlite`
const event = { activityDateTime: '2024-05-01T00:00:00Z', action: 'Create' }

/** Starts the service on a database, and expects that it ends. Returns its exit code and its last line. */
async function refused(env: Record<string, string>) {
  const { url, log, exited, stop } = await startProcess({ file: `${temporaryFolder()}/none`, env })
  if (url) await stop()
  const [status] = await exited
  return [status, log().trimEnd().split('\n').at(-1)]
}

const running: (() => Promise<unknown>)[] = []
afterEach(() => Promise.all(running.splice(0).map((stop) => stop()))) // a test that fails leaves the log to the next one

const withoutPassword = (url: string) => Object.assign(new URL(url), { password: '' }).href

const started = () => startOn()

async function startOn(env: Record<string, string> = {}) {
  const service = await startProcess({ file, env })
  running.push(service.stop)
  const { get, post } = clientOf(() => service.url ?? '')
  return { ...service, get, post }
}

const POOLED =
  'The service does not start: the settings of its connections do not reach the database server, as behind a pooler such ' +
  'as PgBouncer. Name the server itself: the service has a pool of its own.'

describe('The service does not start, and says why in a sentence,', () => {
  it.each([
    ['with a wrong password', (url: URL) => (url.password = 'wrong'), 'refuses the user or the password.'],
    ['with a user that there is not', (url: URL) => (url.username = 'nobody'), 'refuses the user or the password.'],
    ['on an unknown host', (url: URL) => (url.hostname = 'nowhere.invalid'), 'host of the database server is unknown.'],
    ['where no server listens', (url: URL) => (url.port = '1'), 'no database server listens there.'],
    ['without the database', (url: URL) => (url.pathname = '/none'), 'has no database of this name.'],
    [
      'where the server does not encrypt',
      (url: URL) => (url.search = '?sslmode=verify-full'),
      'does not encrypt connections.'
    ],
    ['without a password', (url: URL) => (url.password = ''), 'neither the URL nor PGPASSWORD has one.'],
    ['with options of its own', (url: URL) => (url.search = '?options=-c%20search_path%3Dlog'), 'has `options`, which']
  ])('%s', async (_, change, sentence) => {
    const url = new URL((await postgresFor(file)).DATABASE_URL as string)
    change(url)
    const [status, line] = await refused({ DATABASE_URL: url.href })
    expect([status, line]).toEqual([1, expect.stringMatching(/^The service does not start: /)])
    expect(line).toContain(sentence)
  })

  it.each([
    ['whose certificate nobody trusts', '127.0.0.1', {}, 'is not trusted (DEPTH_ZERO_SELF_SIGNED_CERT).'],
    [
      'whose certificate is that of another host',
      'localhost',
      { NODE_EXTRA_CA_CERTS: CERTIFICATE },
      'is that of another host.'
    ]
  ])('on a server %s', async (_, hostname, trusted, sentence) => {
    const wire = await startWire((await postgresFor(file)).DATABASE_URL as string, { encrypts: true })
    const url = Object.assign(new URL(wire.url), { hostname, search: '?sslmode=verify-full' })
    expect(await refused({ DATABASE_URL: url.href, ...trusted })).toEqual([1, expect.stringContaining(sentence)])
    wire.stop()
  })

  it('on a database of another encoding', async () => {
    const url = await createDatabase('latin', "ENCODING 'LATIN1' LOCALE 'C' LOCALE_PROVIDER libc")
    expect(await refused({ DATABASE_URL: url })).toEqual([
      1,
      'The service does not start: the encoding of the database must be UTF8, and it is LATIN1.'
    ])
  })

  it('without a database to use', async () => {
    expect(await refused({ DATABASE_URL: 'events.sqlite' })).toEqual([
      1,
      'The service cannot run in the profile `postgres` without a database: set DATABASE_URL, as postgres://user:password@host/database.'
    ])
  })

  it.each([
    ['DATABASE_URL', { DATABASE_URL: 'postgres://user:the#swordfish@host/database' }],
    ['DATABASE_URL', { DATABASE_URL: 'postgres://user:the%swordfish@host/database' }],
    [
      'CDS_REQUIRES_DB_MIGRATION__URL',
      { CDS_REQUIRES_DB_MIGRATION__URL: 'postgres://user:the/swordfish@host/database' }
    ]
  ])('with a %s that is none, without showing it', async (name, env) => {
    const { log, exited } = await startProcess({ file, env: { CDS_ENV: 'postgres', ...env } })
    expect(await exited).toEqual([1, null])
    expect(log().trimEnd().split('\n').at(-1)).toBe(
      `The service cannot run with ${name}: it must be the URL of a database, as postgres://user:password@host:5432/database, ` +
        'in which each of # % / : ? @ in the user or the password is percent-encoded.'
    )
    expect(log()).not.toContain('swordfish')
  })

  it('on a schema that a newer service has migrated', async () => {
    const service = await started()
    await service.stop()
    const { DATABASE_URL = '' } = await postgresFor(file)
    const version = (change: number) =>
      onServer(DATABASE_URL, (client) =>
        client.query(`UPDATE "provisioning_log_SchemaVersions" SET version = version + ${change}`)
      )
    await version(1)
    const sentence =
      `The service does not start: the schema of the database has version ${VERSION + 1}, and this service knows those up to ${VERSION}. ` +
      'A newer one has migrated it.'
    expect(await refused({ DATABASE_URL })).toEqual([1, sentence])
    await version(-1)
  })

  it('behind a pooler that keeps the settings of its connections from the server', async () => {
    const pooler = await startWire((await postgresFor(file)).DATABASE_URL as string, { change: withoutOptions })
    expect(await refused({ DATABASE_URL: pooler.url })).toEqual([1, POOLED])
    pooler.stop()
  })

  it.each([
    ['PgBouncer', 'unsupported startup parameter: options'],
    ['PgBouncer since 1.20', 'unsupported startup parameter in options: statement_timeout'],
    ['RDS Proxy', "Feature not supported: RDS Proxy currently doesn't support command-line options."]
  ])('behind a pooler that takes no settings: %s', async (_, message) => {
    const pooler = await startRefusing(message)
    expect(await refused({ DATABASE_URL: pooler.url })).toEqual([1, POOLED])
    pooler.stop()
  })
})

describe('A log on a server', () => {
  it.each([
    ['DATABASE_URL', (url: string) => ({ DATABASE_URL: url })],
    ['its setting', (url: string) => ({ DATABASE_URL: '', CDS_REQUIRES_DB_CREDENTIALS_URL: url })],
    [
      'DATABASE_URL and PGPASSWORD',
      (url: string) => ({ DATABASE_URL: withoutPassword(url), PGPASSWORD: new URL(url).password })
    ]
  ])('takes its URL from %s, and shows no password', async (_, env) => {
    const { DATABASE_URL = '' } = await postgresFor(file)
    const variables: Record<string, string> = { CDS_ENV: 'postgres', DEBUG: 'all', ...env(DATABASE_URL) }
    const service = await startOn(variables)
    expect((await service.get('/auditLogs/provisioning/$count')).status).toBe(200)
    await service.stop()
    expect(service.log()).not.toContain(new URL(DATABASE_URL).password)
    expect(service.log()).toContain(new URL(DATABASE_URL).pathname)
  })

  it('is created, written and read without anything that the next version of the client library drops', async () => {
    const service = await startProcess({
      file: `${temporaryFolder()}/new`,
      env: { NODE_OPTIONS: '--throw-deprecation' }
    })
    running.push(service.stop)
    const { get, post } = clientOf(() => service.url ?? '')
    expect((await post('/auditLogs/provisioning', { ...event, id: 'new' })).status).toBe(201)
    expect((await get("/auditLogs/provisioning('new')")).body.action).toBe('Create')
    await service.stop()
    expect(service.log()).not.toContain('Deprecation')
  })

  it('has its events when the service is killed and starts again', async () => {
    const first = await started()
    expect((await first.post('/auditLogs/provisioning', { ...event, id: 'kept' })).status).toBe(201)
    await first.stop('SIGKILL')
    const second = await started()
    expect((await second.get("/auditLogs/provisioning('kept')")).body.action).toBe('Create')
    expect((await second.post('/auditLogs/provisioning', { ...event, id: 'kept' })).status).toBe(409)
    await second.stop()
  })

  it('goes on after all connections were lost, and says 503 until then, never 500', async () => {
    const service = await started()
    const { DATABASE_URL } = await postgresFor(file)
    const cut = () =>
      onServer(DATABASE_URL as string, (client) =>
        client.query(
          'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = current_database()'
        )
      ).catch(() => {}) // by another cut
    const posts = Array.from({ length: 40 }, async (_, index) => {
      await delay(index * 10)
      if (index % 10 === 5) await cut()
      const [{ status }, read] = await Promise.all([
        service.post('/auditLogs/provisioning', { ...event, id: `cut${index}` }),
        service.get('/auditLogs/provisioning?$top=1')
      ])
      return { id: `cut${index}`, status, read: read.status }
    })
    const all = await Promise.all(posts)
    expect(all.filter(({ status, read }) => ![201, 503].includes(status) || ![200, 503].includes(read))).toEqual([])
    for (const { id, status } of all)
      if (status === 201) expect((await service.get(`/auditLogs/provisioning('${id}')`)).status).toBe(200)
    expect((await service.post('/auditLogs/provisioning', { ...event, id: 'after' })).status).toBe(201)
    await service.stop()
  })

  it('cannot be changed or removed, and is sealed', async () => {
    const service = await started()
    await service.post('/auditLogs/provisioning', { ...event, id: 'sealed' })
    await service.stop() // seals what is left
    const { DATABASE_URL } = await postgresFor(file)
    await onServer(DATABASE_URL as string, async (client) => {
      const table = '"microsoft_graph_provisioningObjectSummary"'
      for (const sql of [`UPDATE ${table} SET action = 'x'`, `DELETE FROM ${table}`, `TRUNCATE ${table}`])
        await expect(client.query(sql)).rejects.toThrow('The log is append-only')
      const [{ events, sealed }] = (
        await client.query<{ events: string; sealed: string }>(
          `SELECT (SELECT count(*) FROM ${table}) AS events, (SELECT sum(count) FROM "provisioning_log_Seals") AS sealed`
        )
      ).rows as [{ events: string; sealed: string }]
      expect(sealed).toBe(events)
    })
  })
})

describe('An event', () => {
  it('may have texts of any length, and what looks like U+0000, but not that, which PostgreSQL cannot store', async () => {
    const service = await started()
    const post = async (more: object) => (await service.post('/auditLogs/provisioning', { ...event, ...more })).status
    expect(await post({ jobId: 'x'.repeat(100_000) })).toBe(201)
    expect(await post({ jobId: 'a\u0000b' })).toBe(400)
    expect(await post({ targetSystem: { details: { a: 'a\u0000b' } } })).toBe(400)
    expect(await post({ jobId: 'a\\u0000b' })).toBe(201)
    expect(await post({ jobId: '{a\\u0000b' })).toBe(201)
    expect(await post({ targetSystem: { details: { a: 'a\\\\u0000b' } } })).toBe(201)
    expect(await post({ targetSystem: { details: { 'a\u0000b': 1 } } })).toBe(400)
    await service.stop()
  })
})
