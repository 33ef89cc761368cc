/** Texts are indexed by their beginnings, which the service cuts from values itself. */
import pg from 'pg'
import { beginningInAnyCaseOf, beginningOf } from '../../srv/database/postgres/indexes.ts'
import { createDatabase } from '../support/postgres.ts'
import { documentedExample, query, startService, valuesOf } from '../support/service.ts'

const path = '/auditLogs/provisioning'
const emoji = (times: number) => '\u{1F600}'.repeat(times)
const texts = ['', 'Ann', 'Ä'.repeat(200), 'aB'.repeat(200), emoji(200), emoji(201), `a${emoji(250)}`, 'ÅZ\u00DF\u0130']

let client: pg.Client
beforeAll(async () => {
  client = new pg.Client(await createDatabase('beginnings'))
  await client.connect()
})
afterAll(() => client.end())

it('The beginning of a value is what the server makes of it, in characters', async () => {
  const sql = `SELECT "left"(value, 200) AS text, translate("left"(value, 200), 'ABCDEFGHIJKLMNOPQRSTUVWXYZ', 'abcdefghijklmnopqrstuvwxyz') AS lower
    FROM unnest($1::text[]) WITH ORDINALITY AS given(value, place) ORDER BY place`
  const { rows } = await client.query<{ text: string; lower: string }>(sql, [texts])
  expect(texts.map(beginningOf)).toEqual(rows.map(({ text }) => text))
  expect(texts.map(beginningInAnyCaseOf)).toEqual(rows.map(({ lower }) => lower))
})

describe('Values of an indexed property', () => {
  const service = startService()

  beforeAll(async () => {
    for (const [index, jobId] of texts.entries())
      expect((await service.post(path, { ...documentedExample, id: `e${index}`, jobId })).status).toBe(201)
  })

  it.each(texts.map((text, index) => [index, text] as const))(
    'are found by the whole of them: %i',
    async (index, text) => {
      const $filter = `jobId eq '${text}'`
      for (const options of [{ $filter }, { $filter: `jobId in ('none','${text}')` }])
        expect(valuesOf(await service.get(query(path, options))).map(({ id }) => id)).toEqual([`e${index}`])
      expect(valuesOf(await service.get(query(path, { $filter: `jobId eq '${text}x'` })))).toEqual([])
    }
  )
})
