/** Connections for statements that CAP renders, with the functions that they call and a limit for their results. */
import type { SQLInputValue, StatementSync } from 'node:sqlite'
import { openConnection, type LogConnection } from './connection.ts'
import type { OpenFiles } from './files.ts'
import { addFunctions, type Limits } from './functions.ts'
import { addCandidates, TooMany } from './search-candidates.ts'
import type { SearchIndex } from './search-file.ts'
import { formsOf } from './search-statements.ts'
import { LONGEST_ROW, rowsWithin } from '../result-size.ts'

/** How many pages a connection keeps, in KiB. The system keeps all that there is memory for. */
const CACHE = 8000

export interface LogFiles {
  /** The database file, absolute. */
  file: string
  /** The files that must be in place when it is opened. */
  files: OpenFiles
  search?: SearchIndex
  /** The most bytes of all rows of a result. */
  resultBytes: number
}

type Row = Record<string, unknown>

/** A connection as CAP's database service uses it. */
export class QueryConnection {
  /** The context that statements can refer to, such as the user. */
  session: Record<string, unknown> = {}
  private readonly database: LogConnection
  private readonly resultBytes: number

  /** @throws {Error} if a file is not in its place; SQLite's error */
  constructor({ file, files, search, resultBytes }: LogFiles, limits?: Limits) {
    this.database = openConnection(file, { files })
    this.resultBytes = resultBytes
    this.exec(`PRAGMA mmap_size = 1073741824; PRAGMA cache_size = -${CACHE}`)
    addFunctions(this.database, limits)
    addCandidates(this.database, search, limits)
    this.database.function('session_context', (name) => (this.session[String(name)] ?? null) as SQLInputValue)
  }

  exec(sql: string) {
    this.database.exec(sql)
  }

  commit() {
    this.database.commit()
  }

  /** Prepares a statement, which takes values as an array or by name. */
  prepare(sql: string) {
    const [first, ...others] = formsOf(sql).map((form) => this.rowsOf(form))
    const prepared = first as ReturnType<QueryConnection['rowsOf']>
    prepared.statement()
    return {
      run: (values?: unknown) => prepared.statement().run(...listOf(values)),
      get: (values?: unknown) => prepared.statement().get(...listOf(values)),
      all: (values?: unknown) => {
        let rows = prepared.all(values)
        for (const other of others) rows ??= other.all(values)
        return rows as unknown[]
      }
    }
  }

  /** Prepares a form of a statement: see search-statements.ts. */
  private rowsOf(sql: string) {
    let statement: StatementSync | undefined
    const prepared = () => (statement ??= this.database.prepare(sql))
    return {
      statement: prepared,
      /** @returns undefined if there are too many candidates for this form */
      all: (values?: unknown): unknown[] | undefined => {
        try {
          return this.read(prepared(), values)
        } catch (error) {
          if (error instanceof TooMany) return undefined
          if ((error as { code?: string }).code === 'ERR_OUT_OF_RANGE')
            return this.read(bigInts(this.database.prepare(sql)), values, asNumbers)
          throw error
        }
      }
    }
  }

  /**
   * Reads all rows. Where that fails, Node.js does not reset the statement: later queries would see the log as it was
   * when this one began.
   */
  private read(statement: StatementSync, values: unknown, shown = (rows: Iterable<Row>) => rows) {
    const rows = statement.iterate(...listOf(values))
    try {
      return rowsWithin(this.resultBytes, shown(rows))
    } catch (error) {
      rows.return?.()
      throw error
    }
  }

  /**
   * Prepares the connection for requests that only read.
   * @param isMapped whether the file may be mapped into memory, which counts as memory of the process
   */
  forReading(isMapped: boolean) {
    this.database.limits.length = LONGEST_ROW
    if (!isMapped) this.exec('PRAGMA mmap_size = 0')
    return this
  }

  close() {
    if (this.database.isOpen) this.database.close()
  }
}

function bigInts(statement: StatementSync) {
  statement.setReadBigInts(true)
  return statement
}

/** Rows with whole numbers beyond 2^53, which Node.js reads if asked to, as JavaScript has them. */
function* asNumbers(rows: Iterable<Row>) {
  for (const row of rows) {
    for (const [name, value] of Object.entries(row)) if (typeof value === 'bigint') row[name] = Number(value)
    yield row
  }
}

const listOf = (values: unknown = []) => [values].flat() as SQLInputValue[]
