import { checkStructure, membersOf, repeatedIn } from '../../../srv/odata/request/json-structure.ts'
import { parseBody } from '../../../srv/odata/request/body.ts'
import { parseJson } from '../../../srv/values/json.ts'

const object = (members: number) => `{${Array.from({ length: members }, (_, i) => `"k${i}":1`).join()}}`
const array = (items: number, item = '0') => `[${Array.from({ length: items }, () => item).join()}]`
const nested = (depth: number, open = '[', close = ']') => open.repeat(depth) + close.repeat(depth)
const part = (body: string, header = 'Content-Type: application/json') => `--b\r\n${header}\r\n\r\n${body}\r\n`

describe('A body is taken', () => {
  it.each([
    ['an object of 10,000 members', object(10_000)],
    ['200,000 values', array(200_000)],
    ['a depth of 250', nested(250)],
    ['more than that one after the other', array(500, '[[]]')],
    ['structure in strings', JSON.stringify(['['.repeat(1000), ','.repeat(300_000), '{"\\"'.repeat(100_000)])],
    ['strings that end with backslashes', '["\\\\",",,,"]'],
    ['what is no JSON', '}]}]{,"'],
    ['nothing', '']
  ])('with %s', (_, text) => expect(() => checkStructure(Buffer.from(text))).not.toThrow())
})

describe('A body is refused', () => {
  it.each<[string, string, string, string?]>([
    ['an object of 10,001 members', object(10_001), 'an object with more than 10000 members'],
    ['such an object in another one', `{"a":[${object(10_001)}]}`, 'an object with more than 10000 members'],
    ['200,001 values', array(200_002), 'more than 200000 values'],
    ['so many objects', array(150_000, '{}'), 'more than 200000 values'],
    ['a depth of 251', nested(251), 'objects and arrays within each other, more than 250 deep', 'invalidValue'],
    [
      'a depth of objects',
      nested(251, '{"a":', '}'),
      'objects and arrays within each other, more than 250 deep',
      'invalidValue'
    ],
    ['many parts of a batch', part(object(9_000)).repeat(30), 'more than 200000 values'],
    ['many members after a quote', part(object(10_001), 'X: "'), 'an object with more than 10000 members'],
    [
      'many members after a quote and a backslash',
      part(object(10_001), 'X: "\\'),
      'an object with more than 10000 members'
    ],
    ['many members after braces', part(object(10_001), 'X: }}]]'), 'an object with more than 10000 members']
  ])('with %s', (_, text, what, code = 'invalidBody') => {
    const message = `The request body has ${what}.`
    const error = expect.objectContaining({ code, status: 400, message }) as Error
    expect(() => checkStructure(Buffer.from(text))).toThrow(error)
  })
})

describe('Members', () => {
  it.each<[string, number]>([
    ['{}', 0],
    ['5', 0],
    ['[[],{},null]', 0],
    ['{"a":1,"b":{"c":[{"d":null},{"e":1.0}]}}', 5],
    ['{"a":"b\\":{\\"c\\":1","d\\\\":":"}', 2],
    ['{"__proto__":{"constructor":1e400},"rawJSON":":"}', 3]
  ])('of %s are counted alike in the text and in the value', (text, members) => {
    expect([checkStructure(Buffer.from(text)), membersOf(parseJson(text))]).toEqual([members, members])
    expect(repeatedIn(Buffer.from(text))).toBeUndefined()
  })

  it.each<[string, string]>([
    ['{"a":1,"a":1}', 'a'],
    ['{"a":1,"\\u0061":2}', 'a'],
    ['[{"a":1},{"b":{"a":{},"c\\"":1,"c\\"":2},"a":1}]', 'c"'],
    ['{"":{"":0},"x":[{"x":1}],"":1}', '']
  ])('of %s are fewer in the value, as there are two %s', (text, name) => {
    expect(checkStructure(Buffer.from(text))).toBeGreaterThan(membersOf(parseJson(text)))
    expect(repeatedIn(Buffer.from(text))).toBe(name)
  })

  it('may have backslashes', () => {
    const text = '{"a\\\\b":{"\\\\\\"":1,"\\n":2,"3":1.0},"c":[]}'
    expect(parseBody(text)).toEqual({ 'a\\b': { '\\"': 1, '\n': 2, 3: JSON.rawJSON('1.0') }, c: [] })
  })
})
