/** Groups rows and aggregates their values (OData Data Aggregation 4.0, section 3.1). */
import { propertyOf, valueColumn, type Computed } from './compute.ts'
import { nested, type Rows } from './rows.ts'
import { isStructured, type Property, type StructuredType } from '../model/types.ts'
import { asJson, integer, summand } from '../../database/dialect.ts'
import { func, named, val, xpr } from '../../cqn/cqn.ts'
import type { Typed } from '../../cqn/typed.ts'
import { withoutNaN } from '../expressions/arithmetic.ts'
import type { Cursor } from '../expressions/cursor.ts'
import { holds, negated } from '../expressions/logic.ts'
import { comparable, meantAs, shown } from '../expressions/members.ts'
import type { Path } from '../expressions/paths.ts'

/** Aggregates a value. @returns undefined if the type has no such method */
export function aggregate(operand: Typed, method: string): Typed | undefined {
  const { type, whole = false, position } = operand
  if (type === 'complex' || type === 'collection') return undefined
  if (type === 'null' && ['sum', 'average'].includes(method)) return aggregate(operand, 'min')
  const of = (value: Typed): Typed => ({ cqn: func(method, value.cqn), type: value.type, whole, position })
  const number = meantAs(operand, 'number')
  const summed = { ...number, cqn: withoutNaN(number) }
  switch (method) {
    case 'sum':
      if (number.type !== 'number') return undefined
      return { ...of(whole ? { ...number, cqn: summand(number.cqn) } : summed), isLarge: whole }
    case 'average':
      return number.type === 'number' ? { ...of(summed), whole: false } : undefined
    case 'min':
    case 'max':
      if (type === 'boolean') return { cqn: xpr(numbered(operand, method), '= 1'), type, position }
      if (type !== 'any') return { ...of(operand), shownAs: operand.shownAs }
      // numbers come before texts, and texts before conditions, as JSON, which keeps their types
      return {
        cqn: func(
          'coalesce',
          func('odata_json_number', of(number).cqn),
          asJson(of(meantAs(operand, 'string')).cqn),
          xpr('case', numbered(meantAs(operand, 'boolean'), method), "when 1 then 'true' when 0 then 'false' end")
        ),
        type,
        position
      }
    case 'countdistinct':
      return { cqn: integer(func('countdistinct', comparable(operand))), type: 'number', whole: true, position }
    default:
      return undefined
  }
}

/** The smallest or the largest of conditions as a number: false is less than true. */
const numbered = (operand: Typed, method: string) =>
  func(method, xpr('case when', holds(operand), 'then 1 when', negated(operand).cqn, 'then 0 end'))

/** Groups rows. @throws {RequestError} 400 if two columns have the same name; column names are case-insensitive */
export function grouped(cursor: Cursor, rows: Rows, groupings: Path[], aggregates: Computed[]): Rows {
  const all = [
    ...groupings.map(({ names, value }) => ({ name: groupColumn(names), cqn: comparable(value) })),
    ...aggregates.map(({ name, value }) => ({ name: valueColumn(name), cqn: shown(value) }))
  ]
  const names = all.map(({ name }) => name)
  if (new Set(names.map((name) => name.toLowerCase())).size < names.length)
    cursor.fail('Two columns have the same name')
  // without groups and aggregates there is one row, which shows nothing
  const hidden = names.length ? [] : [{ name: COUNT, cqn: func('count', val(1)) }]
  const columns = [...all, ...hidden].map(({ name, cqn }) => named(cqn, name))
  const groupBy = all.slice(0, groupings.length).map(({ cqn }) => cqn)
  const groups = nested(rows, columns, groupBy.length ? { groupBy } : {})
  const type = groupedType(rows.type, groupings, aggregates)
  const identity = columns.map(({ as }) => as)
  return { ...groups, type, columns: identity, identity, order: [], defaultOrder: [], areEntities: false }
}

/** A column that is no value: those of values have a prefix. */
const COUNT = '$count'

const groupColumn = (path: string[]) => valueColumn(path.join('_'))

type Part = StructuredType & Required<Pick<StructuredType, 'partial'>>

/** The type of grouped rows: the paths that they are grouped by, nested as in the entity, and the aggregates. */
function groupedType(base: StructuredType, groupings: Path[], aggregates: Computed[]): StructuredType {
  const partOf = (name: string): Part => ({ name, open: false, partial: [], properties: new Map() })
  const type = partOf(base.name)
  for (const { names, segments, value } of groupings) {
    let current = type
    let depth = 0
    for (const segment of segments.slice(0, -1)) {
      if (segment !== names[depth]) {
        current.partial.push(segment) // a cast to a derived type
        continue
      }
      const whole = propertyAt(base, names.slice(0, ++depth))?.type
      const next = current.properties.get(segment)?.type ?? partOf(whole && isStructured(whole) ? whole.name : segment)
      current.properties.set(segment, { name: segment, type: next, collection: false, key: false, nullable: true })
      current = next as Part
    }
    const name = names.at(-1) as string
    const shown = propertyOf(name, value, groupColumn(names))
    const { type: declared, enumeration, dynamic } = propertyAt(base, names) ?? { type: shown.type }
    current.properties.set(name, { ...shown, type: declared, enumeration, dynamic, segments })
  }
  for (const { name, value } of aggregates) type.properties.set(name, propertyOf(name, value))
  return type
}

/** The property that a path leads to, unless it is one of an open or a derived type. */
function propertyAt({ properties }: StructuredType, [name = '', ...rest]: string[]): Property | undefined {
  const property = properties.get(name)
  if (!property || !rest.length) return property
  return isStructured(property.type) ? propertyAt(property.type, rest) : undefined
}
