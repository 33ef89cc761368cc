/**
 * Runs queries in the process of the service, as most take less time than the way to another process and back. One that
 * takes longer is given up: it holds up all else meanwhile.
 */
import type { Connection } from '@cap-js/sqlite'
import { isTooLarge } from './result-size.ts'

/** How many statements are kept prepared. */
const MOST_STATEMENTS = 200
/** What is longer, or has more values, may take long for a single row. */
const MOST_CHARACTERS = 8000
const MOST_VALUES = 100
/** How many times in a row a query is given up before it is not tried here for a while, in milliseconds. */
const MOST_FAILURES = 2
const PAUSE = 60_000

class OutOfTime extends Error {}

interface Prepared {
  all: (values: unknown[]) => unknown[]
  failures: number
  /** Until when it is not tried, on the clock of `performance.now()`. */
  pausedUntil: number
}

export class QuickReader {
  private readonly open: (withinTime: () => number) => Promise<Connection>
  private readonly limit: number
  private connection: Connection | undefined
  private readonly statements = new Map<string, Prepared>()
  private end = 0
  private calls = 0

  /**
   * @param open opens a connection with the function that ends queries
   * @param limit how long a query may take, in milliseconds
   */
  constructor(open: (withinTime: () => number) => Promise<Connection>, limit: number) {
    this.open = open
    this.limit = limit
  }

  /**
   * Runs a query.
   * @returns its rows, or undefined if it takes too long
   * @throws what SQLite says, after which the file is opened anew
   */
  async all(sql: string, values: unknown[]): Promise<unknown[] | undefined> {
    if (sql.length > MOST_CHARACTERS || values.length > MOST_VALUES) return undefined
    const connection = (this.connection ??= await this.open(() => this.withinTime()))
    const statement = this.statement(connection, sql)
    const now = performance.now()
    if (now < statement.pausedUntil) return undefined
    this.end = now + this.limit
    try {
      const rows = statement.all(values)
      statement.failures = 0
      return rows
    } catch (error) {
      if (error instanceof OutOfTime) return pause(statement, now)
      if (isTooLarge(error)) throw error
      this.close()
      throw error
    }
  }

  close() {
    this.connection?.close()
    this.connection = undefined
    this.statements.clear()
  }

  private withinTime() {
    // the clock is looked at now and then only, as rows are many and take microseconds
    if ((++this.calls & 31) === 0 && performance.now() > this.end) throw new OutOfTime()
    return 1
  }

  private statement(connection: Connection, sql: string) {
    let found = this.statements.get(sql)
    if (found) this.statements.delete(sql)
    else found = Object.assign(connection.prepare(sql), { failures: 0, pausedUntil: 0 })
    this.statements.set(sql, found) // last, as the one used most recently
    const [oldest] = this.statements.keys()
    if (this.statements.size > MOST_STATEMENTS) this.statements.delete(oldest as string)
    return found
  }
}

/** Notes that a statement took too long. */
function pause(statement: Prepared, now: number): undefined {
  if (++statement.failures < MOST_FAILURES) return
  statement.failures = 0
  statement.pausedUntil = now + PAUSE
}
