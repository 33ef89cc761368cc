import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
  writeSync
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as delay } from 'node:timers/promises'
import examples from '../../srv/errors/examples.json'
import { until } from '../support/command.ts'
import { startProcess, temporaryFolder, type Options } from '../support/process.ts'
import { documentedExample, type Json } from '../support/service.ts'
import { ask } from '../support/http.ts'

const isRoot = process.getuid?.() === 0
const ownMounts = isRoot ? ['-m'] : ['-rm']
const canMount = spawnSync('unshare', [...ownMounts, 'mount', '-t', 'tmpfs', 'tmpfs', tmpdir()]).status === 0
/** Connections are closed as soon as nobody uses them, so that the next request opens the file anew. */
const REOPENING = {
  requires: { db: { lock_timeout: 300, pool: { min: 0, idleTimeoutMillis: 20, evictionRunIntervalMillis: 20 } } }
}

/** Starts the service, with requests that tell status, code and Retry-After. */
async function start(options: Partial<Options> = {}, config: object = REOPENING) {
  const file = options.file ?? join(temporaryFolder(), 'events.sqlite')
  const service = await startProcess({ ...options, file, env: { CDS_CONFIG: JSON.stringify(config) } })
  const send = (path: string, body?: Json) => ask(`${service.url}${path}`, body)
  const post = (id: string, more: Json = {}) => send('/auditLogs/provisioning', { ...documentedExample, id, ...more })
  return { ...service, file, get: send, post }
}

const unavailable = (message: string) => ({
  status: 503,
  error: expect.objectContaining({ code: 'serviceUnavailable', message }) as unknown,
  retryAfter: 2
})

describe('A database that another connection locks', () => {
  it('refuses events until it is released, and goes on answering reads', async () => {
    const { file, get, post, stop, log } = await start()
    await post('before')
    const other = new DatabaseSync(file)
    other.exec('BEGIN IMMEDIATE')
    const waiting = post('short')
    await delay(100)
    other.exec('ROLLBACK')
    expect((await waiting).status).toBe(201) // a lock is waited for

    other.exec('BEGIN IMMEDIATE')
    expect(await post('refused')).toMatchObject(unavailable('The database is locked.'))
    await until(async () => (await get('/health/ready')).status === 503)
    other.exec('ROLLBACK')
    await until(async () => (await get('/health/ready')).status === 200)
    expect((await post('after')).status).toBe(201)
    expect((await get('/auditLogs/provisioning/$count')).text).toBe('3')

    other.close()
    await stop()
    expect(log()).toContain('database is locked')
  })
})

describe('A commit that fails', () => {
  it('has its cause logged once, however many events it had', async () => {
    const { file, get, post, stop, log } = await start()
    const other = new DatabaseSync(file)
    other.exec('BEGIN IMMEDIATE')
    const before = log().length
    const answers = await Promise.all(Array.from({ length: 20 }, (_, index) => post(`single-${index}`)))
    const body = (id: number) => ({ id: `part-${id}`, activityDateTime: '2024-05-01T00:00:00Z' })
    const parts = Array.from({ length: 200 }, (_, index) => ({
      ...{ id: String(index), method: 'POST', url: '/auditLogs/provisioning' },
      body: body(index)
    }))
    const batch = JSON.parse((await get('/$batch', { requests: parts })).text) as { responses: Json[] }
    other.exec('ROLLBACK')
    other.close()
    await stop()
    expect([...answers, ...batch.responses].map(({ status }) => status)).toEqual(Array.from({ length: 220 }, () => 503))
    const lines = log().slice(before).split('\n')
    const withCause = lines.filter(
      (line) => line.includes(' POST ') && line.endsWith('RequestError: The database is locked.')
    )
    const others = lines.filter((line) => / POST .* The database is locked\. The cause is that of \S{36}\.$/.test(line))
    expect(withCause.length).toBeLessThan(10) // a slow machine takes them in parts
    expect(withCause.length + others.length).toBeGreaterThanOrEqual(21) // each request, and not each part of the batch
    expect(lines.length).toBeLessThan(500)
  })
})

describe('A folder that cannot be read', () => {
  it('refuses requests until it can be', async () => {
    const folder = join(temporaryFolder(), 'events')
    mkdirSync(folder)
    const under = isRoot ? ['setpriv', '--bounding-set=-dac_override,-dac_read_search'] : []
    const { get, post, stop } = await start({ under, file: join(folder, 'events.sqlite') })
    chmodSync(folder, 0)
    expect(await get('/auditLogs/provisioning')).toMatchObject(unavailable('The database cannot be opened.'))
    expect(await post('refused')).toMatchObject(unavailable('The database cannot be opened.'))
    chmodSync(folder, 0o755)
    expect((await post('after')).status).toBe(201)
    expect((await get('/auditLogs/provisioning/$count')).text).toBe('1')
    await stop()
  })
})

