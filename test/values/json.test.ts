import { parseJson } from '../../srv/values/json.ts'

describe('JSON', () => {
  it.each([
    '{"a":12345678901234567890}',
    '{"a":1.0,"b":[0.10,-0,1e5,1E+5,1e400]}',
    '[9007199254740993,9007199254740992]',
    '{"a":"12345678901234567890","b":1.5,"c":-17,"d":0}',
    '[[[1.10]]]'
  ])('%s is written as it was read', (text) => expect(JSON.stringify(parseJson(text))).toBe(text))

  it('gives plain numbers where they are exact', () => {
    expect(parseJson('{"a":1.5,"b":-17,"c":[9007199254740991]}')).toEqual({ a: 1.5, b: -17, c: [9007199254740991] })
  })

  it.each(['', '{', '{"a":01}', "{'a':1}", '[1,]', 'NaN'])('that is none is refused: %s', (text) => {
    expect(() => parseJson(text)).toThrow(SyntaxError)
  })
})
