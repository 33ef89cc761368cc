/**
 * CAP's database service on SQLite. It renders queries and deploys the model, on connections of the engine. Requests
 * use the engine itself.
 */
import SQLiteService from '@cap-js/sqlite'
import { databaseLocation, settings } from '../../settings/settings.ts'
import { closeOnce, refuseDeployment } from '../service.ts'
import { sqliteEngine } from './engine.ts'
import type { QueryConnection } from './query-connection.ts'
import { StoppableRenderer } from './rendering.ts'

export default class SqliteDatabase extends SQLiteService {
  static override CQN2SQL = StoppableRenderer
  declare readonly options: { pool: object }
  declare engine: ReturnType<typeof sqliteEngine>
  /** The connection of a transaction. */
  declare readonly dbc?: QueryConnection

  override init() {
    refuseDeployment()
    this.engine = sqliteEngine(databaseLocation(), settings().requires.db)
    return super.init()
  }

  override get factory() {
    return {
      options: this.options.pool,
      create: () => Promise.try(() => this.engine.connect()),
      destroy: (connection: QueryConnection) => connection.close(),
      validate: () => true
    }
  }

  override set(variables: Record<string, unknown>) {
    this.dbc?.setSession(variables)
  }

  /**
   * Takes the write lock with the first statement that writes. Handlers that read would otherwise have it until their
   * request ends, while its events are stored on another connection. Deployments have it from their beginning, as of
   * two that find the same schema one would fail.
   */
  override prepare(sql: string) {
    const statement = super.prepare(sql)
    const run = async (...values: unknown[]) => {
      await this.dbc?.begin(settings().requires.db.lock_timeout)
      return statement.run(...values)
    }
    return { ...statement, run }
  }

  override async onEVENT(request: { event: string }): Promise<unknown> {
    if (request.event === 'BEGIN')
      return this.engine.isStarted ? undefined : this.dbc?.begin(settings().requires.db.lock_timeout)
    if (request.event === 'COMMIT' || request.event === 'ROLLBACK') this.dbc?.end()
    if (request.event === 'COMMIT') return this.dbc?.commit()
    // SQLite does so itself where a disk is full (https://sqlite.org/lang_transaction.html)
    if (request.event === 'ROLLBACK' && !this.dbc?.isTransaction()) return undefined
    return super.onEVENT(request)
  }

  override disconnect() {
    return closeOnce(this.engine, () => super.disconnect())
  }
}
