/**
 * Reads rows, one or a page of them, and renders them: in the database, or here. That takes one query, and a second one
 * if the rows have too many bytes for an answer or were stored for an older version of their type.
 */
import { mostBytes } from '../../database/reading.ts'
import { engine } from '../../database/service.ts'
import { asManyAsFit } from '../../database/result-size.ts'
import { bytes } from '../../database/dialect.ts'
import { distinct, ref, type Column } from '../../cqn/cqn.ts'
import type { Planned } from '../../plans/plans.ts'
import type { Row } from '../../plans/statement.ts'
import type { Template } from '../model/template.ts'
import type { Selected } from '../query/select.ts'
import type { Exchange } from '../request/exchange.ts'
import { entityText, hasJson } from './entity-text.ts'
import type { JsonText } from './json-text.ts'
import { columnsToRender, isCurrent, renderRows, templateFor } from './render-rows.ts'
import { fitting, inPlaces, pageIn, pageQuery } from './page-text.ts'

/** What is known of a request before its rows are read. */
export interface Prepared {
  selected: Selected
  /** The columns that {@link Shown.rowAt} has, such as those that rows are ordered by. */
  keys: Column[]
}

/** Which rows to read. Each has a place in their order, from 0. */
interface Wanted<Of extends Prepared> {
  /** The path of the collection, `auditLogs/provisioning`. */
  path: string
  limit: number
  /** Makes the query for the rows in the first places, without its columns. */
  select: (of: Of, places: number) => object
  /**
   * Finds the place of a row by its keys, where the database does not know the order; undefined: it is none of them.
   */
  placeOf?: (keys: Row) => number | undefined
  /** Whether the text of each row is wanted by itself: otherwise texts may be joined, with commas. */
  apart?: boolean
}

/** Rows as clients see them. */
interface Shown {
  texts: JsonText
  count: number
  isMore: boolean
  /** If so, the number of places up to the last row that is shown. */
  places: number
  /** The keys of a row that was found; the one after the last that is shown may be, too. */
  rowAt: (index: number) => Row | undefined
}

/** Texts up to this length, in bytes, are always read with the others. */
const SHORT = 24_576

/** What {@link readRows} is called with. */
interface Task<Of extends Prepared> {
  exchange: Exchange
  plan: Planned<Of>
  wanted: Wanted<Of>
  /** How many rows to look for: one more than wanted shows whether there are more. */
  all: number
}

/** Reads as many rows as are wanted and fit into an answer, at least one if there is one. */
export async function readRows<Of extends Prepared>(
  exchange: Exchange,
  plan: Planned<Of>,
  wanted: Wanted<Of>
): Promise<Shown> {
  const task = { exchange, plan, wanted, all: wanted.limit + 1 }
  const { selected, keys } = plan.prepared
  const { stored } = exchange.schema
  const template = templateFor(exchange, selected)
  // of what is selected, the database makes no texts where rows come one by one: to send their columns takes it less. JSON
  // in columns may be that of an earlier release
  const isMadeThere = template === stored.template || (template && !engine().endsWhereFull && !hasJson(template))
  // JSON keeps all digits of numbers in columns, but not of numbers that an order computes
  const canBeMadeThere = keys.every((column) => 'ref' in column)
  if (!template || !isMadeThere || !canBeMadeThere) return buildTexts(task, task.all, false)
  return wanted.limit === 1 && !wanted.placeOf ? readText(task, template) : readTexts(task, template)
}

/**
 * Reads the columns of rows, and builds their texts here.
 * @param places how many places to read
 * @param isMore whether rows are known to follow
 */
async function buildTexts<Of extends Prepared>(
  { exchange, plan, wanted: { path, limit, select, placeOf }, all }: Task<Of>,
  places: number,
  isMore: boolean
): Promise<Shown> {
  const { selected } = plan.prepared
  const { rows: found, asked } = await asManyAsFit(places, (count) =>
    plan.ask(nameFor('rows', count, all), (of) => {
      const columns = distinct([...columnsToRender(exchange, selected), ...of.keys])
      return { SELECT: { ...select(of, count), columns } }
    })
  )
  const rows = placeOf ? inPlaces(found, placeOf) : found
  const texts = await renderRows(exchange, rows.slice(0, limit), selected, path)
  const count = texts.length
  const isCut = count < rows.length
  return {
    texts,
    count,
    isMore: isMore || isCut || asked < places,
    places: isCut ? placesUpTo(count - 1, rows[count - 1], placeOf) : asked,
    rowAt: (index) => rows[index]
  }
}

/** Does for one row what {@link readTexts} does for many: its text is not joined with others. */
async function readText<Of extends Prepared>(task: Task<Of>, template: Template): Promise<Shown> {
  const { plan, wanted, all } = task
  const { stored } = task.exchange.schema
  const tag = stored.type.hidden.representationTag
  const { rows, asked } = await asManyAsFit(all, (count) =>
    plan.ask(nameFor('text', count, all), (of) => {
      const text = { ...bytes(entityText(stored, template)), as: 'text' }
      const columns = [text, ...distinct([ref(tag), ...of.keys])]
      return { SELECT: { ...wanted.select(of, count), columns, givesTexts: 'fitting' } }
    })
  )
  const isMore = rows.length > 1 || asked < all
  if (!rows.every((row) => isCurrent(row[tag], stored.type))) return buildTexts(task, asked, isMore)
  const texts = rows.slice(0, 1).map((row) => ({ text: row.text as Uint8Array | string, tag: row[tag] as string }))
  return { texts, count: texts.length, isMore, places: 1, rowAt: (index) => rows[index] }
}

/** Has the database make the texts of rows, unless it has some of another version of their type. */
async function readTexts<Of extends Prepared>(task: Task<Of>, template: Template): Promise<Shown> {
  const { plan, all } = task
  const { limit, select, placeOf, apart } = task.wanted
  const { stored } = task.exchange.schema
  const read = async (places: number, longest?: number) => {
    const name = nameFor(longest ? 'short texts' : 'texts', places, all)
    const found = await plan.ask(name, (of) => pageQuery(select(of, places), of.keys, stored, template, longest))
    return pageIn(found, plan.prepared.keys, placeOf)
  }
  const isUnlimited = engine().endsWhereFull && !placeOf // rows without an order may come in any
  const longest = isUnlimited ? undefined : Math.max(SHORT, Math.floor(mostBytes() / all))
  const first = await read(all, longest)
  const fit = fitting(first.entities.slice(0, limit))
  const isMore = first.entities.length > fit
  const places = isMore ? placesUpTo(fit - 1, first.rowAt(fit - 1), placeOf) : all
  const isWhole = first.entities.slice(0, fit).every(([read]) => read !== null)
  const areCurrent = first.entities.every(([, , tag]) => isCurrent(tag, stored.type))
  // on the second read the page may begin with rows that have just arrived
  const page = isWhole || !areCurrent ? first : await read(places)
  if (!page.entities.every(([, , tag]) => isCurrent(tag, stored.type))) return buildTexts(task, places, isMore)
  const count = Math.min(fit, page.entities.length)
  return { texts: page.textsOf(count, apart), count, isMore, places, rowAt: page.rowAt }
}

/** The name of a query in the plan. */
const nameFor = (form: string, places: number, all: number) => (places === all ? form : `${form} of ${places}`)

/** How many places there are up to a row, which has this index among those that were found. */
const placesUpTo = (index: number, row: Row | undefined, placeOf: ((keys: Row) => number | undefined) | undefined) =>
  ((row && placeOf?.(row)) ?? index) + 1
