import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, closeSync, cpSync, existsSync, mkdirSync, openSync, symlinkSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { freePort } from '../../srv/commands/embedded-server.ts'
import { sampleIn } from '../../srv/commands/sample.ts'
import { until } from '../support/command.ts'
import { COMPILED, startProcess, temporaryFolder } from '../support/process.ts'

const root = join(__dirname, '../..')
const PRODUCTION = {
  NODE_ENV: 'production',
  CDS_REQUIRES_AUTH_ISSUER: 'https://login.example.com/v2.0',
  CDS_REQUIRES_AUTH_AUDIENCE: 'api://provisioning'
}
const folder = temporaryFolder()
const file = join(folder, 'events.sqlite')

async function run(args: string[], env: Record<string, string> = {}) {
  const { url, log, exited } = await startProcess({ file: join(temporaryFolder(), 'events.sqlite'), args, env })
  const [status] = await exited
  return { url, status, log: log() }
}

// first, as it leaves a database without events to the many that start at once
describe('npm start', () => {
  it.concurrent('does not start on a database file that it cannot write, and says so', async () => {
    const readable = join(folder, 'readable.sqlite')
    const { stop } = await startProcess({ file: readable })
    await stop()
    chmodSync(readable, 0o444)
    // nothing is read-only to the capability that root has
    const under = process.getuid?.() === 0 ? ['setpriv', '--bounding-set=-dac_override'] : []
    const { url, log, exited } = await startProcess({ file: readable, under })
    expect([url, (await exited)[0], log().trimEnd().split('\n').at(-1)]).toEqual([
      ...[undefined, 1, `The service does not start: EACCES: permission denied, access '${readable}'.`]
    ])
  })
})

describe('npm start', () => {
  it.concurrent('says that the port is taken, and exits with 1', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const { url, status, log } = await run([], { PORT: String(port) })
    expect([url, status, log.trimEnd().split('\n').at(-1)]).toEqual([
      ...[undefined, 1, `The service does not start: port ${port} is taken.`]
    ])
    server.close()
  })

  const port = (text: string) =>
    `The service cannot run with the port '${text}': it must be a whole number from 0 to 65535.`
  const noDatabase = join(root, 'package.json')

  it.concurrent.each<[string, Record<string, string>, string, string[]?]>([
    ['a port that is a name', { PORT: 'http' }, port('http')],
    ['a port that is too large', { PORT: '65536' }, port('65536')],
    ['a port below 0', {}, port('-1'), ['--port=-1']],
    [
      'an address that is not of this machine',
      { ...PRODUCTION, HOST: '192.0.2.1' },
      'The service does not start: listen EADDRNOTAVAIL: address not available 192.0.2.1.'
    ],
    [
      'a host that there is not',
      { ...PRODUCTION, HOST: 'nowhere.invalid' },
      'The service does not start: getaddrinfo ENOTFOUND nowhere.invalid.'
    ],
    [
      'a file that is no database',
      { CDS_REQUIRES_DB_CREDENTIALS_URL: noDatabase },
      `The service does not start: ${noDatabase}: file is not a database.`
    ],
    [
      'a folder for the database file',
      { CDS_REQUIRES_DB_CREDENTIALS_URL: folder },
      `The service does not start: ${folder}: unable to open database file.`
    ],
    [
      'what CAP refuses',
      { CDS_REQUIRES_AUTH_KIND: 'none' },
      "The service does not start: Didn't find auth implementation for { kind: 'none' }."
    ]
  ])('exits with 1 for %s, and says so in a sentence at the end', async (_, env, sentence, args = []) => {
    const { url, status, log } = await run(args, env)
    expect([url, status, log.trimEnd().split('\n').at(-1)]).toEqual([undefined, 1, sentence])
  })
})

describe('npm start', () => {
  const itWithFullDevice = existsSync('/dev/full') ? it.concurrent : it.concurrent.skip
  itWithFullDevice('starts where its log cannot be written', async () => {
    const [port, full] = [await freePort(), openSync('/dev/full', 'w')]
    const child = spawn(process.execPath, [join(root, 'srv/commands/start.ts')], {
      env: {
        ...{ PATH: process.env.PATH, NODE_COMPILE_CACHE: COMPILED, CDS_TYPESCRIPT: 'true', PORT: String(port) },
        CDS_REQUIRES_DB_CREDENTIALS_URL: join(temporaryFolder(), 'events.sqlite')
      },
      stdio: ['ignore', full, full]
    })
    closeSync(full)
    const exited = once(child, 'close')
    const isUp = () => fetch(`http://127.0.0.1:${port}/health/ready`).then(({ ok }) => ok)
    await until(() => child.exitCode !== null || isUp().catch(() => false))
    child.kill()
    expect(await exited).toEqual([0, null])
  })
})

