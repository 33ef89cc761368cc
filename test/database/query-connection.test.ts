import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { openFiles } from '../../srv/database/sqlite/files.ts'
import { queryConnection } from '../../srv/database/sqlite/query-connection.ts'
import { temporaryFolder } from '../support/process.ts'

describe('A connection for queries', () => {
  const file = join(temporaryFolder(), 'numbers.sqlite')
  const writer = new DatabaseSync(file)
  writer.exec('PRAGMA journal_mode = WAL; CREATE TABLE numbers (n); INSERT INTO numbers VALUES (1), (9007199254740994)')
  const connection = queryConnection({ file, files: openFiles(file), resultBytes: 24 })
  const read = (sql: string) => connection.prepare(sql).all()

  afterAll(() => {
    connection.close()
    writer.close()
  })

  it('reads whole numbers beyond 2^53 as doubles', () =>
    expect(read('SELECT n FROM numbers')).toEqual([{ n: 1 }, { n: 9_007_199_254_740_994 }]))

  it.each([
    ['read such numbers', 'SELECT n FROM numbers', undefined],
    ['read more than it may', "SELECT printf('%90s', n) FROM numbers", 'too many bytes'],
    [
      'read more such numbers than it may',
      'SELECT m.n FROM numbers AS m, numbers AS o ORDER BY m.n DESC',
      'too many bytes'
    ],
    [
      'failed after such a number',
      "SELECT n, iif(row_number() OVER () = 2, json('x'), 1) FROM (SELECT n FROM numbers ORDER BY n DESC)",
      'malformed JSON'
    ],
    ['failed within the rows', "SELECT n, iif(n > 1, json(n || 'x'), 1) FROM numbers", 'malformed JSON']
  ])('sees what came in after it %s', (_what, sql, error) => {
    const before = read('SELECT count(*) AS count FROM numbers') as { count: number }[]
    if (error === undefined) read(sql)
    else expect(() => read(sql)).toThrow(error)
    writer.exec('INSERT INTO numbers VALUES (2)')
    expect(read('SELECT count(*) AS count FROM numbers')).toEqual([{ count: (before[0]?.count ?? 0) + 1 }])
  })
})
