/** The indexes of the tables, which the model asks for by `@indexes`: see db/indexes.cds. */
import { openLog } from '../integrity/tables.ts'
import { transaction } from '../integrity/transaction.ts'

/** An entity, as far as it says what its rows are found by: lists of elements, those of structures with their paths. */
export interface Indexed {
  '@indexes'?: { '=': string }[][]
}

/**
 * Creates the indexes that are missing, and removes those that are not asked for any more. Of a large log that takes
 * its time, but only once. To be called after the schema was migrated.
 * @param file the database file
 * @param definitions the entities of the model, by their names
 */
export async function createIndexes(file: string, definitions: Record<string, Indexed>) {
  const database = openLog(file)
  const found = database.prepare(
    "SELECT name FROM sqlite_schema WHERE type = 'index' AND tbl_name = ? AND sql IS NOT NULL"
  )
  const due = Object.entries(definitions).flatMap(([entity, { '@indexes': lists = [] }]) => {
    const table = entity.replaceAll('.', '_')
    const wanted = new Map(lists.map((elements) => indexOf(table, elements)))
    const known = found.all(table).map(({ name }) => String(name))
    return [
      ...known.filter((name) => !wanted.has(name)).map((name) => `DROP INDEX ${name}`),
      ...[...wanted].filter(([name]) => !known.includes(name)).map(([name, on]) => `CREATE INDEX ${name} ON ${on}`)
    ]
  })
  if (due.length) await transaction(database, () => database.exec(due.join(';')))
  database.close()
}

function indexOf(table: string, elements: { '=': string }[]): [name: string, on: string] {
  const columns = elements.map((element) => element['='].replaceAll('.', '_'))
  return [`${table}_by_${columns.join('_')}`, `${table} (${columns.join()})`]
}
