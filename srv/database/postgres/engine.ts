/** PostgreSQL as the engine: a few connections write, one numbers arrivals, and a pool of them reads. */
import { randomBytes } from 'node:crypto'
import pg from 'pg'
import type { Row, Statement } from '../../plans/statement.ts'
import type { DatabaseSettings } from '../../settings/settings.ts'
import type { Engine, Entry, Start } from '../engine.ts'
import { mostBytes, whileWanted, type Reading } from '../reading.ts'
import { SECRETS } from '../tables.ts'
import { turns } from '../turns.ts'
import { connect, MIGRATING, pool, type Limits } from './connection.ts'
import { failureOf, isDuplicate } from './failures.ts'
import { startGroupCommit } from './group-commit.ts'
import { watchTransactions } from './long-transactions.ts'
import { expectRights, migrateAlone, noteVersion } from './migration.ts'
import { queryOn } from './names.ts'
import { Partitions } from './partitions.ts'
import { typed } from './placeholders.ts'
import { Prepared } from './prepared.ts'
import { readerPool, runQuery, type Readers } from './query.ts'
import { tenantsIn } from './roles.ts'
import { completeSchema } from './schema.ts'
import { expectUntouched } from './schema-differences.ts'
import { startFilling } from './search-filling.ts'
import { formsQuery, inForms, type Form } from './search-statements.ts'
import { Sequencer } from './sequencer.ts'

/** How long the server itself lets a query run beyond the limit of the service, in milliseconds. */
const GRACE = 1000

/** No query of a tenant reads the rows of others where an index can spare it; and indexes are on solid-state disks. */
export const PLANNING = [
  ['enable_seqscan', 'off'],
  ['random_page_cost', '1.1']
] as const

export class PostgresEngine implements Engine {
  readonly failureOf = failureOf
  readonly isDuplicate = isDuplicate
  readonly endsWhereFull = true
  /** The server keeps its own write-ahead log. */
  readonly waitingBytes = 0
  private readonly url: string
  /** The database for the owner of its tables, who migrates them. */
  private readonly ownerUrl: string
  private readonly groupCommit: ReturnType<typeof startGroupCommit>
  private readonly sequencer: Sequencer
  private readonly partitions: Partitions
  private readonly readers: Readers
  private readonly checks: pg.Pool
  private readonly turn: ReturnType<typeof turns>
  private stopWatching = () => Promise.resolve()
  private readonly limits: Limits
  private readonly search_index: boolean
  private isSearched = false
  private stopFilling = () => Promise.resolve()

  /**
   * @param url the database, as in `postgres://user:password@host:port/database`
   * @param ownerUrl the same for the owner of its tables
   */
  constructor(
    url: string,
    ownerUrl: string,
    { readers, waiting_queries, query_timeout, lock_timeout, search_index }: DatabaseSettings
  ) {
    this.search_index = search_index
    this.url = url
    this.ownerUrl = ownerUrl
    const statement_timeout = query_timeout + GRACE
    const limits = (this.limits = { lock_timeout, query_timeout: statement_timeout })
    this.groupCommit = startGroupCommit(url, limits)
    this.sequencer = new Sequencer(url, limits)
    this.partitions = new Partitions(url, limits)
    this.checks = pool(url, { max: 1, query_timeout: GRACE })
    const options = PLANNING.map(([name, value]) => `-c ${name}=${value}`).join(' ')
    this.readers = {
      pool: readerPool(url, { options, max: readers + 1, statement_timeout }), // one is for cancelling
      prepared: new Prepared()
    }
    this.turn = turns(readers, waiting_queries)
  }

  migrate(_model: string, deploy: () => Promise<void>) {
    return this.asOwner((client) =>
      migrateAlone(client, async () => {
        await expectUntouched(client)
        await deploy()
      })
    )
  }

  async start(start: Start) {
    const searched = this.search_index ? start.searched : undefined
    await this.asOwner((client) =>
      migrateAlone(client, async () => {
        await completeSchema(client, { ...start, searched }, roleIn(this.url, this.ownerUrl))
        await noteVersion(client)
      })
    )
    await this.onServer(expectRights)
    await this.partitions.start()
    this.sequencer.start()
    this.stopWatching = watchTransactions(this.checks)
    this.isSearched = Boolean(searched)
    if (searched) this.stopFilling = startFilling(this.url, this.limits)
  }

  get leads() {
    return this.sequencer.leads
  }

  async append(entry: Entry) {
    try {
      await this.partitions.expect(entry)
      await this.groupCommit.append(entry)
    } catch (error) {
      throw failureOf(error) ?? error
    }
  }

  numberArrivals() {
    return this.sequencer.number()
  }

  query({ sql, values, givesTexts }: Statement, reading: Reading): Promise<Row[]> {
    const tenants = tenantsIn(reading.readable)
    return whileWanted(reading, async (signal) => {
      const done = await this.turn(reading.tenant, signal)
      try {
        reading.expectRoom?.()
        const statement = { ...(await this.chosen(typed(sql, values), tenants, signal)), givesTexts }
        return await runQuery(this.readers, tenants, statement, signal, mostBytes())
      } catch (error) {
        signal.throwIfAborted()
        throw failureOf(error) ?? error
      } finally {
        done()
      }
    })
  }

  /** A statement in the form that is quick for the events it may find, if the search index knows. */
  private async chosen(statement: { text: string; values: unknown[] }, tenants: string, signal: AbortSignal) {
    const query = formsQuery(statement.text, statement.values)
    if (!query) return statement
    const [forms = {}] = this.isSearched ? await runQuery(this.readers, tenants, query, signal, mostBytes()) : []
    return { ...statement, text: inForms(statement.text, Object.values(forms) as Form[]) }
  }

  async check() {
    const client = await this.checks.connect()
    let isUsable = false
    try {
      const { rows } = await client.query<{ is_standby: boolean }>('SELECT pg_is_in_recovery() AS is_standby')
      if (rows[0]?.is_standby) throw new Error('The server is a standby, which only reads.')
      isUsable = true
    } finally {
      client.release(!isUsable) // the next connection may be to another server
    }
  }

  tokenSecret() {
    return this.onServer(async (client) => {
      const own = randomBytes(32).toString('base64url')
      const query = queryOn(client)
      await query(`INSERT INTO ${SECRETS} (number, secret) VALUES (1, $1) ON CONFLICT (number) DO NOTHING`, own)
      const [found] = await query<{ secret: string }>(`SELECT secret FROM ${SECRETS} WHERE number = 1`)
      return Buffer.from((found as { secret: string }).secret, 'base64url')
    })
  }

  async close() {
    await this.stopWatching()
    await Promise.all([this.groupCommit.close(), this.stopFilling()])
    await Promise.all([this.sequencer.close(), this.partitions.close(), this.readers.pool.end(), this.checks.end()])
  }

  private asOwner<Result>(work: (client: pg.Client) => Promise<Result>) {
    return this.onServer(work, this.ownerUrl, MIGRATING)
  }

  private async onServer<Result>(work: (client: pg.Client) => Promise<Result>, url = this.url, options = '') {
    await using client = await connect(url, options)
    return await work(client)
  }
}

/** The role of the service, quoted, if it is another one than that of the owner. */
function roleIn(url: string, ownerUrl: string) {
  const [own, owner] = [url, ownerUrl].map((each) => decodeURIComponent(new URL(each).username)) as [string, string]
  return own === owner ? undefined : pg.escapeIdentifier(own)
}