describe('A full disk', () => {
  const itWithMounts = canMount ? it : it.skip // a small disk is made by a mount, which macOS and confined users lack
  itWithMounts('refuses events with 507 until there is space, and keeps those that it took', async () => {
    const disk = temporaryFolder()
    const mount = `mount -t tmpfs -o size=4m tmpfs "$0" && exec "$@"`
    const under = ['unshare', ...ownMounts, 'sh', '-c', mount, disk]
    const { get, post, stop, log, pid } = await start({ under, file: join(disk, 'events.sqlite') }, {})
    const filler = join(`/proc/${pid}/root`, disk, 'filler') // as the service sees it
    await post('before')
    fill(filler)

    let stored = 1
    const big = { jobId: 'x'.repeat(50_000) }
    let answer = await post(`${stored}`, big)
    for (; answer.status === 201; answer = await post(`${stored}`, big)) stored++
    const error = { code: 'insufficientStorage', ...examples.insufficientStorage } // as /openapi.json shows it
    expect(answer).toMatchObject({ status: 507, error, retryAfter: 60 })
    expect((await get('/auditLogs/provisioning/$count')).text).toBe(String(stored))
    expect((await get('/health/live')).status).toBe(200)

    rmSync(filler)
    expect((await post('after', big)).status).toBe(201)
    expect((await get('/auditLogs/provisioning/$count')).text).toBe(String(stored + 1))
    await stop()
    expect(log()).toContain('database or disk is full')
  })

  itWithMounts.each([96, 128, 256])('ends a start that finds %i KB, which says why', async (size) => {
    const disk = temporaryFolder()
    const mount = `mount -t tmpfs -o size=${size}k tmpfs "$0" && exec "$@"`
    const under = ['unshare', ...ownMounts, 'sh', '-c', mount, disk]
    const { url, exited, log } = await start({ under, file: join(disk, 'events.sqlite') }, {})
    expect([url, await exited]).toEqual([undefined, [1, null]])
    expect(log().trimEnd().split('\n').at(-1)).toBe('The service does not start: database or disk is full.')
  })

  itWithMounts('has nothing left of a backup that fails', async () => {
    const { file, post, stop } = await start({}, {})
    for (let count = 0; count < 50; count++) await post(`${count}`, { jobId: 'x'.repeat(50_000) })
    await stop()
    const disk = temporaryFolder()
    const script = 'mount -t tmpfs -o size=1m tmpfs "$0" && "$@"; ls "$0"'
    const backup = [process.execPath, 'srv/commands/backup.ts', join(disk, 'copy.sqlite')]
    const env = { ...process.env, CDS_REQUIRES_DB_CREDENTIALS_URL: file }
    const { stdout, stderr } = spawnSync('unshare', [...ownMounts, 'sh', '-c', script, disk, ...backup], { env })
    expect([String(stdout), String(stderr)]).toEqual(['', 'The backup failed: database or disk is full\n'])
  })
})

/** Takes all space that is left on a disk. */
function fill(file: string) {
  const filler = openSync(file, 'w')
  try {
    for (;;) writeSync(filler, Buffer.alloc(16 * 1024))
  } catch {
    fsyncSync(filler)
  } finally {
    closeSync(filler)
  }
}

describe('A thread that stores events', () => {
  it('refuses those that it is to store while it ends, and is replaced', async () => {
    const file = join(temporaryFolder(), 'events.sqlite')
    const env = { NODE_OPTIONS: `--require ${JSON.stringify(join(__dirname, '../fixtures/faults.cjs'))}` }
    const { url, stop } = await startProcess({ file, env })
    const post = async () => {
      const { status, error } = await ask(`${url}/auditLogs/provisioning`, documentedExample)
      return `${status} ${String(error?.message)}`
    }
    expect(await post()).toBe('201 undefined')
    expect((await fetch(`${url}/fault/group-commit`)).status).toBe(204)
    expect(await post()).toBe('503 The thread that stores events was ended, and starts anew.')
    expect(await post()).toBe('201 undefined')
    const count = await fetch(`${url}/auditLogs/provisioning/$count`)
    expect(await count.text()).toBe('2')
    expect(await stop()).toEqual([0, null])
  })
})

describe('A damaged file', () => {
  it.each([
    ['its header', 0],
    ['its pages', 4096]
  ])('refuses requests until %s are mended', async (_, from) => {
    const { file, get, post, stop, log } = await start()
    for (let count = 0; count < 20; count++) await post(`${count}`, { jobId: 'x'.repeat(20_000) })
    await delay(1000) // the service seals and indexes the events: later it might read from memory, and not the file
    const other = new DatabaseSync(file)
    other.exec('PRAGMA wal_checkpoint(TRUNCATE)') // so that the file is read, and not its log, or what is in memory
    other.close()
    const sound = readFileSync(file)
    writeFileSync(
      file,
      sound.map((byte, position) => (position >= from ? byte ^ 0xff : byte))
    )
    expect(await get('/auditLogs/provisioning')).toMatchObject(unavailable('The database is damaged.'))
    expect(await post('refused')).toMatchObject(unavailable('The database is damaged.'))
    expect((await get('/health/live')).status).toBe(200)
    await delay(100)
    writeFileSync(file, sound)
    expect((await post('after')).status).toBe(201)
    expect((await get('/auditLogs/provisioning/$count')).text).toBe('21')
    await stop()
    expect(log()).toMatch(/malformed|not a database/)
  })

  it('ends a start, which says why', async () => {
    const file = join(temporaryFolder(), 'events.sqlite')
    writeFileSync(file, 'This is not a database, and it is longer than the header of one: '.repeat(10))
    const { url, exited, log } = await start({ file })
    expect(url).toBeUndefined()
    expect(await exited).toEqual([1, null])
    expect(log()).toContain('file is not a database')
  })
})
