/** What the renderers of engines share, which render queries as CAP does. */
import type { Limit, Select } from '@cap-js/db-service'
import { queryOf, type Model } from '../cqn/csn.ts'

/** Whether a query makes something of some rows of a table. */
export function isPage({ from, columns = [], groupBy, limit }: Select['SELECT'], model: Model | undefined): boolean {
  if (!from?.ref || !from.as || !limit || groupBy?.length || columns.every(({ ref }) => ref)) return false
  const definition = model?.definitions[from.ref[0] as string]
  return definition !== undefined && !queryOf(definition)
}

/** As text: on PostgreSQL the plan depends on it, and SQLite prepares a statement again whenever its limit is bound. */
export const asText = ({ rows, offset }: Limit): Limit => ({
  rows: { ...rows, param: false },
  ...(offset && { offset: { ...offset, param: false } })
})
