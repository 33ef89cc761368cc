/** Answers to requests on collections (OData Protocol 4.01, 11.2.6 and 11.3). */
import { arrivedSince, goesOn, knownAfter } from '../query/arrivals.ts'
import { RequestError } from '../../errors/errors.ts'
import type { Exchange } from '../request/exchange.ts'
import { applied } from '../request/headers.ts'
import { ref, val, xpr } from '../../cqn/cqn.ts'
import { arrayText, objectText } from '../response/json-text.ts'
import { linkTo, urlAnew } from '../response/links.ts'
import { respondWith, respondWithText } from '../response/respond.ts'
import { countEntities } from './count.ts'
import { download } from './download.ts'
import { readPage, type Page } from './page.ts'
import { planned } from '../../plans/plans.ts'
import { fromToken, pageWindow } from '../query/paging.ts'
import { clauses, filtered, type Rows } from '../query/rows.ts'
import { selected } from '../query/select.ts'
import { rowSets } from '../query/row-sets.ts'
import { readRows } from '../response/read-rows.ts'
import type { Resource } from '../request/resource.ts'
import type { Row } from '../../plans/statement.ts'

/** Answers with a page of a collection, or of what was added to it, or with all of it. */
export async function readCollection(exchange: Exchange, { collection }: Resource & { kind: 'collection' }) {
  if (exchange.download) return download(exchange, collection, exchange.download)
  const token = exchange.options.get('$deltatoken')
  const page = await (token === undefined ? readPage(exchange, collection) : readDelta(exchange, collection, token))
  respondWith(exchange, page.fragment, objectText(page.members))
}

/** Answers with a page of references to the entities of a collection (OData JSON 4.01, section 14). */
export async function readReferences(exchange: Exchange, { collection }: Resource & { kind: 'references' }) {
  const { members } = await readPage({ ...exchange, asReferences: true }, collection)
  respondWith(exchange, 'Collection($ref)', objectText(members))
}

/** Answers with the number of entities in a collection, as plain text. */
export async function readCount(exchange: Exchange) {
  respondWithText(exchange, String(await countEntities(exchange)))
}

/**
 * Reads what arrived after a delta token, in the order of arrival.
 * @throws {RequestError} 400 if the service did not issue the token for these query options, 410 if the log is not the
 *   one that it was issued for
 */
async function readDelta(exchange: Exchange, path: string, token: string): Promise<Page> {
  const { schema } = exchange
  const position = fromToken(exchange, '$deltatoken', token)
  if (exchange.preferences.has('track-changes')) applied(exchange.res, 'odata.track-changes') // as it always does
  if (!(await goesOn(exchange, position))) {
    exchange.res.set('Location', urlAnew(exchange, path)) // as 11.3.2 of the protocol asks
    throw new RequestError('resyncRequired', GONE, '$deltatoken')
  }
  const since = position.until ?? 0
  const { limit, size } = pageWindow(exchange, position)
  const arrived = await arrivedSince(exchange, since, limit)
  const { arrivals } = arrived
  const shown = selected(exchange, rowSets(exchange)[0] as Rows)
  const keyOf = (row: Row) => JSON.stringify(schema.identity.map((name) => row[name]))
  const places = new Map(arrivals.map(({ key }, index) => [JSON.stringify(key), index]))
  const select = (_: unknown, count: number) => {
    const ids = arrivals.slice(0, count).map(({ key: [id = ''] }) => val(id))
    return clauses(filtered(shown.rows, xpr(ref(schema.key), 'in', { list: ids })))
  }
  const plan = planned(exchange, undefined, () => ({ selected: shown, keys: schema.identity.map(ref) }))
  const wanted = { path, limit: arrivals.length, select, placeOf: (row: Row) => places.get(keyOf(row)) }
  const read = arrivals.length ? await readRows(exchange, plan, wanted) : undefined
  const end = read?.isMore ? read.places : arrivals.length
  const isMore = arrived.isMore || end < arrivals.length
  const until = arrivals[end - 1]?.sequence ?? since
  const known = knownAfter(position, arrivals.slice(0, end))
  const next = linkTo(exchange, path, '$deltatoken', { ...position, size, until, known })
  const value = arrayText(read?.texts ?? [])
  const members = { value, [isMore ? '@odata.nextLink' : '@odata.deltaLink']: next }
  return { fragment: `${path}${shown.list}/$delta`, members }
}

const GONE =
  'What this link goes on from is not in the log any more, as retention has removed it or an older copy of the log was ' +
  'restored: read the collection anew.'
