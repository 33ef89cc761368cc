/**
 * Stores entries of requests that run at the same time in one transaction: one commit is for all of them. One connection
 * does so, and it holds the lock of the log. So transactions follow each other, and arrivals become visible in the order
 * of their numbers, which delta links and seals go by.
 */
import { setImmediate } from 'node:timers/promises'
import type pg from 'pg'
import { RequestError } from '../../errors/errors.ts'
import { debug, debugStatement } from '../debug.ts'
import type { Entry, Table } from '../engine.ts'
import { connect } from './connection.ts'
import { codeOf, isOfStatement } from './failures.ts'
import { withNames } from './names.ts'

/** The key of the advisory lock that a service holds as long as it writes to the log; any number that others do not use. */
const LOCK = 7_231_804_511

interface Waiting {
  entry: Entry
  stored: () => void
  refused: (error: unknown) => void
}

/** Rows of one table. */
interface Rows {
  table: Table
  rows: object[]
}

export class GroupCommit {
  private readonly url: string
  private readonly lockTimeout: number
  private client: pg.Client | undefined
  private waiting: Waiting[] = []
  private writing: Promise<void> | undefined
  private isClosed = false

  /** @param lockTimeout how long to wait for the lock if another service has it, in milliseconds */
  constructor(url: string, lockTimeout: number) {
    this.url = url
    this.lockTimeout = lockTimeout
  }

  /**
   * Takes the lock of the log.
   * @throws {Error} if another service has it
   */
  async open() {
    try {
      await this.connection()
    } catch (error) {
      if (codeOf(error) !== '55P03') throw error
      throw new Error('The service does not start: another one runs on this database, and only one can.', {
        cause: error
      })
    }
  }

  /**
   * Stores an entry: all of its rows or none.
   * @returns a promise that is fulfilled when the entry is on disk
   * @throws {RequestError} 400 for a character that PostgreSQL cannot store; the error of PostgreSQL
   */
  append(entry: Entry): Promise<void> {
    if (this.isClosed) return Promise.reject(new RequestError('serviceUnavailable', 'The service is shutting down.'))
    if (entry.some(([, row]) => Object.values(row).some(hasNul)))
      return Promise.reject(new RequestError('invalidValue', 'The service cannot store the character U+0000.'))
    return new Promise((stored, refused) => {
      this.waiting.push({ entry, stored, refused })
      this.writing ??= this.write()
    })
  }

  /** Stores what is waiting, gives up the lock, and accepts no more. */
  async close() {
    this.isClosed = true
    await this.writing
    await this.client?.end()
  }

  private async write() {
    await setImmediate() // by then all requests that arrived are waiting
    while (this.waiting.length) {
      const all = this.waiting
      this.waiting = []
      await this.store(all).catch(async (error: unknown) => {
        await this.discard()
        for (const { refused } of all) refused(error)
      })
    }
    this.writing = undefined
  }

  private async store(all: Waiting[]) {
    const begin = performance.now()
    const client = await this.connection()
    try {
      await inTransaction(client, () =>
        insert(
          client,
          all.flatMap(({ entry }) => entry)
        )
      )
      for (const { stored } of all) stored()
    } catch (error) {
      if (!isOfStatement(error)) throw error
      await storeOneByOne(client, all)
    }
    debug(`Committed ${all.length} entries in ${(performance.now() - begin).toFixed()} ms`)
  }

  /** The connection with the lock. If it was lost, another service may have taken the lock meanwhile. */
  private async connection() {
    if (this.client) return this.client
    const client = await connect(this.url)
    client.on('end', () => this.client === client && (this.client = undefined))
    try {
      await client.query(`SET synchronous_commit = on; SET lock_timeout = ${this.lockTimeout}`)
      await client.query(`SELECT pg_advisory_lock(${LOCK})`)
      return (this.client = client)
    } catch (error) {
      await client.end()
      throw error
    }
  }

  private async discard() {
    const { client } = this
    this.client = undefined
    await client?.end().catch(() => {})
  }
}

/** Whether a text, or JSON text, has the character U+0000, which PostgreSQL's text and JSON cannot have. */
const hasNul = (value: unknown) =>
  typeof value === 'string' && (value.includes('\0') || (/^[{[]/.test(value) && /(?<!\\)(?:\\\\)*\\u0000/.test(value)))

/** Stores each entry in a transaction of its own, since one of them is refused. */
async function storeOneByOne(client: pg.Client, all: Waiting[]) {
  for (const { entry, stored, refused } of all) {
    try {
      await inTransaction(client, async () => {
        for (const [row, each] of entry.entries())
          await insert(client, [each]).catch((error: Error) => {
            throw Object.assign(error, { row }) // tells which one was refused
          })
      })
      stored()
    } catch (error) {
      if (!isOfStatement(error)) throw error
      refused(error)
    }
  }
}

async function inTransaction(client: pg.Client, work: () => Promise<void>) {
  await client.query('BEGIN')
  try {
    await work()
    await client.query('COMMIT')
  } catch (error) {
    if (isOfStatement(error)) await client.query('ROLLBACK')
    throw error
  }
}

/** Inserts rows in their order, with one statement for each table. */
async function insert(client: pg.Client, entry: Entry) {
  for (const [{ name }, row] of entry) debugStatement(`INSERT INTO ${name}`, row)
  const tables = new Map<Table, Rows>()
  for (const [table, row] of entry) {
    const rows = tables.get(table) ?? { table, rows: [] }
    rows.rows.push(row)
    tables.set(table, rows)
  }
  for (const { table, rows } of tables.values()) {
    const columns = table.columns.filter((column) => rows.some((row) => column in row)).join()
    const sql = `INSERT INTO ${table.name} (${columns}) SELECT ${columns} FROM json_populate_recordset(NULL::${table.name}, $1)`
    await client.query(withNames(sql), [JSON.stringify(rows)])
  }
}
