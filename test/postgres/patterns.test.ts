import fc from 'fast-check'
import pg from 'pg'
import { failureOf } from '../../srv/database/postgres/failures.ts'
import { translated } from '../../srv/database/postgres/patterns.ts'
import { matchesPattern } from '../../srv/values/pattern.ts'
import { effort } from '../force/effort.ts'
import { pattern, text } from '../force/pattern.ts'
import { createDatabase } from '../support/postgres.ts'
import { documentedExample, query, startService } from '../support/service.ts'

const runs = effort(200, 2000, 50_000)

let client: pg.Client
beforeAll(async () => {
  client = new pg.Client(await createDatabase('patterns'))
  await client.connect()
})
afterAll(() => client.end())

/** Which texts have a match. */
async function matching(source: string, texts: string[]) {
  const sql = `SELECT value COLLATE "C" ~ $1 AS found FROM unnest($2::text[]) WITH ORDINALITY AS given(value, place) ORDER BY place`
  const { rows } = await client.query<{ found: boolean }>(sql, [translated(source), texts])
  return texts.filter((_, index) => rows[index]?.found)
}

describe('A regular expression', () => {
  it.each([
    ['^a.b$', '(?w)\\Aa[^\\n]b\\Z'],
    ['(?ms)^a.b$', '(?w)^a.b$'],
    ['(?i)sé', '(?w)[Ssſ][Éé]'],
    ['a{300}', '(?w)(?:a){255}(?:a){45}'],
    ['(ab)?|[^b]\\b', '(?w)(?:(?:ab)?|[\u0001-ac-\u{10ffff}]\\y)'],
    ['\\x00', '(?w)\\uD800'],
    ['\\.[-\\]]', '(?w)\\.[\\-\\]]']
  ])('is translated: %s', (source, expected) => expect(translated(source)).toBe(expected))

  it(
    'matches what it matches on SQLite',
    async () => {
      const property = fc.asyncProperty(
        pattern,
        fc.array(text, { minLength: 40, maxLength: 60 }),
        async (source, texts) => {
          expect(await matching(source, texts)).toEqual(texts.filter((each) => matchesPattern(source, each)))
        }
      )
      await fc.assert(property, { numRuns: runs })
    },
    Math.max(300_000, runs * 100)
  )

  it('is 501 if it is too complex for PostgreSQL', async () => {
    const failure = failureOf(await matching('(\\b|a|^|$){60}', ['a']).catch((error: unknown) => error))
    expect([failure?.status, failure?.message]).toEqual([501, 'The regular expression is too complex for PostgreSQL.'])
  })
})

describe('A regular expression that takes long', () => {
  const service = startService({ CDS_REQUIRES_DB_QUERY__TIMEOUT: '1000' })

  it('ends with the time of the query', async () => {
    const path = '/auditLogs/provisioning'
    expect((await service.post(path, documentedExample)).status).toBe(201)
    const answer = await service.get(query(path, { $filter: "matchesPattern(jobId,'(a?b?c?d?e?f?){140}')" }))
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, expect.any(String)])
  })
})
