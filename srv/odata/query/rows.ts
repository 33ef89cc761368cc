/** What a request on a collection reads: the entities, or the rows that `$compute` and `$apply` make of them. */
import { columnsOf } from '../model/columns.ts'
import { boundsOf } from './periods.ts'
import { allOf, extentOf, MOST, MOST_NESTED, ref, type Cqn } from '../../cqn/cqn.ts'
import type { Sought, Typed, Ways } from '../../cqn/typed.ts'
import { RequestError } from '../../errors/errors.ts'
import { parseWhole } from '../expressions/parser.ts'
import { orderTerms, type OrderTerm } from './order.ts'
import { holds } from '../expressions/logic.ts'
import { mayContain } from '../../database/dialect.ts'
import { foundIn, parseSearch } from '../expressions/search.ts'
import { alwaysIn } from '../expressions/sought.ts'
import type { Searched } from '../../database/engine.ts'
import type { ServiceSchema } from '../model/schema.ts'
import type { Property, StructuredType } from '../model/types.ts'
import { remembered } from '../../values/remembered.ts'

export interface Rows {
  /** CQN: an entity or a query. */
  from: object
  where: Cqn[]
  /** The texts that must be there for `where` to be true, as the search index finds them. */
  sought: Ways[]
  type: StructuredType
  columns: string[]
  /** The columns that make any order total. */
  identity: string[]
  /** The order from `$apply`. */
  order: OrderTerm[]
  /** The order where the request has none. */
  defaultOrder: OrderTerm[]
  /** Whether the rows are still entities, each with a URL. */
  areEntities: boolean
  searchable: Searched
  /** The column with the instant of an event, if that is shown. */
  instant: string | undefined
  /** The size of the query so far: see cqn/cqn.ts. */
  nodes: number
  nesting: number
}

/** All entities of the service. */
export const entities = remembered((schema: ServiceSchema): Rows => {
  const { entity, entityType, identity, searchable, tallies, types } = schema
  const context = { option: '$orderby', now: new Date(0), aliases: new Map(), types, type: entityType }
  const defaultOrder = parseWhole(schema.defaultOrder, context, orderTerms)
  const properties = [...entityType.properties.values()]
  const instants = properties.flatMap(({ instant }) => instant ?? [])
  const shown = properties.flatMap((property) => columnsOf(property))
  const { emptyObjects, representationTag } = entityType.hidden
  const columns = [...new Set([...shown, ...identity, ...instants, emptyObjects, representationTag])]
  const all = { from: { ref: [entity] }, where: [], sought: [], type: entityType, columns, identity, searchable }
  return { ...all, instant: tallies?.period, order: [], defaultOrder, areEntities: true, nodes: 0, nesting: 0 }
})

/**
 * The order of rows: the requested one, then that of `$apply`, or else the default, then what breaks ties. It is the
 * same for all transformations and options that take some of the rows (Data Aggregation 4.0, 3.3.7).
 */
export function totalOrder({ order, defaultOrder, identity, areEntities }: Rows, requested: OrderTerm[] = []) {
  const given = [...requested, ...order]
  const terms = given.length ? given : defaultOrder
  const descending = terms.at(-1)?.descending ?? false
  return [...terms, ...identity.map((name): OrderTerm => ({ cqn: ref(name), descending, required: areEntities }))]
}

export function filtered(rows: Rows, condition: Cqn): Rows {
  return { ...rows, where: [...rows.where, condition], nodes: rows.nodes + extentOf(condition).nodes }
}

/** The rows for which a condition holds. */
export const conditioned = (rows: Rows, condition: Typed): Rows =>
  filtered(containing(rows, condition.texts), holds(condition))

/** Entities without those that are known not to contain some texts. */
function containing(rows: Rows, texts: Ways[] = []): Rows {
  const { text, json, byParts } = rows.searchable
  const isKnown = ({ column }: Sought) => column === undefined || text.includes(column) || json.includes(column)
  const known = texts
    .map((ways) => ways.map((list) => list.filter(isKnown)))
    .filter((ways) => ways.every(({ length }) => length))
  const [alternatives = [[]]] = known.filter(({ length }) => length > 1)
  // what must be there in any case makes each of the alternatives rarer
  const ways = alternatives.map((list) =>
    [...alwaysIn(known), ...list].map(({ column = '', ...each }) => ({ ...each, column: byParts[column] }))
  )
  if (!rows.areEntities || !ways[0]?.length) return rows
  return { ...rows, sought: [...rows.sought, ways], nodes: rows.nodes + ways.flat().length }
}

/** The rows that a search finds. @throws {RequestError} 501 for aggregated rows, which have no text to search */
export function searched(rows: Rows, expression: string): Rows {
  if (rows.areEntities) {
    const { cqn, texts } = parseSearch(expression, foundIn(rows.searchable))
    return filtered(containing(rows, texts), cqn)
  }
  throw new RequestError('notImplemented', 'The service does not search in aggregated rows.', '$search')
}

/** Whether the queries for these sets are too large together. */
export function areTooLarge(sets: Rows[]): boolean {
  const nodes = sets.reduce((sum, rows) => sum + rows.nodes, 0)
  return nodes > MOST.nodes || sets.some(({ nesting }) => nesting > MOST_NESTED)
}

/** The clauses of a query for rows. */
export function clauses({ from, where, sought, identity: [id = ''], instant }: Rows) {
  const bounds = instant === undefined ? {} : boundsOf(where, instant)
  const conditions = [...sought.map((ways) => mayContain(ref(id), ways, bounds)), ...where]
  return conditions.length ? { from, where: [allOf(...conditions)] } : { from }
}

/** Adds columns to rows, which then have the given properties. */
export function extended(rows: Rows, columns: (Cqn & { as: string })[], properties: Property[]): Rows {
  return {
    ...nested(rows, [...rows.columns.map(ref), ...columns]),
    type: { ...rows.type, properties: new Map(properties.map((each) => [each.name, each])) },
    columns: [...rows.columns, ...columns.map(({ as }) => as)]
  }
}

/** Rows whose source is a query for other rows. @param columns the columns of the query; by default all */
export function nested(rows: Rows, columns: Cqn[] = rows.columns.map(ref), others: object = {}): Rows {
  const nodes = columns.reduce((sum, column) => sum + extentOf(column).nodes, rows.nodes)
  const from = { SELECT: { ...clauses(rows), columns, ...others }, as: 'source' }
  return { ...rows, from, where: [], sought: [], nodes, nesting: rows.nesting + 1 }
}
