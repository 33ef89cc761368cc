/** Fills the search index with what has come into the log, in the background thread: see search-index.ts. */
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { Job } from '../background.ts'
import type { Searched } from '../engine.ts'
import { isJsonObject, parseJson } from '../../values/json.ts'
import { openConnection } from './connection.ts'
import { isDamaged, isLocked } from './failures.ts'
import type { LogFile } from './files.ts'
import { EVENTS } from '../tables.ts'
import {
  BLOCK,
  CHUNK,
  formOf,
  isOf,
  lastOf,
  nameOf,
  openIndex,
  reopened,
  stateOf,
  type SearchIndex,
  type State
} from './search-file.ts'
import { isIndexed, measureFrequencies, tenantNumbers, textsOf } from './search-tenants.ts'
import { addValues, removeValues, type Filling } from './search-values.ts'
import { Tokenizer } from './trigram-tokens.ts'

/** How long a transaction takes, in milliseconds. */
const DURATION = 100

/** From how many rowids on whose events were removed the index is made again, if those are half of it. */
const MANY_REMOVED = 10_000

export interface Indexing extends SearchIndex, LogFile {}

export interface Progress {
  /** The rowid up to which events are indexed, and the one up to which they can be. */
  done: number
  end: number
  /** Why the index was removed, to be made again. */
  removed?: 'damaged' | 'outdated'
}

export default ({ file: logFile, files, ...search }: Indexing): Job => {
  const log = openConnection(logFile, { readOnly: true, files })
  const file = reopened(search.path, openIndex)

  function remove(removed: 'damaged' | 'outdated'): Progress {
    file.remove()
    return { done: 0, end: BLOCK, removed }
  }

  /** Indexes events for a short time, unless another process does. @throws SQLite's error */
  function fill(): Progress {
    let index: DatabaseSync | undefined
    try {
      index = file.open()
      index.exec('BEGIN IMMEDIATE')
      log.exec('BEGIN')
      const progress = fillFrom(log, index, search)
      if (progress) index.exec('COMMIT')
      return progress ?? remove('outdated')
    } catch (error) {
      if (isLocked(error)) return { done: 0, end: 0 }
      if (isDamaged(error)) return remove('damaged')
      throw error
    } finally {
      if (log.isTransaction) log.exec('COMMIT')
      if (index?.isOpen && index.isTransaction) file.close() // rolls back
    }
  }

  return { fill, close: () => (file.close(), log.close()) }
}

/** @returns undefined if the index is not of this log, or much of it is about events that are gone */
function fillFrom(log: DatabaseSync, index: DatabaseSync, search: SearchIndex): Progress | undefined {
  const form = formOf(search.columns)
  const first = Number(log.prepare(`SELECT min(rowid) AS first FROM ${EVENTS}`).get()?.first)
  const known = stateOf(index)
  if (known && (!isOf(log, index, known, form) || isMostlyGone(known, first))) return undefined
  const before = Math.floor(first / BLOCK) * BLOCK - 1
  const state = known ?? { log: nameOf(log), form, first, last: before, removed: 0, swept: 0 }
  const end = Math.floor((lastOf(log) + 1) / BLOCK) * BLOCK - 1
  const next = end > state.last ? addEvents(log, index, search, state, end) : known && removeValues(log, index, known)
  if (next && next !== known)
    index
      .prepare('INSERT OR REPLACE INTO state VALUES (1, :log, :form, :first, :last, :removed, :swept)')
      .run({ ...next })
  return { done: next?.last ?? end, end }
}

function addEvents(log: DatabaseSync, index: DatabaseSync, search: SearchIndex, state: State, end: number): State {
  const filling = { log, index, search, numberOf: tenantNumbers(index) }
  const last = addBlocks(filling, state.last, end)
  addTimes(filling, state.last, last)
  addValues(filling, state.last, last)
  measureFrequencies(index)
  return { ...state, last }
}

