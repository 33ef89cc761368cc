/** Reads the rows of a query a few at a time, so that memory does not grow with them. */
import type pg from 'pg'
import { withNames } from './names.ts'

/** How many rows are fetched at once. An event has some 4 MB at most. */
const FETCHED = 50

let opened = 0

/**
 * Reads rows within a transaction.
 * @param one has one connection only, on which the transaction is
 * @param types how values are read, as {@link pg.QueryConfig} says
 */
export async function* rowsOf<Row extends pg.QueryResultRow>(
  one: pg.Pool,
  sql: string,
  types?: pg.CustomTypesConfig
): AsyncGenerator<Row> {
  const name = `rows_${++opened}`
  await one.query(`DECLARE ${name} NO SCROLL CURSOR FOR ${withNames(sql)}`)
  for (;;) {
    const { rows } = await one.query<Row>({ text: `FETCH ${FETCHED} FROM ${name}`, ...(types && { types }) })
    yield* rows
    if (rows.length < FETCHED) break
  }
  await one.query(`CLOSE ${name}`) // where a reader stops before, the transaction does so
}
