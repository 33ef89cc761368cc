/**
 * Query options on the value of a property: which items of a collection an answer has, in which order, and what is
 * computed for them (OData URL Conventions 4.01, 5.1.4). The database does so, as the value is a column of JSON there.
 */
import { WITHIN_TIME } from '../../database/sqlite/functions.ts'
import { RequestError } from '../../errors/errors.ts'
import type { Exchange } from '../request/exchange.ts'
import { computedValues } from './compute.ts'
import { allOf, func, named, ref, val, xpr, type Cqn } from '../../cqn/cqn.ts'
import { Cursor } from '../expressions/cursor.ts'
import { jsonItem, jsonText } from '../../database/sqlite/json-functions.ts'
import { holds } from '../expressions/logic.ts'
import { asJsonValue, shown } from '../expressions/members.ts'
import { orderTerms } from './order.ts'
import { ExpressionParser } from '../expressions/parser.ts'
import type { Scope } from '../expressions/parsing.ts'
import { exists } from '../expressions/paths.ts'
import { parseSearch } from '../expressions/search.ts'
import { booleanOption, checkOptions, integerOption } from '../request/options.ts'
import { clauses, nested, propertyOf, valueColumn, type Computed, type Rows } from './rows.ts'
import { context } from './row-sets.ts'
import { isStructured, type Property, type StructuredType } from '../model/types.ts'

const OF_COLLECTIONS = ['$filter', '$search', '$orderby', '$top', '$skip', '$count', '$compute']
const OF_COMPLEX_VALUES = ['$compute']

/** The control information that has the number of items in a collection (OData JSON 4.01, 4.5.4). */
export const countName = (property: string) => `${property}@odata.count`

/**
 * Applies query options to a property of rows.
 * @param names the path of the property
 * @param isAddressed whether the property is what the request addresses: then `$it` is an item of it, not the entity
 * @throws {RequestError} 400 for options that the property cannot have, 501 for a property within another one
 */
export function narrowed(
  exchange: Exchange,
  rows: Rows,
  names: string[],
  property: Property | undefined,
  options: Map<string, string>,
  isAddressed: boolean
): Rows {
  if (!property || !isStructured(property.type))
    throw new RequestError('invalidQueryOption', `'${names.join('/')}' takes no query options.`, '$select')
  checkOptions(options, property.collection ? OF_COLLECTIONS : OF_COMPLEX_VALUES)
  if (names.length > 1 || property.type.open)
    throw new RequestError('notImplemented', `The service takes no query options on '${names.join('/')}'.`, '$select')
  const narrowing = new Narrowing(exchange, rows, property, options, isAddressed)
  return property.collection ? narrowing.collection() : narrowing.complexValue()
}

class Narrowing {
  private readonly exchange: Exchange
  private readonly rows: Rows
  private readonly property: Property
  private readonly type: StructuredType
  private readonly options: Map<string, string>
  private readonly isAddressed: boolean

  constructor(exchange: Exchange, rows: Rows, property: Property, options: Map<string, string>, isAddressed: boolean) {
    this.isAddressed = isAddressed
    this.exchange = exchange
    this.rows = rows
    this.property = property
    this.type = property.type as StructuredType
    this.options = options
  }

  /** A collection of which the items are chosen, and for which they are counted. */
  collection(): Rows {
    const computed = this.computed({ type: this.type, item: 'plain' })
    const type = withValues(this.type, computed, (value) => value)
    const source = this.items(computed)
    const conditions = this.conditions({ type, item: 'item' })
    const column = valueColumn(this.property.name)
    const columns = [named(this.chosen(source, conditions, this.order({ type, item: 'item' })), column)]
    const properties: Property[] = [{ ...this.property, type, column }]
    if (booleanOption(this.options, '$count')) {
      const count = xpr('(select count(*) from', ...source, 'where', conditions, ')')
      const name = countName(this.property.name)
      columns.push(named(count, valueColumn(name)))
      properties.unshift({ ...propertyOf(name, { cqn: count, type: 'any', position: 0 }), column: valueColumn(name) })
    }
    return this.replaced(properties, columns)
  }

