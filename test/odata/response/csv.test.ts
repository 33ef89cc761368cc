import fc from 'fast-check'
import { entityTable, headerOf, itemTable, recordOf, type Table } from '../../../srv/odata/response/csv.ts'
import type { Selection } from '../../../srv/odata/model/columns.ts'
import type { JsonObject, Property, StructuredType } from '../../../srv/odata/model/types.ts'
import { parseJson } from '../../../srv/values/json.ts'
import { recordsIn } from '../../support/csv.ts'

/** All records of an entity. */
const recordsOf = (table: Table, entity: JsonObject, keepsFormulas: boolean) =>
  Array.from(table.recordsOf(entity), (record) => recordOf(table, record, keepsFormulas)).join('')

const text = (name: string): Property => ({ name, type: 'Edm.String', collection: false, key: false, nullable: true })
const type = (name: string, properties: Property[], open = false): StructuredType => {
  return { name, open, properties: new Map(properties.map((each) => [each.name, each])) }
}

const details = { ...text('details'), type: type('details', [], true) }
const derived = { types: [type('special', [text('code')])], column: 'status_type' }
const status: Property = { ...text('status'), type: type('base', [text('result')]), derived }
const steps: Property = { ...text('steps'), type: type('step', [text('name'), details]), collection: true }
const system = { ...text('system'), type: type('system', [text('id'), details]) }
const event = type('event', [text('id'), { ...text('size'), type: 'Edm.Int32' }, system, status, steps])

const all = entityTable(event, undefined)
const ids = entityTable(type('ids', [text('id')]), undefined)

const selection = (...names: (string | [string, Selection])[]): Selection =>
  new Map(names.map((name) => (typeof name === 'string' ? [name, undefined] : name)))

describe('The columns of CSV', () => {
  it('are the paths of all values, down to those of derived types', () => {
    expect(headerOf(all, false)).toBe('id,size,system/id,system/details,status/result,status/code,steps\r\n')
    expect(headerOf(entityTable(event, undefined, 'entities'), false)).toBe(
      'id,size,system/id,system/details,status/result,status/code\r\n'
    )
  })

  it.each<[Selection, string]>([
    [selection('steps', 'id'), 'id,steps'],
    [selection(['status', selection('code')]), 'status/code'],
    [selection(['system', selection('details')]), 'system/details'],
    [
      selection(['system', selection(['details', selection('App', ['a,b', selection('c')])])]),
      'system/details/App,"system/details/a,b/c"'
    ]
  ])('are those that are selected: %#', (selected, header) => {
    expect(headerOf(entityTable(event, selected), false)).toBe(`${header}\r\n`)
    expect(entityTable(event, selected).columns).toHaveLength(header.includes('App') ? 2 : header.split(',').length)
  })

  it('have names that no spreadsheet runs, unless formulas are to be kept', () => {
    const selected = selection(['system', selection(['details', selection('a;=1+1', 'b\n@x', '=c')])])
    const table = entityTable(event, selected)
    expect(headerOf(table, false)).toBe(`"system/details/a;'=1+1","system/details/b\n'@x",system/details/=c\r\n`)
    expect(headerOf(table, true)).toBe('"system/details/a;=1+1","system/details/b\n@x",system/details/=c\r\n')
  })
})

