/** Reads collections, page by page (OData Protocol 4.01, 11.2.6). */
import { givingWay } from '../../http/give-way.ts'
import { waitForTurn } from '../../http/large-answers.ts'
import { mostBytes } from '../../database/reading.ts'
import { arrivedUntil, lastArrival } from '../query/arrivals.ts'
import { RequestError } from '../../errors/errors.ts'
import { linkOptions, type Exchange } from '../request/exchange.ts'
import { extentOf, MOST, named, nameOf, val, type Value } from '../../cqn/cqn.ts'
import { keyOf, orderBy, orderTerms, type OrderTerm } from '../query/order.ts'
import { arrayText, sizeOf, type JsonText } from '../response/json-text.ts'
import { linkTo } from '../response/links.ts'
import { countText } from '../response/representation.ts'
import { isCounted } from '../request/options.ts'
import { countOf } from './count.ts'
import { comesAfter, pageWindow, positionLiterals, type PageWindow, type Position } from '../query/paging.ts'
import { planned, type Planned } from '../../plans/plans.ts'
import { applied } from '../request/headers.ts'
import { clauses, entities, filtered, totalOrder, type Rows } from '../query/rows.ts'
import { selected, setsList } from '../query/select.ts'
import { requestShape } from '../request/shape.ts'
import { parsedOption, rowSets } from '../query/row-sets.ts'
import { readRows, type Prepared as PreparedRows } from '../response/read-rows.ts'

/** The answer to a collection request: its members, as JSON text, and the fragment of its context URL. */
export interface Page {
  fragment: string
  members: Record<string, JsonText>
}

/** What is known of a request whatever its literals are. */
export interface Prepared extends PreparedRows {
  sets: Rows[]
  terms: OrderTerm[]
}

/** How many entities make a page large: most have 6 KB. */
const LARGE = 200

/**
 * Reads a page.
 * @param path the path of the collection, `auditLogs/provisioning`
 * @throws {RequestError} 400 for query options that are wrong, 501 for what is not implemented, 503 if time is over
 */
export async function readPage(exchange: Exchange, path: string): Promise<Page> {
  const { options, format, asReferences, reading, res } = exchange
  const window = pageWindow(exchange)
  const isLarge = window.limit > LARGE && reading.answer === res // the answers of a batch are sent together
  if (isLarge) await waitForTurn(res, reading.tenant)
  const counts = isCounted(options)
  const tracked = tracksChanges(exchange) ? await lastArrival(exchange) : window.tracked
  const { until } = tracked
  const shape = until === undefined ? shapeOfPage(exchange, window, counts) : undefined
  const plan = planned(exchange, shape, () => prepare(exchange))
  const { sets, selected: shown } = plan.prepared
  const isOneSet = sets.length === 1
  const { texts, next } = isOneSet
    ? await readWindow(exchange, plan, { ...window, tracked }, path)
    : { texts: await readSets(exchange, sets, path) }
  const members: Page['members'] = {}
  if (counts) members['@odata.count'] = [countText(await countOf(exchange.schema, plan, sets), format)]
  members.value = arrayText(texts)
  if (isOneSet) plan.keep()
  const address = path + (asReferences ? '/$ref' : '')
  if (next) members['@odata.nextLink'] = linkTo(exchange, address, '$skiptoken', { ...next, ...tracked })
  else if (until !== undefined)
    members['@odata.deltaLink'] = deltaLink(exchange, path, { ...tracked, size: window.size })
  const all = isOneSet ? [shown] : sets.map((rows) => selected(exchange, rows))
  return { fragment: path + setsList(all), members }
}

/** Does what does not depend on the literals of a request. @param all the entities that there are */
export function prepare(exchange: Exchange, all = entities(exchange.schema)): Prepared {
  const sets = rowSets(exchange, all)
  const [rows] = sets as [Rows]
  const terms = sets.length === 1 ? orderOfPage(exchange, rows) : []
  const keys = terms.map(keyOf).map((key, index) => ('ref' in key ? key : named(key, `order_${index}`)))
  return { sets, selected: selected(exchange, rows), terms, keys }
}

