import type { PurgedRange, PurgeRecord } from '../../srv/database/log.ts'
import { faultOf } from '../../srv/integrity/chain.ts'
import { contentFaultOf, nextRecord, rangesOf, removals } from '../../srv/integrity/purge-record.ts'

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

describe('What a record says', () => {
  it.each<[string, Partial<PurgeRecord>, string | undefined]>([
    ['makes sense as it was made', {}, undefined],
    ['of more events than there are', { count: 5 }, 'does not tell of as many events as it says'],
    ['of none', { count: 0, sequences: '[]' }, 'does not tell of as many events as it says'],
    ['of the same event twice', { sequences: '[[1,3],[3,3]]' }, 'does not tell of as many events as it says'],
    ['of events backwards', { sequences: '[[7,7],[1,3]]' }, 'does not tell of as many events as it says'],
    ['of a range backwards', { count: -1, sequences: '[[3,1]]' }, 'does not tell of as many events as it says'],
    ['of nothing that can be read', { sequences: '{' }, 'does not tell of as many events as it says'],
    ['with a limit that is none', { before: 'zzzz' }, 'has a limit or a date that is none'],
    ['with a limit in another form', { before: '2024-05-01T00:00:00' }, 'has a limit or a date that is none'],
    ['with a date that is none', { purgedAt: 'never' }, 'has a limit or a date that is none'],
    ['with a limit of the same time', { before: '2024-06-01T00:00:00.0000000' }, undefined],
    ['with one after it', { before: '2024-06-01T00:00:00.0000001' }, 'has a limit that lies after its own date'],
    ['of a clock that was ahead', { purgedAt: '2024-06-03T00:00:00.000Z' }, undefined],
    ['of another clock', { before: '2024-06-01T00:05:00.0000000', purgedAt: '2024-06-01T00:05:00.000Z' }, undefined],
    [
      'of the future',
      { before: '2024-06-01T00:05:00.0010000', purgedAt: '2024-06-01T00:05:00.001Z' },
      'has a limit that lies in the future'
    ]
  ])('%s', (_, change, fault) => {
    const record = { ...first, ...change }
    expect(contentFaultOf(record, rangesOf(record), now)).toBe(fault)
  })
})

describe('An event was removed by retention', () => {
  async function* ranges(all: PurgedRange[]) {
    for (const each of all) yield await Promise.resolve(each)
  }
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
  ])('arrival %i of %s: %s', async (sequence, instant, expected) => {
    expect(await removals(ranges(purged), []).include({ sequence, instant })).toBe(expected)
  })

  it('or not, if there was no retention', async () =>
    expect(await removals(ranges([]), []).include({ sequence: 1, instant: old })).toBe(false))
})
