/** The values that `$compute` and `$apply` compute: their expressions, their names and columns, how they are shown. */
import { hash } from 'node:crypto'
import { extentOf, named } from '../../cqn/cqn.ts'
import type { Typed, Unplaced, ValueType } from '../../cqn/typed.ts'
import { primitiveFor } from '../../cqn/primitives.ts'
import type { Cursor } from '../expressions/cursor.ts'
import { shown } from '../expressions/members.ts'
import { isPrimitive, type Parser } from '../expressions/parsing.ts'
import type { PrimitiveType, Property } from '../model/types.ts'
import { extended, type Rows } from './rows.ts'

export interface Computed {
  name: string
  value: Typed
}

/**
 * Parses `$compute` (OData URL Conventions 4.01, 5.1.3.2): `durationInMilliseconds div 1000 as seconds`.
 * @throws {RequestError} 400 with the position of what is wrong
 */
export function computedValues(parser: Parser, names: string[]): Computed[] {
  const { cursor } = parser
  return namedValues(cursor, names, () => {
    const value = parser.value()
    return isPrimitive(value) ? value : cursor.fail('A computed value must be primitive', value.position)
  })
}

/** Parses values, each with its name. @param names that are taken already */
export function namedValues(cursor: Cursor, names: Iterable<string>, parse: () => Typed): Computed[] {
  const taken = [...names]
  return cursor.list(() => {
    const value = parse()
    const name = alias(cursor, taken)
    taken.push(name)
    return { name, value }
  })
}

/** Parses the name of a computed value. No column may have it yet; column names are case-insensitive. */
function alias(cursor: Cursor, taken: string[]): string {
  cursor.expect('as')
  const { position } = cursor.token
  const name = cursor.name('A name')
  if (!/^(?!__proto__$)[\p{L}_][\p{L}\p{N}_]{0,127}$/u.test(name))
    cursor.fail(`'${name}' cannot be the name of a value`, position)
  const lowerCase = name.toLowerCase()
  if (taken.some((each) => each.toLowerCase() === lowerCase)) cursor.fail(`The name '${name}' is taken`, position)
  return name
}

/** Parses `$compute` and adds the values to rows. */
export function computed(parser: Parser, rows: Rows): Rows {
  const values = computedValues(parser, [...rows.columns, ...rows.type.properties.keys()])
  const columns = values.map(({ name, value }) => named(shown(value), valueColumn(name)))
  const properties = values.map(({ name, value }) => propertyOf(name, value))
  return extended(rows, columns, [...rows.type.properties.values(), ...properties])
}

/**
 * The column of a computed value. The prefix keeps it apart from members of JavaScript's objects. PostgreSQL tells names
 * apart by their first 63 bytes only, and databases know the case of ASCII only: other names are hashed.
 */
export function valueColumn(name: string) {
  if (/^\w{1,57}$/.test(name)) return `value_${name}`
  return `values_${hash('sha256', name.toLowerCase()).slice(0, 48)}`
}

/** The property that shows a computed value. A point in time becomes its instant, in UTC. */
export function propertyOf(name: string, value: Unplaced, column = valueColumn(name)): Property {
  const { cqn, type, whole, shownAs } = value
  const instant = type === 'dateTime' ? column : undefined
  const extent = { ...extentOf(cqn), levels: 1 } // in other expressions it is a column of a query
  const shown = { name, type: edmType(type, whole), shownAs, column, dynamic: true, instant, extent }
  return { ...shown, collection: false, key: false, nullable: true }
}

function edmType(type: ValueType, whole: boolean | undefined): PrimitiveType {
  if (type === 'number') return whole ? 'Edm.Int64' : 'Edm.Double'
  return (primitiveFor(type) as PrimitiveType | undefined) ?? 'Edm.Untyped'
}
