import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { DatabaseSync } from 'node:sqlite'
import { zstdDecompressSync } from 'node:zlib'
import { openLog } from '../../srv/database/open-log.ts'
import { command, isSealed, until } from '../support/command.ts'
import { createDatabase, onServer } from '../support/postgres.ts'
import { COMPILED, startProcess, temporaryFolder } from '../support/process.ts'
import { clientOf, query, type Json } from '../support/service.ts'
import { startWire, withoutOptions } from '../support/wire.ts'

const root = join(__dirname, '../..')
const file = join(temporaryFolder(), 'events.sqlite')
const path = '/auditLogs/provisioning'
const EVENTS = 3000

async function start(env: Record<string, string>) {
  const service = await startProcess({ file, env })
  return { ...service, ...clientOf(() => service.url as string) }
}
const onFile = () => start({ CDS_ENV: '', DATABASE_URL: 'none', CDS_REQUIRES_DB_CREDENTIALS_URL: file })

/** Runs `npm run migrate`, until it has ended or said something. */
async function migrate(args: string[], until?: string, more: Record<string, string> = {}) {
  const env = { PATH: process.env.PATH, NODE_COMPILE_CACHE: COMPILED, ...more }
  const child = spawn(process.execPath, ['srv/commands/migrate.ts', ...args], { cwd: root, env })
  let said = ''
  for (const out of [child.stdout, child.stderr])
    out.on('data', (text) => {
      said += String(text)
      if (until && said.includes(until)) child.kill('SIGKILL')
    })
  const [status] = (await once(child, 'close')) as [number | null]
  return { status, said }
}

/** The ids that a delta link leads to, on all pages, and the next link. */
async function changes({ get }: { get: ReturnType<typeof clientOf>['get'] }, link: string) {
  const ids: unknown[] = []
  for (let next = link; ;) {
    const { status, body } = await get(next.replace(/^http:\/\/[^/]*/, ''))
    expect(status).toBe(200)
    ids.push(...(body.value as Json[]).map(({ id }) => id))
    const more = body['@odata.nextLink'] as string | undefined
    if (!more) return { ids, link: body['@odata.deltaLink'] as string }
    next = more
  }
}

const idsFrom = (first: number) => Array.from({ length: EVENTS / 2 }, (_, index) => `e${first + index}`)

let link = ''
beforeAll(async () => {
  const service = await onFile()
  const post = async (id: string) => {
    const number = Number(id.slice(1))
    const activityDateTime = `2024-0${1 + (number % 6)}-01T00:00:00.0000001-02:00`
    const event = {
      id,
      tenantId: 'abc'[number % 3],
      activityDateTime,
      jobId: `Ä ${number}`,
      durationInMilliseconds: number
    }
    expect(
      (await service.post(path, { ...event, targetSystem: { details: { big: 12345678901234567000, n: number } } }))
        .status
    ).toBe(201)
  }
  const postAll = async (ids: string[]) => {
    for (let at = 0; at < ids.length; at += 50) await Promise.all(ids.slice(at, at + 50).map(post))
  }
  await postAll(idsFrom(0))
  const first = await service.get(query(path, { $select: 'id' }), { Prefer: 'track-changes,maxpagesize=1000' })
  link = (await changes(service, first.body['@odata.nextLink'] as string)).link
  const database = new DatabaseSync(file)
  await until(() => isSealed(database))
  await postAll(idsFrom(EVENTS / 2))
  await until(() => isSealed(database))
  database.close()
  await service.stop()
  const purged = await command('purge', file, ['--before', '2024-02-01'])
  expect([purged.status, purged.err]).toEqual([0, ''])
})

