/**
 * Query options on the value of a property: which items of a collection are shown, in which order, and what is computed
 * for them (OData URL Conventions 4.01, 5.1.4). The database does the work: the value is a JSON column there.
 */
import { RequestError } from '../../errors/errors.ts'
import type { Exchange } from '../request/exchange.ts'
import { allOf, named, ref, val, xpr, type Cqn } from '../../cqn/cqn.ts'
import { jsonChosen, jsonCount, jsonExtended, jsonItem, jsonContains, pathTo } from '../../database/dialect.ts'
import { holds } from '../expressions/logic.ts'
import { asJsonValue, shown } from '../expressions/members.ts'
import { orderTerms } from './order.ts'
import type { Parser, Scope } from '../expressions/parsing.ts'
import { exists } from '../expressions/paths.ts'
import { parseSearch } from '../expressions/search.ts'
import { checkOptions, integerOption, isCounted } from '../request/options.ts'
import { computedValues, propertyOf, valueColumn, type Computed } from './compute.ts'
import { extended, type Rows } from './rows.ts'
import { parsedOption } from './row-sets.ts'
import { isStructured, valueTypesOf, type Property, type StructuredType } from '../model/types.ts'

/** More items than a collection has. */
const MOST_ITEMS = 2 ** 31 - 1

const OF_COLLECTIONS = ['$filter', '$search', '$orderby', '$top', '$skip', '$count', '$compute']
const OF_COMPLEX_VALUES = ['$compute']

/** The control information with the number of items in a collection (OData JSON 4.01, 4.5.4). */
export const countName = (property: string) => `${property}@odata.count`

/** A path to a property as the model spells it. */
export interface PropertyAt {
  names: string[]
  /** With the types that it is cast to. */
  segments: string[]
  property: Property | undefined
  /** The type of the property, or the one that it is cast to. */
  type: Property['type']
}

/**
 * Applies query options to a property of rows.
 * @param path of the property
 * @param isAddressed whether the request addresses the property; then `$it` is an item of it, not the entity
 * @throws {RequestError} 400 for options that the property does not take, 501 for a property within another one
 */
export function narrowed(
  exchange: Exchange,
  rows: Rows,
  { names, property, type }: PropertyAt,
  options: Map<string, string>,
  isAddressed: boolean
): Rows {
  if (!property || !isStructured(property.type))
    throw new RequestError('invalidQueryOption', `'${names.join('/')}' takes no query options.`, '$select')
  checkOptions(options, property.collection ? OF_COLLECTIONS : OF_COMPLEX_VALUES)
  if (names.length > 1 || property.type.open)
    throw new RequestError('notImplemented', `The service takes no query options on '${names.join('/')}'.`, '$select')
  const known = { property: property as Narrowing['property'], type: type as StructuredType }
  const narrowing = { exchange, rows, ...known, options, isAddressed }
  return property.collection ? collection(narrowing) : complexValue(narrowing)
}

/** A complex value or a collection of them, with query options of its own. */
interface Narrowing {
  exchange: Exchange
  rows: Rows
  property: Property & { type: StructuredType }
  /** The type of the property, or the one that the request casts it to. */
  type: StructuredType
  options: Map<string, string>
  isAddressed: boolean
}

/** Chooses and counts the items of a collection. */
function collection(narrowing: Narrowing): Rows {
  const { property, options } = narrowing
  const values = computed(narrowing, { type: property.type, item: 'plain' })
  const type = withValues(property.type, values, (value) => value)
  const source = itemsOf(property, values)
  const conditions = conditionsOf(narrowing, { type, item: 'item' })
  const order = orderOf(narrowing, { type, item: 'item' })
  const most = val(integerOption(options, '$top') ?? MOST_ITEMS)
  const after = val(integerOption(options, '$skip') ?? 0)
  const column = valueColumn(property.name)
  const columns = [named(jsonChosen(source, 'item', conditions, order, most, after), column)]
  const properties: Property[] = [{ ...property, type, column }]
  if (isCounted(options)) {
    const count = jsonCount(source, 'item', conditions)
    const name = countName(property.name)
    columns.push(named(count, valueColumn(name)))
    properties.unshift(propertyOf(name, { cqn: count, type: 'number', whole: true }))
  }
  return replaced(narrowing, properties, columns)
}

