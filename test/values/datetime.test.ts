import {
  durationOfTicks,
  instant,
  inUtc,
  movedPoint,
  ticksOfDuration,
  ticksOfPoint,
  timeOfDay
} from '../../srv/values/datetime.ts'

describe('A point in time in UTC', () => {
  it.each([
    ['2017-01-01T00:02:10.8639373+03:00', '2016-12-31T21:02:10.8639373Z'],
    ['2023-12-31T23:30:00-14:00', '2024-01-01T13:30:00Z'],
    ['2024-01-01T00:00+05:45', '2023-12-31T18:15:00Z'],
    ['2024-01-01T00:00:00.50+00:00', '2024-01-01T00:00:00.50Z'],
    ['2024-01-01T00:00:00.50Z', '2024-01-01T00:00:00.50Z'],
    ['2024-01-01T00:00:00.5000000', '2024-01-01T00:00:00.5000000Z'] // an instant
  ])('%s is %s', (value, expected) => expect(inUtc(value)).toBe(expected))
})

describe('The instant of a point in time', () => {
  it.each([
    ['2017-01-01T00:02:10.8639373+03:00', '2016-12-31T21:02:10.8639373'],
    ['2024-02-29T23:59:59.9999999Z', '2024-02-29T23:59:59.9999999'],
    ['2024-02-29T23:59:59.9Z', '2024-02-29T23:59:59.9000000'],
    ['2024-02-29T23:59:59Z', '2024-02-29T23:59:59.0000000'],
    ['2024-02-29T23:59Z', '2024-02-29T23:59:00.0000000'],
    ['2024-02-29t23:59:59z', '2024-02-29T23:59:59.0000000'],
    ['2023-12-31T23:30:00-14:00', '2024-01-01T13:30:00.0000000'],
    ['2024-01-01T00:00:00+05:45', '2023-12-31T18:15:00.0000000'],
    ['0001-01-01T00:00:00Z', '0001-01-01T00:00:00.0000000'],
    ['9999-12-31T23:59:59.9999999Z', '9999-12-31T23:59:59.9999999'],
    ['2024-05-01T12:00:00.123456700Z', '2024-05-01T12:00:00.1234567'],
    ['2024-05-01T12:00:00.000000000000Z', '2024-05-01T12:00:00.0000000']
  ])('of %s is %s', (value, expected) => expect(instant(value)).toBe(expected))

  it.each([
    'yesterday',
    '',
    '2024-05-01',
    '2024-05-01T12:00:00',
    '2024-05-01 12:00:00Z',
    '2024-05-01T12:00:00.Z',
    '2024-05-01T12:00:00.12345678Z',
    '2024-05-01T24:00:00Z',
    '2024-05-01T12:60:00Z',
    '2024-05-01T12:00:60Z',
    '2024-13-01T00:00:00Z',
    '2024-00-01T00:00:00Z',
    '2023-02-29T00:00:00Z',
    '2024-06-31T00:00:00Z',
    '2024-05-01T12:00:00+15:00',
    '2024-05-01T12:00:00+01:60',
    '2024-05-01T12:00:00+0100',
    '0001-01-01T00:00:00+00:01',
    '9999-12-31T23:59:59-00:01',
    '0000-01-01T00:00:00Z',
    '12024-05-01T12:00:00Z',
    ' 2024-05-01T12:00:00Z'
  ])('does not exist for "%s"', (value) => expect(instant(value)).toBeUndefined())
})

describe('The instant of a literal', () => {
  it.each([
    ['2024-05-01T12:00:00.123456700000Z', '2024-05-01T12:00:00.1234567'],
    ['2024-05-01T12:00:00.123456700001Z', '2024-05-01T12:00:00.123456700001']
  ])('with more than 7 digits, %s, is %s', (value, expected) => expect(instant(value, 12)).toBe(expected))

  it('ends at 12 digits', () => expect(instant('2024-05-01T12:00:00.1234567000001Z', 12)).toBeUndefined())
})

describe('A duration in 100 ns ticks (XML Schema 1.1 part 2, 3.4.27)', () => {
  it.each<[string, bigint]>([
    ['PT0S', 0n],
    ['PT1S', 10_000_000n],
    ['-PT1.5S', -15_000_000n],
    ['PT0.0000001S', 1n],
    ['PT0.00000019S', 1n],
    ['P1DT2H3M4S', 937_840_000_000n],
    ['PT90M', 54_000_000_000n]
  ])('%s has %i', (text, ticks) => expect(ticksOfDuration(text)).toBe(ticks))

  it.each(['', 'P', 'PT', 'P1DT', '+PT1S', 'P1Y', 'P1M', 'PT1', 'PT.5S', 'pt1s', 'P-1D', 'P99999999D', ` PT1S`])(
    'does not exist for "%s"',
    (text) => expect(ticksOfDuration(text)).toBeUndefined()
  )

  it.each<[bigint, string]>([
    [0n, 'PT0S'],
    [1n, 'PT0.0000001S'],
    [-15_000_000n, '-PT1.5S'],
    [937_840_000_000n, 'P1DT2H3M4S'],
    [864_000_000_000n, 'P1D'],
    [36_600_000_000n, 'PT1H1M']
  ])('of %i is written %s', (ticks, text) => expect(durationOfTicks(ticks)).toBe(text))
})

describe('A point in time that is moved', () => {
  it.each<[string, bigint, string | undefined]>([
    ['2024-02-28T23:59:59.9999999', 1n, '2024-02-29T00:00:00.0000000'],
    ['1970-01-01T00:00:00.0000000', -1n, '1969-12-31T23:59:59.9999999'],
    ['2024-05-01', 863_999_999_999n, '2024-05-01'],
    ['2024-05-01', -1n, '2024-04-30'],
    ['9999-12-31T23:59:59.9999999', 1n, undefined],
    ['0001-01-01T00:00:00.0000000', -1n, undefined]
  ])('%s by %i ticks', (point, ticks, expected) => expect(movedPoint(point, ticks)).toBe(expected))

  it('lies so many ticks after 1970', () => {
    expect(ticksOfPoint('1970-01-02T00:00:00.0000001')).toBe(864_000_000_001n)
    expect(ticksOfPoint('1969-12-31')).toBe(-864_000_000_000n)
  })
})

describe('A time of day', () => {
  it.each([
    ['07:59', '07:59:00.0000000'],
    ['07:59:59.5', '07:59:59.5000000'],
    ['23:59:59.999999999999', '23:59:59.999999999999']
  ])('%s is %s', (text, expected) => expect(timeOfDay(text)).toBe(expected))

  it.each(['24:00:00', '23:60', '23:59:60', '7:59', '07:59:59.1234567890123', ''])('is not "%s"', (text) =>
    expect(timeOfDay(text)).toBeUndefined()
  )
})
