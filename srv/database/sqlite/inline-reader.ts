/**
 * Runs queries in the process of the service: most take less time than the way to another process and back. Only
 * queries that are cheap for every single row run here. One that takes too long, because it has many rows, is given up:
 * it holds up everything else meanwhile.
 */
import { RequestError } from '../../errors/errors.ts'
import { debug } from '../debug.ts'
import { areFew, isCheap } from './cost.ts'
import { resultCode } from './failures.ts'
import { TooExpensive, type Limits } from './functions.ts'
import { RecentlyUsed } from '../../values/recently-used.ts'
import type { QueryConnection } from './query-connection.ts'
import { isTooLarge } from '../result-size.ts'

const MOST_STATEMENTS = 200
/** How much text a query may pass to JavaScript, in UTF-16 code units. */
const MOST_TEXT = 4_000_000
/** How many times in a row a query may be given up before it is not tried here, and for how many milliseconds. */
const MOST_FAILURES = 2
const PAUSE = 60_000

const SQLITE_TOOBIG = 18

interface Prepared {
  /** Undefined for a statement that must not run here. */
  all: ((values: unknown[]) => unknown[]) | undefined
  failures: number
  /** When to try again, on the clock of `performance.now()`. */
  pausedUntil: number
}

/** Prepares to run queries. @param limit how long a query may use the processor, in milliseconds */
export function inlineReader(open: (limits: Limits) => QueryConnection, limit: number) {
  const statements = new RecentlyUsed<Prepared>(MOST_STATEMENTS)
  let connection: QueryConnection | undefined
  let end = 0
  let start = process.threadCpuUsage()
  let calls = 0
  let text = 0

  function withinTime(length = 0) {
    text += length
    // reads the clock for every eighth row only, as a row takes microseconds
    const isLate = (++calls & 7) === 0 && performance.now() > end
    if ((isLate && took(start) > limit) || text > MOST_TEXT) tooLong()
  }

  function tooLong(): never {
    throw new TooExpensive()
  }

  function prepared(sql: string): Prepared {
    connection ??= open({ withinTime, tooLong })
    let found = statements.get(sql)
    if (!found) {
      found = { all: undefined, failures: 0, pausedUntil: 0, ...(isCheap(sql) && connection.prepare(sql)) }
      statements.set(sql, found)
    }
    return found
  }

  function close() {
    connection?.close()
    connection = undefined
    statements.clear()
  }

  /** @returns undefined if it may take too long @throws SQLite's error; the next query opens the file again */
  function all(sql: string, values: unknown[]): unknown[] | undefined {
    const reject = (reason: string) => debug(`Not run inline, as ${reason}:`, sql)
    if (!areFew(values)) return reject('its values are many or long')
    const statement = prepared(sql)
    const now = performance.now()
    if (!statement.all) return reject('it may take long for a single row')
    if (now < statement.pausedUntil) return reject('it took too long a short time ago')
    end = now + limit
    start = process.threadCpuUsage()
    text = 0
    try {
      const rows = statement.all(values)
      statement.failures = 0
      return rows
    } catch (error) {
      if (error instanceof TooExpensive || resultCode(error) === SQLITE_TOOBIG) {
        if (++statement.failures === MOST_FAILURES) Object.assign(statement, { failures: 0, pausedUntil: now + PAUSE })
        return reject(`it was given up after ${(performance.now() - now).toFixed()} ms`)
      }
      if (!isTooLarge(error) && !(error instanceof RequestError)) close()
      throw error
    }
  }

  return { all, close }
}

/** How long the thread has used the processor, in milliseconds. */
function took(start: NodeJS.CpuUsage) {
  const { user, system } = process.threadCpuUsage(start)
  return (user + system) / 1000
}
