/** `$select`: which properties an answer has, and how much of them (OData URL Conventions 4.01, 5.1.4). */
import { columnsOf, type Selection } from '../model/columns.ts'
import { RequestError } from '../../errors/errors.ts'
import type { Exchange } from '../request/exchange.ts'
import { ref, type Cqn } from '../../cqn/cqn.ts'
import { nestedItems } from '../request/nested-options.ts'
import { countName, narrowed } from './narrowing.ts'
import { areTooLarge, type Rows } from './rows.ts'
import { isStructured, propertyNamed, valueTypeNamed, type Property, type StructuredType } from '../model/types.ts'

/** The options that an item may have. */
const NESTED = ['$select', '$filter', '$search', '$orderby', '$top', '$skip', '$count', '$compute']

/** How many names a path may have, and how deep items may nest: values of open types nest no deeper than 100 levels. */
const MOST_NAMES = 110
const MOST_NESTED = 10

/** What is selected of rows. */
export interface Selected {
  /** The rows, with what the options of items make of their properties. */
  rows: Rows
  selection: Selection
  /** The select list of a context URL, `(id,statusInfo/status)`: OData Protocol 4.01, 10.7. */
  list: string
}

/**
 * Reads `$select`.
 * @throws {RequestError} 400 for an item that is not a property of the type, or has options that it cannot have
 */
export function selected(exchange: Exchange, rows: Rows, value = exchange.options.get('$select')): Selected {
  if (value === undefined) return { rows, selection: undefined, list: '' }
  const selector = new Selector(exchange, rows)
  selector.add(value, [])
  return selector.result()
}

/** What is selected of one property, by query options of its own: `…('x')/modifiedProperties?$top=1`. */
export function selectedOf(exchange: Exchange, rows: Rows, names: string[], options: Map<string, string>): Selected {
  const selector = new Selector(exchange, rows, true)
  selector.addItem(names, options.size ? options : undefined)
  return selector.result()
}

/** A path, as the model spells it. */
interface Path {
  names: string[]
  /** With the types that it is cast to. */
  segments: string[]
  property: Property | undefined
}

class Selector {
  private readonly exchange: Exchange
  private readonly isAddressed: boolean
  private rows: Rows
  private readonly selection: NonNullable<Selection> = new Map()
  private readonly paths = new Map<string, string[]>()
  private readonly withOptions = new Set<string>()
  private all = false
  private depth = 0

  /** @param isAddressed whether the value of a property is the resource of the request, and not its entity */
  constructor(exchange: Exchange, rows: Rows, isAddressed = false) {
    this.isAddressed = isAddressed
    this.exchange = exchange
    this.rows = rows
  }

  result(): Selected {
    if (this.all) return { rows: this.rows, selection: undefined, list: '' }
    const list = [...this.paths.values()].filter((segments) => !this.isPart(segments)).map((each) => each.join('/'))
    return { rows: this.rows, selection: this.selection, list: `(${list.join(',')})` }
  }

  /** Whether the whole of what a path leads through is selected. */
  private isPart(segments: string[]) {
    return segments.some((_, index) => index > 0 && this.paths.has(segments.slice(0, index).join('/')))
  }

  /** Adds the items of a list. @param prefix the path of the value that they belong to */
  add(value: string, prefix: string[]) {
    if (++this.depth > MOST_NESTED) throw refused('$select nests too deeply.')
    for (const { name, options } of nestedItems(value, '$select', NESTED)) {
      if (name === '*' && options) throw refused("'*' takes no options in $select.")
      if (this.namesOperations(name)) continue
      if (name !== '*') this.addItem([...prefix, ...name.split('/')], options)
      else if (prefix.length) this.addItem(prefix, undefined)
      else this.all = true
    }
    this.depth--
  }

