import { LinkTokens } from '../../../srv/odata/request/link-tokens.ts'

const tokensOf = (secret: number) => {
  const tokens = new LinkTokens()
  tokens.use(new Uint8Array(32).fill(secret))
  return tokens
}

describe('A token', () => {
  const tokens = tokensOf(1)

  it.each(['{"after":["é",null,1.5]}', 'null', '"a"', '[]'])('gives back its content: %s', (content) => {
    expect(tokens.read(tokens.write(content, 'context'), 'context')).toEqual(JSON.parse(content))
  })

  it.each(['', '{', 'undefined', '\0'])('that is not JSON has none: %j', (content) => {
    expect(tokens.read(tokens.write(content, 'context'), 'context')).toBeUndefined()
  })

  it('is good for its context and its secret only', () => {
    const token = tokens.write('1', 'context')
    expect(tokens.read(token, 'context')).toBe(1)
    expect(tokens.read(token, 'other')).toBeUndefined()
    expect(tokensOf(2).read(token, 'context')).toBeUndefined()
  })

  it('has a nonce of its own for each content and context', () => {
    const nonces = ['a', 'b'].flatMap((content) =>
      ['x', 'y'].map((context) => tokens.write(JSON.stringify(content), context).slice(0, 16))
    )
    expect(new Set(nonces).size).toBe(4)
  })
})
