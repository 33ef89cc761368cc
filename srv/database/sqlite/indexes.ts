/** The indexes of the tables, which the model asks for by `@indexes`: see db/indexes.cds. */
import type { Indexed } from '../engine.ts'
import type { LogConnection } from './connection.ts'
import { renew } from './schema-objects.ts'

/**
 * The condition of indexes over all tenants. It is true of all rows, but SQLite uses a partial index only for a query
 * whose condition has that of the index in it (https://sqlite.org/partialindex.html), and those of one tenant have not:
 * how long they take must not depend on what other tenants have.
 */
export const OF_ALL_TENANTS = 'length(tenant) >= 0'

/**
 * Creates the indexes that are missing or not as they should be, and removes those that are not asked for any more. Of a
 * large log that takes its time, but only once. To be called after the schema was migrated.
 * @param definitions the entities of the model, by their names
 */
export async function createIndexes(database: LogConnection, definitions: Record<string, Indexed>) {
  const entities = Object.entries(definitions)
  const wanted = new Map(entities.flatMap(([entity, definition]) => [...indexesOf(entity, definition)]))
  await renew(database, 'index', wanted, { tables: entities.map(([entity]) => tableOf(entity)) })
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
