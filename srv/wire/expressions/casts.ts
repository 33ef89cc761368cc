/** Types of primitive values (OData URL Conventions 4.01, 5.1.1.10). */
import type { PrimitiveType } from '../types.ts'
import { decimal, integer, string, val, xpr, type Cqn, type Typed, type ValueType } from './cqn.ts'

/** The types that values can be cast to, and how. */
export const CASTS = new Map<string, [ValueType, (of: Cqn) => Cqn]>([
  ['Edm.String', ['string', string]],
  ['Edm.Int32', ['number', integer]],
  ['Edm.Int64', ['number', integer]],
  ['Edm.Double', ['number', decimal]],
  ['Edm.Decimal', ['number', decimal]]
])

/** Whether a value is of a primitive type: null is of none. */
export function isOfPrimitive({ cqn, type, whole }: Typed, name: string): Cqn {
  const names: Partial<Record<Typed['type'], PrimitiveType[]>> = {
    string: ['Edm.String'],
    boolean: ['Edm.Boolean'],
    number: whole ? ['Edm.Int32', 'Edm.Int64'] : ['Edm.Double'],
    dateTime: ['Edm.DateTimeOffset'],
    date: ['Edm.Date'],
    time: ['Edm.TimeOfDay']
  }
  return names[type]?.includes(name as PrimitiveType) ? xpr(cqn, '!=', val(null)) : val(false)
}
