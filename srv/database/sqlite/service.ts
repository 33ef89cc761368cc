/**
 * CAP's database service on SQLite. It renders queries and deploys the model, on connections of the engine. Requests
 * use the engine itself.
 */
import SQLiteService from '@cap-js/sqlite'
import { databaseFile, settings } from '../../settings/settings.ts'
import { SqliteEngine } from './engine.ts'
import type { QueryConnection } from './query-connection.ts'
import { StoppableRenderer } from './rendering.ts'
import { beginImmediate } from './connection.ts'

export default class SqliteDatabase extends SQLiteService {
  static override CQN2SQL = StoppableRenderer
  declare readonly options: { pool: object }
  declare engine: SqliteEngine
  private disconnected?: Promise<void>

  override init() {
    this.engine = new SqliteEngine(databaseFile(), settings().requires.db)
    return super.init()
  }

  override get factory() {
    return {
      options: this.options.pool,
      create: () => Promise.resolve().then(() => this.engine.connect()),
      destroy: (connection: QueryConnection) => connection.close(),
      validate: () => true
    }
  }

  override set(variables: Record<string, unknown>) {
    if (this.dbc) this.dbc.session = variables
  }

  override async onEVENT(request: { event: string }): Promise<unknown> {
    if (request.event === 'BEGIN' && this.dbc) return beginImmediate(this.dbc, settings().requires.db.lock_timeout)
    if (request.event === 'COMMIT') return this.dbc?.commit()
    return super.onEVENT(request)
  }

  /** CAP disconnects as soon as the service is told to stop, but requests under way still need the database. */
  override disconnect(): Promise<void> {
    return (this.disconnected ??= this.close())
  }

  private async close() {
    await this.engine.drained()
    await super.disconnect()
    await this.engine.close()
  }
}
