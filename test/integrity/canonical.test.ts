import type { StoredRow } from '../../srv/database/log.ts'
import { canonicalJson, digestOf } from '../../srv/integrity/chain.ts'

describe('The canonical form of a row', () => {
  it.each<[string, StoredRow, string]>([
    ['has its columns sorted', { b: 'x', a: 1 }, '{"a":1,"b":"x"}'],
    ['sorts by UTF-16 code units', { '\u{1f600}': 1, '\ufb33': 2, '€': 3 }, '{"€":3,"\u{1f600}":1,"\ufb33":2}'],
    ['leaves out columns without a value', { a: null, b: '' }, '{"b":""}'],
    ['tells a number from its digits', { a: 1, b: '1' }, '{"a":1,"b":"1"}'],
    ['writes integers alike however they are read', { a: 6n, b: 6 }, '{"a":6,"b":6}'],
    ['keeps all digits', { a: 9223372036854775807n }, '{"a":9223372036854775807}'],
    ['tells bytes from text', { a: new Uint8Array([120]), b: 'x' }, '{"a":{"hex":"78"},"b":"x"}'],
    ['escapes as JSON does', { a: '"\\\n\u0001é\u2028' }, '{"a":"\\"\\\\\\n\\u0001é\u2028"}'],
    ['is empty for a row without values', { a: null }, '{}']
  ])('%s', (_, row, json) => expect(canonicalJson(row)).toBe(json))

  it('is digested with SHA-256', () => {
    expect(digestOf({})).toBe('44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a')
  })
})
