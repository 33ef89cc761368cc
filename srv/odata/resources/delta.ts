/** What was added to a collection since it was last read (OData Protocol 4.01, 11.3). */
import { asManyAsFit } from '../../database/sqlite/result-size.ts'
import { arrivedSince } from '../query/arrivals.ts'
import { linkOptions, type Exchange } from '../request/exchange.ts'
import { ref, val, xpr } from '../../cqn/cqn.ts'
import { arrayText } from '../response/json-text.ts'
import { linkUrl } from '../response/links.ts'
import type { Page } from './page.ts'
import { fromToken, toToken } from '../query/paging.ts'
import { clauses, filtered, type Rows } from '../query/rows.ts'
import { selected } from '../query/select.ts'
import { rowSets } from '../query/row-sets.ts'
import { columnsToRender, renderRows } from '../response/render-rows.ts'
import { pageWindow } from '../query/window.ts'
import type { Row } from '../../plans/statement.ts'

/**
 * Reads what came in after a delta token, in the order in which it came in.
 * @throws {RequestError} 400 if the token is not one that the service gave for these query options
 */
export async function readDelta(exchange: Exchange, path: string, token: string): Promise<Page> {
  const { root, run, schema } = exchange
  const position = fromToken(exchange, '$deltatoken', token)
  const since = position.until ?? 0
  const arrived = await arrivedSince(exchange, since, pageWindow(exchange).limit)
  const { rows: all, selection, list } = selected(exchange, rowSets(exchange)[0] as Rows)
  const read = async (count: number) => {
    const ids = arrived.arrivals.slice(0, count).map(({ key: [id = ''] }) => val(id))
    const rows = filtered(all, xpr(ref(schema.key), 'in', { list: ids }))
    const select = { SELECT: { ...clauses(rows), columns: columnsToRender(exchange, rows, selection) } }
    return ids.length ? ((await run(select)) as Row[]) : []
  }
  const { rows: found, asked } = await asManyAsFit(arrived.arrivals.length, read)
  const byKey = new Map(found.map((row) => [JSON.stringify(schema.identity.map((name) => row[name])), row]))
  const inOrder = arrived.arrivals.slice(0, asked).flatMap(({ key, sequence }) => {
    const row = byKey.get(JSON.stringify(key))
    return row ? [{ row, sequence }] : []
  })
  const shown = inOrder.map(({ row }) => row)
  const texts = await renderRows(exchange, shown, all, selection, path)
  const isCut = texts.length < inOrder.length
  const last = isCut ? inOrder[texts.length - 1] : arrived.arrivals[asked - 1]
  const isMore = arrived.isMore || asked < arrived.arrivals.length || isCut
  const until = last?.sequence ?? since
  const kept = linkOptions(exchange)
  const next = linkUrl(root + path, kept, '$deltatoken', toToken(exchange, '$deltatoken', { ...position, until }, kept))
  return {
    fragment: `${path}${list}/$delta`,
    members: {
      value: arrayText(texts),
      [isMore ? '@odata.nextLink' : '@odata.deltaLink']: [JSON.stringify(next)]
    }
  }
}
