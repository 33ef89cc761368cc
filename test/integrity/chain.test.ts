import type { Seal } from '../../srv/database/log.ts'
import { faultOf, hashOf, leavesOf, nextSeal, type Leaf } from '../../srv/integrity/chain.ts'

const now = new Date('2024-05-01T12:00:00Z')
const leaf = (sequence: number): Leaf => ({
  sequence,
  id: `e${sequence}`,
  instant: '2024-05-01T12:00:00.0000000',
  digest: '00'
})
const first = nextSeal('t', [leaf(1), leaf(3)], undefined, now)
const second = nextSeal('t', [leaf(4)], first, now)
const third = nextSeal('t', [leaf(5)], second, now)

describe('A seal', () => {
  it('covers events in the order in which they came in', () => {
    expect(first).toMatchObject({ tenant: 't', number: 1, firstSequence: 1, lastSequence: 3, count: 2, previous: null })
    expect(leavesOf(first)).toEqual([leaf(1), leaf(3)])
  })

  it('is linked to the one before it', () => {
    expect(second).toMatchObject({ number: 2, previous: first.hash, sealedAt: '2024-05-01T12:00:00.000Z' })
  })

  it('has no leaves if they cannot be read', () => {
    expect(leavesOf({ ...first, leaves: '[' })).toEqual([])
  })
})

describe('A chain', () => {
  const rewritten = { ...second, count: 2 }
  it.each<[string, Seal, Seal | undefined, RegExp | undefined]>([
    ['is sound from its first seal', first, undefined, undefined],
    ['is sound to the next', second, first, undefined],
    ...Object.keys(first).map(
      (column) =>
        [`shows that ${column} was changed`, { ...second, [column]: 'x' }, first, /altered/] as [
          string,
          Seal,
          Seal,
          RegExp
        ]
    ),
    ['shows that the first seal is gone', second, undefined, /gap: number 1/],
    ['shows that a seal is gone', third, first, /gap: number 2/],
    [
      'shows that a seal was rewritten, hash and all',
      third,
      { ...rewritten, hash: hashOf(rewritten) },
      /does not follow/
    ]
  ])('%s', (_, seal, previous, fault) => {
    if (fault) expect(faultOf(seal, previous)).toMatch(fault)
    else expect(faultOf(seal, previous)).toBeUndefined()
  })
})
