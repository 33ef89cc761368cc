/** What queries are answered with. */
import { collectionStart, entityStart, json, PATH, plainText, type Answer } from './answer.ts'
import { aggregation, condition, unknown } from './query.ts'
import { SHAPE, type Position, type Selected, type Store } from './store.ts'
import { Refusal } from './values.ts'

/** The query options of a request by their names. */
export type Options = Record<string, string | undefined>

const DEFAULT_PAGE = 100
const LARGEST_PAGE = 1000
const FIVE_PATHS = 'id,activityDateTime,statusInfo/status,targetIdentity/displayName,initiatedBy/displayName'
const COMMA = Buffer.from(',')

/** An event by its key. */
export function entityAnswer(store: Store, root: string, id: string): Answer {
  const body = store.byKey(id)
  if (!body) throw new Refusal(404, 'resourceNotFound', `There is no entity with the key '${id}'.`)
  return json(200, [entityStart(root), body.subarray(1)])
}

/** The number of events. */
export function countAnswer(store: Store, filter: string | undefined): Answer {
  return plainText(store.count(condition(filter)))
}

/**
 * A page of events, or what is asked of them.
 * @param prefer the header, if sent
 */
export function collectionAnswer(store: Store, root: string, options: Options, prefer = ''): Answer {
  const { $filter, $orderby, $select, $top, $skiptoken, $apply, ...others } = options
  for (const name in others) throw unknown(name)
  if ($apply !== undefined) return dailyAnswer(store, root, $apply)
  if ($orderby !== undefined && ($orderby !== 'targetIdentity/displayName' || $select)) throw unknown($orderby)
  if ($select !== undefined && $select !== FIVE_PATHS) throw unknown($select)

  const [first, id, size] = $skiptoken === undefined ? [] : fromToken($skiptoken)
  const after: Position | undefined = id === undefined || first === undefined ? undefined : [first, id]
  const [, preferred] = /maxpagesize=(\d+)/.exec(prefer) ?? []
  const page = size ?? Math.min(Number(preferred ?? DEFAULT_PAGE), LARGEST_PAGE)
  const limit = Number($top ?? page)
  if (limit > page) throw unknown('$top of more than a page')
  const more = $top === undefined ? 1 : 0 // one more tells whether there are more
  const end = (rows: unknown[], position: () => Position) => {
    if (rows.length <= limit) return ']}'
    const token = toToken([...position(), page])
    return `],"@odata.nextLink":${JSON.stringify(linkUrl(root, { $filter, $orderby, $select, $skiptoken: token }))}}`
  }

  const where = condition($filter)
  if ($select !== undefined) {
    const rows = store.selected(where, after, limit + more)
    const texts = rows.slice(0, limit).map(([, selected]) => selectedText(selected))
    const last = () => {
      const [time, selected] = rows[limit - 1] as (typeof rows)[number]
      return [time, selected.id] satisfies Position
    }
    return json(200, [collectionStart(root, `(${$select})`) + texts.join() + end(rows, last)])
  }
  const rows = store.page(where, $orderby === undefined ? 'time' : 'target', after, limit + more)
  const chunks: (Uint8Array | string)[] = [collectionStart(root)]
  for (const [, , body] of rows.slice(0, limit)) chunks.push(body, COMMA)
  if (rows.length) chunks.pop()
  chunks.push(end(rows, () => (rows[limit - 1] as (typeof rows)[number]).slice(0, 2) as Position))
  return json(200, chunks)
}

function dailyAnswer(store: Store, root: string, apply: string): Answer {
  const rows = store.daily(aggregation(apply))
  const texts = rows.map(([day, status, events]) => JSON.stringify({ day, statusInfo: { status }, events }))
  return json(200, [`${collectionStart(root, '(day,statusInfo(status),events)')}${texts.join()}]}`])
}

function selectedText({ id, activityDateTime, initiator, target, status, shape }: Selected) {
  const statusType = shape & SHAPE.detailed ? '#microsoft.graph.statusDetails' : 'microsoft.graph.statusBase'
  return (
    `{"@odata.type":"#microsoft.graph.provisioningObjectSummary","id":${JSON.stringify(id)},` +
    `"activityDateTime":"${activityDateTime}",` +
    `"initiatedBy":${shape & SHAPE.initiatedBy ? named('initiator', initiator) : 'null'},` +
    `"targetIdentity":${shape & SHAPE.targetIdentity ? named('provisionedIdentity', target) : 'null'},"statusInfo":` +
    (shape & SHAPE.statusInfo ? `{"@odata.type":"${statusType}","status":${JSON.stringify(status)}}}` : 'null}')
  )
}

function named(type: string, name: string | null) {
  return `{"@odata.type":"microsoft.graph.${type}","displayName":${JSON.stringify(name)}}`
}

function linkUrl(root: string, options: Options) {
  const shown = Object.entries(options).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}=${encodeURIComponent(value)}`]
  )
  return `${root}${PATH}?${shown.join('&')}`
}

function toToken(position: [...Position, size: number]) {
  return Buffer.from(JSON.stringify(position)).toString('base64url')
}

function fromToken(token: string): [...Position, size: number] {
  try {
    return JSON.parse(Buffer.from(token, 'base64url').toString()) as [...Position, size: number]
  } catch {
    throw new Refusal(400, 'invalidQueryOption', '$skiptoken is not one that was given.', '$skiptoken')
  }
}