function shapeOfPage(exchange: Exchange, { limit, skip, after }: PageWindow, counts: boolean) {
  const position = after?.map((value) => (value === null ? null : typeof value))
  return requestShape(exchange, ['page', limit, skip, position, counts], positionLiterals(after))
}

/** The window of a page, or of other rows of a collection. */
type Window = Pick<PageWindow, 'limit' | 'next'> & Partial<Pick<PageWindow, 'skip' | 'after' | 'tracked'>>

/**
 * Reads the rows in a window, in their order.
 * @param apart whether the text of each row is wanted by itself
 * @returns also the position of the next page, if there is one
 */
export async function readWindow(
  exchange: Exchange,
  plan: Planned<Prepared>,
  { limit, skip, after, tracked, next }: Window,
  path: string,
  apart = false
) {
  const select = ({ selected: { rows }, terms }: Prepared, count: number) => {
    const known = tracked?.until === undefined ? rows : arrivedUntil(exchange, rows, tracked.until)
    return {
      ...clauses(after ? filtered(known, comesAfter(terms, after)) : known),
      orderBy: terms.map(orderBy),
      limit: { rows: val(count), ...(skip && { offset: val(skip) }) }
    }
  }
  const { texts, count, isMore, rowAt } = await readRows(exchange, plan, { path, limit, select, apart })
  const last = rowAt(count - 1)
  const position = last && plan.prepared.keys.map((column) => last[nameOf(column)] as Value)
  return { texts, next: isMore ? next(position, count) : undefined }
}

const TOO_LARGE = 'The result is larger than a page, and concat and rollup have no pages.'

/** The result of `concat` has no common order, but each of its sets has one, so it is sent as a whole. */
async function readSets(exchange: Exchange, sets: Rows[], path: string): Promise<JsonText> {
  const { options, schema } = exchange
  for (const name of ['$orderby', '$top', '$skip', '$skiptoken', '$compute']) {
    if (options.has(name))
      throw new RequestError('notImplemented', `The service does not implement ${name} after concat or rollup.`, name)
  }
  const all: JsonText = []
  const giveWay = givingWay()
  for (const rows of sets) {
    await giveWay()
    const prepared = { sets, selected: selected(exchange, rows), terms: orderOfPage(exchange, rows), keys: [] }
    const plan = planned(exchange, undefined, () => prepared)
    const { texts, next } = await readWindow(exchange, plan, { limit: schema.pageSize.max, next: () => ({}) }, path)
    all.push(...texts)
    if (next || sizeOf(all) > mostBytes()) throw new RequestError('notImplemented', TOO_LARGE, '$apply')
  }
  return all
}

/** The link to what arrives after an arrival: see collection.ts. */
function deltaLink(exchange: Exchange, path: string, position: Position): JsonText {
  const leftOut = ['$orderby', '$count', '$top', '$skiptoken']
  const kept = [...linkOptions(exchange)].filter(([name]) => !leftOut.includes(name))
  return linkTo(exchange, path, '$deltatoken', position, new Map(kept))
}

/** Whether the client asks for a delta link and the request allows one: deltas have no partial results, nor references. */
function tracksChanges({ preferences, options, conventions, res, asReferences }: Exchange): boolean {
  const isCut =
    asReferences || options.has('$apply') || options.has('$skip') || (options.has('$top') && !conventions.isGraph)
  if (!preferences.has('track-changes') || isCut || options.has('$skiptoken')) return false
  applied(res, 'odata.track-changes')
  return true
}

/** The order of a page. @throws {RequestError} 400 if it is too large to tell what comes after a position */
function orderOfPage(exchange: Exchange, rows: Rows): OrderTerm[] {
  const terms = totalOrder(rows, parsedOption(exchange, '$orderby', rows, orderTerms))
  // a position is compared term by term, each after all those before it: see query/paging.ts
  const own = terms.slice(0, -rows.identity.length || undefined)
  const nodes = own.reduce((sum, { cqn }) => sum + extentOf(cqn).nodes, 0) * own.length
  if (nodes > MOST.nodes) throw new RequestError('invalidQueryOption', '$orderby is too large.', '$orderby')
  return terms
}
