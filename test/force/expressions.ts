/** Random expressions of all types, with whatever operators and functions there are, and requests with them. */
import fc from 'fast-check'
import { query } from '../support/service.ts'
import { PRIMITIVES } from '../../srv/cqn/primitives.ts'
import { point, small, word } from './filter.ts'
import { pattern } from './pattern.ts'
import { path } from './requests.ts'

/** Members of open types, of several types. */
export const details = fc.record({
  n: fc.oneof(small, fc.constantFrom(2.5, 0.1, -1e-7, 1e21, 2 ** 53, 2 ** 63, 123456.75)),
  t: fc.oneof(word, small, fc.boolean(), fc.constantFrom(0.5, 1e300, null, 'ſ', '\u{10400}', '\ue000', 'P1D', '12:00')),
  b: fc.boolean(),
  o: fc.record({ x: fc.oneof(small, word) })
})

const TYPES = [...PRIMITIVES.keys()]
const NUMBERS = ['Edm.Int32', 'Edm.Int64', 'Edm.Double', 'Edm.Single', 'Edm.Decimal']
const COMPARISONS = ['eq', 'ne', 'lt', 'ge', 'gt', 'le']
const OPTIONS = { maxDepth: 3, withCrossShrink: true }

type Text = fc.Arbitrary<string>
const quoted = (text: string) => `'${text.replaceAll("'", "''")}'`
const one = (...texts: string[]) => fc.constantFrom(...texts)
const call = (names: string[], ...args: Text[]) =>
  fc.tuple(one(...names), ...args).map(([name, ...all]) => `${name}(${all.join()})`)
const operator = (names: string[], left: Text, right: Text) =>
  fc.tuple(left, one(...names), right).map((parts) => `(${parts.join(' ')})`)
const cast = (of: Text, ...types: string[]) => call(['cast'], of, one(...types))
const listed = (of: Text, items: Text) =>
  fc.tuple(of, fc.array(items, { minLength: 1, maxLength: 3 })).map(([left, all]) => `${left} in (${all.join()})`)
const cases = (condition: Text, of: Text) =>
  fc.tuple(condition, of, of).map(([when, then, or]) => `case(${when}:${then},true:${or})`)

const names = ['number', 'text', 'boolean', 'duration', 'instant', 'date', 'time'] as const
const members = one(...['t', 'n', 'b', 'o', 'o/x', 'none'].map((each) => `sourceSystem/details/${each}`))

/** An expression of events as one of their steps. Within collections there are no others. */
const ofSteps = (expression: string, prefix = '') =>
  expression
    .replaceAll(/provisioningSteps\/\$count(\(\$filter=[^)]*\))?/g, '1')
    .replaceAll('jobId', `${prefix}name`)
    .replaceAll('sourceSystem/details', `${prefix}details`)
    .replaceAll(/action|tenantId|initiatedBy\/displayName|statusInfo\/[\w./]+/g, `${prefix}status`)

