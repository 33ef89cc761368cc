/** PostgreSQL as the engine: a few connections write, one numbers arrivals, and a pool of them reads. */
import { randomBytes } from 'node:crypto'
import pg from 'pg'
import type { DatabaseSettings } from '../../settings/settings.ts'
import type { Engine } from '../engine.ts'
import { mostBytes, runInTurn } from '../reading.ts'
import { SECRETS, TOKEN_SECRET } from '../tables.ts'
import { turns } from '../turns.ts'
import { connect, onConnection, pool, type Limits } from './connection.ts'
import { isDuplicate, refuse } from './failures.ts'
import { startGroupCommit } from './group-commit.ts'
import { watchTransactions } from './long-transactions.ts'
import { expectRights, migrateAlone, noteVersion } from './migration.ts'
import { queryOn, typed } from './sql.ts'
import { partitions } from './partitions.ts'
import { Prepared } from './prepared.ts'
import { readerPool, runQuery, type Readers } from './query.ts'
import { tenantsIn } from './roles.ts'
import { completeSchema } from './schema.ts'
import { expectUntouched } from './schema-differences.ts'
import { startFilling } from './search-filling.ts'
import { formsQuery, inForms, type Form } from './search-statements.ts'
import { sequencer } from './sequencer.ts'

/** How long the server itself lets a query run beyond the limit of the service, in milliseconds. */
const GRACE = 1000

/** No query of a tenant reads the rows of others where an index can spare it; and indexes are on solid-state disks. */
export const PLANNING = [
  ['enable_seqscan', 'off'],
  ['random_page_cost', '1.1']
] as const

/** @param url the database @param ownerUrl the same for the owner of its tables, who migrates them */
export function postgresEngine(url: string, ownerUrl: string, settings: DatabaseSettings): Engine {
  const statement_timeout = settings.query_timeout + GRACE
  const limits: Limits = { lock_timeout: settings.lock_timeout, query_timeout: statement_timeout }
  const groupCommit = startGroupCommit(url, limits)
  const arrivals = sequencer(url, limits)
  const months = partitions(url, limits)
  const checks = pool(url, { max: 1, query_timeout: GRACE })
  const options = PLANNING.map(([name, value]) => `-c ${name}=${value}`).join(' ')
  const readers: Readers = {
    pool: readerPool(url, { options, max: settings.readers + 1, statement_timeout }), // one is for cancelling
    prepared: new Prepared()
  }
  const takeTurn = turns(settings.readers, settings.waiting_queries)
  let stopWatching = () => Promise.resolve()
  let stopFilling = () => Promise.resolve()
  let isSearched = false

  async function onServer<Result>(work: (client: pg.Client) => Promise<Result>, of = url) {
    await using client = await connect(of)
    return await work(client)
  }

  /** Works as the owner of the tables: see {@link migrateAlone}. */
  const migrateAsOwner = (work: (client: pg.Client) => Promise<void>) =>
    onServer((client) => migrateAlone(client, () => work(client)), ownerUrl)

  /** A statement in the form that is quick for the events it may find, if the search index knows. */
  async function chosen(statement: { text: string; values: unknown[] }, tenants: string, signal: AbortSignal) {
    const query = formsQuery(statement.text, statement.values)
    if (!query) return statement
    const [forms = {}] = isSearched ? await runQuery(readers, tenants, query, signal, mostBytes()) : []
    return { ...statement, text: inForms(statement.text, Object.values(forms) as Form[]) }
  }

  return {
    isDuplicate,
    endsWhereFull: true,
    waitingBytes: 0, // the server keeps its own write-ahead log
    get leads() {
      return arrivals.leads()
    },
    numberArrivals: arrivals.number,
    migrate: (_model, deploy) =>
      migrateAsOwner(async (client) => {
        await expectUntouched(client)
        await deploy()
      }),
    async start(start) {
      const searched = settings.search_index ? start.searched : undefined
      await migrateAsOwner(async (client) => {
        await completeSchema(client, { ...start, searched }, roleIn(url, ownerUrl))
        await noteVersion(client)
      })
      await onServer(expectRights)
      await months.start()
      arrivals.start()
      stopWatching = watchTransactions(checks)
      isSearched = Boolean(searched)
      if (searched) stopFilling = startFilling(url, limits)
    },
    async append(entry) {
      await months.expect(entry)
      await groupCommit.append(entry).catch(refuse)
    },
    query({ sql, values, givesTexts }, reading) {
      const tenants = tenantsIn(reading.readable)
      return runInTurn(takeTurn, reading, async (signal) => {
        const statement = { ...(await chosen(typed(sql, values), tenants, signal)), givesTexts }
        return runQuery(readers, tenants, statement, signal, mostBytes())
      }).catch(refuse)
    },
    check: () =>
      onConnection(checks, async (client) => {
        const { rows } = await client.query<{ is_standby: boolean }>('SELECT pg_is_in_recovery() AS is_standby')
        if (rows[0]?.is_standby) throw new Error('The server is a standby, which only reads.') // the next one may not be
      }),
    tokenSecret: () =>
      onServer(async (client) => {
        const own = randomBytes(32).toString('base64url')
        const query = queryOn(client)
        await query(`INSERT INTO ${SECRETS} (number, secret) VALUES (1, $1) ON CONFLICT (number) DO NOTHING`, own)
        const [found] = await query<{ secret: string }>(TOKEN_SECRET)
        return Buffer.from((found as { secret: string }).secret, 'base64url')
      }),
    async close() {
      await stopWatching()
      await Promise.all([groupCommit.close(), stopFilling()])
      await Promise.all([arrivals.close(), months.close(), readers.pool.end(), checks.end()])
    }
  }
}

/** The role of the service, quoted, if it is another one than that of the owner. */
function roleIn(url: string, ownerUrl: string) {
  const [own, owner] = [url, ownerUrl].map((each) => decodeURIComponent(new URL(each).username)) as [string, string]
  return own === owner ? undefined : pg.escapeIdentifier(own)
}
