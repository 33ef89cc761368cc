/**
 * Pages of entities that are sent as they are stored: the database puts their texts together, so that a page is one
 * value, however many entities it has, and not an object of each.
 */
import { mostBytes } from '../../database/sqlite/result-size.ts'
import { bytes, func, nameOf, ref, val, xpr, type Cqn, type Value } from '../../cqn/cqn.ts'
import type { StoredText } from './json-text.ts'
import { isCurrent } from './stored.ts'
import type { StructuredType } from '../model/types.ts'
import { STORED } from '../model/columns.ts'

/** Texts up to this length are read with the others, in bytes, whatever share of the page they have. */
const SHORT = 16_384

/**
 * Makes a query that gives a page as a single row.
 * @param select the query for the rows of the page
 * @param order the columns that they are ordered by
 * @param longest how long texts may be, in bytes; of those that are longer only the length is read
 */
export function pageQuery(select: object, order: Cqn[], longest?: number): object {
  const length = func('octet_length', ref(STORED.text))
  const text = longest
    ? xpr('case when', length, '<=', val(longest), 'then', ref(STORED.text), 'end')
    : ref(STORED.text)
  const columns = [{ ...text, as: 'text' }, { ...length, as: 'length' }, ref(STORED.tag), ...order]
  const unique = [...new Map(columns.map((column) => [nameOf(column), column])).values()]
  const each = columns.slice(1).map((column) => ref(nameOf(column)))
  return {
    SELECT: {
      from: { SELECT: { ...select, columns: unique }, as: 'page' },
      columns: [
        { ...bytes(func('group_concat', ref('text'), val(','))), as: 'text' },
        { ...func('json_group_array', func('json_array', ...each)), as: 'entities' }
      ],
      localized: false // or CAP would order the rows within by another collation
    }
  }
}

type Entity = [length: number, tag: string, ...order: Value[]]

/**
 * Reads a page of as many entities as fit.
 * @param read has the database run {@link pageQuery} for a number of entities
 * @param limit how many entities the page may have
 * @returns undefined if an entity has no text, or one of another version
 */
export async function readStoredPage(
  read: (count: number, longest?: number) => Promise<object[]>,
  limit: number,
  type: StructuredType
) {
  const longest = Math.max(SHORT, Math.floor(mostBytes() / (limit + 1)))
  const all = pageOf(await read(limit + 1, longest), type)
  if (!all) return undefined
  const count = fitting(all.entities.slice(0, limit))
  const isWhole = all.entities.slice(0, count).every(([length]) => length <= longest)
  // read anew, the page may begin with entities that have just come in
  const page = isWhole ? all : pageOf(await read(count), type)
  if (!page) return undefined
  const shown = page.entities.slice(0, count)
  const [, , ...last] = shown.at(-1) ?? []
  return {
    texts: shown.length ? [textOf(page.text as Uint8Array, shown)] : [],
    count: shown.length,
    last: shown.length ? last : undefined,
    isMore: all.entities.length > count
  }
}

function pageOf([row]: object[], type: StructuredType) {
  const { text, entities } = row as { text: Uint8Array | null; entities: string }
  const read = JSON.parse(entities) as [length: number, tag: string | null, ...order: Value[]][]
  return read.every(([, tag]) => isCurrent(tag, type)) ? { text, entities: read as Entity[] } : undefined
}

/** How many entities fit on a page: at least one, if there is one. */
function fitting(entities: Entity[]): number {
  let size = 0
  const end = entities.findIndex(([length]) => (size += length) > mostBytes())
  return end < 0 ? entities.length : Math.max(end, 1)
}

function textOf(texts: Uint8Array, shown: Entity[]): StoredText {
  const size = shown.reduce((sum, [length]) => sum + length + 1, -1)
  return { text: texts.subarray(0, size), tag: shown.map(([, tag]) => tag).join() }
}
