import pg from 'pg'
import { castSql } from '../../srv/database/postgres/casts.ts'
import { FUNCTIONS } from '../../srv/database/postgres/functions.ts'
import { cast } from '../../srv/database/sqlite/evaluation.ts'
import { createDatabase } from '../support/postgres.ts'
import { DECIMALS, PRIMITIVES } from '../../srv/cqn/primitives.ts'

const TEXTS = [
  ...[
    '',
    ' ',
    'x',
    'true',
    'false',
    'True',
    '1',
    '+1',
    '-1',
    '-0',
    '007',
    '1.5',
    '-1.5',
    '.5',
    '1.',
    '1e3',
    '1E-3',
    'INF',
    '-INF',
    'NaN'
  ],
  ...['127', '128', '-128', '-129', '255', '256', '32767', '-32769', '2147483647', '2147483648', '9007199254740993'],
  ...[
    '9223372036854775807',
    '9223372036854775808',
    '-9223372036854775808',
    '-9223372036854775809',
    '99999999999999999999999'
  ],
  ...[
    '1e308',
    '1.8e308',
    '-1e309',
    '1e-323',
    '1e-400',
    '1e99999999999',
    '-1.5e+2001',
    '0.00e5000',
    '1e-99999999999',
    '123456789012345678',
    '0.1',
    `${'0'.repeat(60)}12`,
    '1e21',
    '1e+05',
    '1e0000000000099999',
    '1e-0000000000999999',
    '1E+0000000000000001',
    `-${'9'.repeat(2000)}`,
    `+0.${'0'.repeat(20_000)}1`,
    `0.1${'0'.repeat(20_000)}1`,
    `1${'0'.repeat(2000)}e-2000`,
    `9007199254740993.${'0'.repeat(2000)}1`,
    '179769313486231580793728971405301e276',
    '179769313486231580793728971405304e276',
    '2.47032822920623272e-324',
    '2.470328229206232721e-324'
  ],
  ...[
    '2024-05-01',
    '2024-02-29',
    '2023-02-29',
    '2024-02-30',
    '2024-13-01',
    '2024-00-10',
    '2024-04-31',
    '0000-01-01',
    '0001-01-01'
  ],
  ...[
    '9999-12-31',
    '2024-05-01T10:00:00Z',
    '2024-05-01t10:00z',
    '2024-05-01T10:00:00.1234567Z',
    '2024-05-01T10:00:00.123456789012Z'
  ],
  ...[
    '2024-05-01T10:00:00.1234567890123Z',
    '2024-05-01T10:00:00+02:00',
    '2024-05-01T10:00:00-14:59',
    '2024-05-01T10:00:00+15:00'
  ],
  ...[
    '2024-05-01T10:00:00',
    '2024-05-01T24:00:00Z',
    '2024-05-01T23:59:60Z',
    '2024-02-30T10:00:00Z',
    '0001-01-01T00:00:00+00:01'
  ],
  ...[
    '9999-12-31T23:59:59-00:01',
    '9999-12-31T23:59:59.9999999Z',
    '2024-05-01T10:00:00.5000000000',
    '2024-05-01 10:00:00Z'
  ],
  ...[
    '12:00',
    '12:00:01',
    '12:00:01.5',
    '12:00:00.123456789',
    '24:00',
    '25:00',
    '12:60',
    '12:00:60',
    '1:00',
    '12:00:00.1234567890123'
  ],
  ...[
    'PT60S',
    'P1D',
    '-P1DT2H3M4.5S',
    'P',
    'PT',
    'P1Y',
    'PT1.12345678S',
    'P3652059D',
    'P3652060D',
    'P3652059DT1S',
    'pt1s',
    'P1DT'
  ],
  ...[
    `PT${'9'.repeat(40)}S`,
    '01234567-89ab-cdef-0123-456789abcdef',
    '01234567-89AB-CDEF-0123-456789ABCDEF',
    'T0RhdGE',
    'T0RhdGE=',
    '=a'
  ],
  ...['a===', 'a b', 'Ä', '١', '1\n', '\n1', 'true\n', '12:00\n', '2024-05-01\n']
]
const WHOLE = [
  0n,
  1n,
  -1n,
  127n,
  128n,
  -129n,
  255n,
  65_535n,
  2n ** 31n,
  -(2n ** 31n) - 1n,
  2n ** 53n + 1n,
  2n ** 63n - 1n,
  -(2n ** 63n)
]
const REAL = [
  ...[0.5, -0.5, 1.5, 2.5, -2.5, 0.1, 0.49999999999999994, 1e15, 1e20, 1e21, 1.5e22, 1e-6, 1e-7, 1.5e-7, 123456.789],
  ...[2 ** 31 - 0.5, 2 ** 63, -(2 ** 63), 1e300, 3.5e38, 3.4028235e38, 1e-45, 1e-46, 5e-324, Infinity, -Infinity]
]

let client: pg.Client
beforeAll(async () => {
  client = new pg.Client(await createDatabase('casts'))
  await client.connect()
  for (const sql of FUNCTIONS) await client.query(sql)
})
afterAll(() => client.end())

/** What PostgreSQL makes of values. */
async function casts(values: unknown[], from: string, to: string, type: string) {
  const sql = `SELECT ${castSql(() => 'value', from, to)} AS cast FROM unnest($1::${type}[]) WITH ORDINALITY AS given(value, place) ORDER BY place`
  const { rows } = await client.query<{ cast: unknown }>(sql, [values])
  return rows.map(({ cast }) => (cast === 0 ? 0 : cast))
}

/** What SQLite is given by JavaScript, as `pg` gives it. */
function asGiven(value: string | number | bigint | null, to: string) {
  if (to === 'Edm.Boolean' && value !== null) return value === 1n
  if (typeof value === 'bigint') return String(value)
  if (value === 'NaN' && DECIMALS.includes(to)) return NaN
  return value === 0 ? 0 : value // no JSON has -0
}

describe('A cast has the same result as on SQLite', () => {
  it.each([...PRIMITIVES.keys()])('to %s', async (to) => {
    const check = async (values: (string | number | bigint)[], from: string, type: string) => {
      const found = await casts(values, from, to, type)
      const expected = values.map((value) => asGiven(cast(value, from, to), to))
      expect(found.map((each, index) => [values[index], each])).toEqual(
        expected.map((each, index) => [values[index], each])
      )
    }
    await check(TEXTS, 'string', 'text')
    await check(WHOLE, 'number', 'bigint')
    await check(REAL, 'number', 'double precision')
    await check(['2024-05-01T10:00:00.0000000'], 'dateTime', 'text')
    await check([864000000000n, -1n], 'duration', 'bigint')
  })
})
