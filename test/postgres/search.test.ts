/** The search index on PostgreSQL. That answers are the same as without it: test/force/search.test.ts, which runs on it, too. */
import { command } from '../support/command.ts'
import { asService, createDatabase, onServer } from '../support/postgres.ts'
import { startProcess } from '../support/process.ts'
import { clientOf, query, valuesOf, type Json } from '../support/service.ts'

const path = '/auditLogs/provisioning'
const BLOCKS = '"provisioning_log_SearchBlocks"'
const T = '2024-05-01T00:00:00Z'

/** What texts of the tenants end with: a character that JSON has no short escape for, and an emoji. */
const RARE: Record<string, string> = { a: '', b: '\u0007 \u{1f600}' }

let owner = ''
let service: Awaited<ReturnType<typeof startProcess>>
const client = clientOf(() => service.url ?? '')

/** Runs a statement in the role of the service, for what readers may read. */
const asReader = async (tenants: string, sql: string) => {
  const { DATABASE_URL = '' } = await asService(owner)
  return onServer(DATABASE_URL, async (each) => {
    await each.query(`SELECT set_config('provisioning.tenants', $1, false)`, [tenants])
    return (await each.query<Json>(sql)).rows
  })
}
const asOwner = async (sql: string) => (await onServer(owner, (each) => each.query<Json>(sql))).rows
const candidates = async (tenants: string, term: string) =>
  (await asReader(tenants, `SELECT id FROM search_candidates(array['${term}']) ORDER BY id`)).map(({ id }) => id)
const formOf = async (tenants: string, term: string) =>
  (await asReader(tenants, `SELECT search_form(array['${term}']) AS form`))[0]?.form
const found = async ($search: string) =>
  valuesOf(await client.get(query(path, { $search, $orderby: 'id', $select: 'id' }))).map(({ id }) => id)
const blocks = async () => Number((await asOwner(`SELECT count(*) FROM ${BLOCKS}`))[0]?.count)
const until = async (count: number) => {
  while ((await blocks()) !== count) await new Promise((resolve) => setTimeout(resolve, 50))
}
/** Adds what was removed: the service itself looks only at what comes in. */
const refill = () => asOwner('SELECT fill_search(100)')

beforeAll(async () => {
  owner = await createDatabase('of_search')
  service = await startProcess({ file: 'none', env: await asService(owner) })
  for (const tenantId of ['a', 'b'])
    for (let index = 0; index < 24; index++) {
      const name = index < 8 ? `Ann ${tenantId}-first` : index < 16 ? 'Bob "the" Σπύρος' : 'Zoë'
      const event = {
        id: `${tenantId}${index + 10}`,
        tenantId,
        activityDateTime: T,
        targetIdentity: { displayName: name }
      }
      const details = { quoted: 'say "hi"', path: String.raw`C:\new\u0041`, lines: `one\ntwo\tthree${RARE[tenantId]}` }
      expect((await client.post(path, { ...event, sourceIdentity: { details } })).status).toBe(201)
    }
  await until(6)
})
afterAll(() => service.stop())

const eight = (tenant: string, from: number) => Array.from({ length: 8 }, (_, index) => `${tenant}${from + index}`)