  /** A complex value with computed ones, which it has if it is there. */
  complexValue(): Rows {
    const { name, derived } = this.property
    const values = this.computed({ type: this.type, property: this.property })
    const columnOf = (value: Computed) => valueColumn(`${name}_${value.name}`)
    const whereThere = (value: Cqn) => xpr('case when', exists(this.property, this.rows.type), 'then', value, 'end')
    const columns = values.map((each) => named(whereThere(shown(each.value)), columnOf(each)))
    const extend = (type: StructuredType) =>
      withValues(type, values, (property, value) => ({ ...property, column: columnOf(value) }))
    const types = derived && { ...derived, types: derived.types.map(extend) }
    return this.replaced([{ ...this.property, type: extend(this.type), derived: types }], columns)
  }

  private parser(option: string, scope: Scope): ExpressionParser {
    const cursor = new Cursor(this.options.get(option) as string, option)
    const of = { ...context(this.exchange, option), type: this.rows.type }
    return this.isAddressed ? new ExpressionParser(cursor, of, scope) : new ExpressionParser(cursor, of).within(scope)
  }

  private computed(scope: Scope): Computed[] {
    if (!this.options.has('$compute')) return []
    const parser = this.parser('$compute', scope)
    const values = computedValues(parser, [...this.type.properties.keys()])
    parser.cursor.end()
    return values
  }

  /** The items, with what is computed for them. */
  private items(values: Computed[]): (Cqn | string)[] {
    const column = ref(this.property.name)
    if (!values.length) return ['json_each(', column, ') as item']
    const members = values.flatMap(({ name, value }) => [',', val(`$."${name}"`), ',', asJsonValue(value)])
    const each = ['json_each(', column, ') as plain)', 'as item']
    return ['(select plain.key as key, json_set(plain.value', ...members, ') as value from', ...each]
  }

  private conditions(scope: Scope & { item: string }): Cqn {
    const conditions: Cqn[] = [func(WITHIN_TIME)]
    if (this.options.has('$filter')) {
      const parser = this.parser('$filter', scope)
      conditions.push(holds(parser.condition()))
      parser.cursor.end()
    }
    const search = this.options.get('$search')
    if (search !== undefined) conditions.push(parseSearch(search, (term) => jsonText(jsonItem(scope.item), term)))
    return allOf(...conditions)
  }

  private order(scope: Scope): (Cqn | string)[] {
    if (!this.options.has('$orderby')) return []
    const parser = this.parser('$orderby', scope)
    const terms = orderTerms(parser)
    parser.cursor.end()
    return terms.flatMap(({ cqn, descending }) => [cqn, descending ? 'desc nulls last,' : 'asc nulls first,'])
  }

  private chosen(source: (Cqn | string)[], conditions: Cqn, order: (Cqn | string)[]): Cqn {
    const limit = [
      val(integerOption(this.options, '$top') ?? -1),
      'offset',
      val(integerOption(this.options, '$skip') ?? 0)
    ]
    const items = [
      '(select item.value from',
      ...source,
      'where',
      conditions,
      'order by',
      ...order,
      'item.key limit',
      ...limit
    ]
    return xpr('(select json_group_array(json(value)) from', ...items, '))')
  }

  /** The rows with other properties in the place of the property, and with columns for them. */
  private replaced(properties: Property[], columns: (Cqn & { as: string })[]): Rows {
    const own = [...this.rows.type.properties.values()]
    const all = own.flatMap((each) => (each.name === this.property.name ? properties : [each]))
    const source = nested(this.rows, { ...clauses(this.rows), columns: [...this.rows.columns.map(ref), ...columns] })
    return {
      ...source,
      type: { ...this.rows.type, properties: new Map(all.map((each) => [each.name, each])) },
      columns: [...this.rows.columns, ...columns.map(({ as }) => as)]
    }
  }
}

/** A type with computed values as properties. */
function withValues(
  type: StructuredType,
  values: Computed[],
  change: (property: Property, value: Computed) => Property
): StructuredType {
  const added = values.map((each): [string, Property] => [each.name, change(propertyOf(each.name, each.value), each)])
  return values.length ? { ...type, properties: new Map([...type.properties, ...added]) } : type
}
