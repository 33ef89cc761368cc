/** The primitive types of OData (OData CSDL 4.01, 3.3). */
import type { ValueType } from './typed.ts'

/** The integer types, with their least and largest values. */
export const INTEGERS = new Map<string, [bigint, bigint]>([
  ['Edm.Byte', [0n, 255n]],
  ['Edm.SByte', [-128n, 127n]],
  ['Edm.Int16', [-32_768n, 32_767n]],
  ['Edm.Int32', [-(2n ** 31n), 2n ** 31n - 1n]],
  ['Edm.Int64', [-(2n ** 63n), 2n ** 63n - 1n]]
])

export const DECIMALS = ['Edm.Decimal', 'Edm.Double', 'Edm.Single']

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

/** What the values of a property of a primitive type are taken for. */
export const valueTypeOf = (primitive: string): ValueType => PRIMITIVES.get(primitive) ?? 'any'

/** The first primitive type whose values are taken for a type; undefined if there is none. */
export const primitiveFor = (type: ValueType) => [...PRIMITIVES].find(([, each]) => each === type)?.[0]

/**
 * A number as a value of a numeric type, rounded where the type is whole (OData URL Conventions 4.01, 5.1.1.10.1).
 * @param exact the number with all its digits
 * @returns undefined if the number does not fit, or the type is not numeric
 */
export function numberNamed(number: number, type: string, exact: number | bigint | string) {
  if (type === 'Edm.Single') return Math.fround(number)
  if (DECIMALS.includes(type)) return number
  const [least, most] = INTEGERS.get(type) ?? []
  if (least === undefined || most === undefined || !Number.isFinite(number)) return undefined
  const rounded = typeof exact === 'bigint' ? exact : BigInt(Math.sign(number) * Math.round(Math.abs(number)))
  return rounded >= least && rounded <= most ? rounded : undefined
}
