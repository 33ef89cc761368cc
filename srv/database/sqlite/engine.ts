/** SQLite as the engine: a thread writes the file; this process and reader processes read it. */
import { randomBytes } from 'node:crypto'
import { accessSync, constants, mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Row, Statement } from '../../plans/statement.ts'
import type { DatabaseSettings } from '../../settings/settings.ts'
import type { Engine, Entry, Start } from '../engine.ts'
import { expectRunnable, mostBytes, type Reading } from '../reading.ts'
import { startCheckpoints } from './checkpoints.ts'
import { beginImmediate, openConnection, transaction, type LogConnection } from './connection.ts'
import { deployOnce } from './deployment.ts'
import { failureOf, isDuplicate } from './failures.ts'
import { expectInPlace, sizeOfLog } from './files.ts'
import type { Limits } from './functions.ts'
import { startGroupCommit, type GroupCommit } from './group-commit.ts'
import { inlineReader, type InlineReader } from './inline-reader.ts'
import { Pauses } from './pauses.ts'
import { QueryConnection, type LogFiles } from './query-connection.ts'
import { readerPool, type ReaderPool } from './reader-pool.ts'
import { expectUntouched } from './schema.ts'
import { checkUniqueIds, createIndexes, keepCounts, protectHistory } from './schema-objects.ts'
import { startCounting } from './counting.ts'
import { indexFileOf } from './search-file.ts'
import { startIndexing } from './search-index.ts'
import { SECRETS } from '../tables.ts'
import { talliesIn } from '../tallies.ts'
import { uncountedUpTo } from './tallies.ts'

/** How long reads rely on the last check of the files, in milliseconds: a check takes microseconds. */
const SEEN_FOR = 100

export class SqliteEngine implements Engine {
  readonly failureOf = (error: unknown) => failureOf(error)?.error
  readonly isDuplicate = isDuplicate
  private readonly log: LogFiles
  private readonly settings: DatabaseSettings
  /** Keeps the files open while the service runs, so that their identity does not change. */
  private readonly kept: LogConnection
  private readonly pauses = new Pauses()
  private readonly stopCheckpoints: () => Promise<void>
  private readonly inline: InlineReader
  private readonly readers: ReaderPool
  private groupCommit: GroupCommit | undefined
  private stopCounting = () => Promise.resolve()
  private stopIndexing = () => Promise.resolve()
  /** When the files were last checked. */
  private seen = -Infinity

  /**
   * Opens the database. Creates it and its folder if they do not exist.
   * @param file the database file, absolute
   * @throws {Error} if it cannot be written
   */
  constructor(file: string, settings: DatabaseSettings) {
    this.settings = settings
    mkdirSync(dirname(file), { recursive: true })
    this.kept = openConnection(file, { creates: true, timeout: settings.lock_timeout })
    accessSync(file, constants.W_OK) // SQLite opens a file that it cannot write, too, and reads it
    const { files } = this.kept
    this.stopCheckpoints = startCheckpoints(file, files, this.pauses, settings)
    this.inline = inlineReader((limits) => this.connect(limits), settings.inline_query_timeout)
    this.log = { file, files, resultBytes: mostBytes() }
    this.readers = readerPool(this.log, this.pauses, settings)
  }

  migrate(model: string, deploy: () => Promise<void>) {
    return this.onLog(async (database) => {
      expectUntouched(database)
      await deployOnce(database, model, deploy)
    })
  }

  async start({ definitions, uniqueIds, indexesForAllTenants, searched }: Start) {
    const tallies = talliesIn(definitions)
    const uncounted = await this.onLog(async (database) => {
      await createIndexes(database, definitions, indexesForAllTenants)
      await keepCounts(database, tallies)
      if (uniqueIds) checkUniqueIds(database)
      await protectHistory(database)
      return uncountedUpTo(database)
    })
    if (uncounted !== undefined) this.stopCounting = startCounting(this.log, tallies, uncounted)
    this.groupCommit = startGroupCommit(this.log.file, this.settings.lock_timeout, uniqueIds)
    if (!searched || !this.settings.search_index) return
    const { file, files } = this.log
    this.log.search = { path: indexFileOf(file), columns: searched, instant: tallies.period }
    this.stopIndexing = startIndexing({ file, files, ...this.log.search })
  }

  async append(entry: Entry) {
    try {
      await (this.groupCommit as GroupCommit).append(entry)
    } catch (error) {
      throw this.failureOf(error) ?? error
    }
  }

  async query({ sql, values }: Statement, reading: Reading) {
    expectRunnable(reading)
    try {
      const rows =
        this.inline.all(sql, values) ??
        (await this.readers.all({ sql, values, session: reading.session ?? {} }, reading))
      this.expectFiles()
      return rows as Row[]
    } catch (error) {
      throw this.failureOf(error) ?? error
    }
  }

  async check() {
    await this.onLog(async (database) => {
      await beginImmediate(database, this.settings.lock_timeout)
      database.exec('ROLLBACK')
    })
  }

  tokenSecret() {
    return this.onLog(async (database) => {
      const find = database.prepare(`SELECT secret FROM ${SECRETS} WHERE number = 1`)
      const insert = database.prepare(`INSERT OR IGNORE INTO ${SECRETS} (number, secret) VALUES (1, ?)`)
      if (!find.get()) await transaction(database, () => insert.run(randomBytes(32).toString('base64url')))
      return Buffer.from((find.get() as { secret: string }).secret, 'base64url')
    })
  }

  readonly endsWhereFull = false
  readonly leads = true

  get waitingBytes() {
    return sizeOfLog(this.log.file)
  }

  /** Opens a connection for statements that CAP renders. */
  connect(limits?: Limits) {
    return new QueryConnection(this.log, limits)
  }

  async close() {
    await this.readers.close() // the last connection that is closed moves the write-ahead log into the file
    await this.stopCounting()
    await Promise.all([this.groupCommit?.close(), this.stopCheckpoints(), this.stopIndexing()])
    this.inline.close()
    this.kept.close()
  }

  private async onLog<Result>(work: (database: LogConnection) => Promise<Result>) {
    using database = openConnection(this.log.file, { files: this.log.files })
    return await work(database)
  }

  private expectFiles() {
    const now = performance.now()
    if (now - this.seen < SEEN_FOR) return
    expectInPlace(this.log.files)
    this.seen = now
  }
}
