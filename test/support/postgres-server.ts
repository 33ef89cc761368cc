/** A PostgreSQL server for a run of the tests, or for one of them. */
import { existsSync, readFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { startEmbeddedServer } from '../../srv/commands/embedded-server.ts'

const OPTIONS = '-c max_connections=300'

/** Where the programs of another version are, such as `/usr/lib/postgresql/15/bin`. */
const PROGRAMS = process.env.TEST_POSTGRES_PROGRAMS

/**
 * Starts a server in a folder, with the settings of production: what is committed is on disk.
 * @param folder one in which the user of the server may read: the server does not run as root
 * @param options of the server
 * @returns its URL without a database, and functions: `stop` stops it and removes its files, `crash` ends all of its
 *   processes at once, as a loss of power does, and `start` starts it again
 */
export async function startPostgres(folder: string, options = OPTIONS) {
  const { url, stop } = await startEmbeddedServer(folder, options, PROGRAMS)
  return {
    url: url.replace(/\/postgres$/, ''),
    stop: async () => {
      stop()
      await rm(folder, { recursive: true, force: true })
    },
    crash: async () => {
      const lock = join(folder, 'cluster/postmaster.pid')
      process.kill(Number(readFileSync(lock, 'utf8').split('\n')[0]), 'SIGQUIT')
      while (existsSync(lock)) await delay(10)
    },
    start: () => startEmbeddedServer(folder, `${options} -p ${new URL(url).port}`, PROGRAMS)
  }
}
