import { boundsOf } from '../../srv/database/sqlite/bounds.ts'

describe('The bounds of a column', () => {
  const at = (name: string) => ({ ref: ['$p', name] })
  const [early, late, other] = [{ val: '2024-01-01' }, { val: '2024-02-01' }, { val: 'x' }]
  const range = [at('time'), '>=', early, 'and', at('time'), '<', late]

  it.each([
    ['a range', range, { lower: early, upper: late }],
    ['nested conditions', [{ xpr: [{ xpr: range }] }, 'and', at('id'), '=', other], { lower: early, upper: late }],
    ['one side', [at('time'), '>', early], { lower: early }],
    ['the last of several', [at('time'), '<=', late, 'and', { xpr: [at('time'), '<', early] }], { upper: early }],
    ['alternatives', [at('time'), '>', early, 'or', at('id'), '=', other], {}],
    ['a range among alternatives', [at('id'), '=', other, 'or', { xpr: range }], {}],
    ['a negation', ['not', { xpr: range }], {}],
    ['a case', ['case when', at('time'), '>', early, 'then', other, 'end'], {}],
    ['another column', [at('id'), '>', early], {}],
    ['a value that is compared with another value', [early, '<', late], {}],
    ['a comparison with null', [at('time'), '>', { val: null }], {}],
    ['a truth value that is compared', [{ xpr: range }, '=', { val: false }], {}],
    ['nothing', [], {}]
  ])('are known of %s', (_, condition, bounds) => expect(boundsOf(condition, 'time')).toEqual(bounds))
})