/** Adds computed values to a complex value, unless that is null. */
function complexValue(narrowing: Narrowing): Rows {
  const { property, rows } = narrowing
  const { name, type, derived } = property
  const values = computed(narrowing, { type: narrowing.type, property })
  const columnOf = (value: Computed) => valueColumn(`${name}/${value.name}`) // no other value can have this name
  const whereThere = (value: Cqn) => xpr('case when', exists(property, rows.type), 'then', value, 'end')
  const columns = values.map((each) => named(whereThere(shown(each.value)), columnOf(each)))
  const extend = (each: StructuredType) =>
    withValues(each, values, (_, value) => propertyOf(value.name, value.value, columnOf(value)))
  const types = derived && { ...derived, types: derived.types.map(extend) }
  return replaced(narrowing, [{ ...property, type: extend(type), derived: types }], columns)
}

/** Parses an option, if there is one, with the names of a scope. */
function parsed<Result>(narrowing: Narrowing, option: string, scope: Scope, parse: (parser: Parser) => Result) {
  const { exchange, rows, options, isAddressed } = narrowing
  const within = (parser: Parser) => parse(isAddressed ? parser : parser.within(scope))
  return parsedOption({ ...exchange, options, isNested: true }, option, rows, within, isAddressed ? scope : undefined)
}

function computed(narrowing: Narrowing, scope: Scope): Computed[] {
  const taken = valueTypesOf(narrowing.property).flatMap(({ properties }) => [...properties.keys()])
  return parsed(narrowing, '$compute', scope, (parser) => computedValues(parser, taken)) ?? []
}

/** The collection, with what is computed for its items. */
function itemsOf({ name }: Property, values: Computed[]): Cqn {
  const members = values.flatMap((each) => [pathTo(each.name), asJsonValue(each.value)])
  return members.length ? jsonExtended(ref(name), members) : ref(name)
}

function conditionsOf(narrowing: Narrowing, scope: Scope & { item: string }): Cqn {
  const conditions: Cqn[] = []
  const filter = parsed(narrowing, '$filter', scope, (parser) => holds(parser.condition()))
  if (filter) conditions.push(filter)
  const search = narrowing.options.get('$search')
  if (search !== undefined) conditions.push(parseSearch(search, (term) => jsonContains(jsonItem(scope.item), term)).cqn)
  return conditions.length ? allOf(...conditions) : val(true)
}

function orderOf(narrowing: Narrowing, scope: Scope): Cqn {
  const terms = parsed(narrowing, '$orderby', scope, orderTerms) ?? []
  const order = terms
    .filter(({ cqn }) => !('val' in cqn)) // a constant orders nothing, and PostgreSQL refuses null
    .flatMap(({ cqn, descending }) => [cqn, descending ? 'desc nulls last,' : 'asc nulls first,'])
  return xpr(...order, 'item.key')
}

function replaced({ rows, property }: Narrowing, properties: Property[], columns: (Cqn & { as: string })[]): Rows {
  const own = [...rows.type.properties.values()]
  const all = own.flatMap((each) => (each.name === property.name ? properties : [each]))
  return extended(rows, columns, all)
}

function withValues(
  type: StructuredType,
  values: Computed[],
  change: (property: Property, value: Computed) => Property
): StructuredType {
  const added = values.map((each): [string, Property] => [each.name, change(propertyOf(each.name, each.value), each)])
  return values.length ? { ...type, properties: new Map([...type.properties, ...added]) } : type
}
