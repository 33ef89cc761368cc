/** Reads collections, page by page (OData Protocol 4.01, 11.2.6). */
import { arrivedUntil, lastArrival } from './arrivals.ts'
import { nest, type Row, type Selection } from './columns.ts'
import { RequestError } from './errors.ts'
import { linkOptions, type Exchange } from './exchange.ts'
import type { Cqn } from './expressions/cqn.ts'
import { orderBy, parseOrder, type OrderTerm } from './expressions/order.ts'
import { entityUrl, linkUrl } from './links.ts'
import { booleanOption } from './options.ts'
import { comesAfter, toToken } from './paging.ts'
import { applied } from './preferences.ts'
import { representEntity } from './representation.ts'
import { clauses, filtered, nested, type Rows } from './rows.ts'
import { columnsFor, parseSelect, rowsList } from './select.ts'
import { context, sources } from './sources.ts'
import { pageWindow } from './window.ts'

/** The members of the answer to a collection request, and the fragment of its context URL. */
export interface Page {
  fragment: string
  members: Record<string, unknown>
}

/**
 * Reads a page.
 * @param path the path of the collection, `auditLogs/provisioning`
 */
export async function readPage(exchange: Exchange, path: string): Promise<Page> {
  const { options, format, root } = exchange
  const sets = sources(exchange)
  const [rows] = sets as [Rows]
  const selection = parseSelect(options.get('$select'), rows.type)
  const read = sets.length === 1 ? await readWindow(exchange, rows, selection) : await readSets(exchange, sets)
  const { token, until } = read
  const link =
    token === undefined
      ? until !== undefined && { '@odata.deltaLink': deltaLinkOf(exchange, path, until) }
      : { '@odata.nextLink': linkUrl(root + path, linkOptions(exchange), '$skiptoken', token) }
  const members = {
    ...(booleanOption(options, '$count') && { '@odata.count': integer(await countOf(exchange, sets), format) }),
    value: read.rows.map(([row, set]) => represented(exchange, row, set, selection, path)),
    ...link
  }
  return { fragment: path + rowsList(rows, selection), members }
}

/** A row as it is shown to the client. */
export function represented(exchange: Exchange, row: Row, rows: Rows, selection: Selection, path: string) {
  const { type, areEntities, identity } = rows
  const url = areEntities ? entityUrl(exchange.root, path, String(row[identity[0] as string])) : undefined
  return representEntity(nest(row, type, selection), type, exchange.format, url)
}

/** Rows, each with the set that it is of. */
interface Read {
  rows: [Row, Rows][]
  /** The token of the next page, if there is one. */
  token?: string
  /** The last arrival that is part of the result, if changes are tracked. */
  until?: number
}

async function readWindow(exchange: Exchange, rows: Rows, selection: Selection): Promise<Read> {
  const { run } = exchange
  const terms = totalOrder(exchange, rows)
  const { limit, skip, after, next, ...window } = pageWindow(exchange)
  const until = window.until ?? (tracksChanges(exchange) ? await lastArrival(exchange) : undefined)
  const known = until === undefined ? rows : arrivedUntil(exchange, rows, until)
  const from = after ? filtered(known, comesAfter(terms, after)) : known
  const orderColumns = terms.map(({ cqn }, index) => ('ref' in cqn ? cqn : { ...cqn, as: `order_${index}` }))
  const columns = [...columnsFor(selection, rows), ...orderColumns]
  const found = (await run({
    SELECT: {
      ...clauses(from),
      columns: [...new Map(columns.map((column) => [nameOf(column), column])).values()],
      orderBy: terms.map(orderBy),
      localized: false, // CAP would order by a collation that comparisons, and so positions, do not know
      limit: { rows: { val: limit + 1 }, ...(skip && { offset: { val: skip } }) } // one more tells whether there are more
    }
  })) as Row[]
  const shown = found.slice(0, limit)
  const last = shown.at(-1)
  const values = last && orderColumns.map((column) => last[nameOf(column)] as string | number | null)
  const position = found.length > limit ? next(values) : undefined
  return {
    rows: shown.map((row) => [row, rows]),
    ...(until !== undefined && { until }),
    ...(position && { token: toToken(until === undefined ? position : { ...position, until }, linkOptions(exchange)) })
  }
}

function nameOf(column: Cqn | (Cqn & { as: string })) {
  return 'as' in column ? column.as : 'ref' in column ? (column.ref[0] as string) : ''
}

/** What `concat` puts together comes as a whole, as no order goes over all of it. */
async function readSets({ options, run, schema }: Exchange, sets: Rows[]): Promise<Read> {
  for (const name of ['$orderby', '$top', '$skip', '$skiptoken', '$compute']) {
    if (options.has(name))
      throw new RequestError('notImplemented', `The service does not implement ${name} after concat.`, name)
  }
  const { max } = schema.pageSize
  const read: Read = { rows: [] }
  for (const rows of sets) {
    const columns = columnsFor(undefined, rows)
    const found = (await run({ SELECT: { ...clauses(rows), columns, limit: { rows: { val: max + 1 } } } })) as Row[]
    if (found.length > max)
      throw new RequestError('notImplemented', `A part of the result has more than ${max} rows.`, '$apply')
    read.rows.push(...found.map((row): [Row, Rows] => [row, rows]))
  }
  return read
}

/** The link by which the client reads what comes in after an arrival: see delta.ts. */
function deltaLinkOf(exchange: Exchange, path: string, until: number): string {
  const { root } = exchange
  const kept = new Map(
    [...linkOptions(exchange)].filter(([name]) => !['$orderby', '$count', '$top', '$skiptoken'].includes(name))
  )
  return linkUrl(root + path, kept, '$deltatoken', toToken({ until }, kept))
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
  const descending = all.at(-1)?.descending ?? false
  return [...all, ...rows.identity.map((name) => ({ cqn: { ref: [name] }, descending, required: rows.areEntities }))]
}

/** How many rows there are in all, whatever part of them is on the page. */
export async function countOf({ run }: Exchange, sets: Rows[]): Promise<number> {
  let total = 0
  for (const rows of sets) {
    const source = rows.areEntities ? clauses(rows) : nested({ ...clauses(rows), columns: columnsFor(undefined, rows) })
    const columns = [{ func: 'count', args: [{ val: 1 }], as: 'total' }]
    const [row] = (await run({ SELECT: { from: source.from, where: source.where, columns } })) as { total: number }[]
    total += row?.total ?? 0
  }
  return total
}

/** Clients may ask for 64-bit integers as strings, since JavaScript cannot hold all of them (OData JSON 4.01, 3.2). */
function integer(value: number, { ieee754Compatible }: Exchange['format']) {
  return ieee754Compatible ? String(value) : value
}
