/** Which events may have what is searched for, by the search index: see search-file.ts. */
import { DatabaseSync, type SQLInputValue } from 'node:sqlite'
import { isDamaged } from './failures.ts'
import { TooExpensive, type Limits } from './functions.ts'
import { BLOCK, CHUNK, formOf, isOf, lastOf, readIndex, reopened, stateOf, type SearchIndex } from './search-file.ts'
import { soughtBy } from '../dialect.ts'
import { frequencies, isIndexed, tenantsIn, textsOf, type IndexedTenant } from './search-tenants.ts'
import { rowsByValue, type Question } from './search-values.ts'
import { ANYTHING, tokenOf } from './trigram-tokens.ts'
import { matchAll, mostOf, rarest, trigramsOf } from './trigrams.ts'

/** The functions of statements: see search-statements.ts. */
export const CANDIDATE_ROWS = 'candidate_rows'
export const CANDIDATE_BLOCKS = 'candidate_blocks'

/** Up to how many blocks of candidates are always looked at one by one. */
const FEW = 64

/** The part of all blocks from which on it is no use to know the candidates. */
const MOST = 0.25

/** How many entries of the index may be read where time is short: SQLite cannot be stopped until it finds something. */
const MOST_READ = 1_000_000

/** Ends a statement for which there are too many candidates, or none are known. */
export class TooMany extends Error {}

/** Adds the functions that find candidates for terms to a connection. */
export function addCandidates(log: DatabaseSync, search: SearchIndex | undefined, limits?: Limits) {
  const withinTime = () => limits?.withinTime()
  const file = search && reopened(search.path, readIndex)
  const finding = (find: (inquiry: Inquiry) => number[]) => {
    return (...given: SQLInputValue[]) => {
      const [tenant, after = null, before = null, asked, ...terms] = given
      let read = 0
      const reading = (entries: number) => {
        read += entries
        if (read > MOST_READ) limits?.tooLong()
      }
      if (!search || !file) throw new TooMany()
      let index: DatabaseSync | undefined
      try {
        index = file.open()
        index.exec('BEGIN')
        const tenants = tenantsIn(index, tenant as string | null)
        const range: Question['range'] = [after, before]
        const asking = { log, index, search, tenants, range, withinTime, reading }
        const question = { ...asking, ...soughtBy(asked, terms.map(String)) }
        return JSON.stringify(find(inquiry(question)))
      } catch (error) {
        if (isDamaged(error)) file.remove()
        if (error instanceof TooExpensive) throw error
        throw new TooMany() // whatever is wrong with the index, events are found without it
      } finally {
        if (index?.isOpen && index.isTransaction) index.exec('COMMIT')
      }
    }
  }
  const options = { deterministic: true, varargs: true }
  log.function(CANDIDATE_ROWS, options, finding(fewRows))
  log.function(CANDIDATE_BLOCKS, options, finding(manyBlocks))
}

/** A question, with what the index says of its range. */
interface Inquiry extends Question {
  tenants: (IndexedTenant & {
    /** The chunks that may have its events of the range; undefined if there is no bound. */
    chunks: number[] | undefined
  })[]
  /** The first block that is not indexed, and the one after the last. */
  first: number
  end: number
  /** The number of blocks with events of the range. */
  blocks: number
}

/** @throws {TooMany} if the index is not of this log, or lacks a tenant; SQLite's error */
function inquiry(question: Question): Inquiry {
  const { log, index, search, range } = question
  const state = stateOf(index)
  if (!state || !isOf(log, index, state, formOf(search.columns))) throw new TooMany()
  if (!question.tenants.every(isIndexed)) throw new TooMany()
  const [first, end] = [(state.last + 1) / BLOCK, Math.floor(lastOf(log) / BLOCK) + 1]
  const tenants = question.tenants.map((each) => ({ ...each, chunks: chunksWithin(index, each.number, range) }))
  const blocks = tenants.map((each) => Math.min(each.blocks, each.chunks ? each.chunks.length * CHUNK : Infinity))
  return { ...question, tenants, first, end, blocks: blocks.reduce((sum, each) => sum + each, end - first) }
}