/** Notes from when to when the events of some rowids happened. */
function addTimes({ log, index, search: { instant }, numberOf }: Filling, after: number, last: number) {
  const find = log.prepare(
    `SELECT tenant, rowid / ${BLOCK * CHUNK} AS chunk, min("${instant}") AS first, max("${instant}") AS last FROM ${EVENTS}
     WHERE rowid > ? AND rowid <= ? GROUP BY 1, 2`
  )
  const add = index.prepare(`INSERT INTO times VALUES (:number, :chunk, :first, :last) ON CONFLICT DO UPDATE SET
    first = min(first, excluded.first), last = max(last, excluded.last)`)
  for (const { tenant, ...times } of find.iterate(after, last)) {
    const number = numberOf(tenant as string)
    if (isIndexed({ number })) add.run({ number, ...times })
  }
}

const isMostlyGone = ({ first, last }: State, firstOfLog: number) =>
  firstOfLog - first > Math.max(MANY_REMOVED, (last - first) / 2)

/** Adds whole blocks, at least one. @returns the rowid up to which events are indexed */
function addBlocks({ log, index, search, numberOf }: Filling, after: number, end: number) {
  const addTexts = textWriter(index)
  const addAnchor = index.prepare('INSERT INTO anchors (place, id, tenant) VALUES (?, ?, ?)')
  const rows = log.prepare(
    `SELECT rowid, id, tenant, ${columnsOf(search.columns)} FROM ${EVENTS} WHERE rowid BETWEEN ? AND ? ORDER BY rowid`
  )
  rows.setReturnArrays(true)
  const tokenizer = new Tokenizer()
  const until = performance.now() + DURATION
  let last = after
  do {
    const events = Array.from(rows.iterate(last + 1, last + BLOCK), (row) => {
      const [place, id, tenant, ...columns] = row as unknown as [number, string, string, ...Columns]
      return { anchor: [place, id, tenant], number: numberOf(tenant), text: textOf(columns).toLowerCase() }
    })
    for (const [number, own] of Map.groupBy(events, (each) => each.number)) {
      const texts = own.map(({ text }) => text)
      if (isIndexed({ number })) addTexts(number, (last + 1) / BLOCK, tokenizer.tokensOf(texts))
    }
    const { anchor } = events.at(-1) ?? {}
    if (anchor) addAnchor.run(...anchor)
    last += BLOCK
  } while (last < end && performance.now() < until)
  return last
}

/** Prepares to add the trigrams that the events of a tenant have in a block. */
function textWriter(index: DatabaseSync) {
  const statements = new Map<number, StatementSync>()
  const count = index.prepare('UPDATE tenants SET blocks = blocks + 1 WHERE number = ?')
  return (tenant: number, block: number, tokens: string) => {
    let add = statements.get(tenant)
    if (!add)
      statements.set(tenant, (add = index.prepare(`INSERT INTO ${textsOf(tenant)} (rowid, text) VALUES (?, ?)`)))
    add.run(block, tokens)
    count.run(tenant)
  }
}

/** All texts of an event, one a line, and its JSON. */
type Columns = [text: string, ...json: (string | null)[]]

const columnsOf = ({ text, json }: Searched) =>
  [
    `concat_ws(char(10), ${text.map((column) => `"${column}"`).join()})`,
    ...json.map((column) => `CAST("${column}" AS TEXT)`)
  ].join()

/** All texts of an event that are searched, one a line: see `json_contains` in dialect.ts. SQLite takes longer for JSON. */
function textOf([text, ...json]: Columns): string {
  const texts = [text]
  for (const each of json) if (each !== null) addTexts(parsed(each), texts)
  return texts.join('\n')
}

function addTexts(value: unknown, texts: string[]) {
  if (typeof value === 'string') texts.push(value)
  else if (Array.isArray(value)) for (const item of value) addTexts(item, texts)
  else if (isJsonObject(value)) for (const name in value) if (name !== '@odata.type') addTexts(value[name], texts)
}

function parsed(json: string): unknown {
  try {
    return parseJson(json)
  } catch {
    return json // of a log that others have written to
  }
}
