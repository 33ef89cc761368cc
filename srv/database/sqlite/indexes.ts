/** The indexes that the model asks for by `@indexes`: see db/indexes.cds. */
import { findColumn } from '../../cqn/columns.ts'
import type { Indexed } from '../engine.ts'
import type { LogConnection } from './connection.ts'
import { renew } from './schema-objects.ts'
import { OF_ALL_TENANTS } from './tables.ts'

/**
 * Creates indexes that are missing or were created differently, and drops those the model no longer asks for. In a large
 * log this takes minutes, but only once. Call it after the schema was migrated.
 * @param definitions the entities of the model, by name
 */
export async function createIndexes(database: LogConnection, definitions: Record<string, Indexed>) {
  const entities = Object.entries(definitions)
  const wanted = new Map(entities.flatMap(([entity, definition]) => [...indexesOf(entity, definition)]))
  await renew(database, 'index', wanted, { tables: entities.map(([entity]) => tableOf(entity)) })
}

/** The statements that create the indexes of an entity, by index name. */
export function indexesOf(entity: string, definition: Indexed): Map<string, string> {
  const { '@indexes': lists = [] } = definition
  const table = tableOf(entity)
  const tenant = findColumn(definition, 'tenant')
  return new Map(
    lists.map((elements) => {
      const columns = elements.map((element) => element['='].replaceAll('.', '_'))
      const name = `${table}_by_${columns.join('_')}`
      const condition = columns[0] === tenant ? '' : ` WHERE ${OF_ALL_TENANTS}`
      return [name, `CREATE INDEX ${name} ON ${table} (${columns.join()})${condition}`]
    })
  )
}

const tableOf = (entity: string) => entity.replaceAll('.', '_')