/**
 * As many candidates as the square root of the events are read faster than the events up to those that fill a page.
 * Further trigrams are looked for where there are more: that takes long, but less than what follows.
 * @returns their rowids @throws {TooMany}
 */
function fewRows(inquiry: Inquiry): number[] {
  const most = Math.floor(Math.max(FEW, Math.sqrt(inquiry.blocks * BLOCK)))
  const known = rowsByValue(inquiry, most * BLOCK)
  if (known) return rowsOf(notIndexed(inquiry, most)).concat(known)
  return rowsOf(candidates(inquiry, most, !inquiry.isWhole))
}

const rowsOf = (blocks: number[]) =>
  blocks.flatMap((block) => Array.from({ length: BLOCK }, (_, index) => block * BLOCK + index))

const manyBlocks = (inquiry: Inquiry): number[] => candidates(inquiry, Math.floor(inquiry.blocks * MOST), false)

/** The blocks of events that the index does not know yet. @throws {TooMany} */
function notIndexed({ first, end }: Inquiry, most: number): number[] {
  if (end - first > most) throw new TooMany()
  return Array.from({ length: end - first }, (_, index) => first + index)
}

/** @param persists whether to look for all trigrams if the rarest leave too many @throws {TooMany} SQLite's error */
function candidates(inquiry: Inquiry, most: number, persists: boolean): number[] {
  const all = distinct(inquiry.lists.map((list) => trigramsOf(list.map(({ term }) => term)).map(tokenOf)))
  if (!all.every(({ length }) => length)) throw new TooMany()
  const found = notIndexed(inquiry, most)
  for (const tenant of inquiry.tenants) {
    const blocks = blocksOf(tenant, inquiry, all, most - found.length, persists)
    if (!blocks) throw new TooMany()
    found.push(...blocks)
  }
  return found
}

/** The blocks of a tenant that have some trigrams; undefined if there are more than `most`. */
function blocksOf(
  { number, chunks, blocks: total }: Inquiry['tenants'][number],
  { index, end, withinTime, reading }: Inquiry,
  all: string[][],
  most: number,
  persists: boolean
): number[] | undefined {
  const texts = textsOf(number)
  const matching = index.prepare(`SELECT rowid AS block FROM ${texts} WHERE ${texts} MATCH ? AND rowid BETWEEN ? AND ?`)
  const [from = 0, to = -1] = chunks ? [chunks[0], chunks.at(-1)] : [0, end]
  const known = chunks && new Set(chunks)
  const partOf = frequencies(index, number, all.flat())
  for (const choose of [rarest, ...(persists ? [mostOf] : [])]) {
    const chosen = all.map((each) => choose(each, partOf, total))
    reading(total * chosen.flat().reduce((sum, each) => sum + partOf(each), 0))
    const blocks = matching
      .iterate(
        [...chosen, [ANYTHING]].map((each) => `(${matchAll(each)})`).join(' OR '),
        from * CHUNK,
        (to + 1) * CHUNK - 1
      )
      .map(({ block }) => (withinTime(), Number(block)))
      .filter((block) => known?.has(Math.floor(block / CHUNK)) !== false)
      .take(most + 1)
      .toArray()
    if (blocks.length <= most) return blocks
  }
  return undefined
}

const distinct = (lists: string[][]) => [...new Map(lists.map((each) => [each.join(), each])).values()]

/** The chunks, in order, that may have events of a tenant in a range of time; undefined if there is no bound. */
function chunksWithin(index: DatabaseSync, tenant: number, [after, before]: Question['range']): number[] | undefined {
  if (after === null && before === null) return undefined
  const find = index.prepare(
    `SELECT chunk FROM times WHERE tenant = :tenant AND last >= ifnull(:after, last) AND first <= ifnull(:before, first)
     ORDER BY chunk`
  )
  return find.all({ tenant, after, before }).map(({ chunk }) => Number(chunk))
}
