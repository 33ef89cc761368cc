import { verifiedTokens } from '../../srv/access/verified-tokens.ts'

const seconds = () => Math.floor(Date.now() / 1000)
const valid = () => ({ exp: seconds() + 60, nbf: undefined })

describe('A verified token', () => {
  it('is known by its whole text only', () => {
    const tokens = verifiedTokens<string>(0, () => 1)
    tokens.find('a.b.c')
    tokens.add('a.b.c', 'someone', valid(), 1)
    expect(['a.b.c', 'a.b.d', 'a.b', 'a.b.c ', 'A.b.c'].map(tokens.find)).toEqual(['someone', ...Array<undefined>(4)])
  })

  it.each([
    ['before it expires', 1, undefined, 0, 'someone'],
    ['in the second in which it expires', 0, undefined, 0, undefined],
    ['expired within the leeway', -29, undefined, 30, 'someone'],
    ['expired by the leeway', -30, undefined, 30, undefined],
    ['from the second in which it becomes valid', 60, 0, 0, 'someone'],
    ['not yet valid, as after a clock went back', 60, 2, 0, undefined],
    ['not yet valid, within the leeway', 60, 2, 30, 'someone']
  ] as const)('%s', (_, expires, begins, leeway, expected) => {
    jest.useFakeTimers({ now: 1_700_000_000_000 })
    const tokens = verifiedTokens<string>(leeway, () => 1)
    const nbf = begins === undefined ? undefined : seconds() + begins
    tokens.add('token', 'someone', { exp: seconds() + expires, nbf }, 1)
    expect(tokens.find('token')).toBe(expected)
    jest.useRealTimers()
  })

  it('is unknown after the keys were fetched, while they must be, and if they were while it was verified', () => {
    let version: number | undefined
    const tokens = verifiedTokens<string>(0, () => version)
    tokens.add('first', 'someone', valid(), undefined)
    expect(tokens.find('first')).toBeUndefined()
    version = 1
    tokens.add('late', 'someone', valid(), undefined)
    tokens.add('known', 'someone', valid(), 1)
    expect([tokens.find('first'), tokens.find('late'), tokens.find('known')]).toEqual([undefined, undefined, 'someone'])
    version = undefined
    expect(tokens.find('known')).toBeUndefined()
    version = 1
    expect(tokens.find('known')).toBeUndefined()
    tokens.add('known', 'someone', valid(), 1)
    version = 2
    tokens.add('late', 'someone', valid(), 1)
    expect([tokens.find('known'), tokens.find('late')]).toEqual([undefined, undefined])
  })

  it('makes room for others: the characters of all are limited, and the one that was not used longest goes', () => {
    const tokens = verifiedTokens<number>(0, () => 1)
    const token = (number: number) => String(number).padEnd(16_000, 'x')
    for (let i = 0; i < 249; i++) tokens.add(token(i), i, valid(), 1)
    expect(tokens.find(token(0))).toBe(0)
    for (let i = 249; i < 300; i++) tokens.add(token(i), i, valid(), 1)
    expect([0, 1, 50, 51, 299].map((i) => tokens.find(token(i)))).toEqual([0, undefined, undefined, 51, 299])
  })
})
