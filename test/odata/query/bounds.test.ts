import { allOf, anyOf, ref, val, xpr, type Cqn } from '../../../srv/cqn/cqn.ts'
import { boundsOf } from '../../../srv/odata/query/periods.ts'

describe('The bounds of a column', () => {
  const time = ref('time')
  const [early, late, other] = [val('2024-01-01'), val('2024-02-01'), val('x')] as [Cqn, Cqn, Cqn]
  const since = xpr(time, '>=', early)
  const range = allOf(since, xpr(time, '<', late))
  const isOther = xpr(ref('id'), '=', other)

  it.each<[string, Cqn[], object]>([
    ['a range', [range], { after: early, before: late }],
    ['several conditions', [since, xpr(time, '<', late)], { after: early, before: late }],
    ['nested conditions', [isOther, allOf(range, isOther)], { after: early, before: late }],
    ['one side', [xpr(time, '>', early)], { after: early }],
    ['the last of several', [xpr(time, '<=', late), xpr(time, '<', early)], { before: early }],
    ['alternatives', [anyOf(xpr(time, '>', early), isOther)], {}],
    ['a range among alternatives', [anyOf(isOther, range)], {}],
    ['a negation', [xpr('not', range)], {}],
    ['a case', [xpr('case when', time, '>', early, 'then', other, 'end')], {}],
    ['another column', [xpr(ref('id'), '>', early)], {}],
    ['a value that is compared with another value', [xpr(early, '<', late)], {}],
    ['a comparison with null', [xpr(time, '>', val(null))], {}],
    ['a truth value that is compared', [xpr(range, '=', val(false))], {}],
    ['nothing', [], {}]
  ])('are known of %s', (_, conditions, bounds) => expect(boundsOf(conditions, 'time')).toEqual(bounds))
})
