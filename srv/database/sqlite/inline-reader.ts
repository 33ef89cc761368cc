/**
 * Runs queries in the process of the service: most take less time than the way to another process and back. Only
 * queries that are cheap for every single row run here. One that takes too long, because it has many rows, is given up:
 * it holds up everything else meanwhile.
 */
import { RequestError } from '../../errors/errors.ts'
import { debug } from '../debug.ts'
import { areFew, isCheap } from './cost.ts'
import { resultCode } from './failures.ts'
import type { Limits } from './functions.ts'
import { RecentlyUsed } from '../../values/recently-used.ts'
import type { QueryConnection } from './query-connection.ts'
import { isTooLarge } from '../result-size.ts'

/** How many prepared statements are kept. */
const MOST_STATEMENTS = 200
/** How much text a query may pass to JavaScript, in UTF-16 code units. */
const MOST_TEXT = 4_000_000
/** After how many times in a row that it was given up a query is not tried here, and for how many milliseconds. */
const MOST_FAILURES = 2
const PAUSE = 60_000

const SQLITE_TOOBIG = 18

class TooExpensive extends Error {}

interface Prepared {
  /** Undefined for a statement that must not run here. */
  all: ((values: unknown[]) => unknown[]) | undefined
  failures: number
  /** When to try again, on the clock of `performance.now()`. */
  pausedUntil: number
}

export class InlineReader {
  private readonly open: (limits: Limits) => QueryConnection
  private readonly limit: number
  private connection: QueryConnection | undefined
  private readonly statements = new RecentlyUsed<Prepared>(MOST_STATEMENTS)
  private end = 0
  private calls = 0
  private text = 0

  /**
   * @param open opens a connection with functions that end queries
   * @param limit how long a query may take, in milliseconds
   */
  constructor(open: (limits: Limits) => QueryConnection, limit: number) {
    this.open = open
    this.limit = limit
  }

  /**
   * Runs a query.
   * @returns its rows, or undefined if it takes too long or might do so
   * @throws SQLite's error; the next query opens the file again
   */
  all(sql: string, values: unknown[]): unknown[] | undefined {
    const reject = (reason: string) => debug(`Not run inline, as ${reason}:`, sql)
    if (!areFew(values)) return reject('its values are many or long')
    const statement = this.statement((this.connection ??= this.connect()), sql)
    const now = performance.now()
    if (!statement.all) return reject('it may take long for a single row')
    if (now < statement.pausedUntil) return reject('it took too long a short time ago')
    this.end = now + this.limit
    this.text = 0
    try {
      const rows = statement.all(values)
      statement.failures = 0
      return rows
    } catch (error) {
      if (error instanceof TooExpensive || resultCode(error) === SQLITE_TOOBIG) {
        pause(statement, now)
        return reject(`it was given up after ${(performance.now() - now).toFixed()} ms`)
      }
      if (isTooLarge(error) || error instanceof RequestError) throw error
      this.close()
      throw error
    }
  }

  close() {
    this.connection?.close()
    this.connection = undefined
    this.statements.clear()
  }

  private connect() {
    const tooLong = () => {
      throw new TooExpensive()
    }
    return this.open({ withinTime: (length) => this.withinTime(length), tooLong }).forReading(true)
  }

  private withinTime(length = 0) {
    this.text += length
    // reads the clock for every eighth row only, as a row takes microseconds
    const isLate = (++this.calls & 7) === 0 && performance.now() > this.end
    if (isLate || this.text > MOST_TEXT) throw new TooExpensive()
  }

  private statement(connection: QueryConnection, sql: string) {
    let found = this.statements.get(sql)
    if (!found) {
      found = { all: undefined, failures: 0, pausedUntil: 0, ...(isCheap(sql) && connection.prepare(sql)) }
      this.statements.set(sql, found)
    }
    return found
  }
}

/** Notes that a statement was given up. */
function pause(statement: Prepared, now: number) {
  if (++statement.failures < MOST_FAILURES) return
  statement.failures = 0
  statement.pausedUntil = now + PAUSE
}