  addItem(segments: string[], options: Map<string, string> | undefined) {
    let path = this.resolve(segments)
    const { $select: inner, ...others } = Object.fromEntries(options ?? [])
    const key = path.names.join('/')
    if (options && this.withOptions.has(key)) throw refused(`'${key}' has options in $select twice.`)
    if (options) this.withOptions.add(key)
    const narrowing = new Map(Object.entries(others))
    if (narrowing.size) {
      this.rows = narrowed(this.exchange, this.rows, path.names, path.property, narrowing, this.isAddressed)
      if (areTooLarge([this.rows])) throw refused('The options in $select are larger than the service takes.')
      path = this.resolve(segments)
      const count = countName(key)
      if (this.rows.type.properties.has(count)) this.selection.set(count, undefined)
    }
    if (options && !isStructured(path.property?.type ?? 'Edm.Untyped'))
      throw refused(`'${key}' takes no options in $select.`)
    if (inner !== undefined) return this.add(inner, path.segments)
    select(this.selection, path.names)
    this.paths.set(path.segments.join('/'), path.segments)
  }

  /** `microsoft.graph.*` asks for the operations of a schema (5.1.4), of which there are none. */
  private namesOperations(name: string): boolean {
    const names = [...this.exchange.schema.types.structured.keys()]
    return name.endsWith('.*') && names.some((each) => each.slice(0, each.lastIndexOf('.')) === name.slice(0, -2))
  }

  private resolve(segments: string[]): Path {
    if (segments.length > MOST_NAMES) throw refused(`A path in $select may have at most ${MOST_NAMES} names.`)
    const path = resolvePath(segments, this.rows.type)
    if (path) return path
    throw refused(`'${segments.join('/')}' in $select is not a property of '${this.rows.type.name}'.`)
  }
}

function refused(message: string) {
  return new RequestError('invalidQueryOption', message, '$select')
}

function select(selection: NonNullable<Selection>, [first, ...rest]: string[]) {
  if (!first) return
  if (!rest.length) return void selection.set(first, undefined) // the whole wins over its parts
  const inner = selection.has(first) ? selection.get(first) : new Map<string, Selection>()
  if (inner) select(inner, rest)
  selection.set(first, inner)
}

/** A property of a derived type needs the type before it (5.1.4). */
function resolvePath(segments: string[], root: StructuredType): Path | undefined {
  const path: Path = { names: [], segments: [], property: undefined }
  let type: Property['type'] = root
  for (const name of segments) {
    if (!isStructured(type)) return undefined
    const cast: StructuredType | undefined = path.property && valueTypeNamed(path.property, name)
    if (type.open) path.names.push(name)
    else if (cast) type = cast
    else if (name !== root.name || path.property) {
      path.property = propertyNamed(type, name)
      if (!path.property) return undefined
      path.names.push(path.property.name)
      type = path.property.type
    }
    path.segments.push(cast || type === root ? name : (path.names.at(-1) as string))
  }
  return path.names.length ? path : undefined
}

/** The columns that a selection is built from. A complex value needs all of its own, to tell whether it is null. */
export function columnsFor(selection: Selection, { type, identity, columns }: Rows): Cqn[] {
  const properties = [...type.properties.values()].filter(({ name }) => selection?.has(name) ?? true)
  const names = [...identity, ...properties.flatMap((property) => columnsOf(property))]
  if (type.hidden) names.push(type.hidden.emptyObjects)
  return [...new Set(names)].filter((name) => columns.includes(name)).map(ref)
}

/** The list for rows, which shows what they have besides the properties of their type (10.7 and 10.10). */
export function rowsList({ rows: { type, areEntities }, selection, list }: Selected): string {
  if (selection) return list
  const shape = ({ properties }: StructuredType): string =>
    [...properties.values()]
      .map((each) => (isStructured(each.type) && each.type.partial ? `${each.name}(${shape(each.type)})` : each.name))
      .join(',')
  if (!areEntities) return `(${shape(type)})`
  const computedNames = [...type.properties.values()].filter(({ column }) => column).map(({ name }) => name)
  return computedNames.length ? `(*,${computedNames.join(',')})` : ''
}
