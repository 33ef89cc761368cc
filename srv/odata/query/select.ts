/** `$select`: which properties, and which parts of them, are shown (OData URL Conventions 4.01, 5.1.4). */
import { columnsOf, type Selection } from '../model/columns.ts'
import { RequestError } from '../../errors/errors.ts'
import type { Exchange } from '../request/exchange.ts'
import { ref, type Cqn } from '../../cqn/cqn.ts'
import { nestedItems } from '../request/options.ts'
import type { KnownTypes } from '../model/schema.ts'
import { countName, narrowed, type PropertyAt } from './narrowing.ts'
import { areTooLarge, type Rows } from './rows.ts'
import { isStructured, propertyNamed, valueTypeNamed, type Property, type StructuredType } from '../model/types.ts'

/** The options that an item may have. */
const NESTED = ['$select', '$filter', '$search', '$orderby', '$top', '$skip', '$count', '$compute']

/** The most names in a path, and the deepest nesting of items. Values of open types nest no deeper than 100 levels. */
const MOST_NAMES = 110
const MOST_NESTED = 10

export interface Selected {
  /** The rows, with the options of items applied to their properties. */
  rows: Rows
  selection: Selection
  /** The select list of a context URL, `(id,statusInfo/status)`: OData Protocol 4.01, 10.7. */
  list: string
}

/** Reads `$select`. @throws {RequestError} 400 for an item that is no property, or has options that it does not take */
export function selected(exchange: Exchange, rows: Rows): Selected {
  const value = exchange.options.get('$select')
  if (value === undefined) return { rows, selection: undefined, list: '' }
  const { add, result } = selector(exchange, rows)
  add(value, [])
  return result()
}

/** The selection of a single property, with its own query options: `…('x')/modifiedProperties?$top=1`. */
export function selectedOf(exchange: Exchange, rows: Rows, names: string[], options: Map<string, string>): Selected {
  const { addItem, result } = selector(exchange, rows, true)
  addItem(names, options.size ? options : undefined)
  return result()
}

/** @param isAddressed whether the value of a property is the resource of the request, and not its entity */
function selector(exchange: Exchange, initial: Rows, isAddressed = false) {
  const selection: NonNullable<Selection> = new Map()
  const paths = new Map<string, string[]>()
  const withOptions = new Set<string>()
  let rows = initial
  let all = false
  let depth = 0

  function result(): Selected {
    if (all) return { rows, selection: undefined, list: '' }
    const list = [...paths.values()].filter((segments) => !isPart(segments)).map(urlPath)
    return { rows, selection, list: `(${list.join(',')})` }
  }

  /** Whether the path lies within a value that is selected as a whole. */
  const isPart = (segments: string[]) =>
    segments.some((_, index) => index > 0 && paths.has(segments.slice(0, index).join('/')))

  /** Adds the items of a list. @param prefix the path of the value that they belong to */
  function add(value: string, prefix: string[]) {
    if (++depth > MOST_NESTED) throw refused('$select nests too deeply.')
    for (const { name, options } of nestedItems(value, '$select', NESTED)) {
      if (name === '*' && options) throw refused("'*' takes no options in $select.")
      if (namesOperations(name, exchange.schema.types)) continue
      if (/\/\*?(\/|$)/.test(name)) throw refused(`'${name}' in $select is no path of names.`) // not in open types, either
      if (name !== '*') addItem([...prefix, ...name.split('/')], options)
      else if (prefix.length) addItem(prefix, undefined)
      else all = true
    }
    depth--
  }

  function addItem(segments: string[], options: Map<string, string> | undefined) {
    let path = resolve(segments, rows.type)
    const { $select: inner, ...others } = Object.fromEntries(options ?? [])
    const key = path.names.join('/')
    if (options && withOptions.has(key)) throw refused(`'${key}' has options in $select twice.`)
    if (options) withOptions.add(key)
    const narrowing = new Map(Object.entries(others))
    if (narrowing.size) {
      rows = narrowed(exchange, rows, path, narrowing, isAddressed)
      if (areTooLarge([rows])) throw refused('The options in $select are larger than the service takes.')
      path = resolve(segments, rows.type)
      const count = countName(key)
      if (rows.type.properties.has(count)) selection.set(count, undefined)
    }
    if (options && !isStructured(path.property?.type ?? 'Edm.Untyped'))
      throw refused(`'${key}' takes no options in $select.`)
    if (inner !== undefined) return add(inner, path.segments)
    select(selection, path.names)
    paths.set(path.segments.join('/'), path.segments)
  }

  return { add, addItem, result }
}

