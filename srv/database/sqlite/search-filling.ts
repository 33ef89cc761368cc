/** Fills the search index with what has come into the log: see search-file.ts. */
import type { DatabaseSync, SQLInputValue } from 'node:sqlite'
import type { Searched } from '../engine.ts'
import { isDamaged, isLocked } from './failures.ts'
import { EVENTS } from '../tables.ts'
import {
  BLOCK,
  CHUNK,
  formOf,
  isOf,
  lastOf,
  nameOf,
  openIndex,
  RARE,
  reopened,
  stateOf,
  type SearchIndex,
  type State
} from './search-file.ts'
import { addValues, removeValues } from './search-values.ts'
import { condensed, LONG } from './trigrams.ts'

/** How long a transaction takes, in milliseconds, and how many events it has at most. */
const DURATION = 100
const MOST = 5000

/** From how many rowids on whose events were removed the index is made again, if those are half of it. */
const MANY_REMOVED = 10_000

/** In how many blocks the frequencies of trigrams are measured. */
const SMALL_SAMPLE = 256
const LARGE_SAMPLE = 2048

export interface Progress {
  /** The rowid up to which events are indexed, and the one up to which they can be. */
  done: number
  end: number
  /** Why the index was removed, to be made again. */
  removed?: 'damaged' | 'outdated'
}

/** Prepares to index events. */
export function filler(log: DatabaseSync, search: SearchIndex) {
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

  return { fill, close: file.close }
}

/** @returns undefined if the index is not of this log, or much of it is about events that are gone */
function fillFrom(log: DatabaseSync, index: DatabaseSync, search: SearchIndex): Progress | undefined {
  const form = formOf(search.columns)
  const first = Number(log.prepare(`SELECT min(rowid) AS first FROM ${EVENTS}`).get()?.first)
  const known = stateOf(index)
  if (known && (!isOf(log, index, known, form) || isMostlyGone(known, first))) return undefined
  const state = known ?? { log: nameOf(log), form, first, last: -1, sampled: 0, removed: 0, swept: 0 }
  const end = Math.floor((lastOf(log) + 1) / BLOCK) * BLOCK - 1
  const next = end > state.last ? addEvents(log, index, search, state, end) : known && removeValues(log, index, known)
  if (next && next !== known)
    index
      .prepare('INSERT OR REPLACE INTO state VALUES (1, :log, :form, :first, :last, :sampled, :removed, :swept)')
      .run({ ...next })
  return { done: next?.last ?? end, end }
}

function addEvents(log: DatabaseSync, index: DatabaseSync, search: SearchIndex, state: State, end: number): State {
  const { columns, instant } = search
  const last = addBlocks(log, index, columns, state.last, end)
  addTimes(log, index, instant, state.last, last)
  addValues(log, index, Object.values(columns.byParts), state.last, last)
  return { ...state, last, sampled: sample(index, state.sampled, (last - state.first) / BLOCK) }
}

/** Measures how frequent trigrams are if the index has grown, while that is quick. @returns in how many blocks */
function sample(index: DatabaseSync, sampled: number, blocks: number): number {
  if (sampled >= LARGE_SAMPLE || blocks < Math.max(SMALL_SAMPLE, sampled * 8)) return sampled
  index.exec('DELETE FROM frequent')
  const add = index.prepare('INSERT INTO frequent SELECT term, doc / :blocks FROM trigrams WHERE doc / :blocks > :rare')
  add.run({ blocks, rare: RARE })
  return Math.floor(blocks)
}

/** Notes from when to when the events of some rowids happened. */
function addTimes(log: DatabaseSync, index: DatabaseSync, instant: string, after: number, last: number) {
  const find = log.prepare(
    `SELECT rowid / ${BLOCK * CHUNK} AS chunk, min("${instant}") AS first, max("${instant}") AS last FROM ${EVENTS}
     WHERE rowid > ? AND rowid <= ? GROUP BY 1`
  )
  const add = index.prepare(`INSERT INTO times VALUES (:chunk, :first, :last) ON CONFLICT DO UPDATE SET
    first = min(first, excluded.first), last = max(last, excluded.last)`)
  for (const row of find.iterate(after, last)) add.run(row)
}

const isMostlyGone = ({ first, last }: State, firstOfLog: number) =>
  firstOfLog - first > Math.max(MANY_REMOVED, (last - first) / 2)

/** Adds whole blocks, at least one. @returns the rowid up to which events are indexed */
function addBlocks(log: DatabaseSync, index: DatabaseSync, columns: Searched, last: number, end: number) {
  const add = index.prepare('INSERT INTO texts (rowid, text) VALUES (?, ?)')
  const addAnchor = index.prepare('INSERT INTO anchors (place, id, tenant) VALUES (?, ?, ?)')
  const rows = log.prepare(
    `SELECT rowid AS place, id, tenant, ${textsOf(columns)} AS text FROM ${EVENTS}
     WHERE rowid > ? AND rowid <= ? ORDER BY rowid LIMIT ${MOST}`
  )
  const until = performance.now() + DURATION
  let block: { number: number; lines: Set<string>; anchor: SQLInputValue[] } | undefined
  const addBlock = () => {
    if (!block) return
    add.run(block.number, [...block.lines].join('\n'))
    addAnchor.run(...block.anchor)
  }
  let count = 0
  for (const row of rows.iterate(last, end)) {
    const { place, id, tenant, text } = row as { place: number; id: string; tenant: string; text: string }
    const number = Math.floor(place / BLOCK)
    if (number !== block?.number) {
      addBlock()
      if (block && performance.now() > until) return (block.number + 1) * BLOCK - 1
      block = { number, lines: new Set(), anchor: [] }
    }
    const lowerCase = text.toLowerCase()
    // neighbours have many texts in common, and no trigram with a line break is looked for
    for (const line of lowerCase.length > LONG ? [condensed(lowerCase)] : lowerCase.split('\n')) block.lines.add(line)
    block.anchor = [place, id, tenant]
    count++
  }
  if (!block) return end // all of them were removed
  // the last block may be cut off by the limit
  if (count === MOST) return block.number * BLOCK - 1
  addBlock()
  return end
}

/** SQL for all texts of an event that are searched, one a line: see `json_contains` in dialect.ts. */
function textsOf({ text, json }: Searched): string {
  const nodes = (column: string) =>
    `case when json_valid("${column}") then (SELECT group_concat(value, char(10)) FROM json_tree("${column}")
      WHERE type = 'text' AND key IS NOT '@odata.type') else "${column}" end`
  return `concat_ws(char(10), ${[...text.map((column) => `"${column}"`), ...json.map(nodes)].join()})`
}
