/**
 * Downloads: a whole collection as a stream, in JSON by lines or in CSV. It is read page by page at the pace of the
 * client, each page by a query of its own: no snapshot is held, and the memory is that of a page.
 */
import { setImmediate } from 'node:timers/promises'
import { queryDeadline } from '../../database/reading.ts'
import { RequestError } from '../../errors/errors.ts'
import { countDownload, sendDownload } from '../../http/downloads.ts'
import { givingWay } from '../../http/give-way.ts'
import { planned } from '../../plans/plans.ts'
import { parseJson } from '../../values/json.ts'
import type { JsonObject } from '../model/types.ts'
import { arrivedUntil, lastArrival } from '../query/arrivals.ts'
import type { PageWindow, Position } from '../query/paging.ts'
import { entities } from '../query/rows.ts'
import type { Exchange } from '../request/exchange.ts'
import { contentType, NDJSON_TYPE, type CsvFormat, type DownloadFormat } from '../request/format.ts'
import { integerOption, isCounted } from '../request/options.ts'
import { entityTable, headerOf, itemTable, recordOf, type Table } from '../response/csv.ts'
import { chunksOf, type JsonText } from '../response/json-text.ts'
import { refuseOtherTags } from '../response/respond.ts'
import { prepare, readWindow, type Prepared } from './page.ts'

/** The part of entities that is theirs alone. The other parts have the names of collections in them. */
const ENTITIES = 'entities'

/** How much CSV is sent at a time, in UTF-16 code units. */
const TOGETHER = 65_536

/** Pages, each as the texts of its entities. */
type Pages = AsyncGenerator<JsonText, void>

/**
 * Answers with all entities of a collection that have arrived, or all rows that `$apply` makes of them.
 * @param path the path of the collection, `auditLogs/provisioning`
 * @throws {RequestError} 400 for options that belong to pages, 429 if the tenant has enough downloads under way
 */
export async function download(given: Exchange, path: string, format: DownloadFormat) {
  const { req, res, reading, schema } = given
  refuseOtherTags(req)
  expectNoPages(given)
  const exchange = format.csv?.part === undefined ? given : withKeys(given)
  const { until } = await lastArrival(exchange) // it ends there, though others go on to arrive
  countDownload(reading.tenant, res)
  const prepared = prepare(exchange, arrivedUntil(exchange, entities(schema), until))
  if (prepared.sets.length > 1)
    throw new RequestError('notImplemented', 'The service does not implement downloads of concat or rollup.', '$apply')
  const pages = pagesOf(exchange, prepared, path)
  const table = format.csv && { ...format.csv, ...tableFor(exchange, prepared, format.csv) }
  const first = await pages.next() // what is wrong with the request shows now, and is refused
  if (req.get('If-None-Match')?.trim() === '*') return void res.status(304).end() // it exists (RFC 9110, 13.1.2)
  setHeaders(exchange, path, table)
  const all = resumed(first, pages)
  if (req.method === 'HEAD') res.end()
  else await sendDownload(req, res, table ? csv(all, table) : lines(all))
}

/** @throws {RequestError} 400 for a request that is about pages */
function expectNoPages({ options }: Exchange) {
  for (const name of ['$skiptoken', '$deltatoken'])
    if (options.has(name))
      throw new RequestError('invalidQueryOption', `A download has no pages, so it does not take ${name}.`, name)
  const message = 'A download has no count: the address with /$count gives it.'
  if (isCounted(options)) throw new RequestError('invalidQueryOption', message, '$count')
}

/** The properties that tell which parts belong together: those that tell entities apart, and those that people know. */
const keysFor = ({ schema, scope }: Exchange) =>
  (scope.readsAllTenants ? schema.keyNames : [schema.key]).concat(schema.joinedBy)

/** Has the keys shown whatever is selected. */
function withKeys(exchange: Exchange): Exchange {
  const options = new Map(exchange.options)
  const select = options.get('$select')
  if (select !== undefined) options.set('$select', [select, ...keysFor(exchange)].join())
  return { ...exchange, options }
}

async function* pagesOf(exchange: Exchange, prepared: Prepared, path: string): Pages {
  const { options, schema } = exchange
  let remaining = integerOption(options, '$top') ?? Infinity // in all, also where $top is the size of pages
  let skip = integerOption(options, '$skip') ?? 0
  let position: Position | undefined = {}
  while (position) {
    exchange.reading.deadline = queryDeadline() // each page has the time of a request
    const limit = Math.min(remaining, schema.pageSize.max)
    const next: PageWindow['next'] = (after, count) => (after && remaining > count ? { after } : undefined)
    const plan = planned(exchange, undefined, () => prepared)
    const page = await readWindow(exchange, plan, { limit, skip, after: position.after, next }, path, true)
    yield page.texts
    remaining -= page.texts.length
    skip = 0
    position = page.next
    await setImmediate()
  }
}

async function* resumed(first: IteratorResult<JsonText, void>, others: Pages): Pages {
  if (!first.done) yield first.value
  yield* others
}

async function* lines(pages: Pages) {
  for await (const texts of pages) yield Buffer.concat(chunksOf(texts.flatMap((text) => [text, '\n'])))
}

async function* csv(pages: Pages, table: Table & CsvFormat) {
  let text = (table.hasMark ? '\uFEFF' : '') + (table.hasHeader ? headerOf(table, table.keepsFormulas) : '')
  const giveWay = givingWay()
  for await (const texts of pages)
    for (const each of texts) {
      await giveWay() // also for entities without records
      for (const record of table.recordsOf(entityIn(each))) {
        await giveWay()
        text += recordOf(table, record, table.keepsFormulas)
        if (text.length < TOGETHER) continue
        yield Buffer.from(text)
        text = ''
      }
    }
  yield Buffer.from(text)
}

function entityIn(json: JsonText[number]) {
  const text = typeof json === 'string' ? json : json.text
  return parseJson(typeof text === 'string' ? text : Buffer.from(text).toString()) as JsonObject
}

/** What the records of CSV show. @throws {RequestError} 406 for an unknown part, 400 if the request leaves it out */
function tableFor(exchange: Exchange, { selected: { rows, selection } }: Prepared, { part }: CsvFormat): Table {
  if (part === undefined || part === ENTITIES) return entityTable(rows.type, selection, part)
  const { properties } = exchange.schema.entityType
  const names = [...properties.values()].filter(({ collection }) => collection).map(({ name }) => name)
  const name = names.find((each) => each.toLowerCase() === part)
  if (name === undefined) {
    const target = exchange.options.has('$format') ? '$format' : 'Accept'
    throw new RequestError('notAcceptable', `The parts in CSV are ${[ENTITIES, ...names].join(', ')}.`, target)
  }
  const property = rows.areEntities && (selection?.has(name) ?? true) ? rows.type.properties.get(name) : undefined
  if (property) return itemTable(keysFor(exchange), property, selection)
  throw new RequestError('invalidQueryOption', `The query options leave out the part '${name}'.`, '$format')
}

function setHeaders({ res, format }: Exchange, path: string, table: (Table & CsvFormat) | undefined) {
  const part = table?.part === undefined ? '' : `-${table.part}`
  const name = path.slice(path.lastIndexOf('/') + 1) + part
  res.setHeader('Content-Disposition', `attachment; filename="${name}.${table ? 'csv' : 'ndjson'}"`)
  const header = table?.hasHeader ? 'present' : 'absent'
  const lines = contentType({ ...format, streaming: format.streaming ?? true }, NDJSON_TYPE)
  const type = table ? `text/csv;charset=utf-8;header=${header}` : lines
  res.setHeader('Content-Type', type)
}
