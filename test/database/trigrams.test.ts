import { condensed, matchAll, mostOf, rarest, trigramsOf } from '../../srv/database/sqlite/trigrams.ts'

describe('The trigrams of terms', () => {
  it.each([
    [['Anna'], ['ann', 'nna']],
    [
      ['anna', 'nna'],
      ['ann', 'nna']
    ],
    [['ab', 'abc'], ['abc']],
    [['ab'], []],
    [['😀ab'], ['😀ab']],
    [['İs'], ['i̇s']],
    [['ab"c'], ['ab"', 'b"c']],
    [['aΣbcd'], ['bcd']],
    [['abc\0de'], ['abc']],
    [['abc\nde'], ['abc']],
    [['abc\ud800'], ['abc']]
  ])('of %j are %j', (terms, expected) => expect(trigramsOf(terms)).toEqual(expected))

  it('are from all parts of a long term, and not too many', () => {
    const found = trigramsOf([Array.from({ length: 5000 }, (_, index) => index).join(' ')])
    expect(found.length).toBeLessThanOrEqual(256)
    expect(found.length).toBeGreaterThan(100)
  })

  it('are looked for as quoted strings, which must all be there', () => {
    expect(matchAll(['abc', 'a"b'])).toBe('"abc" "a""b"')
  })

  it('are looked for until the rest would be found by chance only', () => {
    const parts: Record<string, number> = { aaa: 0.3, bbb: 0.02, ccc: 0.1, ddd: 0.5, eee: 0.01, fff: 0.4 }
    const choose = (blocks: number) => rarest(Object.keys(parts), (each) => parts[each] ?? 0, blocks)
    expect(choose(10)).toEqual(['eee', 'bbb', 'ccc', 'aaa'])
    expect(choose(1000)).toEqual(['eee', 'bbb', 'ccc', 'aaa', 'fff', 'ddd'])
  })

  it('are not looked for if most blocks have them, unless the others tell little', () => {
    const choose = (parts: Record<string, number>) => rarest(Object.keys(parts), (each) => parts[each] ?? 0, 100_000)
    expect(choose({ aaa: 1, bbb: 0.04, ccc: 0.9, ddd: 0.05 })).toEqual(['bbb', 'ddd'])
    expect(choose({ aaa: 0.9, bbb: 0.7, ccc: 1, ddd: 0.8 })).toEqual(['bbb', 'ddd', 'aaa'])
    expect(choose({ aaa: 1, bbb: 1 })).toEqual(['aaa'])
  })

  it('are looked for in any case, up to sixteen, if those leave too many candidates', () => {
    const parts: Record<string, number> = { aaa: 1, bbb: 0.04, ccc: 0.9 }
    expect(mostOf(Object.keys(parts), (each) => parts[each] ?? 0)).toEqual(['bbb', 'ccc', 'aaa'])
    expect(mostOf(trigramsOf(['abcdefghijklmnopqrstuvwxyz']), () => 0.02)).toHaveLength(16)
  })
})

it('A long text is condensed to its trigrams', () => {
  expect(condensed('ababab')).toBe('ababab')
  expect(condensed('a😀bc')).toBe('a😀b😀bc')
  expect(condensed('x'.repeat(1_000_000))).toBe('xxx')
  expect(condensed('ab')).toBe('')
})
