import { DatabaseSync } from 'node:sqlite'
import { setImmediate, setTimeout as delay } from 'node:timers/promises'
import SQLiteService, { type Connection } from '@cap-js/sqlite'
import { failureOf, isLocked } from './database/failures.ts'
import { Readers, isReadOnly, type ReaderSettings } from './database/readers.ts'
import { drain } from './http/drain.ts'
import { RequestError } from './wire/errors.ts'
import { matchesPattern } from './wire/expressions/pattern.ts'

/** CAP's SQLite, with what OData asks of functions and SQLite does not give, and with failures that pass. */
export default class Database extends SQLiteService {
  declare readonly options: ReaderSettings & { lock_timeout: number }
  private readers?: Readers
  private begun?: Promise<unknown>
  /** Whether the connection of this transaction is not to be used again. */
  private isBroken?: boolean

  override init() {
    const file = this.url4()
    if (this.options.readers && file !== ':memory:') this.readers = new Readers(file, this.options)
    return super.init()
  }

  override get factory() {
    const { create, ...rest } = super.factory
    const open = async (tenant?: string) => durable(withFunctions(await create(tenant)))
    return {
      ...rest,
      create: async (tenant?: string) => {
        const probe = new DatabaseSync(this.url4(tenant))
        try {
          // CAP's own promise never settles if this fails: the probe fails before it, and holds off what locks the file
          probe.exec('PRAGMA journal_mode = WAL; BEGIN; SELECT count(*) FROM sqlite_schema')
          return await Promise.race([open(tenant), notOpened()])
        } finally {
          probe.close()
        }
      }
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

  /** Without a connection of its own, a transaction has its queries run by the readers. */
  override prepare(sql: string) {
    const { readers } = this
    if (this.dbc || !readers) return super.prepare(sql)
    const { user, locale, timestamp } = this.context ?? {}
    const session = { '$user.id': user?.id, '$user.locale': locale, $now: timestamp?.toISOString() }
    return { all: (values: unknown[] = []) => readers.all(sql, values, session) }
  }

  /** Takes the write lock at once, so that nothing fails half way for a lock, and waits for it without blocking. */
  override async onEVENT(req: { event: string }): Promise<unknown> {
    if (req.event !== 'BEGIN') return super.onEVENT(req)
    const end = performance.now() + this.options.lock_timeout
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

  /** CAP closes the database as soon as the service is told to stop; requests that are under way still need it. */
  override async disconnect(tenant?: string) {
    await drain()
    await this.readers?.close()
    return super.disconnect(tenant)
  }

  private failed(cause: unknown): RequestError | undefined {
    const failure = failureOf(cause)
    if (failure?.isBroken) this.isBroken = true
    return failure?.error
  }
}

const BUSY = 'The database has more to do than it can.'

async function notOpened(): Promise<never> {
  await setImmediate()
  throw new RequestError('serviceUnavailable', 'The database cannot be opened.')
}

/** In WAL mode only FULL has every commit wait until it is on disk (https://sqlite.org/pragma.html#pragma_synchronous). */
function durable(connection: Connection) {
  connection.exec('PRAGMA synchronous = FULL')
  return connection
}

/** SQLite knows the case of ASCII letters only, and CAP gives it regular expressions that can take forever. */
function withFunctions(connection: Connection) {
  const deterministic = { deterministic: true }
  connection.function('regexp', deterministic, (pattern, text) =>
    typeof text === 'string' ? Number(matchesPattern(String(pattern), text)) : null
  )
  connection.function('lower', deterministic, (value) => (typeof value === 'string' ? value.toLowerCase() : value))
  connection.function('upper', deterministic, (value) => (typeof value === 'string' ? value.toUpperCase() : value))
  return connection
}
