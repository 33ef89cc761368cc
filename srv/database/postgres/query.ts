/** Runs a query, and ends it when nobody waits for it any longer, or when its result is too large. */
import pg from 'pg'
import type { Row } from '../../plans/statement.ts'
import { rowsWithin, sizeOfRow } from '../result-size.ts'

/** What the types of `pg` lack: the process of the server that runs the queries of a connection, and a limit of time. */
interface Backend {
  processID: number
}
interface Timed extends pg.QueryConfig {
  query_timeout: number
}

/** How long the server may take to cancel a query, in milliseconds. */
const GRACE = 1000

/**
 * Runs a query on a connection of a pool.
 * @param signal is aborted when nobody waits any longer
 * @param most how many bytes the rows may have together
 * @throws the error of PostgreSQL, and as {@link rowsWithin}
 */
export async function runQuery(
  pool: pg.Pool,
  statement: { text: string; values: unknown[] },
  signal: AbortSignal,
  most: number
): Promise<Row[]> {
  const client = await pool.connect()
  let cancelling: Promise<unknown> | undefined
  let timer: NodeJS.Timeout | undefined
  const cancel = () => {
    const values = [(client as unknown as Backend).processID]
    const statement: Timed = { text: 'SELECT pg_cancel_backend($1)', values, query_timeout: GRACE }
    cancelling ??= pool.query(statement).catch(() => {})
    timer ??= setTimeout(() => void client.end(), GRACE) // the server is gone without a word
  }
  let failure: unknown
  try {
    signal.throwIfAborted()
    signal.addEventListener('abort', cancel)
    return await rowsOf(client, statement, most, cancel)
  } catch (error) {
    failure = error
    throw error
  } finally {
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
