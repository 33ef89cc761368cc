/** The answers of the hand-written servers. */
import { readEvent } from './event.ts'
import { condition, unknown } from './filter.ts'
import { PATH, Refusal, type Answer } from './http.ts'
import { countSql, dailySql, pageSql, store, type Posted } from './store.ts'

/** The query options of a request by name. */
export type Options = Record<string, string | undefined>

/** A row by its sort key (the time, or the name of the target) and its id. */
type Position = [sortKey: string, id: string]

const JSON_TYPE = 'application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8'
const VERSION = { 'OData-Version': '4.0' }
const DEFAULT_PAGE = 100
const LARGEST_PAGE = 1000
const FIVE_PATHS = 'id,activityDateTime,statusInfo/status,targetIdentity/displayName,initiatedBy/displayName'
const AGGREGATION =
  /^filter\((.*)\)\/compute\(date\(activityDateTime\) as day\)\/groupby\(\(day,statusInfo\/status\),aggregate\(\$count as events\)\)$/
const COMMA = Buffer.from(',')
const FAILED = new Refusal(424, 'failedDependency', 'Another request of the group failed.')

/** Answers with an event. */
export async function entityAnswer(root: string, id: string): Promise<Answer> {
  const [row] = (await store.all('SELECT body FROM events WHERE id = ?', id)) as [body: Uint8Array | string][]
  if (!row) throw new Refusal(404, 'resourceNotFound', `There is no entity with the key '${id}'.`)
  const [body] = row
  return json(200, [entityStart(root), typeof body === 'string' ? body.slice(1) : body.subarray(1)])
}

/** Answers with the number of events. */
export async function countAnswer(filter: string | undefined): Promise<Answer> {
  const where = condition(filter)
  const [[count]] = (await store.all(countSql(where), ...where.values)) as [[number | null]]
  const headers = { 'Content-Type': 'text/plain; charset=utf-8', ...VERSION }
  return { status: 200, headers, body: Buffer.from(String(count ?? 0)) }
}

/**
 * Answers with a page of events, or an aggregation of them.
 * @param prefer the header, if sent
 */
export async function collectionAnswer(root: string, options: Options, prefer = ''): Promise<Answer> {
  const { $filter, $orderby, $select, $skiptoken, $apply, ...others } = options
  for (const name in others) throw unknown(name)
  if ($apply !== undefined) return dailyAnswer(root, $apply)
  if ($orderby !== undefined && ($orderby !== 'targetIdentity/displayName' || $select)) throw unknown($orderby)
  if ($select !== undefined && $select !== FIVE_PATHS) throw unknown($select)

  const [, preferred = DEFAULT_PAGE] = /maxpagesize=(\d+)/.exec(prefer) ?? []
  const [size, ...after] =
    $skiptoken === undefined ? [Math.min(Number(preferred), LARGEST_PAGE)] : readToken($skiptoken)
  const where = condition($filter)
  const isNext = after.length > 0
  const values = [...where.values, ...after, size + 1]
  const end = (rows: [...Position, ...unknown[]][]) => {
    const last = rows[size - 1]
    if (rows.length <= size || !last) return ']}' // one row more than a page tells that there is a next one
    const token = Buffer.from(JSON.stringify([size, last[0], last[1]])).toString('base64url')
    return `],"@odata.nextLink":${JSON.stringify(linkUrl(root, { $filter, $orderby, $select, $skiptoken: token }))}}`
  }

  if ($select !== undefined) {
    const columns = 'time, id, activityDateTime, initiator, target, status, statusType'
    const rows = (await store.all(pageSql(columns, where, 'time', isNext), ...values)) as Selected[]
    const texts = rows.slice(0, size).map(selectedText)
    return json(200, [collectionStart(root, `(${$select})`) + texts.join() + end(rows)])
  }
  const order = $orderby === undefined ? 'time' : 'target'
  const sql = pageSql(`${order}, id, body`, where, order, isNext)
  const rows = (await store.all(sql, ...values)) as [...Position, body: Uint8Array | string][]
  const chunks: (Uint8Array | string)[] = [collectionStart(root)]
  for (const [, , body] of rows.slice(0, size)) chunks.push(body, COMMA)
  if (rows.length) chunks.pop()
  return json(200, [...chunks, end(rows)])
}

/** Reads a posted event, with the JSON that answers show of it. */
export function readPosted(value: unknown): Posted {
  const event = readEvent(value)
  return [event, JSON.stringify(event)]
}

/** Answers to the POST of an event that is stored. */
export function createdAnswer(root: string, [{ id }, body]: Posted): Answer {
  const answer = json(201, [entityStart(root), Buffer.from(body.slice(1))])
  return { ...answer, headers: { ...answer.headers, Location: location(root, id) } }
}

interface Part {
  id: string
  method: string
  url: string
  atomicityGroup?: string
  body: unknown
}

