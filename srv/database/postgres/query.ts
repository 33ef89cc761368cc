/** Runs a query, and ends it when nobody waits for it any longer, or when its result is too large. */
import pg from 'pg'
import type { Row } from '../../plans/statement.ts'
import { rowsWithin, sizeOfRow } from '../result-size.ts'
import { timed } from './connection.ts'
import type { Prepared } from './prepared.ts'

/** What the types of `pg` lack: the process of the server that runs the queries of a connection, its socket, what is prepared. */
interface Backend {
  processID: number
  connection: { stream: { destroy: () => void }; parsedStatements: Record<string, string> }
}

/** How long the server may take to cancel a query, in milliseconds. */
const GRACE = 1000

/** A pool of connections, and what is prepared on them. */
export interface Readers {
  pool: pg.Pool
  prepared: Prepared
}

/**
 * Runs a query on a connection of a pool, in a transaction. Its statements are sent without waiting for answers.
 * @param begin the statement that begins the transaction
 * @param signal is aborted when nobody waits any longer
 * @param most how many bytes the rows may have together
 * @throws the error of PostgreSQL, and as {@link rowsWithin}
 */
export async function runQuery(
  { pool, prepared }: Readers,
  begin: string,
  statement: { text: string; values: unknown[] },
  signal: AbortSignal,
  most: number
): Promise<Row[]> {
  const client = await pool.connect()
  const { processID, connection } = client as unknown as Backend
  let cancelling: Promise<unknown> | undefined
  let timer: NodeJS.Timeout | undefined
  const cancel = () => {
    cancelling ??= pool.query(timed('SELECT pg_cancel_backend($1)', [processID], GRACE)).catch(() => {})
    // the server is gone without a word
    timer ??= setTimeout(() => connection.stream.destroy(), GRACE)
  }
  let ended: Promise<unknown> | undefined
  let failure: unknown
  try {
    signal.throwIfAborted()
    signal.addEventListener('abort', cancel)
    const begun = client.query(prepared.forgetting(connection.parsedStatements) + begin)
    const read = rowsOf(client, prepared.named(statement), most, cancel)
    ended = client.query('COMMIT').catch(() => {}) // nothing was written
    const [, rows] = await Promise.all([begun, read])
    return rows
  } catch (error) {
    failure = error
    throw error
  } finally {
    await ended
    signal.removeEventListener('abort', cancel)
    clearTimeout(timer)
    await cancelling // or else it would end the next query of this connection
    client.release(failure instanceof Error && !(failure instanceof pg.DatabaseError))
  }
}

function rowsOf(client: pg.PoolClient, statement: pg.QueryConfig, most: number, cancel: () => void): Promise<Row[]> {
  const rows: Row[] = []
  let bytes = 0
  const finish = () => rowsWithin(most, rows) as Row[]
  return new Promise((resolve, reject) => {
    const query = new pg.Query<Row>(statement)
    query.on('row', (row) => {
      if (bytes > most) return // the rest of a result that is being cancelled
      rows.push(row)
      bytes += sizeOfRow(row)
      if (bytes > most && rows.length > 1) cancel()
    })
    query.on('error', (error) => {
      if (bytes <= most) return reject(error)
      new Promise<Row[]>((done) => done(finish())).then(resolve, reject)
    })
    query.on('end', () => void new Promise<Row[]>((done) => done(finish())).then(resolve, reject))
    client.query(query)
  })
}
