/** The numeric primitive types (OData CSDL 4.01, 3.3). */

/** The integer types, with their least and largest values. */
export const INTEGERS = new Map<string, [bigint, bigint]>([
  ['Edm.Byte', [0n, 255n]],
  ['Edm.SByte', [-128n, 127n]],
  ['Edm.Int16', [-32_768n, 32_767n]],
  ['Edm.Int32', [-(2n ** 31n), 2n ** 31n - 1n]],
  ['Edm.Int64', [-(2n ** 63n), 2n ** 63n - 1n]]
])

export const DECIMALS = ['Edm.Decimal', 'Edm.Double', 'Edm.Single']

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
