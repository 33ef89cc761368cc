/**
 * The JSON text of an entity, as most answers show it, as a template that its columns fill in. The database fills it in
 * for entities that it holds, and {@link textOf} for one that is about to be stored. So the text is not stored.
 */
import { columnsOf, flattenedType, type Selection } from './columns.ts'
import { isStructured, valueTypesOf, type EntityType, type Property, type StructuredType } from './types.ts'
import type { Row } from '../../plans/statement.ts'

/** Parts that follow each other. */
export type Template = (string | ColumnPart | ComplexPart)[]

/** The value of a column; if it has none, {@link absent}. */
export interface ColumnPart {
  kind: 'column'
  column: string
  /** The property, if the column has JSON: text of the entity as it is, unless an earlier release stored it. */
  json: Property | undefined
}

/** What is shown where a column has no value: events from before there was a collection have none of its items. */
export const absent = ({ json }: ColumnPart) => (json?.collection ? '[]' : 'null')

/** A complex value: `null` if no column has a value and it is no empty object. */
export interface ComplexPart {
  kind: 'complex'
  /** Names the value; a row may have by this name whether there is one, in place of all of its columns. */
  name: string
  columns: string[]
  /** What `emptyObjects`, the column, contains if this value or one in it was sent without any value. */
  marks: string[]
  emptyObjects: string
  /** For values of a derived type: the column that names the type, and the templates by that name. */
  derived: { column: string; templates: Map<string, Template> } | undefined
  template: Template
}

/** Derives the template of an entity type, or of what is selected of it, as {@link isOfColumns} allows. */
export function templateOf(type: EntityType, selection?: Selection): Template {
  const { emptyObjects } = type.hidden

  function objectOf({ properties }: StructuredType, typeName: string, prefix: string, selection: Selection): Template {
    const shown = [...properties.values()].filter(({ name }) => selection?.has(name) ?? true)
    const members = shown.flatMap((property): Template => [
      `,${JSON.stringify(property.name)}:`,
      partOf(property, prefix, selection?.get(property.name))
    ])
    return joined(['{', `"@odata.type":${JSON.stringify(typeName)}`, ...members, '}'])
  }

  function partOf(property: Property, prefix: string, selection: Selection): ColumnPart | ComplexPart {
    const column = prefix + property.name
    const type = flattenedType(property)
    if (!type) return { kind: 'column', column, json: isStructured(property.type) ? property : undefined }
    const inner = (each: StructuredType, typeName: string) => objectOf(each, typeName, `${column}_`, selection)
    const templates = new Map(property.derived?.types.map((each) => [each.name, inner(each, `#${each.name}`)]))
    return {
      kind: 'complex',
      name: column,
      columns: columnsOf(property, prefix),
      marks: [JSON.stringify(column), JSON.stringify(`${column}_`).slice(0, -1)],
      emptyObjects,
      derived: property.derived && { column: property.derived.column, templates },
      template: inner(type, type.name) // without `#`, as documented: see response/representation.ts
    }
  }

  return objectOf(type, `#${type.name}`, '', selection)
}

/** Whether what is selected is in columns of its own, and not a part of the JSON in one. */
export function isOfColumns({ properties }: StructuredType, selection: Selection): boolean {
  return [...properties.values()].every((property) => {
    const inner = selection?.get(property.name)
    return !inner || (flattenedType(property) && valueTypesOf(property).every((each) => isOfColumns(each, inner)))
  })
}

/** Joins texts that follow each other. */
function joined(template: Template): Template {
  const parts: Template = []
  for (const part of template) {
    const last = parts.at(-1)
    if (typeof part === 'string' && typeof last === 'string') parts[parts.length - 1] = last + part
    else parts.push(part)
  }
  return parts
}

/** How JSON in a column is shown. */
type Shown = (json: string, property: Property) => string

/** The text of an entity with these columns. */
export function textOf(template: Template, row: Row, shown: Shown = (json) => json): string {
  let text = ''
  for (const part of template) text += typeof part === 'string' ? part : valueText(part, row, shown)
  return text
}

function valueText(part: ColumnPart | ComplexPart, row: Row, shown: Shown): string {
  if (part.kind === 'column') {
    const value = row[part.column] ?? null
    if (value === null) return absent(part)
    return part.json ? shown(value as string, part.json) : JSON.stringify(value)
  }
  const { name, columns, marks, emptyObjects, derived, template } = part
  const empty = row[emptyObjects]
  const isEmpty = typeof empty === 'string' && marks.some((mark) => empty.includes(mark))
  if (!(name in row ? row[name] : isEmpty || columns.some((column) => row[column] != null))) return 'null'
  return textOf((derived && derived.templates.get(String(row[derived.column]))) ?? template, row, shown)
}
