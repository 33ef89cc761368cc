/** Reads the rows of a page: as many as it may have, or as fit into it. */
import { asManyAsFit } from '../../database/sqlite/result-size.ts'
import { arrivedUntil } from '../query/arrivals.ts'
import { linkOptions, type Exchange } from '../request/exchange.ts'
import { nameOf, type Cqn, type Value } from '../../cqn/cqn.ts'
import { orderBy, type OrderTerm } from '../query/order.ts'
import type { JsonText } from '../response/json-text.ts'
import { comesAfter, toToken } from '../query/paging.ts'
import type { Planned } from '../../plans/plans.ts'
import { clauses, filtered, type Rows } from '../query/rows.ts'
import type { Selected } from '../query/select.ts'
import { pageQuery, readStoredPage } from '../response/stored-page.ts'
import { isSentAsStored, columnsToRender, renderRows } from '../response/render-rows.ts'
import type { PageWindow } from '../query/window.ts'

/** What is found out of a request, whatever the values of its literals are. */
export interface Prepared {
  sets: Rows[]
  selected: Selected
  terms: OrderTerm[]
}

/** The rows of a page as they are shown, and the token of the next page, if there is one. */
export interface PageRows {
  texts: JsonText
  token?: string
}

/** The rows of a page, with what the last one is ordered by. */
interface Found {
  texts: JsonText
  count: number
  last: Value[] | undefined
  isMore: boolean
}

/**
 * Reads the rows of a page, in their order.
 * @param until the last arrival that is part of the result, if changes are tracked
 * @param path the path of the collection, `auditLogs/provisioning`
 */
export async function readRows(
  exchange: Exchange,
  { prepared, ask }: Planned<Prepared>,
  window: PageWindow,
  until: number | undefined,
  path: string
): Promise<PageRows> {
  const { limit, next } = window
  const { rows, selection } = prepared.selected
  const order = orderColumns(prepared)
  const more = limit + 1 // one more tells whether there are more
  const select = (of: Prepared, count: number) => selectRows(exchange, of, window, until, count)
  const nameFor = (form: string, count: number) => (count === more ? form : `${form} of ${count}`)

  // JSON has all digits of the numbers in columns, but not of those that an order computes
  const isStored = isSentAsStored(exchange, rows, selection) && order.every((column) => 'ref' in column)
  const readTexts = async (count: number, longest?: number) =>
    ask(nameFor(longest ? 'short texts' : 'texts', count), (of) => pageQuery(select(of, count), order, longest))
  const readColumns = (count: number) =>
    ask(nameFor('rows', count), (of) => {
      const columns = [...columnsToRender(exchange, rows, selection), ...orderColumns(of)]
      const unique = [...new Map(columns.map((column) => [nameOf(column), column])).values()]
      return { SELECT: { ...select(of, count), columns: unique } }
    })

  async function build(): Promise<Found> {
    const { rows: found, asked } = await asManyAsFit(more, readColumns)
    const fitting = found.slice(0, limit)
    const texts = await renderRows(exchange, fitting, rows, selection, path)
    const last = fitting[texts.length - 1]
    return {
      texts,
      count: texts.length,
      last: last && order.map((column) => last[nameOf(column)] as Value),
      isMore: asked < more || found.length > texts.length
    }
  }

  const stored = isStored ? await readStoredPage(readTexts, limit, rows.type) : undefined
  const { texts, count, last, isMore } = stored ?? (await build())
  const position = isMore ? next(last, count) : undefined
  if (!position) return { texts }
  const kept = until === undefined ? position : { ...position, until }
  return { texts, token: toToken(exchange, '$skiptoken', kept, linkOptions(exchange)) }
}

/** The columns that rows are ordered by. */
function orderColumns({ terms }: Prepared): (Cqn | (Cqn & { as: string }))[] {
  return terms.map(({ cqn }, index) => ('ref' in cqn ? cqn : { ...cqn, as: `order_${index}` }))
}

function selectRows(
  exchange: Exchange,
  { selected: { rows }, terms }: Prepared,
  { skip, after }: PageWindow,
  until: number | undefined,
  count: number
) {
  const known = until === undefined ? rows : arrivedUntil(exchange, rows, until)
  return {
    ...clauses(after ? filtered(known, comesAfter(terms, after)) : known),
    orderBy: terms.map(orderBy),
    localized: false, // CAP would order by a collation that comparisons, and so positions, do not know
    limit: { rows: { val: count }, ...(skip && { offset: { val: skip } }) }
  }
}
