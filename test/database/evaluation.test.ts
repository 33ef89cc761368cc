import { cast, FUNCTIONS_OF_STATEMENTS } from '../../srv/database/sqlite/evaluation.ts'

const call = (name: string, ...values: unknown[]) => FUNCTIONS_OF_STATEMENTS[name]?.(...(values as never[]))

describe('A cast (OData URL Conventions 4.01, 5.1.1.10.1)', () => {
  it.each<[value: string | number | bigint, from: string, to: string, expected: unknown]>([
    ['12', 'string', 'Edm.Int32', 12n],
    ['+12', 'string', 'Edm.Int64', 12n],
    ['2147483648', 'string', 'Edm.Int32', null],
    ['9223372036854775807', 'string', 'Edm.Int64', 9223372036854775807n],
    ['9223372036854775808', 'string', 'Edm.Int64', null],
    ['1.5', 'string', 'Edm.Int32', null],
    ['0x10', 'string', 'Edm.Int32', null],
    ['', 'string', 'Edm.Double', null],
    ['1e3', 'string', 'Edm.Decimal', 1000],
    ['-INF', 'string', 'Edm.Single', -Infinity],
    ['TRUE', 'string', 'Edm.Boolean', null],
    ['false', 'string', 'Edm.Boolean', 0n],
    ['2024-05-01', 'string', 'Edm.DateTimeOffset', null],
    ['2024-05-01T10:00:00', 'string', 'Edm.DateTimeOffset', '2024-05-01T10:00:00.0000000'],
    ['2024-02-30', 'string', 'Edm.Date', null],
    ['PT1M', 'string', 'Edm.Duration', 600_000_000n],
    [2.5, 'number', 'Edm.Int32', 3n],
    [-2.5, 'number', 'Edm.Int32', -3n],
    [256n, 'number', 'Edm.Byte', null],
    [-1n, 'number', 'Edm.Byte', null],
    [32_767n, 'number', 'Edm.Int16', 32_767n],
    [0.1, 'number', 'Edm.Single', Math.fround(0.1)],
    [Infinity, 'number', 'Edm.Int64', null],
    [Infinity, 'number', 'Edm.String', 'INF'],
    [1n, 'boolean', 'Edm.String', 'true'],
    [1n, 'boolean', 'Edm.Int32', null],
    [600_000_000n, 'duration', 'Edm.String', 'PT1M'],
    ['2024-05-01', 'date', 'Edm.Date', '2024-05-01'],
    ['2024-05-01', 'date', 'Edm.TimeOfDay', null]
  ])('of %j, a %s, to %s', (value, from, to, expected) => expect(cast(value, from, to)).toBe(expected))

  it('of null is null', () => expect(cast(null, 'string', 'Edm.Int32')).toBeNull())
})

describe('A division (5.1.1.2.6 to 5.1.1.2.8)', () => {
  it.each<[string, unknown, unknown, unknown]>([
    ['odata_divided', 7n, 2n, 3n],
    ['odata_divided', -7n, 2n, -3n],
    ['odata_divided', 7, 2n, 3.5],
    ['odata_divided', 7.5, 0n, Infinity],
    ['odata_divided', null, 2n, null],
    ['odata_quotient', 7n, 2n, 3.5],
    ['odata_quotient', -7n, 0n, -Infinity],
    ['odata_quotient', 0n, 0n, 'NaN'],
    ['odata_remainder', -7n, 2n, -1n],
    ['odata_remainder', 7.5, 2n, 1.5],
    ['odata_remainder', 7n, null, null]
  ])('%s of %p by %p is %p', (name, a, b, expected) => expect(call(name, a, b)).toBe(expected))

  it.each<[string, unknown, unknown]>([
    ['odata_divided', 7n, 0n],
    ['odata_divided', 7n, 0],
    ['odata_remainder', 7n, 0n],
    ['odata_remainder', 7.5, 0]
  ])('%s of %p by %p is refused', (name, a, b) => expect(() => call(name, a, b)).toThrow('divides a number by zero'))
})

it('A number that JavaScript cannot hold becomes one that it can', () => {
  expect(call('odata_held', 2n ** 60n)).toBe(2 ** 60)
  expect(call('odata_held', 5n)).toBe(5n)
  expect(call('odata_held', null)).toBeNull()
})
