/**
 * Names of tables and columns. PostgreSQL folds names to lower case unless they are quoted; CAP does not quote them in
 * the statements of a migration, and our own statements are easier to read without quotes.
 */
import type pg from 'pg'

/** Quotes the names with letters of both cases, so that they stay as in the model. Keywords have one case only. */
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
