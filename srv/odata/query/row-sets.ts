/** The rows that a request is about, by `$apply`, `$compute`, `$search` and `$filter` (URL Conventions 4.01, 5.1). */
import type { Exchange } from '../request/exchange.ts'
import { transformations } from './apply.ts'
import { parseWhole } from '../expressions/parser.ts'
import type { ExpressionContext, Parser, Scope } from '../expressions/parsing.ts'
import { RequestError } from '../../errors/errors.ts'
import { tallied } from './tallied.ts'
import { computed } from './compute.ts'
import { areTooLarge, conditioned, entities, searched, type Rows } from './rows.ts'

/**
 * Reads the options that make or choose rows.
 * @returns the sets of rows; several after `concat` in `$apply`
 * @throws {RequestError} 400 for options that are wrong, or too large together, 501 for what is not implemented
 */
export function rowSets(exchange: Exchange, all = entities(exchange.schema)): Rows[] {
  const sets = parsedOption(exchange, '$apply', all, (parser) => transformations(parser, all)) ?? [all]
  const results: Rows[] = []
  for (const each of sets) {
    results.push(withOptions(exchange, each))
    if (areTooLarge(results))
      throw new RequestError('invalidQueryOption', 'The query options together are larger than the service takes.')
  }
  return results
}

/**
 * Parses a query option whose value is an expression about rows.
 * @param root where names are looked up, if not in the rows
 * @returns undefined if the request does not have the option
 * @throws {RequestError} as {@link parseWhole}
 */
export function parsedOption<Result>(
  {
    options,
    now,
    aliases,
    schema,
    isNested
  }: Pick<Exchange, 'options' | 'now' | 'aliases' | 'schema'> & Pick<ExpressionContext, 'isNested'>,
  option: string,
  { type }: Rows,
  parse: (parser: Parser) => Result,
  root?: Scope
): Result | undefined {
  const expression = options.get(option)
  const context = { option, isNested, now, aliases, types: schema.types, type }
  return expression === undefined ? undefined : parseWhole(expression, context, parse, root)
}

/** The rows that `$compute`, `$search` and `$filter` make of others. */
function withOptions(exchange: Exchange, rows: Rows): Rows {
  const all = parsedOption(exchange, '$compute', rows, (parser) => computed(parser, rows)) ?? rows
  const search = exchange.options.get('$search')
  const found = search === undefined ? all : searched(all, search)
  const condition = parsedOption(exchange, '$filter', found, (parser) => parser.condition())
  const result = condition ? conditioned(found, condition) : found
  return result.areEntities ? result : { ...result, from: tallied(exchange.schema, result.from) }
}
