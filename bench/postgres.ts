/** The PostgreSQL server of a run, and the databases that targets start with. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client } from 'pg'
import { startEmbeddedServer } from '../srv/commands/embedded-server.ts'
import type { Dataset } from './dataset.ts'
import { ROLE, type Definition } from './definitions.ts'
import { fillByPosts, type Log } from './logs.ts'

/** Enough for the pools of all targets at the same time. */
const OPTIONS = '-c max_connections=200'

/** Completes the search index of the service; the baseline has none. */
const FILL_SEARCH =
  "DO $$ BEGIN IF to_regproc('fill_search') IS NOT NULL THEN PERFORM fill_search(1000000); END IF; END $$"

export class PostgresServer {
  /** The URL of a database of its own, for the owner of all. */
  readonly url: string

  private constructor(url: string) {
    this.url = url
  }

  /** Starts a server with the settings of production: what is committed is on disk. It ends with this process. */
  static async start() {
    const folder = mkdtempSync(join(tmpdir(), 'provisioning-bench-postgres-'))
    const { url, stop } = await startEmbeddedServer(folder, OPTIONS)
    process.once('exit', () => {
      stop()
      rmSync(folder, { recursive: true })
    })
    const server = new PostgresServer(url)
    await server.run(`CREATE ROLE ${ROLE.username} LOGIN PASSWORD '${ROLE.password}'`)
    return server
  }

  /**
   * Makes a database for a target: a copy of one that was filled by requests.
   * @param folder where the target writes what it logs
   */
  async logOf(definition: Definition, dataset: Dataset, folder: string): Promise<Log> {
    const { name, filledAs } = definition
    const [filled, own] = [`filled_${filledAs}_${dataset.count}`, `${name}_${dataset.count}`]
    if (!(await this.run(`SELECT FROM pg_database WHERE datname = '${filled}'`))) {
      await this.run(`CREATE DATABASE ${filled}`)
      await fillByPosts({ ...definition, instances: 1 }, join(folder, filled), dataset)
      await this.run(FILL_SEARCH, filled)
      await this.run('VACUUM (ANALYZE)', filled) // so that the server does not do it while others are measured
    }
    await this.run(`CREATE DATABASE ${own} TEMPLATE ${filled}`)
    await this.run('CHECKPOINT')
    return { file: join(folder, own), bytes: NaN }
  }

  /** Runs a statement as the owner; returns the number of its rows. */
  private async run(sql: string, database = 'postgres') {
    const client = new Client(Object.assign(new URL(this.url), { pathname: database }).href)
    await client.connect()
    const { rowCount } = await client.query(sql)
    await client.end()
    return rowCount
  }
}
