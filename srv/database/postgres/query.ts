/** Runs a query, and ends it when nobody waits for it any longer, or when its result is too large. */
import type { Socket } from 'node:net'
import pg, { type Connection, type Query } from 'pg'
import { RequestError } from '../../errors/errors.ts'
import type { Row, Statement } from '../../plans/statement.ts'
import { isTooLarge, LONGEST_ROW, rowsWithin, sizeOfRow } from '../result-size.ts'
import { pool, timed } from './connection.ts'
import { TOO_LONG } from './failures.ts'
import type { Prepared } from './prepared.ts'
import { CONFINE } from './roles.ts'

/** What the types of `pg` lack: the process of the server that runs the queries of a connection, what is prepared. */
interface Backend {
  processID: number
  connection: BackendConnection
}
type BackendConnection = Connection & { parsedStatements: Record<string, string>; stream: Socket }

/** How long the server may take to cancel a query, in milliseconds. */
const GRACE = 1000

/** A pool of connections, and what is prepared on them. */
export interface Readers {
  pool: pg.Pool
  prepared: Prepared
}

/** The name of {@link CONFINE} as a prepared statement of each connection. */
const CONFINING = 'confine'

/** Options of `pg` that its types lack: a query is sent by the extended protocol, and its rows come as arrays. */
const EXTENDED = { queryMode: 'extended', rowMode: 'array' }

/** A pool whose connections have what {@link runQuery} needs. They cannot write. */
export function readerPool(url: string, { options = '', ...others }: pg.PoolConfig): pg.Pool {
  const onConnect = (client: pg.ClientBase) => client.query(`PREPARE ${CONFINING}(text) AS ${CONFINE}`)
  return pool(url, {
    ...others,
    options: `${options} -c default_transaction_read_only=on`,
    onConnect: onConnect as (client: pg.ClientBase) => void // the pool waits for it, other than its type says
  })
}

/**
 * Runs a query on a connection of a pool, in a transaction of its own.
 * @param tenants which ones it may read, see roles.ts
 * @param signal is aborted when nobody waits any longer
 * @param most how many bytes the rows may have together, unless the statement limits that itself
 * @throws the error of PostgreSQL, and as {@link rowsWithin}
 */
export async function runQuery(
  { pool, prepared }: Readers,
  tenants: string,
  { givesTexts, ...statement }: { text: string; values: unknown[] } & Pick<Statement, 'givesTexts'>,
  signal: AbortSignal,
  most: number
): Promise<Row[]> {
  const client = await pool.connect()
  const { processID, connection } = client as unknown as Backend
  let cancelling: Promise<unknown> | undefined
  let timer: NodeJS.Timeout | undefined
  let isLost = false
  let isTooLong = false
  const cancel = () => {
    cancelling ??= pool.query(timed('SELECT pg_cancel_backend($1)', [processID], GRACE)).catch(() => {})
    // the server is gone without a word
    timer ??= setTimeout(lose, GRACE)
  }
  const lose = () => {
    isLost = true
    connection.stream.destroy()
  }
  const { bytesRead } = connection.stream
  /** `pg` would keep all of a row, however long, and the server does not stop within one. */
  const expectSize = () => {
    isTooLong ||= connection.stream.bytesRead - bytesRead > most + LONGEST_ROW
    if (isTooLong) lose()
  }
  let failure: unknown
  try {
    signal.throwIfAborted()
    signal.addEventListener('abort', cancel)
    connection.stream.on('data', expectSize)
    // as binary values, so that the server does not look for the end of each text
    const options = { ...EXTENDED, binary: givesTexts !== undefined }
    const query = new pg.Query<unknown[]>({ ...prepared.named(statement), ...options } as pg.QueryConfig)
    const forgotten = prepared.forgotten(connection.parsedStatements)
    return await rowsOf(client, confined(query, tenants, forgotten), givesTexts, most, cancel)
  } catch (error) {
    failure = isTooLong && !isTooLarge(error) ? new RequestError(...TOO_LONG) : error
    throw failure
  } finally {
    connection.stream.off('data', expectSize)
    signal.removeEventListener('abort', cancel)
    clearTimeout(timer)
    if (!isLost) await cancelling // or else it would end the next query of this connection
    client.release(isLost || (failure instanceof Error && !(failure instanceof pg.DatabaseError)))
  }
}

/**
 * Sends what confines the transaction in one message with the query: what is sent until the connection is synchronized
 * is one transaction (https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-PIPELINING).
 * @param forgotten the names of statements that the connection need not keep prepared
 */
function confined(query: Query<unknown[]>, tenants: string, forgotten: string[]): Query<unknown[]> {
  const { submit } = query
  query.submit = (connection) => {
    connection.stream.cork()
    try {
      for (const name of forgotten) connection.close({ type: 'S', name }, true)
      connection.bind({ statement: CONFINING, values: [tenants] }, true)
      connection.execute(null, true)
      return submit.call(query, connection)
    } finally {
      connection.stream.uncork()
    }
  }
  return query
}

function rowsOf(
  client: pg.PoolClient,
  query: Query<unknown[]>,
  givesTexts: Statement['givesTexts'],
  most: number,
  cancel: () => void
): Promise<Row[]> {
  const rows: Row[] = []
  let bytes = 0
  const sizeOf = (row: Row, [first]: unknown[]) =>
    givesTexts === 'all' ? 0 : givesTexts === 'fitting' ? String(first).length : sizeOfRow(row)
  /** Whether there is more than fits, at which the query is cancelled. A single row may have any size. */
  const isFull = () => bytes > most && rows.length > 1
  const result = () => (givesTexts || !isFull() ? rows : (rowsWithin(most, rows) as Row[]))
  let names: string[] = []
  return new Promise((resolve, reject) => {
    const finish = () => void Promise.try(result).then(resolve, reject)
    query.on('row', (values, described) => {
      if (isFull()) return // the rest of a result that is being cancelled
      if (!rows.length) names = described?.fields.map(({ name }) => name) ?? []
      const row: Row = {} // not made by `pg`, which would make buffers of what is binary
      for (let index = 0; index < names.length; index++) row[names[index] as string] = values[index]
      rows.push(row)
      bytes += sizeOf(row, values)
      if (isFull()) cancel()
    })
    query.on('error', (error) => (isFull() ? finish() : reject(error)))
    query.on('end', finish)
    client.query(query)
  })
}
