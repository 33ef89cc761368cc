/** Makes PostgreSQL's SQL of statements as we write them and as CAP renders them. */
import type pg from 'pg'
import { RecentlyUsed } from '../../values/recently-used.ts'

/**
 * Quotes the names with letters of both cases, which PostgreSQL would fold to lower case. CAP does not quote them in the
 * statements of a migration, and our own are easier to read so. Keywords have one case only.
 */
export const withNames = (sql: string): string =>
  sql.replaceAll(/'(?:[^']|'')*'|"[^"]*"|\b[A-Za-z_]\w*/g, (token) => (isMixed(token) ? `"${token}"` : token))

/** Makes a function that runs a statement of ours with values, and returns its rows. */
export const queryOn =
  (client: pg.ClientBase | pg.Pool) =>
  async <Row extends pg.QueryResultRow>(sql: string, ...values: unknown[]): Promise<Row[]> =>
    (await client.query<Row>(withNames(sql), values)).rows

/** Whether a token is a name that needs quotes. */
export const isMixed = (token: string): boolean => /^[^'"]*$/.test(token) && /[a-z]/.test(token) && /[A-Z]/.test(token)

/**
 * A statement of a migration, as CAP renders it, with types that hold what SQLite's hold: texts of any length that
 * compare by their bytes, and whole numbers of 64 bits.
 */
export const migrating = (sql: string): string =>
  withNames(sql)
    .replaceAll(/\b(?:VARCHAR\(\d+\)|TEXT)/g, 'TEXT COLLATE "C"')
    .replaceAll(/\bINTEGER\b/g, 'BIGINT')

/** The statement that creates a function whose result depends on its arguments only. */
export const create = (signature: string, returns: string, body: string) =>
  `CREATE OR REPLACE FUNCTION ${signature} RETURNS ${returns} LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ ${body} $$`

/** How many characters of statements are remembered. */
const MOST = 2_000_000

const NULL = 'null'

const PLACES = /'(?:[^']|'')*'|"[^"]*"|\?/g

/** The texts of the last statements, each with the types of its values. To number the places takes up to 50 µs. */
const texts = new RecentlyUsed<{ types: string; text: string }>(MOST)

/**
 * Numbers the places of values, for each of which CAP renders `?`, and gives each value a type. A plan has one text for
 * values of different types, so this is done for each execution.
 */
export function typed(sql: string, values: unknown[]): { text: string; values: unknown[] } {
  const types = values.map(typeOf)
  const known = texts.get(sql)
  const given = values.filter((_, index) => types[index] !== NULL)
  if (known?.types === types.join()) return { text: known.text, values: given }
  let places = 0
  let numbers = 0
  const text = sql.replaceAll(PLACES, (token) => {
    if (token !== '?') return token
    const type = types[places++]
    return type === NULL ? NULL : `$${++numbers}::${type}`
  })
  texts.set(sql, { types: types.join(), text }, sql.length + text.length)
  return { text, values: given }
}

function typeOf(value: unknown) {
  if (value === null || value === undefined) return NULL
  if (typeof value === 'boolean') return 'boolean'
  if (typeof value === 'bigint') return 'bigint'
  if (typeof value !== 'number') return 'text'
  if (!Number.isSafeInteger(value)) return 'double precision'
  return Math.abs(value) < 2 ** 31 ? 'int' : 'bigint'
}
