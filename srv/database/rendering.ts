/** What the renderers of engines share, which render queries as CAP does. */
import type { Limit, Select, ValueExpression } from '@cap-js/db-service'
import { findColumn, queryOf, type Model } from '../cqn/csn.ts'

/** An argument of a function, as CAP gives it: it is rendered when it becomes a text. */
export type Argument = ValueExpression & { toString(): string }

/**
 * Counts, in place of CAP's, which make the text of a constant part of the statement: clients may count what they like, so
 * it could be any SQL.
 */
export const COUNT_FUNCTIONS = {
  count: (value: unknown = '*') => `count(${String(value)})`,
  countdistinct: (value: unknown) => `count(distinct ${String(value)})`
}

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

/** The tenant that a query is confined to (see access/tenants.ts); undefined if it reads all of them. */
export function tenantOf(
  { from, where = [] }: Select['SELECT'],
  model: Model | undefined
): ValueExpression | undefined {
  const [column, operator, tenant] = where as [{ ref?: string[] }?, string?, ValueExpression?]
  const name = findColumn(model?.definitions[from?.ref?.[0] as string] ?? {}, 'tenant')
  return name !== undefined && column?.ref?.at(-1) === name && operator === '=' ? tenant : undefined
}
