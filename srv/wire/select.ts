/** `$select`: which properties an answer has (OData URL Conventions 4.01, 5.1.3). */
import { columnsOf, type Selection } from './columns.ts'
import { ref, type Cqn } from './expressions/cqn.ts'
import { RequestError } from './errors.ts'
import type { Rows } from './rows.ts'
import { isStructured, propertyNamed, type StructuredType } from './types.ts'

/**
 * Parses the value of `$select`.
 * @returns undefined if all is selected
 * @throws {RequestError} 400 for an item that is not a property of the type
 */
export function parseSelect(value: string | undefined, type: StructuredType): Selection {
  if (value === undefined) return undefined
  const selection: Selection = new Map()
  let all = false
  for (const item of value.split(',').map((each) => each.trim())) {
    const path = item === '*' ? [] : resolvePath(item.split('/'), type)
    if (!path)
      throw new RequestError(
        'invalidQueryOption',
        `'${item}' in $select is not a property of '${type.name}'.`,
        '$select'
      )
    all ||= item === '*'
    add(selection, path)
  }
  return all ? undefined : selection
}

function add(selection: NonNullable<Selection>, [first, ...rest]: string[]) {
  if (!first) return
  if (!rest.length) return void selection.set(first, undefined) // the whole wins over its parts
  const inner = selection.has(first) ? selection.get(first) : new Map<string, Selection>()
  if (inner) add(inner, rest)
  selection.set(first, inner)
}

/** Resolves the names of a path as the model spells them, or returns undefined if the type does not have it. */
function resolvePath(names: string[], type: StructuredType): string[] | undefined {
  const path: string[] = []
  let current: StructuredType[] = [type]
  for (const name of names) {
    if (current.some(({ open }) => open)) return [...path, ...names.slice(path.length)]
    const property = current.map((each) => propertyNamed(each, name)).find((each) => each !== undefined)
    if (!property) return undefined
    path.push(property.name)
    const isComplex = isStructured(property.type) && !property.collection
    current = isComplex ? [property.type as StructuredType, ...(property.derived?.types ?? [])] : []
  }
  return path
}

/** The columns that a selection is built from. A complex value needs all of its own, to tell whether it is null. */
export function columnsFor(selection: Selection, { type, identity, columns }: Rows): Cqn[] {
  const selected = [...type.properties.values()].filter(({ name }) => selection?.has(name) ?? true)
  const names = [...identity, ...selected.flatMap((property) => columnsOf(property)), 'emptyObjects']
  return [...new Set(names)].filter((name) => columns.includes(name)).map(ref)
}

/** The select list of a context URL, `(id,statusInfo/status)`: OData Protocol 4.01, 10.7. */
export function selectList(selection: Selection): string {
  const paths = (inner: Selection): string[] =>
    [...(inner ?? [])].flatMap(([name, rest]) => (rest ? paths(rest).map((path) => `${name}/${path}`) : [name]))
  return selection ? `(${paths(selection).join(',')})` : ''
}

/** The list for rows, which shows what they have besides the properties of their type (10.7 and 10.10). */
export function rowsList({ type, areEntities }: Rows, selection: Selection): string {
  if (selection) return selectList(selection)
  const shape = ({ properties }: StructuredType): string =>
    [...properties.values()]
      .map((each) => (isStructured(each.type) && each.type.partial ? `${each.name}(${shape(each.type)})` : each.name))
      .join(',')
  if (!areEntities) return `(${shape(type)})`
  const computedNames = [...type.properties.values()].filter(({ column }) => column).map(({ name }) => name)
  return computedNames.length ? `(*,${computedNames.join(',')})` : ''
}
