import { DatabaseSync } from 'node:sqlite'
import { setImmediate, setTimeout as delay } from 'node:timers/promises'
import SQLiteService, { type Connection } from '@cap-js/sqlite'
import { areTenantsShared } from '../access/tenants.ts'
import { failureOf, isLocked } from './sqlite/failures.ts'
import { Checkpoints } from './sqlite/checkpoints.ts'
import { expectInPlace, openFiles, sizeOfLog, type OpenFiles } from './sqlite/files.ts'
import { withFunctions, type Limits } from './sqlite/functions.ts'
import { GroupCommit, type Table } from './sqlite/group-commit.ts'
import { Pauses } from './sqlite/pauses.ts'
import { InlineReader } from './sqlite/inline-reader.ts'
import { ReaderPool } from './sqlite/reader-pool.ts'
import { expectRunnable, isReadOnly, noteStatement } from './reading.ts'
import { StoppableRenderer } from './sqlite/rendering.ts'
import { bounded } from './sqlite/result-size.ts'
import { drain } from '../http/drain.ts'
import { RequestError } from '../errors/errors.ts'
import { settings } from '../settings/settings.ts'
import { SourcedValue, type Statement } from '../plans/statement.ts'

/** CAP's SQLite, with what OData asks of functions and SQLite does not give, and with failures that pass. */
export default class Database extends SQLiteService {
  static override CQN2SQL = StoppableRenderer
  declare readonly options: {
    /** Those that have to be in place, from when the service has opened them. */
    files?: OpenFiles
  }
  private readonly settings = settings().requires.db
  /** Keeps the files open for as long as the service runs, so that they stay the same ones. */
  private held?: DatabaseSync
  /** When the files were last seen in their places. */
  private seen = -Infinity
  private readers?: ReaderPool
  private inlineReader?: InlineReader
  private checkpoints?: Checkpoints
  private readonly pauses = new Pauses()
  private groupCommit?: GroupCommit
  private readonly tables = new Map<string, Table>()
  private begun?: Promise<unknown>
  private disconnected?: Promise<void>
  /** Whether the connection of this transaction is not to be used again. */
  private isBroken?: boolean

  override init() {
    const file = this.url4()
    if (file === ':memory:') return super.init() // it has one connection only
    this.held = new DatabaseSync(file, { timeout: this.settings.lock_timeout })
    this.held.exec('PRAGMA journal_mode = WAL; SELECT count(*) FROM sqlite_schema')
    const files = (this.options.files = openFiles(file))
    this.groupCommit = new GroupCommit(file, this.settings.lock_timeout, areTenantsShared())
    this.checkpoints = new Checkpoints(file, files, this.pauses, this.settings)
    if (this.settings.readers) {
      this.readers = new ReaderPool({ file, files }, this.pauses, this.settings)
      this.inlineReader = new InlineReader(
        (limits) => this.opened(undefined, limits),
        this.settings.inline_query_timeout
      )
    }
    return super.init()
  }

  /** Whether entries can be appended. */
  get hasGroupCommit() {
    return this.groupCommit !== undefined
  }

  /**
   * Stores rows, all or none, in a transaction that is shared with other requests: see database/sqlite/group-commit.ts.
   * @param rows each with the name of its entity
   * @throws {RequestError} if the database fails, and what SQLite says of a row that it refuses
   */
  async append(rows: [entity: string, row: object][]) {
    try {
      await (this.groupCommit as GroupCommit).append(rows.map(([entity, row]) => [this.table(entity), row]))
    } catch (error) {
      throw failureOf(error)?.error ?? error
    }
  }

  private table(entity: string): Table {
    let table = this.tables.get(entity)
    if (!table) {
      const elements = Object.values(this.model?.definitions[entity]?.elements ?? {})
      const columns = elements.filter(({ virtual }) => !virtual).map(({ name }) => name)
      this.tables.set(entity, (table = { name: entity.replaceAll('.', '_'), columns }))
    }
    return table
  }

  override get factory() {
    return { ...super.factory, create: (tenant?: string) => this.opened(tenant) }
  }

  private async opened(tenant?: string, limits?: Limits): Promise<Connection> {
    const { files = {} } = this.options
    expectInPlace(files) // a file that is missing would be created
    const open = async () => bounded(durable(withFunctions(await super.factory.create(tenant), limits)))
    const probe = new DatabaseSync(this.url4(tenant))
    try {
      // CAP's own promise never settles if this fails: the probe fails before it, and holds off what locks the file
      probe.exec('PRAGMA journal_mode = WAL; BEGIN; SELECT count(*) FROM sqlite_schema')
      const connection = await Promise.race([open(), notOpened()])
      expectInPlace(files)
      return connection
    } finally {
      probe.close()
    }
  }

  override async acquire() {
    try {
      return await super.acquire()
    } catch (error) {
      throw this.failed(error) ?? Object.assign(new RequestError('serviceUnavailable', BUSY), { cause: error })
    }
  }

