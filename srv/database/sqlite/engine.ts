/** SQLite as the engine: a thread writes the file; this process and reader processes read it. */
import { randomBytes } from 'node:crypto'
import { accessSync, constants, mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Row } from '../../plans/statement.ts'
import type { DatabaseSettings } from '../../settings/settings.ts'
import type { Engine } from '../engine.ts'
import { expectRunnable, mostBytes } from '../reading.ts'
import { Pauses, startCheckpoints } from './checkpoints.ts'
import { beginImmediate, openConnection, transaction, type LogConnection } from './connection.ts'
import { deployOnce } from './deployment.ts'
import { isDuplicate, refuse } from './failures.ts'
import { expectInPlace, sizeOfLog } from './files.ts'
import type { Limits } from './functions.ts'
import { startGroupCommit, type GroupCommit } from './group-commit.ts'
import { inlineReader } from './inline-reader.ts'
import { queryConnection, type LogFiles, type QueryConnection } from './query-connection.ts'
import { readerPool } from './reader-pool.ts'
import { expectUntouched } from './schema-differences.ts'
import { checkUniqueIds, completeSchema } from './schema.ts'
import { startCounting } from './counting.ts'
import { indexFileOf } from './search-file.ts'
import { startIndexing } from './search-index.ts'
import { SECRETS, TOKEN_SECRET } from '../tables.ts'
import { talliesIn } from '../tallies.ts'
import { uncountedUpTo } from './tallies.ts'

/** How long reads rely on the last check of the files, in milliseconds: a check takes microseconds. */
const SEEN_FOR = 100

/** Opens the database, and creates it and its folder if they do not exist. @throws {Error} if it cannot be written */
export function sqliteEngine(file: string, settings: DatabaseSettings) {
  mkdirSync(dirname(file), { recursive: true })
  /** Keeps the files open while the service runs, so that their identity does not change. */
  const kept = openConnection(file, { creates: true, timeout: settings.lock_timeout })
  accessSync(file, constants.W_OK) // SQLite opens a file that it cannot write, too, and reads it
  const { files } = kept
  const log: LogFiles = { file, files, resultBytes: mostBytes() }
  const pauses = new Pauses()
  const stopCheckpoints = startCheckpoints({ file, files }, pauses, settings)
  const open = (limits: Limits) => queryConnection(log, { limits, reads: 'mapped' })
  const inline = inlineReader(open, settings.inline_query_timeout)
  const readers = readerPool(log, pauses, settings)
  let groupCommit: GroupCommit | undefined
  let stopCounting = () => Promise.resolve()
  let stopIndexing = () => Promise.resolve()
  /** When the files were last checked. */
  let seen = -Infinity

  async function onLog<Result>(work: (database: LogConnection) => Promise<Result>) {
    using database = openConnection(file, { files })
    return await work(database)
  }

  function expectFiles() {
    const now = performance.now()
    if (now - seen < SEEN_FOR) return
    expectInPlace(files)
    seen = now
  }

  return {
    /** Opens a connection for statements that CAP renders. */
    connect: () => queryConnection(log),
    /** Whether the model is deployed. */
    get isStarted() {
      return groupCommit !== undefined
    },
    isDuplicate,
    endsWhereFull: false,
    leads: true,
    get waitingBytes() {
      return sizeOfLog(file)
    },
    migrate: (model, deploy) =>
      onLog(async (database) => {
        expectUntouched(database)
        await deployOnce(database, model, deploy)
      }),
    async start({ definitions, uniqueIds, indexesForAllTenants, searched }) {
      const tallies = talliesIn(definitions)
      const uncounted = await onLog(async (database) => {
        await completeSchema(database, definitions, indexesForAllTenants)
        if (uniqueIds) checkUniqueIds(database)
        return uncountedUpTo(database)
      })
      if (uncounted !== undefined) stopCounting = startCounting(log, tallies, uncounted)
      groupCommit = startGroupCommit(file, settings.lock_timeout, uniqueIds)
      if (!searched || !settings.search_index) return
      log.search = { path: indexFileOf(file), columns: searched, instant: tallies.period }
      stopIndexing = startIndexing({ file, files, ...log.search })
    },
    append: (entry) => (groupCommit as GroupCommit).append(entry).catch(refuse),
    async query({ sql, values }, reading) {
      expectRunnable(reading)
      try {
        const session = reading.session ?? {}
        const rows = inline.all(sql, values) ?? (await readers.all({ sql, values, session }, reading))
        expectFiles()
        return rows as Row[]
      } catch (error) {
        return refuse(error)
      }
    },
    check: () =>
      onLog(async (database) => {
        await beginImmediate(database, settings.lock_timeout)
        database.exec('ROLLBACK')
      }),
    tokenSecret: () =>
      onLog(async (database) => {
        const find = database.prepare(TOKEN_SECRET)
        const insert = database.prepare(`INSERT OR IGNORE INTO ${SECRETS} (number, secret) VALUES (1, ?)`)
        if (!find.get()) await transaction(database, () => insert.run(randomBytes(32).toString('base64url')))
        return Buffer.from((find.get() as { secret: string }).secret, 'base64url')
      }),
    async close() {
      await readers.close() // the last connection that is closed moves the write-ahead log into the file
      await stopCounting()
      await Promise.all([groupCommit?.close(), stopCheckpoints(), stopIndexing()])
      inline.close()
      kept.close()
    }
  } satisfies Engine & { connect: () => QueryConnection; isStarted: boolean }
}
