/**
 * Runs queries in the process of the service, as most take less time than the way to another process and back. Only what
 * is cheap for a single row is run here; what takes longer, as the rows are many, is given up: it holds up all else
 * meanwhile.
 */
import { RequestError } from '../../errors/errors.ts'
import { debug } from '../debug.ts'
import { areFew, isCheap } from './cost.ts'
import type { Limits } from './functions.ts'
import { RecentlyUsed } from '../../values/recently-used.ts'
import type { QueryConnection } from './query-connection.ts'
import { isTooLarge } from '../result-size.ts'

/** How many statements are kept prepared. */
const MOST_STATEMENTS = 200
/** How much text a query may give to JavaScript, in UTF-16 code units. */
const MOST_TEXT = 4_000_000
/** How many times in a row a query is given up before it is not tried here for a while, in milliseconds. */
const MOST_FAILURES = 2
const PAUSE = 60_000

const SQLITE_TOOBIG = 18

class TooExpensive extends Error {}

interface Prepared {
  /** Undefined for a statement that is not run here. */
  all: ((values: unknown[]) => unknown[]) | undefined
  failures: number
  /** Until when it is not tried, on the clock of `performance.now()`. */
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
   * @param open opens a connection with the functions that end queries
   * @param limit how long a query may take, in milliseconds
   */
  constructor(open: (limits: Limits) => QueryConnection, limit: number) {
    this.open = open
    this.limit = limit
  }

  /**
   * Runs a query.
   * @returns its rows, or undefined if it takes too long, or may do so
   * @throws what SQLite says, after which the file is opened anew
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
      if (error instanceof TooExpensive || isTooBig(error)) {
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
    // the clock is looked at now and then only, as rows are many and take microseconds
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

function isTooBig(error: unknown) {
  return typeof error === 'object' && error && 'errcode' in error && error.errcode === SQLITE_TOOBIG
}

/** Notes that a statement took too long. */
function pause(statement: Prepared, now: number) {
  if (++statement.failures < MOST_FAILURES) return
  statement.failures = 0
  statement.pausedUntil = now + PAUSE
}
