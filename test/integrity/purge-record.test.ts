import { faultOf } from '../../srv/integrity/chain.ts'
import { nextRecord, rangesOf, wasPurged } from '../../srv/integrity/purge-record.ts'

const now = new Date('2024-06-01T00:00:00Z')
const before = '2024-05-01T00:00:00.0000000'
const first = nextRecord([1, 2, 3, 7], before, 'ann', undefined, now)
const second = nextRecord([5, 9, 10], before, 'ann', first, now)

describe('A record of what retention removed', () => {
  it('tells who removed which events, when and why', () => {
    const purgedAt = '2024-06-01T00:00:00.000Z'
    expect(first).toMatchObject({ number: 1, before, count: 4, purgedBy: 'ann', purgedAt, previous: null })
    expect(rangesOf(first)).toEqual([
      { from: 1, to: 3, before },
      { from: 7, to: 7, before }
    ])
    expect(rangesOf({ ...first, sequences: '{' })).toEqual([])
  })

  it('is chained to the one before it', () => {
    expect(faultOf(first, undefined)).toBeUndefined()
    expect(faultOf(second, first)).toBeUndefined()
    expect(faultOf(second, undefined)).toMatch('gap: number 1')
    const altered = { ...second, sequences: '[[1,100]]' }
    expect(faultOf(altered, first)).toMatch('altered')
  })
})

describe('An event was removed by retention', () => {
  const purged = [first, second].flatMap(rangesOf).sort((one, other) => one.from - other.from)
  const old = '2024-04-30T23:59:59.9999999'
  it.each<[number, string, boolean]>([
    [0, old, false],
    [1, old, true],
    [3, old, true],
    [4, old, false],
    [5, old, true],
    [6, old, false],
    [7, old, true],
    [10, old, true],
    [11, old, false],
    [2, before, false]
  ])('arrival %i of %s: %s', (sequence, instant, expected) => {
    expect(wasPurged(purged, { sequence, instant })).toBe(expected)
  })

  it('or not, if there was no retention', () => expect(wasPurged([], { sequence: 1, instant: old })).toBe(false))
})