describe('The search index', () => {
  it('knows the blocks of eight events that may contain a term, in any case and in JSON', async () => {
    expect(await candidates('=a', 'ANN A-')).toEqual(eight('a', 10))
    expect(await candidates('=a', 'bob "the"')).toEqual(eight('a', 18))
    expect(await candidates('=a', 'zoë')).toEqual(eight('a', 26))
    expect(await candidates('=a', 'nowhere')).toEqual([])
    expect((await candidates('=a', 'y "hi"')).length).toBe(24)
  })

  it('knows texts with characters that JSON escapes', async () => {
    for (const tenant of ['a', 'b'])
      for (const term of ['say "hi"', String.raw`c:\new`, String.raw`new\u0041`, 'one\ntwo', 'two\tthree'])
        expect([term, (await candidates(`=${tenant}`, term)).length]).toEqual([term, 24])
    expect((await candidates('=b', 'three\u0007 \u{1f600}')).length).toBe(24)
    expect(await candidates('=a', 'three\u0007')).toEqual([])
    expect(await candidates('=a', 'one\\ntwo')).toEqual([])
  })

  it('takes the texts of JSON as they were meant, without names and types, also where others have written it', async () => {
    const json = String.raw`{"name":"a\"b\\","@odata.type":"#t","x@odata.type" : "#u","@type":"#v","o":{"list":["","c: d\u0007",["\\u0041",{}]],
      "\u0065\"x" : "\u0065\/\ud83d\ude00","\\":":","n":[1,-2e400,true,null]},"@odata.type":["in a list"]}`
    const rows = await onServer(owner, (each) => each.query<Json>('SELECT * FROM json_texts($1) AS text', [json]))
    expect(rows.rows.map(({ text }) => text)).toEqual(
      ['a"b\\', '', 'c: d\u0007', String.raw`\u0041`, 'e/\u{1f600}', ':', 'in a list'] // in their order
    )
    expect(
      await asOwner(`SELECT json_texts(json) AS text FROM unnest(array['[1]', '"x"', '{}', '[""]']) AS json`)
    ).toEqual([{ text: 'x' }, { text: '' }])
  })

  it('reads deep JSON without a copy for each level', async () => {
    await onServer(owner, async (each) => {
      await each.query("SET temp_file_limit = '20MB'")
      const deep = `repeat('{"a":', 90) || '"' || repeat('x ', 1000000) || 'zebra"' || repeat('}', 90)`
      const { rows } =
        await each.query(`SELECT json_contains(${deep}, 'zebra') AS one, json_contains(${deep}, 'a') AS a,
        json_contains(${deep}, 'b') AS b, json_contains(${deep}, 'xx') AS none`)
      expect(rows).toEqual([{ one: true, a: true, b: true, none: false }])
    })
  })

  it('tells a term that only names members have without a look at the texts', async () => {
    const contains = (json: string) => `json_contains('${json}', 'displayname')`
    await onServer(owner, async (each) => {
      const { rows } = await each.query(`SELECT ${contains('{"displayName":"a","b":"my displayName"}')} AS value,
        ${contains('{"displayName":"displayName"}')} AS both, ${contains('["displayName"]')} AS item,
        ${contains(String.raw`{"displayName":"\"displayName\":"}`)} AS quoted, ${contains('{"displayName" : "a"}')} AS spaced`)
      expect(rows).toEqual([{ value: true, both: true, item: true, quoted: true, spaced: false }])
      await each.query('BEGIN; DROP FUNCTION json_texts(text)')
      expect((await each.query(`SELECT ${contains('{"displayName":"a"}')} AS name`)).rows).toEqual([{ name: false }])
      await each.query('ROLLBACK')
    })
  })

  it('has nothing for a tenant of what others have, and nothing for nobody', async () => {
    expect(await candidates('=a', 'b-first')).toEqual([])
    expect(await candidates('=b', 'b-first')).toEqual(eight('b', 10))
    expect(await candidates('*', 'first')).toEqual([...eight('a', 10), ...eight('b', 10)])
    expect(await candidates('', 'first')).toEqual([])
    expect(await asOwner(`SELECT tenant, first::int, last::int FROM ${BLOCKS} ORDER BY last`)).toEqual([
      { tenant: 'a', first: 1, last: 8 },
      { tenant: 'a', first: 9, last: 16 },
      { tenant: 'a', first: 17, last: 24 },
      { tenant: 'b', first: 1, last: 32 },
      { tenant: 'b', first: 33, last: 40 },
      { tenant: 'b', first: 41, last: 48 }
    ])
  })

  it('is asked by the service', async () => {
    await asOwner('ALTER FUNCTION search_form(text[]) RENAME TO search_form_of_others')
    expect((await client.get(query(path, { $search: 'ann' }))).status).toBe(501)
    await asOwner('ALTER FUNCTION search_form_of_others(text[]) RENAME TO search_form')
    expect(await found('ann')).toEqual([...eight('a', 10), ...eight('b', 10)])
  })

  it('spares the texts of all events that it excludes', async () => {
    const lowerCase = (
      body: string
    ) => `CREATE OR REPLACE FUNCTION lower_case(value text) RETURNS text IMMUTABLE PARALLEL SAFE
      COST 1 ${body}`
    const result = `lower(value COLLATE "und-x-icu") COLLATE "C"`
    await asOwner(
      lowerCase(
        `LANGUAGE plpgsql AS $$ BEGIN IF value LIKE 'Bob%' THEN RAISE 'It was read.'; END IF; RETURN ${result}; END $$`
      )
    )
    expect(await found('"bob the"')).toEqual([])
    expect(await found('ann')).toEqual([...eight('a', 10), ...eight('b', 10)])
    await asOwner(lowerCase(`LANGUAGE sql AS $$ SELECT ${result} $$`))
  })

  it('is not asked for terms of less than three bytes', async () => {
    expect([await formOf('=a', 'an'), await formOf('=a', 'ann')]).toEqual([null, 'few'])
    expect(await found('"an"')).toEqual([...eight('a', 10), ...eight('b', 10)])
  })

  it('finds events that it has not come to', async () => {
    await asOwner(`DELETE FROM ${BLOCKS} WHERE last > 8`)
    await onServer(owner, async (other) => {
      await other.query('SELECT pg_advisory_lock(7231804516)') // nobody fills the index meanwhile
      await client.post(path, { id: 'new', activityDateTime: T, targetIdentity: { displayName: 'Anne' } })
      expect(await found('ann')).toEqual([...eight('a', 10), ...eight('b', 10), 'new'])
      expect(await found('"Σπύρος"')).toEqual([...eight('a', 18), ...eight('b', 18)])
    })
    await refill()
    await until(6)
  })

  it('begins with any tenant, so that none waits while another has more than is indexed in time', async () => {
    await onServer(owner, async (other) => {
      await other.query('SELECT pg_advisory_lock(7231804516)') // nobody else fills the index meanwhile
      const first = new Set<unknown>()
      for (let round = 0; round < 40; round++) {
        await other.query(`DELETE FROM ${BLOCKS}`)
        await other.query('SELECT fill_search(1)')
        const { rows } = await other.query<Json>(`SELECT tenant FROM ${BLOCKS}`)
        expect(rows).toHaveLength(1)
        first.add(rows[0]?.tenant)
      }
      expect([...first].toSorted()).toEqual(['a', 'b'])
    })
    await refill()
    expect(await blocks()).toBe(6)
  })

  it('is filled for a second, or one block where that takes longer, and not again until something comes in', async () => {
    const fill = async (since: number) => (await asOwner(`SELECT fill_search(100, ${since})::int AS last`))[0]?.last
    const [{ body = '' } = {}] = await asOwner("SELECT prosrc AS body FROM pg_proc WHERE proname = 'search_keys'")
    const define = (text: string) =>
      asOwner(`CREATE OR REPLACE FUNCTION search_keys(of text, first bigint, last bigint)
      RETURNS bigint[] LANGUAGE plpgsql IMMUTABLE COST 1000000 SET search_path FROM CURRENT AS $$ ${text} $$`)
    await asOwner(`DELETE FROM ${BLOCKS}`)
    await define('BEGIN PERFORM pg_sleep(0.6); RETURN array[1]; END')
    expect([await fill(0), await blocks()]).toEqual([null, 2])
    await define('BEGIN PERFORM pg_sleep(1.1); RETURN array[1]; END')
    expect([await fill(0), await blocks()]).toEqual([null, 3])
    await define(String(body))
    expect([await fill(49), await blocks()]).toEqual([49, 3])
    expect([await fill(48), await blocks()]).toEqual([49, 3])
    expect([await fill(0), await blocks()]).toEqual([49, 6])
    await asOwner('REINDEX INDEX search_keys')
  })

  it('is made again by PostgreSQL itself, as after it was restored from a dump', async () => {
    await asOwner('REINDEX INDEX search_keys')
    expect(await candidates('=a', 'ann a-')).toEqual(eight('a', 10))
  })

  it('stays, and gets the function of this version, when a service migrates an older schema', async () => {
    await asOwner('UPDATE "provisioning_log_SchemaVersions" SET version = 14')
    await asOwner(`CREATE OR REPLACE FUNCTION search_keys(of text, first bigint, last bigint) RETURNS bigint[] LANGUAGE sql
      IMMUTABLE AS 'SELECT array[cast(0 as bigint)]'`)
    await (await startProcess({ file: 'none', env: await asService(owner) })).stop()
    expect(await candidates('=a', 'ann a-')).toEqual(eight('a', 10))
    await asOwner('REINDEX INDEX search_keys')
    expect(await candidates('=a', 'ann a-')).toEqual(eight('a', 10))
    expect(await candidates('=b', 'say "hi"')).toHaveLength(24)
  })

  it('forgets what retention removed', async () => {
    const env = { CDS_ENV: 'postgres', DATABASE_URL: owner }
    const sealed = `SELECT sequence <= (SELECT max("lastSequence") FROM "provisioning_log_Seals") AS done
      FROM "provisioning_log_Arrivals" WHERE event = 'z8'`
    for (let index = 0; index < 9; index++)
      await client.post(path, { id: `z${index}`, tenantId: 'a', activityDateTime: '2024-06-01T00:00:00Z' })
    while (!(await asOwner(sealed))[0]?.done) await new Promise((resolve) => setTimeout(resolve, 50))
    expect(await command('purge', 'none', ['--before', '2024-05-02', '--by', 'ann'], env)).toMatchObject({
      status: 0,
      err: ''
    })
    expect(await found('ann')).toEqual([])
    for (let index = 0; index < 8; index++)
      await client.post(path, { id: `y${index}`, tenantId: 'a', activityDateTime: '2024-06-01T00:00:00Z' })
    await until(5) // two of the first tenant, and three of the other one, which nothing has come to
    expect((await command('verify', 'none', [], env)).err).toBe('')
  })
})