describe('A record of CSV', () => {
  it('has values as JSON has them, and collections and open types as JSON', () => {
    const entity = {
      '@odata.type': '#event',
      id: 'e1',
      size: 5,
      system: {
        '@odata.type': 'system',
        id: null,
        details: { '@odata.type': 'details', 'a@odata.type': '#Collection(Int64)', a: [1, { 'b@type': 'Int64', b: 2 }] }
      },
      status: { '@odata.type': '#special', result: 'failure', code: 'C1' },
      steps: [
        { '@odata.type': 'step', name: 'n', 'l@odata.type': '#Int32', l: 1, details: { '@odata.type': 'details' } }
      ]
    }
    expect(recordsOf(all, entity, false)).toBe(
      'e1,5,,"{""a"":[1,{""b"":2}]}",failure,C1,"[{""name"":""n"",""l"":1,""details"":{}}]"\r\n'
    )
  })

  it('keeps numbers as they were sent', () => {
    const numbers = parseJson('{"id":12345678901234567890,"size":1.10,"system":{"details":{"n":1.0}}}')
    expect(recordsOf(all, numbers as never, false)).toBe('12345678901234567890,1.10,,"{""n"":1.0}",,,\r\n')
  })

  it('tells null from empty text, and is no blank line', () => {
    expect(recordsOf(all, { id: '', size: null, system: null, steps: [] }, false)).toBe('"",,,,,,[]\r\n')
    expect(recordsOf(ids, { id: null }, false)).toBe('""\r\n')
  })

  it.each([
    ['a,b', '"a,b"'],
    ['say "a"', '"say ""a"""'],
    ['one\r\ntwo', '"one\r\ntwo"'],
    ['one\ntwo', '"one\ntwo"'],
    [' a ', ' a '],
    ['a;b', '"a;b"'],
    ['a\tb', '"a\tb"'],
    ['Ηλίας', 'Ηλίας'],
    ['a=b', 'a=b'],
    ["it's", "it's"]
  ])('has %j as %j', (value, cell) => {
    expect(recordsOf(ids, { id: value }, false)).toBe(`${cell}\r\n`)
  })

  it.each([
    ['=1+1', "'=1+1"],
    ['=HYPERLINK("http://evil")', '"\'=HYPERLINK(""http://evil"")"'],
    ['+44 20', "'+44 20"],
    ['-5', "'-5"],
    ['@SUM(A1)', "'@SUM(A1)"],
    [' =1', "' =1"],
    ['\t=1', '"\'\t\'=1"'],
    ['\tx', '"\'\tx"'],
    ['a;=1', '"a;\'=1"'],
    ['a; =1;-2', '"a;\' =1;\'-2"'],
    ["a;'=1", '"a;\'\'=1"'],
    ['a\t+1', '"a\t\'+1"'],
    ['a\r\n@b', '"a\r\n\'@b"'],
    ['\rx', '"\'\rx"'],
    ['＝1', "'＝1"],
    ["'=1", "''=1"],
    ["''=1", "'''=1"]
  ])('has %j as text that no spreadsheet runs, %j, unless formulas are to be kept', (value, cell) => {
    expect(recordsOf(ids, { id: value }, false)).toBe(`${cell}\r\n`)
    expect(recordsIn(recordsOf(ids, { id: value }, true))).toEqual([[value]])
  })

  it('gives back any text', () => {
    const table = entityTable(type('pair', [text('one'), text('two')]), undefined)
    const value = fc.oneof(fc.string(), fc.stringMatching(/^['\s=+\-@",;\r\n]{0,7}$/))
    fc.assert(
      fc.property(value, value, (one, two) => {
        expect(recordsIn(recordsOf(table, { one, two }, true))).toEqual([[one, two]])
        const escaped = recordsIn(recordsOf(table, { one, two }, false))[0] ?? []
        for (const cell of escaped) expect(cell).not.toMatch(/(?:^|[;\t\r\n])\s*[=+\-@]/)
        const before = /(^|[;\t\r\n])'(?=(?:'|[^\S\t\r\n])*[=+\-@＝＋－＠])|^'(?='*[\t\r\n])/g
        expect(escaped.map((cell) => cell.replace(before, '$1'))).toEqual([one, two])
      })
    )
  })

  it('has JSON that no spreadsheet runs, with the same values, unless formulas are to be kept', () => {
    const entity = { steps: [{ name: 'a;=1; @b;c', details: { ';-1': ';;' } }] }
    const one = entityTable(type('one', [steps]), undefined)
    expect(recordsOf(one, entity, false)).toBe(
      '"[{""name"":""a\\u003b=1\\u003b @b;c"",""details"":{""\\u003b-1"":"";;""}}]"\r\n'
    )
    for (const keepsFormulas of [true, false]) {
      const [cell = ''] = recordsIn(recordsOf(one, entity, keepsFormulas))[0] ?? []
      expect(JSON.parse(cell)).toEqual(entity.steps)
      expect(cell.includes(';=1')).toBe(keepsFormulas)
    }
  })

  it.each([';', '\n', "'", ' ', ";'", '\t '])('takes time in proportion to a text with many of %j', (text) => {
    const start = performance.now()
    expect(recordsOf(ids, { id: text.repeat(1_000_000) }, false).length).toBeGreaterThanOrEqual(1_000_000)
    expect(performance.now() - start).toBeLessThan(10_000)
  })

  it('takes no member of JavaScript for one of the data', () => {
    const member = selection(['system', selection(['details', selection('constructor', '__proto__', 'toString')])])
    expect(recordsOf(entityTable(event, member), { system: { details: {} } }, false)).toBe(',,\r\n')
  })
})

describe('The records of the items of a collection', () => {
  const table = itemTable(['id'], steps, undefined)

  it('have the key of the entity and their place', () => {
    expect(headerOf(table, false)).toBe('id,steps/$index,steps/name,steps/details\r\n')
    const items = [{ name: 'a', details: null }, { name: null }]
    expect(recordsOf(table, { id: 'e', steps: items }, false)).toBe('e,0,a,\r\ne,1,,\r\n')
  })

  it('are none where there is no item', () => {
    expect(recordsOf(table, { id: 'e', steps: [] }, false)).toBe('')
    expect(recordsOf(table, { id: 'e', steps: null }, false)).toBe('')
  })

  it('show what is selected of them', () => {
    const selected = selection('id', ['steps', selection('name')])
    expect(headerOf(itemTable(['id'], steps, selected), false)).toBe('id,steps/$index,steps/name\r\n')
  })
})
