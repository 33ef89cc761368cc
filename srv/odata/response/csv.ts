/** Entities as records of CSV (RFC 4180). */
import { withoutTypes } from '../model/annotations.ts'
import type { Selection } from '../model/columns.ts'
import { valueAt } from '../model/projection.ts'
import { isStructured, valueTypesOf, type JsonObject, type Property, type StructuredType } from '../model/types.ts'

interface Column {
  path: string[]
  /** The property at the path; undefined for a member of an open type. */
  property?: Property
}

/** What the records show of entities. */
export interface Table {
  /** The part of the entities; undefined for all of them. */
  part: string | undefined
  columns: Column[]
  /** The records of an entity, as objects that have the values at the paths of the columns. There may be 200,000. */
  recordsOf: (entity: JsonObject) => Iterable<JsonObject>
}

/**
 * The columns for the values of a type: for complex values one for each of their properties, with those of derived
 * types; for open types and collections one with JSON, or one for each selected member.
 */
function columnsOfTable({ properties }: StructuredType, selection: Selection, path: string[] = []): Column[] {
  const columns = new Map<string, Column>()
  for (const property of properties.values()) {
    const { name, collection } = property
    if (selection && !selection.has(name)) continue
    const inner = selection?.get(name)
    const at = [...path, name]
    const types = collection ? [] : valueTypesOf(property)
    const found = types.flatMap((each) => (each.open ? membersFor(inner, at) : columnsOfTable(each, inner, at)))
    for (const column of found.length ? found : [{ path: at, property }]) columns.set(column.path.join('/'), column)
  }
  return [...columns.values()]
}

/** The columns for selected members of an open type. */
function membersFor(selection: Selection, path: string[]): Column[] {
  return [...(selection ?? [])].flatMap(([name, inner]) => {
    const at = [...path, name]
    return inner ? membersFor(inner, at) : [{ path: at }]
  })
}

/** A record for each entity. Its collections are JSON, or left out where only that part is wanted. */
export function entityTable(type: StructuredType, selection: Selection, part?: string): Table {
  const columns = columnsOfTable(type, selection)
  const own = columns.filter(({ property }) => !property?.collection)
  return { part, columns: part === undefined ? columns : own, recordsOf: (entity) => [entity] }
}

/** A record for each item of a collection, with its place in it, from 0. @param keys that tell which entity has it */
export function itemTable(keys: string[], { name, type }: Property, selection: Selection): Table {
  const items = isStructured(type) ? columnsOfTable(type, selection?.get(name), [name]) : []
  const columns = [...keys.map((key) => ({ path: [key] })), { path: [name, INDEX] }, ...items]
  function* recordsOf(entity: JsonObject) {
    for (const [index, item] of ((entity[name] ?? []) as object[]).entries())
      yield { ...entity, [name]: { ...item, [INDEX]: index } }
  }
  return { part: name, columns, recordsOf }
}

const INDEX = '$index'

/** The record with the names of the columns, which are their paths. Members of open types may have any name. */
export function headerOf({ columns }: Table, keepsFormulas: boolean): string {
  const names = columns.map(({ path }) => path.join('/'))
  return line(keepsFormulas ? names : names.map(asText))
}

/** A record as text. @param keepsFormulas whether formulas come as they are: see {@link asText} */
export const recordOf = ({ columns }: Table, record: JsonObject, keepsFormulas: boolean): string =>
  line(columns.map((column) => cell(column, record, keepsFormulas)))

/** A blank line would be none for many readers. */
const line = (cells: (string | undefined)[]) => `${cells.map(quoted).join(',') || '""'}\r\n`

/** Null is nothing, and the empty text a pair of quotes. What other spreadsheets take for separators is quoted, too. */
function quoted(text: string | undefined) {
  if (text === undefined) return ''
  return text === '' || /[",;\t\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

function cell({ path }: Column, record: JsonObject, keepsFormulas: boolean): string | undefined {
  const value = valueAt(record, path)
  if (value === null || value === undefined) return undefined
  if (typeof value === 'string') return keepsFormulas ? value : asText(value)
  const json = JSON.stringify(withoutTypes(value))
  return keepsFormulas ? json : json.replace(FORMULA_IN_JSON, '\\u003b')
}

/**
 * What spreadsheets take for the beginning of a formula, after any number of the apostrophes of {@link asText}: also
 * within a text, as many begin a cell at each semicolon, tab or line, whatever the quotes are around it.
 */
const FORMULA = /(^|[;\t\r\n])(?=(?:'|[^\S\t\r\n])*[=+\-@＝＋－＠])/g
const FORMULA_IN_JSON = /;(?=(?:'|[^\S\t\r\n])*[=+\-@＝＋－＠])/g

/** Text that no spreadsheet runs: an apostrophe comes before each formula. Who removes those has the text. */
const asText = (text: string) => (/^'*[\t\r\n]/.test(text) ? "'" : '') + text.replace(FORMULA, "$1'")
