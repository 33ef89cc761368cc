/** The indexes of the tables, which the model asks for by `@indexes`: see db/indexes.cds. */
import { openLog } from './tables.ts'
import { transaction } from './transaction.ts'

/** An entity, as far as it says what its rows are found by: lists of elements, those of structures with their paths. */
export interface Indexed {
  '@indexes'?: { '=': string }[][]
}

/**
 * The condition of indexes over all tenants. It is true of all rows, but SQLite uses a partial index only for a query
 * whose condition has that of the index in it (https://sqlite.org/partialindex.html), and those of one tenant have not:
 * how long they take must not depend on what other tenants have.
 */
export const OF_ALL_TENANTS = 'length(tenant) >= 0'

/**
 * Creates the indexes that are missing or not as they should be, and removes those that are not asked for any more. Of a
 * large log that takes its time, but only once. To be called after the schema was migrated.
 * @param file the database file
 * @param definitions the entities of the model, by their names
 */
export async function createIndexes(file: string, definitions: Record<string, Indexed>) {
  const database = openLog(file)
  const found = database.prepare(
    "SELECT name, sql FROM sqlite_schema WHERE type = 'index' AND tbl_name = ? AND sql IS NOT NULL"
  )
  const due = Object.entries(definitions).flatMap(([entity, definition]) => {
    const wanted = indexesOf(entity, definition)
    const known = new Map(found.all(tableOf(entity)).map(({ name, sql }) => [String(name), String(sql)]))
    return [
      ...[...known].filter(([name, sql]) => wanted.get(name) !== sql).map(([name]) => `DROP INDEX ${name}`),
      ...[...wanted].filter(([name, sql]) => known.get(name) !== sql).map(([, sql]) => sql)
    ]
  })
  if (due.length) await transaction(database, () => database.exec(due.join(';')))
  database.close()
}

/** The statements that create the indexes of an entity, by the names of the indexes. */
export function indexesOf(entity: string, { '@indexes': lists = [] }: Indexed): Map<string, string> {
  const table = tableOf(entity)
  return new Map(
    lists.map((elements) => {
      const columns = elements.map((element) => element['='].replaceAll('.', '_'))
      const name = `${table}_by_${columns.join('_')}`
      const condition = columns[0] === 'tenant' ? '' : ` WHERE ${OF_ALL_TENANTS}`
      return [name, `CREATE INDEX ${name} ON ${table} (${columns.join()})${condition}`]
    })
  )
}

function tableOf(entity: string) {
  return entity.replaceAll('.', '_')
}