describe('npm start -- --sample', () => {
  it.each([
    [['--sample', '120'], '120', '120 events stored, in '],
    [['--sample=150'], '150', '30 events stored, 120 not, as events with their ids were there already, in ']
  ])('fills the log with recent events once, and says what it did: %j', async (args, count, said) => {
    const { url, log, stop } = await startProcess({ file, args })
    expect(log()).toContain(`with ${count} generated events of the last thirty days.`)
    await until(() => / events stored.*, in \d+\.\d s\n/.test(log()))
    expect(log()).toContain(`\n${said}`)
    const since = new Date(Date.now() - 30 * 86_400_000).toISOString()
    const get = async (path: string) => (await fetch(`${url}/auditLogs/provisioning${path}`)).text()
    expect(await get('/$count')).toBe(count)
    expect(await get(`/$count?$filter=activityDateTime ge ${since} and activityDateTime le now()`)).toBe(count)
    await stop()
  })

  it('ends with the service', async () => {
    const { log, stop } = await startProcess({ file, args: ['--sample', '1000000'] })
    await stop()
    expect(log()).toContain('with 1000000 generated events')
    expect(log()).not.toContain('events stored')
  })

  const wrong = '--sample must be followed by the number of events, from 1 to 1000000.'

  it.each([[[]], [['0']], [['-5']], [['many']], [['1.5']], [['1000001']]])('refuses %j events', (count) =>
    expect(() => sampleIn(['--sample', ...count])).toThrow(wrong)
  )

  it.concurrent('ends where it refuses', async () => {
    const { url, status, log } = await run(['--sample', 'many'])
    expect([url, status, log]).toEqual([undefined, 2, `${wrong}\n`])
  })

  it.each([
    [['--port', '0'], undefined, ['--port', '0']],
    [['--sample', '5', '--port', '0'], 5, ['--port', '0']],
    [['--port', '0', '--sample=1000000'], 1_000_000, ['--port', '0']]
  ])('leaves the other arguments of %j', (args, count, others) => {
    const sample = sampleIn(args)
    expect([sample.count, sample.others]).toEqual([count, others])
  })

  it.concurrent.each<[string[], Record<string, string>]>([
    [[], { NODE_ENV: 'production' }],
    [[], { CDS_ENV: 'production' }],
    [['--production'], {}],
    [['--profile', 'production'], {}]
  ])('is refused in production: %j %j', async (args, env) => {
    const { url, status, log } = await run([...args, '--sample', '5'], env)
    expect([url, status]).toEqual([undefined, 2])
    expect(log).toBe('--sample is for development: it does not fill a log of production.\n')
  })

  it.concurrent('is refused where the packages for development are not installed', async () => {
    const bare = join(folder, 'bare')
    mkdirSync(join(bare, 'node_modules'), { recursive: true })
    for (const part of ['package.json', 'srv']) cpSync(join(root, part), join(bare, part), { recursive: true })
    symlinkSync(join(root, 'node_modules/@sap'), join(bare, 'node_modules/@sap'))
    const args = [join(bare, 'srv/commands/start.ts'), '--sample', '5']
    const child = spawn(process.execPath, args, { cwd: bare, env: { PATH: process.env.PATH } })
    let log = ''
    child.stderr.on('data', (text) => (log += String(text)))
    expect(await once(child, 'close')).toEqual([2, null])
    expect(log).toBe('--sample needs @faker-js/faker, a package for development: run npm ci without --omit=dev.\n')
  })
})

describe('npm start', () => {
  it.concurrent.each([
    // others as in arguments.test.ts
    [['--smaple', '5'], "there is no option '--smaple', only --profile, --port, --production, --sample.\n"],
    [['--sample', '5', '--sample', '6'], "there is no option '--sample'"],
    // what npm leaves of the options where `--` before them is missing
    [['postgres'], "an argument too many: 'postgres'. npm passes on the options that stand after --, and no others.\n"]
  ])('refuses other arguments: %j', async (args, sentence) => {
    const { url, status, log } = await run(args)
    expect([url, status]).toEqual([undefined, 2])
    expect(log).toContain(sentence)
    expect(log).not.toContain('    at ')
  })

  it.concurrent('starts one process, whatever CAP would make of its environment', async () => {
    const env = { WORKERS: '2', CDS_WORKERS: '2' }
    const { log, stop } = await startProcess({ file: join(folder, 'workers.sqlite'), args: [], env })
    expect(log()).not.toContain('Spawning')
    expect(await stop()).toEqual([0, null])
  })

  it.concurrent('takes those that it hands on to cds-serve in both forms', async () => {
    const { url, stop } = await startProcess({
      file: join(folder, 'port.sqlite'),
      args: ['--port=0', '--profile=development']
    })
    expect((await fetch(`${url}/auditLogs`)).status).toBe(200)
    await stop()
  })
})
