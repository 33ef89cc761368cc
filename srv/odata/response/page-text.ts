/**
 * Pages of entities that the database puts together: see entity-text.ts. It also joins their texts, so a page is one
 * value however many entities it has, not an object for each.
 */
import { mostBytes } from '../../database/reading.ts'
import { bytes, jsonRows, jsonText, octets, textsJoined } from '../../database/dialect.ts'
import { distinct, nameOf, ref, val, xpr, type Cqn, type Value } from '../../cqn/cqn.ts'
import type { Row } from '../../plans/statement.ts'
import type { ServiceSchema } from '../model/schema.ts'
import type { Template } from '../model/template.ts'
import { entityText, mostBytesOf } from './entity-text.ts'
import type { JsonText } from './json-text.ts'

/**
 * Makes a query that gives a page as a single row, or as a row for each entity.
 * @param keys further columns to read of each row
 * @param longest the longest text to read, in bytes; of those that may be longer only the length is read
 */
export function pageQuery(
  select: object,
  keys: Cqn[],
  stored: ServiceSchema['stored'],
  template: Template,
  longest?: number
): object {
  const whole = entityText(stored, template)
  const text = longest === undefined ? whole : wholeOrLength(whole, mostBytesOf(stored, template), longest)
  const isWhole = xpr(octets(ref('text')), `> ${MOST_DIGITS}`)
  const ifWhole = (value: Cqn) => (longest === undefined ? value : xpr('case when', isWhole, 'then', value, 'end'))
  const unread = longest === undefined ? xpr('null') : xpr('case when', isWhole, 'then null else', ref('text'), 'end')
  const columns = [ref(stored.type.hidden.representationTag), ...keys]
  const each = [ifWhole(octets(ref('text'))), unread, ...columns.map((column) => ref(nameOf(column)))]
  return {
    SELECT: {
      from: { SELECT: { ...select, columns: [{ ...text, as: 'text' }, ...distinct(columns)] }, as: 'page' },
      columns: [
        { ...bytes(textsJoined(ifWhole(ref('text')))), as: 'text' },
        { ...jsonRows(...each), as: 'entities' }
      ],
      givesTexts: longest === undefined ? 'fitting' : 'all' // see Statement
    }
  }
}

/** A text that is not too long to be read; of others, the length. No length has more digits than texts have bytes. */
const wholeOrLength = (text: Cqn, most: Cqn, longest: number) =>
  xpr('case when', most, '<=', val(longest), 'then', text, 'else', jsonText(octets(text)), 'end')

const COMMA = 0x2c

const MOST_DIGITS = 16

/** An entity on a page: the length of its text in bytes, as a number if the text was read, else as text; its tag; keys. */
type Entity = [read: number | null, unread: string | null, tag: string, ...keys: Value[]]

const lengthOf = ([read, unread]: Entity) => read ?? Number(unread)

interface PageText {
  entities: Entity[]
  /** The keys of an entity. */
  rowAt: (index: number) => Row | undefined
  /** The texts of the first entities, joined where possible unless they are wanted apart. */
  textsOf: (count: number, apart?: boolean) => JsonText
}

/**
 * Reads the result of {@link pageQuery}.
 * @param placeOf finds the place of an entity by its keys if the query has no order; undefined to leave it out
 */
export function pageIn(rows: Row[], keys: Cqn[], placeOf?: (keys: Row) => number | undefined): PageText {
  const found = rows.flatMap(({ entities }) => JSON.parse(entities as string) as Entity[])
  const text = textIn(rows as { text: Uint8Array | string | null }[])
  const rowOf = ([, , , ...values]: Entity) =>
    Object.fromEntries(keys.map((key, index) => [nameOf(key), values[index]]))
  const entities = placeOf ? inPlaces(found, (entity) => placeOf(rowOf(entity))) : found
  return {
    entities,
    rowAt: (index) => entities[index] && rowOf(entities[index]),
    textsOf: (count, apart) => {
      const shown = entities.slice(0, count)
      if (!placeOf && !apart) return shown.length ? [joined(text, shown)] : []
      const starts = new Map<Entity, number>()
      let start = 0
      for (const entity of found) {
        starts.set(entity, start)
        if (entity[0] !== null) start += entity[0] + 1
      }
      return shown.map((entity) => joined(text.subarray(starts.get(entity)), [entity]))
    }
  }
}

/** The texts that were read, with commas between them. */
function textIn(rows: { text: Uint8Array | string | null }[]): Uint8Array {
  const texts = rows.flatMap(({ text }) => text ?? [])
  if (texts[0] instanceof Uint8Array) return texts[0]
  const size = texts.reduce((sum, text) => sum + Buffer.byteLength(text) + 1, 0)
  const all = Buffer.allocUnsafe(size)
  let end = 0
  for (const text of texts as string[]) {
    end += all.write(text, end)
    all[end++] = COMMA
  }
  return all
}

function joined(texts: Uint8Array, entities: Entity[]) {
  const size = entities.reduce((sum, entity) => sum + lengthOf(entity) + 1, -1)
  return { text: texts.subarray(0, size), tag: entities.map(([, , tag]) => tag).join() }
}

/** Sorts items by their places, and drops those without one. */
export function inPlaces<Item>(items: Item[], placeOf: (item: Item) => number | undefined): Item[] {
  const places: Item[] = []
  for (const item of items) {
    const place = placeOf(item)
    if (place !== undefined) places[place] = item
  }
  return Object.values(places) // without the gaps
}

/** How many entities fit on a page, at least one if there is one. */
export function fitting(entities: Entity[]): number {
  let size = 0
  const end = entities.findIndex((entity) => (size += lengthOf(entity)) > mostBytes())
  return end < 0 ? entities.length : Math.max(end, 1)
}