/** `microsoft.graph.*` asks for the operations of a schema (5.1.4), of which there are none. */
function namesOperations(name: string, { structured }: KnownTypes): boolean {
  return name.endsWith('.*') && [...structured.keys()].some((each) => each.replace(/[^.]*$/, '*') === name)
}

function refused(message: string) {
  return new RequestError('invalidQueryOption', message, '$select')
}

function select(selection: NonNullable<Selection>, [first = '', ...rest]: string[]) {
  if (!rest.length) return void selection.set(first, undefined) // the whole wins over its parts
  const inner = selection.has(first) ? selection.get(first) : new Map<string, Selection>()
  if (inner) select(inner, rest)
  selection.set(first, inner)
}

/** Follows a path. A property of a derived type needs the type before it (5.1.4). */
function resolve(segments: string[], root: StructuredType): PropertyAt {
  if (segments.length > MOST_NAMES) throw refused(`A path in $select may have at most ${MOST_NAMES} names.`)
  const unknown = () => refused(`'${segments.join('/')}' in $select is not a property of '${root.name}'.`)
  const path: Omit<PropertyAt, 'type'> = { names: [], segments: [], property: undefined }
  let type: Property['type'] = root
  for (const name of segments) {
    if (!isStructured(type)) throw unknown()
    const cast: StructuredType | undefined = path.property && valueTypeNamed(path.property, name)
    if (type.open) path.names.push(name)
    else if (cast) type = cast
    else if (name !== root.name || path.property) {
      path.property = propertyNamed(type, name)
      if (!path.property) throw unknown()
      path.names.push(path.property.name)
      type = path.property.type
    }
    path.segments.push(cast || type === root ? name : (path.names.at(-1) as string))
  }
  if (!path.names.length) throw unknown()
  return { ...path, type }
}

/** A path as it stands in context URLs: members of open types may have any name. */
export const urlPath = (names: string[]) => names.map(encodeURIComponent).join('/')

/** How many computed texts a row has at most. Each may be as long as an event, and the database holds all of a row. */
const MOST_TEXTS = 64
const TEXTS = new Set<unknown>(['Edm.String', 'Edm.Untyped'])

/**
 * The columns for a selection. A complex value needs all of its columns, to tell whether it is null.
 * @throws {RequestError} 400 for more computed texts than a row may have
 */
export function columnsFor(selection: Selection, { type, identity, columns }: Rows): Cqn[] {
  const properties = [...type.properties.values()].filter(({ name }) => selection?.has(name) ?? true)
  if (properties.filter(({ column, type }) => column && TEXTS.has(type)).length > MOST_TEXTS)
    throw new RequestError('invalidQueryOption', `A row must have at most ${MOST_TEXTS} computed texts.`)
  const names = [...identity, ...properties.flatMap((property) => columnsOf(property))]
  if (type.hidden) names.push(type.hidden.emptyObjects, type.hidden.representationTag)
  return [...new Set(names)].filter((name) => columns.includes(name)).map(ref)
}

/** The select list for rows, with what they have besides the properties of their type (10.7 and 10.10). */
export function rowsList(shown: Selected): string {
  const { rows, selection, list } = shown
  if (selection) return list
  if (!rows.areEntities) return `(${pathsOf(shown).join(',')})`
  const computedNames = [...rows.type.properties.values()].filter(({ column }) => column).map(({ name }) => name)
  return computedNames.length ? `(*,${computedNames.join(',')})` : ''
}

/** The select list for sets of rows: what the rows of all of them have (Data Aggregation 4.0, 3.1.1). */
export function setsList(sets: Selected[]): string {
  const [first = '', ...others] = new Set(sets.map(rowsList))
  if (!others.length) return first
  const common = sets.map(pathsOf).reduce((all, paths) => all.filter((path) => paths.includes(path)))
  return `(${common.join(',') || '@Core.AnyStructure'})`
}

/** The paths to all that is shown of rows. */
function pathsOf({ rows, selection, list }: Selected): string[] {
  if (selection) return list.slice(1, -1).split(',')
  const paths = ({ properties }: StructuredType, above: string[] = []): string[] =>
    [...properties.values()].flatMap(({ name, type, segments = [...above, name] }) =>
      isStructured(type) && type.partial ? paths(type, segments) : urlPath(segments)
    )
  return paths(rows.type)
}
