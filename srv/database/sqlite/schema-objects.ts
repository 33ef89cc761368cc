/** Keeps triggers and indexes as the service defines them. */
import type { LogConnection } from './connection.ts'
import { transaction } from './transaction.ts'

/**
 * Creates triggers or indexes that are missing, or were created by another statement.
 * @param wanted the statements that create them, by name
 * @param tables tables whose other triggers or indexes are dropped
 * @param work runs in the same transaction, if anything changes
 */
export async function renew(
  database: LogConnection,
  type: 'trigger' | 'index',
  wanted: Map<string, string>,
  { tables = [], work = () => {} }: { tables?: string[]; work?: () => void } = {}
) {
  const all = database.prepare('SELECT name, sql, tbl_name FROM sqlite_schema WHERE type = ? AND sql IS NOT NULL')
  const known = new Map(all.all(type).map(({ name, sql, tbl_name: table }) => [String(name), { sql, table }]))
  const unwanted = [...known].filter(([name, { table }]) => tables.includes(String(table)) && !wanted.has(name))
  const due = [...wanted].filter(([name, sql]) => known.get(name)?.sql !== sql)
  if (!unwanted.length && !due.length) return
  await transaction(database, () => {
    for (const [name] of [...unwanted, ...due]) database.exec(`DROP ${type} IF EXISTS ${name}`)
    for (const [, sql] of due) database.exec(sql)
    work()
  })
}
