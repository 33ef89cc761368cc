import { parseJson, toJson } from '../../srv/values/json.ts'

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

  it.each([
    ['{"a":1,"b":[{"c":null}],"10x":1.0}', '{"a":1,"b":[{"c":null}],"10x":1.0}'],
    ['{"@odata.type":"t","a":1,"1":2}', '{"@odata.type":"t","1":2,"a":1}'],
    ['{"@odata.type":"t","1@odata.type":"#Int64","1":"2"}', '{"@odata.type":"t","1@odata.type":"#Int64","1":"2"}'],
    [
      '[{"x":{"@odata.type":"t","2":[{"@odata.id":"i","0":1.10}],"1":{}}}]',
      '[{"x":{"@odata.type":"t","1":{},"2":[{"@odata.id":"i","0":1.10}]}}]'
    ],
    [
      '{"@a":1,"0":{"__proto__":1,"7":"{\\"8"},"@odata.type":"t"}',
      '{"@a":1,"@odata.type":"t","0":{"7":"{\\"8","__proto__":1}}'
    ]
  ])('%s is written with control information before what it is about', (text, written) => {
    expect(toJson(parseJson(text))).toBe(written)
  })

  it('leaves out what is undefined', () => {
    expect(toJson({ a: undefined, b: { c: undefined, d: { 1: undefined, 2: 0 } } })).toBe('{"b":{"d":{"2":0}}}')
  })
})
