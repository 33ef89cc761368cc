/** The primitive types. */
import type { ValueType } from '../cqn/cqn.ts'
import { DECIMALS, INTEGERS } from '../values/numbers.ts'

/** The primitive types, with what operators and functions take their values for. */
export const PRIMITIVES = new Map<string, ValueType>([
  ['Edm.String', 'string'],
  ['Edm.Guid', 'string'],
  ['Edm.Boolean', 'boolean'],
  ['Edm.DateTimeOffset', 'dateTime'],
  ['Edm.Date', 'date'],
  ['Edm.TimeOfDay', 'time'],
  ['Edm.Duration', 'duration'],
  ['Edm.Binary', 'binary'],
  ...[...INTEGERS.keys(), ...DECIMALS].map((name): [string, ValueType] => [name, 'number'])
])
