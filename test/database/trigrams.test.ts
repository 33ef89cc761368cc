import { ANYTHING, Tokenizer, tokenOf } from '../../srv/database/sqlite/trigram-tokens.ts'
import { various } from '../support/search-index.ts'
import { matchAll, mostOf, rarest, trigramsOf } from '../../srv/database/sqlite/trigrams.ts'

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

describe('The trigrams of texts', () => {
  const tokensOf = (...texts: string[]) => new Tokenizer().tokensOf(texts).trim().split(' ')

  it('are there once, in their order, and none of those with a line break', () => {
    expect(tokensOf('ababab', 'abax\nbab')).toEqual(['aba', 'bab', 'bax'])
    expect(tokensOf('x'.repeat(1_000_000))).toEqual(['xxx'])
    expect(tokensOf('ab', '', 'a\nbc')).toEqual([''])
    expect(tokensOf('größer', 'größe')).toEqual(['grö', 'röß', 'öße', 'ßer'])
  })

  it('are tokens in which letters stand for signs, as for terms', () => {
    const texts = ['a "b"', 'éa-😀b', 'a\0b {}']
    const expected = texts.flatMap((text) => {
      const characters = Array.from(text)
      return characters.slice(2).map((_, end) => tokenOf(characters.slice(end, end + 3).join('')))
    })
    expect(tokensOf(...texts).toSorted()).toEqual(expected.toSorted())
    expect(tokenOf('a "')).toBe('a\u00a0\u00a2')
    expect(tokenOf('é😀7')).toBe('é😀7')
    expect(expected.join('')).not.toMatch(/[^0-9a-z\u0080-\u{10ffff}]/u)
  })

  it('are all there of a text with more than can be told apart, and of the next ones', () => {
    const tokenizer = new Tokenizer()
    const signs = Array.from({ length: 90 }, (_, index) => String.fromCharCode(33 + index))
      .join('')
      .toLowerCase()
    const text = Array.from(signs, (sign) => [...signs].map((other) => other + sign).join('')).join('\n')
    const characters = new Set(
      text.split('\n').flatMap((line) => [...line].slice(2).map((_, end) => tokenOf(line.slice(end, end + 3))))
    )
    expect(new Set(tokenizer.tokensOf([text]).trim().split(' '))).toEqual(characters)
    for (let round = 0; round < 3000; round++) expect(tokenizer.tokensOf(['abcd', 'abc'])).toBe('abc bcd ')
  })

  it('are not kept of texts that have too many', () => {
    const tokenizer = new Tokenizer()
    expect(tokenizer.tokensOf([various(100_000)]).length).toBeGreaterThan(390_000)
    expect(tokenizer.tokensOf([various(200_000)])).toBe(ANYTHING)
    expect(tokenizer.tokensOf([various(100).repeat(10_000)]).length).toBeLessThan(500)
    expect(tokenizer.tokensOf(['größer'])).toBe('grö röß öße ßer ')
  })
})