describe('npm run migrate', () => {
  it('copies a log, goes on where it was killed, and the delta links of the old service go on', async () => {
    const url = await createDatabase('migrated')
    const args = ['--from', file]
    expect((await migrate(args, '%, up to arrival 1', { DATABASE_URL: url })).status).toBeNull()
    const pooler = await startWire(url, { change: withoutOptions })
    expect(await migrate(args, undefined, { DATABASE_URL: pooler.url })).toEqual({
      status: 1,
      said: expect.stringContaining('behind a pooler') as string
    })
    pooler.stop()
    const open = Object.assign(new URL(url), { password: '' }).href
    const { password } = new URL(url)
    const { status, said } = await migrate([...args, '--to', open], undefined, { PGPASSWORD: password })
    expect(said).not.toContain(password)
    expect([status, said]).toEqual([0, expect.stringContaining('All is well, and what was exported is there.')])
    expect(said).toContain('Events that are not sealed and the same: 0.')
    expect(said).toContain(`Checked ${(EVENTS / 6) * 5} events`)
    expect(said).not.toContain('[..............................] 0 %')

    const service = await start({ DATABASE_URL: url })
    const found = await changes(service, link)
    expect(found.ids).toHaveLength((EVENTS / 12) * 5)
    expect(found.ids.toSorted()).toEqual(
      idsFrom(EVENTS / 2)
        .filter((id) => Number(id.slice(1)) % 6)
        .toSorted()
    )
    expect((await service.get(`${path}/$count`)).text).toBe(String((EVENTS / 6) * 5))
    expect(
      (await service.post(path, { id: 'e1', tenantId: 'b', activityDateTime: '2024-01-01T00:00:00Z' })).status
    ).toBe(409)
    expect((await service.post(path, { id: 'new', activityDateTime: '2024-01-01T00:00:00Z' })).status).toBe(201)
    expect((await changes(service, found.link)).ids).toEqual(['new'])
    const old = await onFile()
    const one = async ({ get }: { get: ReturnType<typeof clientOf>['get'] }) =>
      (await get(`${path}('e1201')`)).text.replaceAll(/http:\/\/[^/]*/g, '')
    expect(await one(service)).toBe(await one(old))
    await old.stop()
    await service.stop()
  })

  it('leaves no service behind when it is killed while it creates the schema', async () => {
    const url = await createDatabase('killed')
    const connections = async () => {
      const count = `SELECT count(*)::int AS count FROM pg_stat_activity WHERE datname = 'killed' AND pid <> pg_backend_pid()`
      return onServer(url, async (client) => (await client.query<{ count: number }>(count)).rows[0]?.count)
    }
    const env = { PATH: process.env.PATH, NODE_COMPILE_CACHE: COMPILED, DATABASE_URL: url }
    const child = spawn(process.execPath, ['srv/commands/migrate.ts', '--from', file], { cwd: root, env })
    await until(async () => (await connections()) === 0)
    await until(async () => (await connections()) !== 0)
    child.kill('SIGKILL')
    await until(async () => (await connections()) === 0)
    await delay(1000) // a service that goes on would connect again
    expect(await connections()).toBe(0)
    expect((await migrate(['--from', file], undefined, { DATABASE_URL: url })).status).toBe(0)
  })

  it('copies nothing from a file of an older version, and says what to do', async () => {
    const old = join(temporaryFolder(), 'old.sqlite')
    writeFileSync(old, zstdDecompressSync(readFileSync(join(root, 'test/fixtures/log-0.1.0.sqlite.zst'))))
    const env = { CDS_ENV: 'postgres', DATABASE_URL: await createDatabase('untouched') }
    expect(await migrate(['--from', old], undefined, env)).toEqual({
      status: 1,
      said: `\nThe migration failed: ${old}: its schema is that of another version of the service, or cds_model was altered. Start this version once.\n`
    })
  })

  it('goes on only if no service runs on the database, which would seal what it copies', async () => {
    const url = await createDatabase('running')
    const service = await start({ DATABASE_URL: url })
    const args = ['--from', file, '--to', url]
    expect((await migrate(args)).said.trimEnd().split('\n').at(-1)).toBe(
      'The migration failed: a service runs on the database, or another migration does: stop it first.'
    )
    await service.stop()
    await migrate(args, '%, up to arrival 1') // and is killed
    const log = await openLog(url)
    const copy = await log.openCopy()
    const other = await start({ DATABASE_URL: url })
    await other.stop() // it would seal what is there
    await copy[Symbol.asyncDispose]()
    expect(await log.lastSealed()).toBe(0)
    await log.close()
    expect((await migrate(args)).status).toBe(0)
  })

  it('does not take for tampering that retention has removed events from the file since it was killed', async () => {
    const own = join(temporaryFolder(), 'events.sqlite')
    const { stop, post } = await start({ CDS_ENV: '', DATABASE_URL: 'none', CDS_REQUIRES_DB_CREDENTIALS_URL: own })
    for (const year of [2023, 2024]) {
      const body = { activityDateTime: `${year}-01-01T00:00:00Z` }
      const requests = Array.from({ length: 600 }, (_, id) => ({ id: `${id}`, method: 'POST', url: path, body }))
      expect((await post('/$batch', { requests })).status).toBe(200)
    }
    await stop() // seals them
    const args = ['--from', own, '--to', await createDatabase('outdated')]
    expect((await migrate(args, '%, up to arrival 1000')).status).toBeNull()
    expect((await command('purge', own, ['--before', '2024-01-01'])).out).toContain('Removed 600 events')
    const { status, said } = await migrate(args)
    expect([status, said.trimEnd().split('\n').at(-1)]).toEqual([
      1,
      'The migration failed: the database has events that retention has removed from the file since the copy began: choose an empty database.'
    ])
    expect(said).not.toContain('tampered')
  })

  it('names the arrivals of an event that PostgreSQL cannot store', async () => {
    const own = join(temporaryFolder(), 'events.sqlite')
    const { stop, post } = await start({ CDS_ENV: '', DATABASE_URL: 'none', CDS_REQUIRES_DB_CREDENTIALS_URL: own })
    for (const id of ['a', 'b'])
      expect((await post(path, { id, activityDateTime: '2024-01-01T00:00:00Z' })).status).toBe(201)
    await stop()
    const database = new DatabaseSync(own)
    database.exec(`DROP TRIGGER microsoft_graph_provisioningObjectSummary_no_update;
      UPDATE microsoft_graph_provisioningObjectSummary SET jobId = 'x' || char(0) WHERE id = 'b'`)
    database.close()
    const { said } = await migrate(['--from', own, '--to', await createDatabase('unstorable')])
    expect(said.trimEnd().split('\n').at(-1)).toBe(
      'The migration failed: an event from arrival 1 to 2 cannot be stored in PostgreSQL: unsupported Unicode escape sequence: ' +
        '\\u0000 cannot be converted to text.'
    )
  })

  it('says what is wrong, and leaves a database with another log alone', async () => {
    const empty = await createDatabase('other')
    const failed = async (...args: string[]) => (await migrate(args)).said.split('\n').findLast((line) => line)
    expect(await failed()).toBe('The migration failed: the database file is missing: npm run migrate -- --from FILE.')
    expect(await failed('--from', 'none.sqlite', '--to', empty)).toBe(
      "The migration failed: --from must be the database file, and there is no file 'none.sqlite'."
    )
    expect(await failed('--from', file, '--to', 'x')).toBe(
      'The migration failed: The service cannot run with DATABASE_URL or --to: it must be the URL of a database, as ' +
        'postgres://user:password@host:5432/database, in which each of # % / : ? @ in the user or the password is percent-encoded.'
    )
    expect(await failed('--from', file)).toContain('cannot run with DATABASE_URL or --to')
    expect(await failed('--from', file, '--to', 'postgres://127.0.0.1:1/x')).toBe(
      'The migration failed: The service does not start: no database server listens there.'
    )
    const service = await start({ DATABASE_URL: empty })
    expect((await service.post(path, { id: 'mine', activityDateTime: '2024-01-01T00:00:00Z' })).status).toBe(201)
    await service.stop()
    expect(await failed('--from', file, '--to', empty)).toBe(
      'The migration failed: the database has other events than the file: choose an empty database.'
    )
    await onServer(empty, async (client) => {
      const { rows } = await client.query('SELECT id FROM "microsoft_graph_provisioningObjectSummary"')
      expect(rows).toEqual([{ id: 'mine' }])
    })
  })
})