/** Stores the valid events of a batch in one transaction, or all or none of a group, and answers for each request. */
export async function batchAnswer(root: string, batch: unknown): Promise<Answer> {
  const { requests } = batch as { requests: Part[] }
  const groups = new Set(requests.map(({ atomicityGroup }) => atomicityGroup))
  if (groups.size > 1) throw unknown('several groups')
  const isAtomic = !groups.has(undefined)
  const read = requests.map(({ method, url, body }): Posted | Refusal => {
    if (method !== 'POST' || url !== PATH) throw unknown(url)
    try {
      return readPosted(body)
    } catch (error) {
      if (error instanceof Refusal) return error
      throw error
    }
  })
  const isRefused = isAtomic && read.some((each) => each instanceof Refusal)
  const valid = read.filter((each) => Array.isArray(each))
  const stored = isRefused ? [] : await store.insert(valid, isAtomic)
  const failed = isRefused || (isAtomic && stored.some(Boolean)) ? FAILED : undefined
  const outcomes = read.map((each) => (each instanceof Refusal ? each : (stored.shift() ?? failed ?? each)))
  const responses = outcomes.map((each, index) => {
    const id = requests[index]?.id
    if (each instanceof Refusal) return partText(id, each.status, '', errorText(each))
    const header = `"location":${JSON.stringify(location(root, each[0].id))},`
    return partText(id, 201, header, entityStart(root) + each[1].slice(1))
  })
  return json(200, [`{"responses":[${responses.join()}]}`])
}

/** Answers to a request that failed. */
export function errorAnswer(error: unknown): Answer {
  return error instanceof Refusal
    ? json(error.status, [errorText(error)])
    : json(500, [errorText({ code: 'internalError', message: 'The request failed.' })])
}

async function dailyAnswer(root: string, apply: string): Promise<Answer> {
  const [, filter] = AGGREGATION.exec(apply) ?? []
  if (filter === undefined) throw unknown(apply)
  const where = condition(filter)
  const rows = (await store.all(dailySql(where), ...where.values)) as [string, string | null, number][]
  const texts = rows.map(([day, status, events]) => {
    const [ofDay, ofEvents] = [
      { 'day@odata.type': '#Date', day },
      { 'events@odata.type': '#Int64', events }
    ]
    return JSON.stringify({ '@odata.id': null, ...ofDay, statusInfo: { status }, ...ofEvents })
  })
  return json(200, [`${collectionStart(root, '(day,statusInfo/status,events)')}${texts.join()}]}`])
}

type Selected = [...Position, string, initiator: string | null, target: string | null, status: string | null, string]

function selectedText([, id, activityDateTime, initiator, target, status, statusType]: Selected) {
  return (
    `{"@odata.type":"#microsoft.graph.provisioningObjectSummary","id":${JSON.stringify(id)},` +
    `"activityDateTime":"${activityDateTime}","initiatedBy":${named('initiator', initiator)},` +
    `"targetIdentity":${named('provisionedIdentity', target)},` +
    `"statusInfo":{"@odata.type":"${statusType}","status":${JSON.stringify(status)}}}`
  )
}

function named(type: string, name: string | null) {
  return `{"@odata.type":"microsoft.graph.${type}","displayName":${JSON.stringify(name)}}`
}

function json(status: number, chunks: (Uint8Array | string)[]): Answer {
  const bytes = chunks.map((chunk) => (typeof chunk === 'string' ? Buffer.from(chunk) : chunk))
  return { status, headers: { 'Content-Type': JSON_TYPE, ...VERSION }, body: Buffer.concat(bytes) }
}

function entityStart(root: string) {
  return `{"@odata.context":"${root}/$metadata#auditLogs/provisioning/$entity",`
}

function collectionStart(root: string, selection = '') {
  return `{"@odata.context":"${root}/$metadata#auditLogs/provisioning${selection}","value":[`
}

function location(root: string, id: string) {
  return `${root}${PATH}('${encodeURIComponent(id.replaceAll("'", "''"))}')`
}

function partText(id: unknown, status: number, header: string, body: string) {
  const length = Buffer.byteLength(body)
  const headers = `"odata-version":"4.0",${header}"content-type":"${JSON_TYPE}","content-length":"${length}"`
  return `{"id":${JSON.stringify(id)},"status":${status},"headers":{${headers}},"body":${body}}`
}

function errorText({ code, message }: { code: string; message: string }) {
  return JSON.stringify({ error: { code, message, innerError: { date: new Date().toISOString().slice(0, 19) } } })
}

function linkUrl(root: string, options: Options) {
  const shown = Object.entries(options).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}=${encodeURIComponent(value)}`]
  )
  return `${root}${PATH}?${shown.join('&')}`
}

/** Reads a skip token: the size of the page, and the position that it starts after. */
function readToken(token: string) {
  return JSON.parse(Buffer.from(token, 'base64url').toString()) as [size: number, ...Position]
}
