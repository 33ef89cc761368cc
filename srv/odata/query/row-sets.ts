/**
 * The rows that a request is about, after `$apply`, `$compute`, `$search` and `$filter` (OData URL Conventions 4.01,
 * 5.1).
 */
import type { Exchange } from '../request/exchange.ts'
import { parseApply } from './apply.ts'
import { parseCompute } from './compute.ts'
import type { ExpressionContext } from '../expressions/parsing.ts'
import { parsePredicate } from '../expressions/parser.ts'
import { RequestError } from '../../errors/errors.ts'
import { areTooLarge, computed, entities, filtered, searched, type Rows } from './rows.ts'

/** @returns the sets of rows; several after `concat` in `$apply` */
export function rowSets(exchange: Exchange): Rows[] {
  const all = entities(exchange.schema)
  const apply = exchange.options.get('$apply')
  const rows = apply === undefined ? [all] : parseApply(apply, all, context(exchange, '$apply'))
  return rows.map((each) => narrowed(exchange, each))
}

/** The context for the expressions of a query option, without the type of the rows. */
export function context({ now, aliases, schema }: Exchange, option: string): Omit<ExpressionContext, 'type'> {
  return { option, now, aliases, types: schema.types, patterns: { parts: 0 } }
}

function narrowed(exchange: Exchange, rows: Rows): Rows {
  const [compute, search, filter] = ['$compute', '$search', '$filter'].map((name) => exchange.options.get(name))
  let result = rows
  if (compute !== undefined) {
    const values = parseCompute(compute, { ...context(exchange, '$compute'), type: result.type }, result.columns)
    result = computed(result, values)
  }
  if (search !== undefined) result = searched(result, search)
  if (filter !== undefined)
    result = filtered(result, parsePredicate(filter, { ...context(exchange, '$filter'), type: result.type }))
  if (areTooLarge([result]))
    throw new RequestError('invalidQueryOption', 'The query options together are larger than the service takes.')
  return result
}
