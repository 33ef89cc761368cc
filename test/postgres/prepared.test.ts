import { typed } from '../../srv/database/postgres/sql.ts'
import { Prepared } from '../../srv/database/postgres/prepared.ts'
import { readerPool, runQuery } from '../../srv/database/postgres/query.ts'
import { postgresFor } from '../support/postgres.ts'

describe('Statements on PostgreSQL', () => {
  it('are prepared from the second time on, with their values', () => {
    const prepared = new Prepared()
    const nameOf = (text: string) => prepared.named({ text, values: [] }).name
    expect(['one', 'two', 'one', 'two', 'one', 'three'].map(nameOf)).toEqual([
      ...[undefined, undefined, 'query_1', 'query_2', 'query_1', undefined]
    ])
    expect(prepared.named({ text: 'two', values: [1] })).toEqual({ text: 'two', values: [1], name: 'query_2' })
  })

  it('are prepared on a connection up to a limit, however many there are; those that come again stay', async () => {
    const { DATABASE_URL = '' } = await postgresFor('prepared')
    const readers = { pool: readerPool(DATABASE_URL, { max: 1 }), prepared: new Prepared() }
    const run = (sql: string) => runQuery(readers, '', typed(sql, []), AbortSignal.timeout(60_000), 1e6)
    const known = "SELECT name, statement FROM pg_prepared_statements WHERE name LIKE 'query%'"
    for (let index = 0; index < 120; index++)
      for (const sql of [`SELECT ${index} AS n`, `SELECT ${index} AS n`, 'SELECT -1 AS n'])
        expect(await run(sql)).toEqual([{ n: sql.includes('-1') ? -1 : index }])
    const { rows } = await readers.pool.query<{ statement: string }>(known)
    const statements = rows.map(({ statement }) => statement)
    expect(statements).toHaveLength(50)
    expect(statements).toContain('SELECT -1 AS n')
    expect(statements).toContain('SELECT 119 AS n')
    expect(statements).not.toContain('SELECT 7 AS n')
    expect(await run('SELECT 7 AS n')).toEqual([{ n: 7 }])
    await readers.pool.end()
  })

  it('fail after a row that is larger than a result, too', async () => {
    const { DATABASE_URL = '' } = await postgresFor('failing')
    const readers = { pool: readerPool(DATABASE_URL, { max: 1 }), prepared: new Prepared() }
    const text = "SELECT repeat('x', 100 / (2 - n)) AS x FROM generate_series(1, 2) AS n"
    await expect(runQuery(readers, '', { text, values: [] }, AbortSignal.timeout(60_000), 10)).rejects.toThrow(
      'division by zero'
    )
    await readers.pool.end()
  })
})