const all = fc.letrec<Record<(typeof names)[number], string>>((tie) => {
  const [number, text, boolean, duration, instant, date, time] = names.map(tie) as [
    Text,
    Text,
    Text,
    Text,
    Text,
    Text,
    Text
  ]
  return {
    number: fc.oneof(
      OPTIONS,
      small.map(String),
      one('durationInMilliseconds', 'sourceSystem/details/n', 'sourceSystem/details/o/x', '2.5', '-0.5', '1e3', 'null'),
      one('9007199254740993', '9223372036854775807', 'NaN', 'INF', '-INF'),
      one('provisioningSteps/$count', "provisioningSteps/$count($filter=status gt 'a')"),
      call(['length'], text),
      call(['indexof'], text, text),
      call(['round', 'floor', 'ceiling', '-'], number),
      call(['year', 'month', 'day'], fc.oneof(instant, date)),
      call(['hour', 'minute', 'second', 'fractionalseconds'], fc.oneof(instant, time)),
      call(['totalseconds'], duration),
      call(['totaloffsetminutes'], instant),
      operator(['add', 'sub', 'mul', 'div', 'divby'], number, number),
      operator(['mod'], number, small.map(String)), // of fractions the last digits may differ, as those of their sums
      cast(fc.oneof(number, text, boolean, duration), ...NUMBERS),
      cases(boolean, number)
    ),
    text: fc.oneof(
      OPTIONS,
      word.map(quoted),
      one(
        'jobId',
        'action',
        'id',
        'tenantId',
        'initiatedBy/displayName',
        'statusInfo/status',
        'sourceSystem/details/t'
      ),
      one('statusInfo/microsoft.graph.statusDetails/errorCode', 'null', "'ſ'", "'İ'", "'\u{1d11e}x'"),
      call(['tolower', 'toupper', 'trim'], text),
      call(['concat'], text, text),
      call(['substring'], text, number),
      call(['substring'], text, one('-3', '-1', '0', '2', '1.5'), one('0', '1', '3')),
      cast(fc.oneof(number, text, boolean, duration, instant, date, time), 'Edm.String'),
      cases(boolean, text)
    ),
    boolean: fc.oneof(
      OPTIONS,
      one('true', 'false', 'null', 'sourceSystem/details/b', 'statusInfo eq null', 'sourceSystem/details ne null'),
      ...[number, text, duration, instant, date, time].map((each) => operator(COMPARISONS, each, each)),
      operator(COMPARISONS, members, fc.oneof(number, text, boolean, members)),
      operator(['eq', 'ne', 'and', 'or'], boolean, boolean),
      call(['not '], boolean),
      call(['contains', 'startswith', 'endswith'], text, text),
      call(['matchesPattern'], text, pattern.map(quoted)),
      listed(text, word.map(quoted)),
      listed(fc.oneof(number, members), small.map(String)),
      call(['isof'], fc.oneof(members, number, text, one('statusInfo')), one(...TYPES)),
      call(
        ['provisioningSteps/any', 'provisioningSteps/all'],
        boolean.map((each) => `s:${ofSteps(each, 's/')}`)
      )
    ),
    duration: fc.oneof(
      OPTIONS,
      one(...['PT1.5S', '-P1DT2H', 'PT0S', 'P20000D', 'PT0.0000001S', 'P3652059D'].map((each) => `duration'${each}'`)),
      operator(['sub'], instant, instant),
      operator(['sub'], date, date),
      operator(['add', 'sub'], duration, duration),
      operator(['mul', 'div', 'divby'], duration, one('-2', '7', '1.5', 'durationInMilliseconds')),
      call(['-'], duration),
      cast(text, 'Edm.Duration')
    ),
    instant: fc.oneof(
      OPTIONS,
      one('activityDateTime', 'mindatetime()', 'maxdatetime()'),
      point,
      operator(['add', 'sub'], instant, duration),
      cast(text, 'Edm.DateTimeOffset')
    ),
    date: fc.oneof(
      OPTIONS,
      one('2024-05-01', '2024-02-29', '0001-01-01', '9999-12-31'),
      call(['date'], instant),
      operator(['add', 'sub'], date, duration),
      cast(text, 'Edm.Date')
    ),
    time: fc.oneof(
      OPTIONS,
      one('12:00', '23:59:59.9999999', '00:00:00.123456789012'),
      call(['time'], instant),
      cast(text, 'Edm.TimeOfDay')
    )
  }
})

const { number, boolean } = all
const any = fc.oneof(...names.map((name) => all[name]), members)
const method = one('min', 'max', 'countdistinct')

/** Requests that compute, filter, order, group and aggregate, of events and of what is within them. */
export const requests = {
  'by conditions': boolean.map(($filter) => query(path, { $filter, $select: 'id' })),
  'with computed values': fc
    .tuple(any, any)
    .map(([x, y]) => query(path, { $compute: `${x} as x,${y} as y`, $select: 'id,x,y', $orderby: 'id' })),
  'in any order': fc.tuple(any, any).map((terms) => query(path, { $orderby: `${terms.join(' desc,')},id` })),
  'by groups': fc.tuple(any, any, method).map(([x, y, method]) => {
    const $apply = `compute(${x} as x,${y} as y)/groupby((x),aggregate(y with ${method} as m,$count as c))`
    return query(path, { $apply, $orderby: 'x' })
  }),
  'by groups of groups': fc.tuple(any, number).map(([x, y]) => {
    const sums = 'groupby((rollup($all,x,jobId)),aggregate(y with sum as m,$count as c))'
    return query(path, { $apply: `compute(${x} as x,cast(${y},Edm.Int16) as y)/${sums}` })
  }),
  'by the largest and the smallest': fc
    .tuple(one('topcount', 'bottomcount', 'topsum', 'bottomsum'), fc.nat(60), number, boolean)
    .map(([name, most, of, condition]) =>
      query(path, { $apply: `filter(${condition})/${name}(${most},cast(${of},Edm.Int16))` })
    ),
  'within collections': fc.tuple(boolean, any).map(([condition, value]) => {
    const options = `$filter=${condition};$compute=${value} as v;$orderby=${value} desc,name;$top=2;$count=true`
    const ofStep = ofSteps(options).replaceAll('activityDateTime', '2024-05-01T12:00:01Z')
    return query(path, { $select: `id,provisioningSteps(${ofStep})`, $orderby: 'id' })
  }),
  'by words': fc
    .array(one('a', 'B', 'ab', '"O\'Neil"', 'NOT', 'OR', 'Ä', 'ä', '😀', '"%"', '_', 'ſ', 's'), {
      minLength: 1,
      maxLength: 4
    })
    .map((words) => query(path, { $search: words.join(' '), $select: 'id' }))
}
