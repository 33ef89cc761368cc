/**
 * CAP's database service on PostgreSQL. It renders queries and deploys the model, on a connection of its own for each
 * transaction. Requests use the engine itself.
 */
import { SQLService } from '@cap-js/db-service'
import type pg from 'pg'
import type { Model } from '../../cqn/csn.ts'
import { nameOf } from '../../settings/database-url.ts'
import { databaseLocation, ownerLocation, settings } from '../../settings/settings.ts'
import type { Engine } from '../engine.ts'
import { closeOnce, refuseDeployment } from '../service.ts'
import { connect, expectUsable } from './connection.ts'
import { postgresEngine } from './engine.ts'
import { FUNCTIONS } from './functions.ts'
import { indexedFirst } from './indexes.ts'
import { migrating } from './sql.ts'
import { partitioned } from './partitions.ts'
import { PostgresRenderer } from './rendering.ts'

/** The last statement on each connection, which takes them one after the other: CAP's deployment does not wait. */
const latest = new WeakMap<pg.Client, Promise<unknown>>()

export default class PostgresDatabase extends SQLService {
  static override CQN2SQL = PostgresRenderer
  declare readonly options: { pool: object; credentials: object }
  declare readonly model: Model
  declare engine: Engine
  declare readonly dbc?: pg.Client
  /** What CAP's deployment asks for. */
  readonly kind = 'postgres'

  override async init() {
    refuseDeployment()
    const [url, owner] = [databaseLocation(), ownerLocation()]
    this.options.credentials = { url: this.url4() } // CAP logs them
    for (const each of new Set([url, owner]))
      await expectUsable(each).catch((error: Error) => {
        throw new Error(`The service does not start: ${error.message}`, { cause: error })
      })
    this.engine = postgresEngine(url, owner, settings().requires.db)
    return super.init()
  }

  override get factory() {
    return {
      options: this.options.pool,
      create: () => connect(ownerLocation()),
      destroy: (client: pg.Client) => client.end(),
      validate: () => true
    }
  }

  /** For the log: without the password. */
  url4() {
    return nameOf(databaseLocation())
  }

  /** No statement of ours refers to the context. Those of handlers that do, by `$user` or `$now`, fail. */
  set() {}

  override async onEVENT({ event }: { event: string }): Promise<unknown> {
    await this.query(event)
    // views call these
    if (event === 'BEGIN') for (const sql of FUNCTIONS) await this.query(sql)
    return undefined
  }

  /** Prepares a statement of the migration. */
  prepare(sql: string) {
    const run = (values?: unknown) => this.query(this.migration(sql), Array.isArray(values) ? values : [])
    return {
      run: async (values?: unknown) => ({ changes: (await run(values))?.rowCount ?? 0 }),
      get: async (values?: unknown) => (await run(values))?.rows[0] as unknown,
      all: async (values?: unknown) => ((await run(values))?.rows ?? []) as unknown[]
    }
  }

  /** Runs a statement of the migration. */
  exec(sql: string) {
    return this.query(this.migration(sql))
  }

  private query(sql: string, values?: unknown[]) {
    const { dbc } = this
    if (!dbc) return undefined
    const result = (latest.get(dbc) ?? Promise.resolve()).then(() => dbc.query(sql, values))
    latest.set(
      dbc,
      result.catch(() => {})
    )
    return result
  }

  private migration(sql: string) {
    return migrating(partitioned(indexedFirst(sql, this.model.definitions)))
  }

  override disconnect() {
    return closeOnce(this.engine, () => super.disconnect())
  }
}
