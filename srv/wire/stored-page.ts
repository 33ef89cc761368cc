/**
 * Pages of entities that are sent as they are stored: the database puts their texts together, so that a page is one
 * value, however many entities it has, and not an object of each.
 */
import { bytes, func, nameOf, ref, val, type Cqn, type Value } from './expressions/cqn.ts'
import type { StoredText } from './json-text.ts'
import { STORED, isCurrent } from './stored.ts'
import type { StructuredType } from './types.ts'

/** A page as it was read. */
export interface StoredPage {
  /** The members of the array, or undefined if there are none. */
  text: StoredText | undefined
  /** What the last entity of the page is ordered by. */
  last: Value[] | undefined
  isMore: boolean
}

/**
 * Makes a query that gives a page as a single row.
 * @param select the query for the rows of the page and one more
 * @param order the columns that they are ordered by
 */
export function pageQuery(select: object, order: Cqn[]): object {
  const columns = [ref(STORED.text), ref(STORED.tag), ...order]
  const unique = [...new Map(columns.map((column) => [nameOf(column), column])).values()]
  const each = func('json_array', func('octet_length', ref(STORED.text)), ...columns.slice(1))
  return {
    SELECT: {
      from: { SELECT: { ...select, columns: unique }, as: 'page' },
      columns: [
        { ...bytes(func('group_concat', ref(STORED.text), val(','))), as: 'text' },
        { ...func('json_group_array', each), as: 'entities' }
      ],
      localized: false // or CAP would order the rows within by another collation
    }
  }
}

/**
 * Reads the row of such a query.
 * @param limit how many entities the page may have
 * @returns undefined if an entity has no text, or one of another version
 */
export function readPageRow(row: { text: Uint8Array | null; entities: string }, limit: number, type: StructuredType) {
  const entities = JSON.parse(row.entities) as [size: number, tag: string | null, ...order: Value[]][]
  if (!entities.every(([, tag]) => isCurrent(tag, type))) return undefined
  const isMore = entities.length > limit
  const shown = entities.slice(0, limit)
  const size = shown.reduce((sum, [length]) => sum + length + 1, -1)
  const [, , ...last] = shown.at(-1) ?? []
  const tag = shown.map((entity) => entity[1]).join()
  return {
    text: row.text && shown.length ? { text: row.text.subarray(0, size), tag } : undefined,
    last: shown.length ? last : undefined,
    isMore
  } satisfies StoredPage
}
