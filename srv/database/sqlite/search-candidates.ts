/** Which events may have what is searched for, by the search index: see search-file.ts. */
import { DatabaseSync, type SQLInputValue } from 'node:sqlite'
import { isDamaged } from './failures.ts'
import {
  BLOCK,
  CHUNK,
  formOf,
  isOf,
  lastOf,
  readIndex,
  RARE,
  reopened,
  stateOf,
  type SearchIndex
} from './search-file.ts'
import { COUNTS } from '../tables.ts'
import { matchAll, mostOf, rarest, trigramsOf } from './trigrams.ts'

/** The functions of statements: see search-statements.ts. */
export const CANDIDATE_ROWS = 'candidate_rows'
export const CANDIDATE_BLOCKS = 'candidate_blocks'

/** Up to how many blocks of candidates are always looked at one by one. */
const FEW = 64

/** The part of all blocks from which on it is no use to know the candidates. */
const MOST = 0.25

/** Ends a statement for which there are too many candidates, or none are known. */
export class TooMany extends Error {}

/** How many candidates there may be. */
interface Limit {
  /** Gives it by the number of all blocks. */
  of: (blocks: number) => number
  /** Whether further trigrams are looked for where there are more: that takes long, but less than what follows. */
  persists: boolean
}

/** Adds the functions that find candidates for terms to a connection. */
export function addCandidates(log: DatabaseSync, search: SearchIndex | undefined) {
  const file = search && reopened(search.path, readIndex)
  const form = search ? formOf(search.columns) : ''
  const find = (limit: Limit, expand: (blocks: number[]) => number[]) => {
    return (after: SQLInputValue, before: SQLInputValue, ...terms: SQLInputValue[]) => {
      const trigrams = trigramsOf(terms.map(String))
      if (!file || !trigrams.length) throw new TooMany()
      let index: DatabaseSync | undefined
      try {
        index = file.open()
        return JSON.stringify(expand(candidates(log, index, form, trigrams, [after, before], limit)))
      } catch (error) {
        if (isDamaged(error)) file.remove()
        throw new TooMany() // whatever is wrong with the index, events are found without it
      } finally {
        if (index?.isOpen && index.isTransaction) index.exec('COMMIT')
      }
    }
  }
  // As many candidates as the square root of the events are read faster than the events up to those that fill a page.
  const few = find({ of: (blocks) => Math.max(FEW, Math.sqrt(blocks * BLOCK)), persists: true }, rowsOf)
  const many = find({ of: (blocks) => blocks * MOST, persists: false }, (blocks) => blocks)
  const options = { deterministic: true, varargs: true }
  log.function(CANDIDATE_ROWS, options, few)
  log.function(CANDIDATE_BLOCKS, options, many)
}

const rowsOf = (blocks: number[]) =>
  blocks.flatMap((block) => Array.from({ length: BLOCK }, (_, index) => block * BLOCK + index))

/**
 * Finds blocks.
 * @param range the instants between which the events must have happened; null where there is no bound
 * @param limit of blocks with such events
 * @throws {TooMany} if there are more, or the index is not of this log; SQLite's error
 */
function candidates(
  log: DatabaseSync,
  index: DatabaseSync,
  form: string,
  trigrams: string[],
  range: [SQLInputValue, SQLInputValue],
  limit: Limit
): number[] {
  index.exec('BEGIN')
  const state = stateOf(index)
  if (hasTenants(log) || !state || !isOf(log, index, state, form)) throw new TooMany()
  const end = Math.floor(lastOf(log) / BLOCK) + 1
  const first = (state.last + 1) / BLOCK
  const chunks = chunksWithin(index, range)
  const most = Math.floor(limit.of(chunks ? end - first + chunks.length * CHUNK : end))
  if (end - first > most) throw new TooMany()
  const found = Array.from({ length: end - first }, (_, index) => first + index) // those that are not indexed yet
  const matching = index.prepare('SELECT rowid AS block FROM texts WHERE texts MATCH ? AND rowid BETWEEN ? AND ?')
  const [from = 0, to = -1] = chunks ? [chunks[0], chunks.at(-1)] : [0, end]
  const known = chunks && new Set(chunks)
  const partOf = frequencies(index, trigrams)
  for (const chosen of [rarest(trigrams, partOf, end), ...(limit.persists ? [mostOf(trigrams, partOf)] : [])]) {
    const blocks = matching
      .iterate(matchAll(chosen), from * CHUNK, (to + 1) * CHUNK - 1)
      .map(({ block }) => Number(block))
      .filter((block) => known?.has(Math.floor(block / CHUNK)) !== false)
      .take(most - found.length + 1)
      .toArray()
    if (found.length + blocks.length <= most) return found.concat(blocks)
  }
  throw new TooMany()
}

/**
 * The chunks that may have events of a range of time, in their order.
 * @returns undefined if there is no bound, or an index that an earlier release made has no times yet
 */
function chunksWithin(index: DatabaseSync, [after, before]: [SQLInputValue, SQLInputValue]): number[] | undefined {
  if (after === null && before === null) return undefined
  if (!index.prepare('SELECT 1 FROM times').get()) return undefined
  const find = index.prepare(
    'SELECT chunk FROM times WHERE last >= ifnull(:after, last) AND first <= ifnull(:before, first) ORDER BY chunk'
  )
  return find.all({ after, before }).map(({ chunk }) => Number(chunk))
}

/**
 * Whether several tenants have events. Then the index is not asked: it knows the texts of all of them, so the time that
 * a search takes would reveal what other tenants have.
 */
const hasTenants = (log: DatabaseSync) => log.prepare(`SELECT 1 FROM ${COUNTS} LIMIT 2`).all().length > 1

/** Reads which part of all blocks have a trigram. */
function frequencies(index: DatabaseSync, trigrams: string[]) {
  const find = index.prepare('SELECT trigram, part FROM frequent WHERE trigram IN (SELECT value FROM json_each(?))')
  const parts = find
    .all(JSON.stringify(trigrams))
    .map(({ trigram, part }) => [trigram as string, Number(part)] as const)
  const known = new Map(parts)
  return (trigram: string) => known.get(trigram) ?? RARE
}
