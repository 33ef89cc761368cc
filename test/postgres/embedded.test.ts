import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdirSync, readFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startEmbeddedServer } from '../../srv/commands/embedded-server.ts'
import { until } from '../support/command.ts'
import { COMPILED, temporaryFolder } from '../support/process.ts'
import { clientOf } from '../support/service.ts'

const root = join(__dirname, '../..')
const folder = temporaryFolder()
for (const each of [tmpdir(), folder]) chmodSync(each, 0o755) // root's server is another user's
const pidFile = join(folder, 'events.postgres/cluster/postmaster.pid')
const running: (() => Promise<unknown>)[] = []
afterAll(() => Promise.all(running.map((stop) => stop())))

/** Runs `npm run start:postgres`, until it listens or has ended. */
async function start(env: Record<string, string> = {}) {
  const child = spawn(process.execPath, ['srv/commands/start-postgres.ts'], {
    cwd: root,
    env: {
      ...{ PATH: process.env.PATH, NODE_COMPILE_CACHE: COMPILED, CDS_TYPESCRIPT: 'true', PORT: '0' },
      ...{ CDS_REQUIRES_DB_CREDENTIALS_URL: join(folder, 'events.sqlite'), ...env }
    }
  })
  let log = ''
  for (const out of [child.stdout, child.stderr]) out.on('data', (text) => (log += String(text)))
  const exited = once(child, 'close')
  const stop = async (signal: NodeJS.Signals = 'SIGTERM') => {
    child.kill(signal)
    return ((await exited) as [number | null])[0]
  }
  running.push(stop)
  const port = () => /server listening on .*localhost:(\d+)/.exec(log)?.[1]
  await until(() => port() !== undefined || child.exitCode !== null)
  const client = clientOf(() => `http://127.0.0.1:${port()}`)
  return { listens: port() !== undefined, log: () => log, stop, exited, ...client }
}

const readPid = () => readFileSync(pidFile, 'utf8').split('\n').map(Number) as [number]
function isAlive(pid: number) {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

const event = { activityDateTime: '2024-05-01T00:00:00Z', action: 'Create' }
const create = async ({ post }: Awaited<ReturnType<typeof start>>, id: string) =>
  (await post('/auditLogs/provisioning', { ...event, id })).status
const ids = async ({ get }: Awaited<ReturnType<typeof start>>) =>
  ((await get('/auditLogs/provisioning?$select=id&$orderby=id')).body.value as { id: string }[]).map(({ id }) => id)

describe('npm run start:postgres', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)(
    'keeps the events of a service that %s ends with its server',
    async (signal) => {
      const service = await start()
      expect(await create(service, signal)).toBe(201)
      expect(existsSync(pidFile)).toBe(true)
      expect(await service.stop(signal)).toBe(0)
      expect(existsSync(pidFile)).toBe(false)
    }
  )

  it('takes over the server of a service that was killed, and what is left of a server that was', async () => {
    const first = await start()
    expect(await ids(first)).toEqual(['SIGINT', 'SIGTERM'])
    expect(await create(first, 'a')).toBe(201)
    await first.stop('SIGKILL')
    const second = await start()
    expect(await create(second, 'b')).toBe(201)
    const [pid] = readPid()
    await second.stop('SIGKILL')
    process.kill(pid, 'SIGKILL')
    await until(() => !isAlive(pid))
    const third = await start()
    expect(await ids(third)).toEqual(['SIGINT', 'SIGTERM', 'a', 'b'])
    await third.stop()
    expect(existsSync(pidFile)).toBe(false)
  })

  it('does not start twice, and the second one does not stop the first one', async () => {
    const first = await start()
    const second = await start()
    expect([second.listens, second.log()]).toEqual([false, 'The service runs already, on the server of this folder.\n'])
    expect(await ids(first)).toHaveLength(4)
    await first.stop()
  })

  it('ends with its server where the service does not start', async () => {
    const service = await start({ CDS_SERVER_RATE__LIMIT: 'x', PORT: 'none' })
    expect(service.listens).toBe(false)
    expect(existsSync(pidFile)).toBe(false)
  })

  it('ends with its server where the port is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    const { port } = other.address() as AddressInfo
    const service = await start({ PORT: String(port) })
    expect(service.listens).toBe(false)
    expect(service.log()).toContain(`The service does not start: port ${port} is taken.\n`)
    expect(existsSync(pidFile)).toBe(false)
    other.close()
  })

  it('makes the folders that are missing, in which the user of its server can reach the files', async () => {
    const odd = join(folder, `new $x/\`it's\` "data"/events.sqlite`) // names that a shell would read otherwise
    const service = await start({ CDS_REQUIRES_DB_CREDENTIALS_URL: odd })
    expect(await create(service, 'a')).toBe(201)
    expect(await service.stop()).toBe(0)
  })

  const asRoot = process.getuid?.() === 0 ? it : it.skip
  asRoot("says where the user of root's server cannot reach the folder", async () => {
    mkdirSync(join(folder, 'closed'), { mode: 0o700 })
    const { log } = await start({ CDS_REQUIRES_DB_CREDENTIALS_URL: join(folder, 'closed/data/events.sqlite') })
    expect(log()).toMatch(
      /^The PostgreSQL server of root runs as the user \d+, who cannot reach .*\/closed: run chmod o\+x /
    )
  })

  it('says that there are no programs where another version is asked for', () =>
    expect(startEmbeddedServer(join(folder, 'none'), '', '/nowhere/bin')).rejects.toThrow(
      'There is no folder /nowhere/bin with the programs of a PostgreSQL server.'
    ))

  it('is not for a database that there is', async () => {
    const { log } = await start({ DATABASE_URL: 'postgres://127.0.0.1/x' })
    expect(log()).toBe('DATABASE_URL names a database: use npm start -- --profile postgres.\n')
    const named = await start({ CDS_REQUIRES_DB_CREDENTIALS_URL: 'postgres://user:secret@127.0.0.1/x' })
    expect(named.log()).toBe(
      'The service cannot run with CDS_REQUIRES_DB_CREDENTIALS_URL: it must be the path of a file, and in the profile `postgres` a URL.\n'
    )
  })
})
