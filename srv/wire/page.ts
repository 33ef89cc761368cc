/** Reads collections, page by page (OData Protocol 4.01, 11.2.6). */
import { arrivedUntil, lastArrival } from './arrivals.ts'
import type { Row, Selection } from './columns.ts'
import { RequestError } from './errors.ts'
import { linkOptions, type Exchange } from './exchange.ts'
import type { Value } from './expressions/cqn.ts'
import { func, nameOf, ref } from './expressions/cqn.ts'
import { extentOf, MOST } from './expressions/extent.ts'
import { orderBy, parseOrder, type OrderTerm } from './expressions/order.ts'
import { arrayText, type JsonText } from './json-text.ts'
import { linkUrl } from './links.ts'
import type { ServiceSchema } from './model.ts'
import { booleanOption } from './options.ts'
import { comesAfter, positionLiterals, toToken } from './paging.ts'
import { planned, type Planned } from './plans.ts'
import { applied } from './preferences.ts'
import { clauses, entities, filtered, nested, type Rows } from './rows.ts'
import { columnsFor, parseSelect, rowsList } from './select.ts'
import { requestShape } from './shape.ts'
import { context, sources } from './sources.ts'
import { pageQuery, readPageRow } from './stored-page.ts'
import { isSentAsStored, shownColumns, textsOf } from './texts.ts'
import { pageWindow, type PageWindow } from './window.ts'

/** The answer to a collection request: its members, as JSON text, and the fragment of its context URL. */
export interface Page {
  fragment: string
  members: Record<string, JsonText>
}

/** What is found out of a request, whatever the values of its literals are. */
interface Prepared {
  sets: Rows[]
  selection: Selection
  terms: OrderTerm[]
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
  const { sets, selection } = plan.prepared
  const [rows] = sets as [Rows]
  const isOneSet = sets.length === 1
  const read = isOneSet ? await readWindow(exchange, plan, window, until, path) : await readSets(exchange, sets, path)
  const members: Page['members'] = {}
  if (counts) members['@odata.count'] = [integer(await countOf(exchange.schema, plan, sets), format)]
  members.value = arrayText(read.texts)
  if (isOneSet) plan.keep()
  if (read.token !== undefined)
    members['@odata.nextLink'] = [JSON.stringify(linkUrl(root + path, linkOptions(exchange), '$skiptoken', read.token))]
  else if (until !== undefined) members['@odata.deltaLink'] = [JSON.stringify(deltaLinkOf(exchange, path, until))]
  return { fragment: path + rowsList(rows, selection), members }
}

function prepare(exchange: Exchange): Prepared {
  const sets = sources(exchange)
  const [rows] = sets as [Rows]
  const selection = parseSelect(exchange.options.get('$select'), rows.type)
  return { sets, selection, terms: sets.length === 1 ? totalOrder(exchange, rows) : [] }
}

function shapeOfPage(exchange: Exchange, { limit, skip, after }: PageWindow, counts: boolean) {
  const position = after?.map((value) => (value === null ? null : typeof value))
  return requestShape(exchange, ['page', limit, skip, position, counts], positionLiterals(after))
}

interface Read {
  /** The rows as they are shown. */
  texts: JsonText
  /** The token of the next page, if there is one. */
  token?: string
}

async function readWindow(
  exchange: Exchange,
  { prepared: { sets, selection, terms }, ask }: Planned<Prepared>,
  { limit, skip, after, next }: PageWindow,
  until: number | undefined,
  path: string
): Promise<Read> {
  const [rows] = sets as [Rows]
  const order = terms.map(({ cqn }, index) => ('ref' in cqn ? cqn : { ...cqn, as: `order_${index}` }))
  const select = () => {
    const known = until === undefined ? rows : arrivedUntil(exchange, rows, until)
    return {
      ...clauses(after ? filtered(known, comesAfter(terms, after)) : known),
      orderBy: terms.map(orderBy),
      localized: false, // CAP would order by a collation that comparisons, and so positions, do not know
      limit: { rows: { val: limit + 1 }, ...(skip && { offset: { val: skip } }) } // one more tells whether there are more
    }
  }
  const end = (values: Value[] | undefined, isMore: boolean) => {
    const position = isMore ? next(values) : undefined
    const kept = position && until !== undefined ? { ...position, until } : position
    return kept && { token: toToken(exchange, '$skiptoken', kept, linkOptions(exchange)) }
  }
  // JSON has all digits of the numbers in columns, but not of those that an order computes
  const isStored = isSentAsStored(exchange, rows, selection) && order.every((column) => 'ref' in column)
  if (isStored) {
    const [row] = (await ask('page', () => pageQuery(select(), order))) as [never]
    const page = readPageRow(row, limit, rows.type)
    if (page) return { texts: page.text ? [page.text] : [], ...end(page.last, page.isMore) }
  }
  const query = () => {
    const columns = [...shownColumns(exchange, rows, selection), ...order]
    const unique = [...new Map(columns.map((column) => [nameOf(column), column])).values()]
    return { SELECT: { ...select(), columns: unique } }
  }
  const found = isStored ? ((await exchange.run(query())) as Row[]) : await ask('page', query)
  const shown = found.slice(0, limit)
  const last = shown.at(-1)
  const values = last && order.map((column) => last[nameOf(column)] as Value)
  const texts = await textsOf(exchange, shown, rows, selection, path)
  return { texts, ...end(values, found.length > limit) }
}

/** What `concat` puts together comes as a whole, as no order goes over all of it. */
async function readSets(exchange: Exchange, sets: Rows[], path: string): Promise<Read> {
  const { options, run, schema } = exchange
  for (const name of ['$orderby', '$top', '$skip', '$skiptoken', '$compute']) {
    if (options.has(name))
      throw new RequestError('notImplemented', `The service does not implement ${name} after concat.`, name)
  }
  const { max } = schema.pageSize
  const texts: JsonText = []
  for (const rows of sets) {
    const columns = columnsFor(undefined, rows)
    const found = (await run({ SELECT: { ...clauses(rows), columns, limit: { rows: { val: max + 1 } } } })) as Row[]
    if (found.length > max)
      throw new RequestError('notImplemented', `A part of the result has more than ${max} rows.`, '$apply')
    texts.push(...(await textsOf(exchange, found, rows, undefined, path)))
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
function integer(value: number, { ieee754Compatible }: Exchange['format']) {
  return ieee754Compatible ? `"${value}"` : String(value)
}
