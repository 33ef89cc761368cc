/** Reads collections, page by page (OData Protocol 4.01, 11.2.6). */
import { asManyAsFit, mostBytes } from '../../database/sqlite/result-size.ts'
import { lastArrival } from '../query/arrivals.ts'
import { RequestError } from '../../errors/errors.ts'
import { linkOptions, type Exchange } from '../request/exchange.ts'
import { func, ref } from '../../cqn/cqn.ts'
import { extentOf, MOST } from '../../cqn/extent.ts'
import { parseOrder, type OrderTerm } from '../query/order.ts'
import { arrayText, sizeOf, type JsonText } from '../response/json-text.ts'
import { linkUrl } from '../response/links.ts'
import type { ServiceSchema } from '../model/schema.ts'
import { booleanOption } from '../request/options.ts'
import { readRows, type PageRows, type Prepared } from './page-rows.ts'
import { positionLiterals, toToken } from '../query/paging.ts'
import { planned, type Planned } from '../../plans/plans.ts'
import { applied } from '../request/preferences.ts'
import { clauses, entities, nested, type Rows } from '../query/rows.ts'
import { columnsFor, rowsList, selected } from '../query/select.ts'
import { requestShape } from '../request/shape.ts'
import { context, rowSets } from '../query/row-sets.ts'
import { renderRows } from '../response/render-rows.ts'
import { pageWindow, type PageWindow } from '../query/window.ts'
import type { Row } from '../../plans/statement.ts'

/** The answer to a collection request: its members, as JSON text, and the fragment of its context URL. */
export interface Page {
  fragment: string
  members: Record<string, JsonText>
}

/**
 * Reads a page.
 * @param path the path of the collection, `auditLogs/provisioning`
 */
export async function readPage(exchange: Exchange, path: string): Promise<Page> {
  const { options, format, root } = exchange
  const window = pageWindow(exchange)
  const counts = booleanOption(options, '$count')
  const until = window.until ?? (tracksChanges(exchange) ? await lastArrival(exchange) : undefined)
  const plan = planned(exchange, until === undefined ? shapeOfPage(exchange, window, counts) : undefined, () =>
    prepare(exchange)
  )
  const { sets, selected: shown } = plan.prepared
  const isOneSet = sets.length === 1
  const read = isOneSet ? await readRows(exchange, plan, window, until, path) : await readSets(exchange, sets, path)
  const members: Page['members'] = {}
  if (counts) members['@odata.count'] = [integerText(await countOf(exchange.schema, plan, sets), format)]
  members.value = arrayText(read.texts)
  if (isOneSet) plan.keep()
  if (read.token !== undefined)
    members['@odata.nextLink'] = [
      JSON.stringify(
        linkUrl(root + path + (exchange.asReferences ? '/$ref' : ''), linkOptions(exchange), '$skiptoken', read.token)
      )
    ]
  else if (until !== undefined) members['@odata.deltaLink'] = [JSON.stringify(deltaLinkOf(exchange, path, until))]
  return { fragment: path + rowsList(shown), members }
}

function prepare(exchange: Exchange): Prepared {
  const sets = rowSets(exchange)
  const [rows] = sets as [Rows]
  return { sets, selected: selected(exchange, rows), terms: sets.length === 1 ? totalOrder(exchange, rows) : [] }
}

function shapeOfPage(exchange: Exchange, { limit, skip, after }: PageWindow, counts: boolean) {
  const position = after?.map((value) => (value === null ? null : typeof value))
  return requestShape(exchange, ['page', limit, skip, position, counts], positionLiterals(after))
}

