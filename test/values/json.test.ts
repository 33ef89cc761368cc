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
    ['{"m":"ü","\\\\":[],"\\"q\\"":0}', '{"m":"ü","\\"":null}', { m: 'ü', '"': null }],
    ['{"k":"ü","\\\\":[],"\\"q\\"":0}', '{"k":"ü","\\u00e9":null,"\\\\":"x"}', { k: 'ü', é: null, '\\': 'x' }],
    ['{"l":"ü","\\\\":[],"\\"q\\"":0}', '{"l":"ü","\\u00e9":[{"__proto__":1}]}', { l: 'ü', é: [{ ['__proto__']: 1 }] }],
    ['{"\\\\u":{"a":1}}', '{ "\\u00e9t" :{"a" : 1, "\\n": ["\\\\", "\\"a"]}}', { ét: { a: 1, '\n': ['\\', '"a'] } }],
    [
      '{"\\\\":1}',
      '{"__proto__":{"\\n":1.0,"n0":[null,{"\\u00e9":2,"\\ud800":3}]}}',
      Object.fromEntries([['__proto__', { '\n': JSON.rawJSON('1.0'), n0: [null, { é: 2, '\ud800': 3 }] }]])
    ]
  ])('that was read before, such as %s, does not change the names in %s', (before, text, value) => {
    parseJson(before)
    expect(parseJson(text)).toEqual(value)
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
