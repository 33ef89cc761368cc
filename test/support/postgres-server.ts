/** A PostgreSQL server for a run of the tests. */
import { rm } from 'node:fs/promises'
import { startEmbeddedServer } from '../../srv/commands/embedded-server.ts'

/**
 * Starts a server in a folder, with the settings of production: what is committed is on disk.
 * @returns its URL without a database, and a function that stops it and removes its files
 */
export async function startPostgres(folder: string) {
  const { url, stop } = await startEmbeddedServer(folder, '-c max_connections=300')
  return {
    url: url.replace(/\/postgres$/, ''),
    stop: async () => {
      stop()
      await rm(folder, { recursive: true, force: true })
    }
  }
}