/** What `concat` puts together comes as a whole, as no order goes over all of it. */
async function readSets(exchange: Exchange, sets: Rows[], path: string): Promise<PageRows> {
  const { options, run, schema } = exchange
  for (const name of ['$orderby', '$top', '$skip', '$skiptoken', '$compute']) {
    if (options.has(name))
      throw new RequestError('notImplemented', `The service does not implement ${name} after concat.`, name)
  }
  const { max } = schema.pageSize
  const texts: JsonText = []
  for (const rows of sets) {
    const columns = columnsFor(undefined, rows)
    const read = (count: number) =>
      run({ SELECT: { ...clauses(rows), columns, limit: { rows: { val: count } } } }) as Promise<Row[]>
    const { rows: found, asked } = await asManyAsFit(max + 1, read)
    texts.push(...(await renderRows(exchange, found, rows, undefined, path)))
    if (asked <= max || found.length > max || sizeOf(texts) > mostBytes())
      throw new RequestError('notImplemented', `The result is larger than a page, and concat has no pages.`, '$apply')
  }
  return { texts }
}

/** The link by which the client reads what comes in after an arrival: see delta.ts. */
function deltaLinkOf(exchange: Exchange, path: string, until: number): string {
  const { root } = exchange
  const kept = new Map(
    [...linkOptions(exchange)].filter(([name]) => !['$orderby', '$count', '$top', '$skiptoken'].includes(name))
  )
  return linkUrl(root + path, kept, '$deltatoken', toToken(exchange, '$deltatoken', { until }, kept))
}

/** Whether the client asks for a delta link, and one can be given: what is cut off has no changes to track. */
function tracksChanges({ preferences, options, conventions, res }: Exchange): boolean {
  const isCut = options.has('$apply') || options.has('$skip') || (options.has('$top') && !conventions.topIsPageSize)
  if (!preferences.has('track-changes') || isCut || options.has('$skiptoken')) return false
  applied(res, 'odata.track-changes')
  return true
}

/** The order that is asked for, then that of `$apply` or the default one, then what breaks ties. */
function totalOrder(exchange: Exchange, rows: Rows): OrderTerm[] {
  const order = exchange.options.get('$orderby')
  const defaultOrder = rows.areEntities ? exchange.schema.defaultOrder : undefined
  const expression = order ?? (rows.order ? undefined : defaultOrder)
  const terms =
    expression === undefined ? [] : parseOrder(expression, { ...context(exchange, '$orderby'), type: rows.type })
  const all = [...terms, ...(rows.order ?? [])]
  // a position is compared term by term, each after all those before it: see paging.ts
  const nodes = all.reduce((sum, { cqn }) => sum + extentOf(cqn).nodes, 0) * all.length
  if (nodes > MOST.nodes) throw new RequestError('invalidQueryOption', '$orderby is too large.', '$orderby')
  const descending = all.at(-1)?.descending ?? false
  return [...all, ...rows.identity.map((name) => ({ cqn: { ref: [name] }, descending, required: rows.areEntities }))]
}

/** How many rows there are in all, whatever part of them is on the page. */
export async function countOf(schema: ServiceSchema, { ask }: Asking, sets: Rows[]): Promise<number> {
  let total = 0
  for (const [index, rows] of sets.entries()) {
    const found = await ask(`count ${index}`, () => {
      if (rows === entities(schema)) return countOfAll(schema)
      const source = rows.areEntities
        ? clauses(rows)
        : clauses(nested(rows, { ...clauses(rows), columns: columnsFor(undefined, rows) }))
      return { SELECT: { ...source, columns: [{ func: 'count', args: ['*'], as: 'total' }] } }
    })
    total += Number(found[0]?.total)
  }
  return total
}

type Asking = Pick<Planned<unknown>, 'ask'>

/** The number of all entities is kept: see db/counts.cds. */
function countOfAll({ counts }: ServiceSchema) {
  return { SELECT: { from: { ref: [counts] }, columns: [{ ...func('sum', ref('events')), as: 'total' }] } }
}

/** Clients may ask for 64-bit integers as strings, since JavaScript cannot hold all of them (OData JSON 4.01, 3.2). */
export function integerText(value: number, { ieee754Compatible }: Exchange['format']) {
  return ieee754Compatible ? `"${value}"` : String(value)
}