  /** Where only reading is meant, no connection is taken before something else is asked for. */
  override async begin(min?: unknown): Promise<unknown> {
    return this.context && !min && this.readers && isReadOnly() ? this : super.begin(min)
  }

  override async handle(req: { query?: { SELECT?: object } }): Promise<unknown> {
    try {
      if (!this.dbc && !req.query?.SELECT) await (this.begun ??= super.begin())
      return await super.handle(req)
    } catch (error) {
      throw this.failed(error) ?? error
    }
  }

  /** Without a connection of its own, a transaction has its queries run as {@link query} does. */
  override prepare(sql: string) {
    const prepared = this.dbc || !this.readers ? super.prepare(sql) : undefined
    const all = (values?: unknown) => {
      if (!Array.isArray(values)) return prepared ? prepared.all(values) : this.query({ sql, values: [] })
      noteStatement({ sql, values })
      const plain = values.map((each: unknown) => (each instanceof SourcedValue ? each.value : each))
      return prepared ? prepared.all(plain) : this.query({ sql, values: plain })
    }
    return { ...prepared, all }
  }

  /**
   * Runs a query outside of transactions: here if it takes but a few milliseconds, or else in another process.
   * @throws {RequestError} if the database fails, or the query takes too long
   */
  async query({ sql, values }: Statement): Promise<unknown[]> {
    const { user, locale, timestamp } = this.context ?? {}
    const session = { '$user.id': user?.id, '$user.locale': locale, $now: timestamp?.toISOString() }
    expectRunnable()
    try {
      const quick = await this.inlineReader?.all(sql, values)
      const rows = quick ?? (await (this.readers as ReaderPool).all({ sql, values, session }))
      this.expectFiles()
      return rows
    } catch (error) {
      throw failureOf(error)?.error ?? error
    }
  }

  /** The size of the write-ahead log, in bytes. */
  get sizeOfLog(): number {
    return this.hasGroupCommit ? sizeOfLog(this.url4()) : 0
  }

  /** Whether queries can be run outside of transactions. */
  get hasReaders() {
    return this.readers !== undefined
  }

  /** Reads look at the files now and then only, as that takes microseconds. */
  private expectFiles() {
    const now = performance.now()
    if (now - this.seen < SEEN_FOR) return
    expectInPlace(this.options.files ?? {})
    this.seen = now
  }

  override async onEVENT(req: { event: string }): Promise<unknown> {
    if (req.event === 'ROLLBACK') return super.onEVENT(req)
    expectInPlace(this.options.files ?? {})
    const result = req.event === 'BEGIN' ? await this.beginImmediately() : await super.onEVENT(req)
    expectInPlace(this.options.files ?? {}) // what was committed to a file that went away is lost
    return result
  }

  /** Takes the write lock at once, so that nothing fails half way for a lock, and waits for it without blocking. */
  private async beginImmediately(): Promise<unknown> {
    const end = performance.now() + this.settings.lock_timeout
    for (;;) {
      try {
        return this.exec('BEGIN IMMEDIATE')
      } catch (error) {
        if (!isLocked(error) || performance.now() >= end) throw error
        await delay(10 + 20 * Math.random())
      }
    }
  }

  /** SQLite has rolled back itself after some failures, such as that of a full disk. */
  override async rollback() {
    if (this.dbc?.isTransaction) await super.rollback()
    else if (this.dbc) await this.release()
  }

  override async release() {
    return this.isBroken ? this.destroy() : super.release()
  }

  /**
   * Closes the database. CAP does so as soon as the service is told to stop; requests that are under way still need it.
   * @returns a promise that is fulfilled when nothing more is stored
   */
  override disconnect(tenant?: string): Promise<void> {
    return (this.disconnected ??= this.close(tenant))
  }

  private async close(tenant?: string) {
    await drain()
    this.readers?.close()
    await Promise.all([this.groupCommit?.close(), this.checkpoints?.close()])
    this.inlineReader?.close()
    await super.disconnect(tenant)
    if (this.held?.isOpen) this.held.close()
  }

  private failed(cause: unknown): RequestError | undefined {
    const failure = failureOf(cause)
    if (failure?.isBroken) this.isBroken = true
    return failure?.error
  }
}

/** For how long files that were seen in their places are not looked at by reads, in milliseconds. */
const SEEN_FOR = 100

const BUSY = 'The database has more to do than it can.'

async function notOpened(): Promise<never> {
  await setImmediate()
  throw new RequestError('serviceUnavailable', 'The database cannot be opened.')
}

/** In WAL mode only FULL has every commit wait until it is on disk (https://sqlite.org/pragma.html#pragma_synchronous). */
function durable(connection: Connection) {
  connection.exec('PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0')
  connection.exec('PRAGMA mmap_size = 1073741824; PRAGMA cache_size = -64000')
  return connection
}
