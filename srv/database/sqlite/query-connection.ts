/** Connections for statements that CAP renders, with the functions that they call and a limit for their results. */
import type { SQLInputValue, StatementSync } from 'node:sqlite'
import { beginImmediate, openConnection } from './connection.ts'
import type { LogFile } from './files.ts'
import { addFunctions, type Limits } from './functions.ts'
import { addCandidates, TooMany } from './search-candidates.ts'
import type { SearchIndex } from './search-file.ts'
import { formsOf } from './search-statements.ts'
import { withNumbers } from './stored-rows.ts'
import type { StoredRow } from '../log.ts'
import type { Row } from '../../plans/statement.ts'
import { LONGEST_ROW, rowsWithin } from '../result-size.ts'

/** How many pages a connection keeps, in KiB. The system keeps all that there is memory for. */
const CACHE = 8000

export interface LogFiles extends LogFile {
  search?: SearchIndex
  /** The most bytes of all rows of a result. */
  resultBytes: number
}

interface Options {
  limits?: Limits
  /** Of a connection that only reads: whether the file is mapped, which counts as memory of the process. */
  reads?: 'mapped' | 'unmapped'
}

export type QueryConnection = ReturnType<typeof queryConnection>

/** Opens a connection as CAP's database service uses it. @throws {Error} if a file is not in its place; SQLite's error */
export function queryConnection({ file, files, search, resultBytes }: LogFiles, { limits, reads }: Options = {}) {
  /** The context that statements can refer to, such as the user. */
  let session: Row = {}
  /** What waits for the write lock, until the transaction is over. */
  let beginning: Promise<void> | undefined
  let ending = new AbortController()
  const database = openConnection(file, { files })
  database.exec(`PRAGMA mmap_size = ${reads === 'unmapped' ? 0 : 2 ** 30}; PRAGMA cache_size = -${CACHE}`)
  if (reads) database.limits.length = LONGEST_ROW
  addFunctions(database, limits)
  addCandidates(database, search, limits)
  database.function('session_context', (name) => (session[String(name)] ?? null) as SQLInputValue)

  /** Reads all rows. Where that fails, Node.js does not reset the statement, whose snapshot later queries would see. */
  function read(statement: StatementSync, values: unknown, shown = (rows: Iterable<Row>) => rows) {
    const rows = statement.iterate(...listOf(values))
    try {
      return rowsWithin(resultBytes, shown(rows))
    } catch (error) {
      rows.return?.()
      throw error
    }
  }

  /** Prepares a form of a statement: see search-statements.ts. */
  function rowsOf(sql: string) {
    let statement: StatementSync | undefined
    const prepared = () => (statement ??= database.prepare(sql))
    return {
      statement: prepared,
      /** @returns undefined if there are too many candidates for this form */
      all: (values?: unknown): unknown[] | undefined => {
        try {
          return read(prepared(), values)
        } catch (error) {
          if (error instanceof TooMany) return undefined
          if ((error as { code?: string }).code !== 'ERR_OUT_OF_RANGE') throw error
          const exact = database.prepare(sql)
          exact.setReadBigInts(true)
          return read(exact, values, asNumbers)
        }
      }
    }
  }

  return {
    exec: (sql: string) => database.exec(sql),
    /** Begins a transaction that writes, unless there is one. @throws SQLITE_BUSY as {@link beginImmediate} */
    async begin(patience: number) {
      if (database.isTransaction) return
      const attempt = (beginning ??= beginImmediate(database, patience, ending.signal))
      try {
        await attempt
      } finally {
        if (beginning === attempt) beginning = undefined
      }
    },
    /** Ends waiting for the lock: what waits when the transaction is over would keep it. */
    end() {
      ending.abort()
      ending = new AbortController()
      beginning = undefined
    },
    commit: () => {
      if (database.isTransaction) database.commit()
    },
    isTransaction: () => database.isTransaction,
    setSession: (values: Row) => (session = values),
    /** Prepares a statement, which takes values as an array or by name. */
    prepare: (sql: string) => {
      const [first, ...others] = formsOf(sql).map(rowsOf) as [ReturnType<typeof rowsOf>]
      first.statement()
      return {
        run: (values?: unknown) => first.statement().run(...listOf(values)),
        get: (values?: unknown) => first.statement().get(...listOf(values)),
        all: (values?: unknown) => {
          let rows = first.all(values)
          for (const other of others as (typeof first)[]) rows ??= other.all(values)
          return rows as unknown[]
        }
      }
    },
    close: () => {
      if (database.isOpen) database.close()
    }
  }
}

/** Rows with whole numbers beyond 2^53, which Node.js reads if asked to, as JavaScript has them. */
const asNumbers = (rows: Iterable<Row>) => Iterator.from(rows as Iterable<StoredRow>).map(withNumbers<Row>)

const listOf = (values: unknown = []) => (Array.isArray(values) ? values : [values]) as SQLInputValue[]
