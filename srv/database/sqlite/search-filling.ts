/** Fills the search index with what has come into the log, in the background thread: see search-index.ts. */
import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite'
import type { Job } from '../background.ts'
import type { Searched } from '../engine.ts'
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

/** How long a transaction takes, in milliseconds, and how many events it has at most. */
const DURATION = 100
const MOST = 5000

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
  const state = known ?? { log: nameOf(log), form, first, last: -1, removed: 0, swept: 0 }
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
function addBlocks({ log, index, search, numberOf }: Filling, last: number, end: number) {
  const addTexts = textWriter(index)
  const addAnchor = index.prepare('INSERT INTO anchors (place, id, tenant) VALUES (?, ?, ?)')
  const rows = log.prepare(
    `SELECT rowid, id, tenant, ${columnsOf(search.columns)} FROM ${EVENTS}
     WHERE rowid > ? AND rowid <= ? ORDER BY rowid LIMIT ${MOST}`
  )
  rows.setReturnArrays(true)
  const until = performance.now() + DURATION
  const tokenizer = new Tokenizer()
  let block: { number: number; texts: Map<number, string[]>; anchor: SQLInputValue[] } | undefined
  const addBlock = () => {
    if (!block) return
    for (const [tenant, texts] of block.texts)
      if (isIndexed({ number: tenant })) addTexts(tenant, block.number, tokenizer.tokensOf(texts))
    addAnchor.run(...block.anchor)
  }
  let count = 0
  for (const row of rows.iterate(last, end)) {
    const [place, id, tenant, ...columns] = row as unknown as [number, string, string, ...Columns]
    const number = Math.floor(place / BLOCK)
    if (number !== block?.number) {
      addBlock()
      if (block && performance.now() > until) return (block.number + 1) * BLOCK - 1
      block = { number, texts: new Map(), anchor: [] }
    }
    const ofTenant = numberOf(tenant)
    const texts = block.texts.get(ofTenant) ?? []
    block.texts.set(ofTenant, texts)
    texts.push(textOf(columns).toLowerCase())
    block.anchor = [place, id, tenant]
    count++
  }
  if (!block) return end // all of them were removed
  // the last block may be cut off by the limit
  if (count === MOST) return block.number * BLOCK - 1
  addBlock()
  return end
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
  else if (typeof value === 'object' && value !== null)
    for (const name in value) if (name !== '@odata.type') addTexts((value as Record<string, unknown>)[name], texts)
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    return json // of a log that others have written to
  }
}
