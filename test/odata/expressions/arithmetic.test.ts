/** What is calculated, as OData URL Conventions 4.01, 5.1.1.2 to 5.1.1.9 and 5.1.3.2 define it. */
import { startWithEvents } from './events.ts'
import { PLAIN, errorOf, query, valuesOf, type Json } from '../../support/service.ts'

const { service, path, found, computed } = startWithEvents()

describe.each<[string, [filter: string, expected: string][]]>([
  [
    'Arithmetic (5.1.1.2)',
    [
      ['durationInMilliseconds div 1000 eq 1', 'b'],
      ['durationInMilliseconds divby 1000 eq 1.5', 'b'],
      ['7 mod 4 eq 3 and -7 mod 4 eq -3', 'abc'],
      ['-7 div 2 eq -3', 'abc'],
      ['7.5 div 0 eq INF and 7.0 div 0.0 eq INF and 7 divby 0.0 eq INF', 'abc'],
      ['7 divby 0 eq INF', 'abc'],
      ['-7 divby 0 eq -INF', 'abc'],
      ['0 divby 0 eq 0 divby 0', ''],
      ['0 divby 0 ne 1', 'abc'],
      ['0 divby 0 gt 1', ''],
      ['0 divby 0 eq null', ''],
      ['0 divby 0 add 1 gt 0', ''],
      ['1500 divby durationInMilliseconds eq INF', 'a'],
      ['durationInMilliseconds lt INF', 'ab'],
      ['durationInMilliseconds gt -INF', 'ab'],
      ['NaN eq NaN', ''],
      ['case(true:NaN) ge 0 or case(true:NaN) lt 0', ''],
      ["cast('NaN',Edm.Double) ge 0 or cast('NaN',Edm.Double) eq cast('NaN',Edm.Double)", ''],
      ['cast(case(true:NaN,true:0),Edm.Decimal) ge 0', ''],
      ["cast(jobId,Edm.Double) ge 0 or case(cycleId eq 'y':NaN,true:1) ge 1", 'ac'],
      ["not (cast('NaN',Edm.Double) in (1))", 'abc'],
      ["cast('NaN',Edm.Double) add 1 eq null and -NaN eq null and round(case(true:NaN)) eq null", 'abc'],
      ['NaN ne NaN', 'abc'],
      ['durationInMilliseconds eq NaN', ''],
      ['durationInMilliseconds ne NaN', 'abc'],
      ['durationInMilliseconds eq +1500', 'b'],
      ['-durationInMilliseconds eq -1500', 'b'],
      ['durationInMilliseconds eq 1.5e3', 'b'],
      ['9007199254740992 mod 3 eq 2', 'abc'],
      ['1e15 mod 7 add 0.5 eq 6.5', 'abc'],
      ['round(9223372036854775808) mod 5 eq 3', 'abc'],
      ["duration'P1D' mul NaN eq null and NaN mul duration'P1D' eq null", 'abc'],
      ["duration'P1D' div NaN eq null and duration'P1D' divby NaN eq null", 'abc'],
      ['round(9007199254740991 add 0.0) eq 9007199254740991', 'abc'],
      ['2147483647 mul 3 eq 6442450941 and 2147483647 add 1 eq 2147483648', 'abc'],
      ['length(jobId) mul 2147483647 ge 4294967294', 'abc'],
      ['provisioningSteps/$count mul 2147483647 eq 4294967294', 'a'],
      ['(4503599627370496 mul (durationInMilliseconds sub 1497) add 1) mod 10 eq 9', 'b'],
      ['(4503599627370496 mul (durationInMilliseconds sub 1497) add 1) div 10 eq 1351079888211148', 'b'],
      ['9223372036854775807 add durationInMilliseconds gt 9e18', 'ab'],
      ['1 mod 0.1 gt 0.09 and 1 mod 0.1 lt 0.1 and targetSystem/details/n mod 0.1 gt 0.09', 'ab'],
      ['-1e300 mod targetSystem/details/n eq -1', 'a'],
      ['1e-300 mod 1e300 eq 1e-300 and targetSystem/details/n mod INF eq 7', 'a'],
      ['5e-324 mod 1e-323 eq 5e-324 and 1e300 mod 5e-324 eq 0', 'abc'],
      ['(INF mul durationInMilliseconds) lt 1 or (INF mul durationInMilliseconds) gt 1', 'b'],
      ['1 divby durationInMilliseconds sub INF eq null', 'ac'],
      ['1 divby ceiling(-0.5) eq -INF and 1 divby -(targetSystem/details/n mul 0) eq -INF', 'ab'],
      ['2.0 div (targetSystem/details/n sub targetSystem/details/n) eq INF', 'ab'],
      ['round(durationInMilliseconds) div 1000 eq 1 and floor(durationInMilliseconds) div 1000 eq 1', 'b'],
      ['1e200 mul 1e200 eq INF and targetSystem/details/n mul -1e308 eq -INF', 'ab'],
      ['-1e308 sub 1e308 eq -INF and 1e308 add targetSystem/details/n mul 1e307 ge 1.69e308', 'ab'],
      ['1e-200 mul 1e-200 eq 0 and 5e-324 divby targetSystem/details/n eq 0', 'ab'],
      [
        '1e300 divby (targetSystem/details/n mul 1e-300) eq INF and 1e-300 divby (targetSystem/details/n mul 1e300) eq 0',
        'ab'
      ],
      ['targetSystem/details/n divby 5e-324 eq INF and targetSystem/details/n mul 1e-300 divby 1e300 eq 0', 'ab'],
      ['1e308 div 0.1 eq INF and durationInMilliseconds div -5e-324 eq -INF', 'b'],
      ['1e308 mul 1.5 eq 1.5e308 and 5e-324 mul 1.5 eq 1e-323 and 1e308 add 1e293 gt 1e308', 'abc'],
      ['targetSystem/details/r sub (targetSystem/details/r sub 1) eq 1', 'a'],
      ["ceiling(durationInMilliseconds) div length('') eq 1", '400 The request divides a number by zero.'],
      ['round(NaN) eq null and floor(durationInMilliseconds divby 0) eq null', 'ac'],
      ['round(2.5) eq 3 and round(-2.5) eq -3 and floor(-1.5) eq -2 and ceiling(1.2) eq 2', 'abc']
    ]
  ],
  [
    'Points in time and durations (5.1.1.2.1, 5.1.1.2.2, 5.1.1.14.1)',
    [
      ["duration'PT1M' eq duration'PT60S'", 'abc'],
      ["duration'PT36H' eq duration'P1DT12H'", 'abc'],
      ["duration'PT1M' lt duration'PT61S'", 'abc'],
      ["duration'-PT1S' lt duration'PT0S'", 'abc'],
      ["-duration'PT1S' eq duration'-PT1S'", 'abc'],
      ["'PT60S' eq duration'PT1M'", 'abc'],
      ["DURATION'PT60S' eq duration'PT1M'", 'abc'],
      ["activityDateTime add 'P1D' gt 2024-05-03T12:00:00Z", 'bc'],
      ["date(activityDateTime) sub 'PT1H' eq 2024-05-02", 'c'],
      ["'PT1H' add duration'PT30M' eq 'PT90M'", 'abc'],
      ["'PT1H' mul 1.5 eq duration'PT90M'", 'abc'],
      ["-'PT1S' eq duration'-PT1S'", 'abc'],
      ["totalseconds('PT1M1.5S') eq 61.5", 'abc'],
      ["duration'PT1H' add duration'PT30M' eq duration'PT90M'", 'abc'],
      ["duration'PT1H' sub duration'PT90M' eq duration'-PT30M'", 'abc'],
      ["duration'PT1H' mul 1.5 eq duration'PT90M'", 'abc'],
      ["2 mul duration'PT1H' eq duration'PT2H'", 'abc'],
      ["duration'PT1H' div 2 eq duration'PT30M'", 'abc'],
      ["totalseconds(duration'PT1M1.5S') eq 61.5", 'abc'],
      ["activityDateTime add duration'P1D' gt 2024-05-03T12:00:00Z", 'bc'],
      ["activityDateTime sub duration'PT0.0000001S' eq 2024-05-01T10:00:00.1234566Z", 'a'],
      ["activityDateTime sub 2024-05-01T00:00:00Z lt duration'P1D'", 'a'],
      ["activityDateTime sub activityDateTime eq duration'PT0S'", 'abc'],
      ['totalseconds(activityDateTime sub 2024-05-03T00:00:00Z) eq -9000', 'b'],
      ["date(activityDateTime) add duration'P1D' eq 2024-05-02", 'a'],
      ["date(activityDateTime) add duration'PT23H' eq 2024-05-01", 'a'],
      ["date(activityDateTime) sub duration'PT1H' eq 2024-05-02", 'c'],
      ["date(activityDateTime) sub 2024-05-01 eq duration'P2D'", 'c'],
      ["2024-05-01 add duration'P1D' eq date(activityDateTime)", 'b'],
      ['activityDateTime eq 2024-05-01T10:00:00.123456700000Z', 'a'],
      ['activityDateTime lt 2024-05-01T10:00:00.123456700001Z', 'a'],
      ['activityDateTime eq 2024-05-01T10:00:00.123456700001Z', ''],
      ['time(activityDateTime) eq 23:30', 'b'],
      ['time(activityDateTime) lt 10:00:00.123456700001', 'ac'],
      ['hour(activityDateTime) eq 23 and totaloffsetminutes(activityDateTime) eq 120', 'b'],
      ["totaloffsetminutes(activityDateTime add duration'PT1H') eq 0", 'abc'],
      ["cast(activityDateTime add duration'PT1H',Edm.String) eq '2024-05-01T11:00:00.1234567Z'", 'a'],
      ["activityDateTime add duration'P3652059D' eq null", 'abc'],
      ["duration'P20000D' eq duration'P19999DT24H'", 'abc'],
      ["duration'P20000DT0.0000001S' gt duration'P20000D'", 'abc'],
      ["duration'P20000D' add duration'PT0.0000001S' eq duration'P20000DT0.0000001S'", 'abc'],
      ["-duration'P20000D' lt duration'-P19999D'", 'abc'],
      ["duration'P20000D' mul 2 eq duration'P40000D'", 'abc'],
      ["duration'P20000DT0.0000001S' mul 3 eq duration'P60000DT0.0000003S'", 'abc'],
      ["duration'P40000D' div 2 eq duration'P20000D'", 'abc'],
      ["duration'P20000D' in (duration'P20000D',duration'P1D')", 'abc'],
      ["totalseconds(duration'P20000D') eq 1728000000", 'abc'],
      ["activityDateTime sub 1960-01-01T00:00:00Z gt duration'P20000D'", 'abc'],
      ["date(activityDateTime) sub duration'P20000D' eq 1969-07-29", 'a'],
      ["(0001-01-01 sub duration'P1D') sub duration'P1D' eq null", 'abc'],
      ["(9999-12-31 add duration'P1D') ge (activityDateTime add duration'P3652059D')", 'abc'],
      ["(9999-12-31 add duration'P1D') add duration'P1D' eq null", 'abc'],
      ["(activityDateTime sub (activityDateTime sub 0001-01-01T00:00:00Z)) sub duration'PT1S' eq null", 'abc'],
      ["duration'P3652059D' div 7 eq duration'P521722DT17H8M34.2857142S'", 'abc'],
      ["duration'P1D' mul 1e308 eq null and duration'P1D' divby 1e-30 eq null", 'abc'],
      ["duration'PT0.0000001S' mul 1.5 eq duration'PT0.0000002S' and -duration'P1D' mul 1e30 eq null", 'abc'],
      ["duration'P20000D' divby 1.5 gt duration'P13333D'", 'abc']
    ]
  ],
  [
    'Texts (5.1.1.5 to 5.1.1.7)',
    [
      ["trim(action) eq 'Create'", 'a'],
      ["substring(cycleId,1) eq '1'", 'a'],
      ["substring(cycleId,-1) eq '1'", 'a'],
      ["substring(cycleId,0,1) eq 'x'", 'a'],
      ["substring(cycleId,5) eq ''", 'ab'],
      ["substring('abc',1.5) eq 'bc' and substring('abc',length(cycleId) sub 0.5,1) eq 'b'", 'a'],
      ["substring('abc',floor(1.5)) eq 'bc' and substring('abc',round(-1.5),1.5) eq 'b'", 'abc'],
      ["substring('abc',9223372036854775807) eq '' and substring('abc',0,9223372036854775807) eq 'abc'", 'abc'],
      ["substring('abc',1 divby 0) eq '' and substring('abc',0 divby 0) eq null", 'abc'],
      ["substring(cycleId,durationInMilliseconds) eq 'x1'", 'a'],
      ["substring('😀b',1) eq 'b' and substring('😀b',-2,1) eq '😀'", 'abc'],
      ["endswith('b','ab') or endswith('bab','abbab')", ''],
      ["endswith(cycleId,'') and startswith(cycleId,'')", 'ab'],
      ["matchesPattern(jobId,'2024-05-01T10:00:00Z')", 'a'],
      ["matchesPattern(jobId,'2024-05-01T10')", 'a'],
      ["jobId eq '2024-05-01T10:00:00Z'", 'a'],
      ["indexof(cycleId,'1') eq 1", 'a'],
      ['contains(action,cycleId)', '']
    ]
  ]
])('%s', (_, cases) => {
  it.each(cases)('%s', async (filter, expected) => {
    expect(await found(filter)).toBe(expected)
  })
})

describe('$compute shows (5.1.3.2)', () => {
  it.each<[string, unknown[]]>([
    ['durationInMilliseconds gt 0', [false, true, false]],
    ["contains(cycleId,'x')", [true, false, null]],
    ["not contains(cycleId,'x')", [false, true, null]],
    ['targetSystem/details/f', [false, true, null]],
    ['targetSystem/details/t', ['7', 'text', null]],
    ['targetSystem/details/n', [7, 8, null]],
    ['targetSystem/details/o', [{ deep: 'x' }, null, null]],
    ['1500 divby durationInMilliseconds', ['INF', 1, null]],
    ['durationInMilliseconds divby 0', ['NaN', 'INF', null]],
    ['activityDateTime sub 2024-05-01T00:00:00Z', ['PT10H0.1234567S', 'P1DT21H30M', 'P2D']],
    ["duration'PT90S'", ['PT1M30S', 'PT1M30S', 'PT1M30S']],
    ["duration'P20000DT0.0000001S'", Array<string>(3).fill('P20000DT0.0000001S')],
    [
      "activityDateTime sub duration'P20000DT0.0000001S'",
      ['1969-07-29T10:00:00.1234566Z', '1969-07-30T21:29:59.9999999Z', '1969-07-30T23:59:59.9999999Z']
    ],
    [
      "activityDateTime add duration'P1D'",
      ['2024-05-02T10:00:00.1234567Z', '2024-05-03T21:30:00.0000000Z', '2024-05-04T00:00:00.0000000Z']
    ],
    ["date(activityDateTime) add duration'P1D'", ['2024-05-02', '2024-05-03', '2024-05-04']],
    ['durationInMilliseconds mul 4503599627370496', [0, 6755399441055744000, null]],
    ['cast(jobId,Edm.Boolean)', [null, true, null]],
    ["case(cycleId eq null:'none',true:cycleId)", ['x1', 'y', 'none']],
    ['null', [null, null, null]]
  ])('%s', async (expression, expected) => expect(await computed(expression)).toEqual(expected))

  it('under any name that an identifier may be, also a long one', async () => {
    const long = 'n'.repeat(127)
    const [a, b] = [`${long}a`, `${long}b`]
    const $compute = `durationInMilliseconds as ${a},cycleId as ${b},1 as _x,action as Größe`
    const options = { $compute, $select: `${b},${a},_x,Größe`, $filter: `${a} gt 1 and Größe eq null` }
    expect(valuesOf(await service.get(query(path, options)))).toMatchObject([
      { [a]: 1500, [b]: 'y', _x: 1, Größe: null }
    ])
    const details = `targetSystem/details/${long}`
    const $apply = `groupby((${details}a,${details}b,targetSystem/details/f),aggregate($count as ${a},id with min as ${b}))`
    expect(valuesOf(await service.get(query(path, { $apply, $filter: `${b} eq 'b'` }), PLAIN))).toEqual([
      { targetSystem: { details: { [a]: null, [b]: null, f: true } }, [a]: 1, [b]: 'b' }
    ])
    const taken = await service.get(query(path, { $compute: '1 as Größe,2 as GRÖSSE,3 as GRÖßE' }))
    expect(errorOf(taken).message).toBe("The name 'GRÖßE' is taken, at position 28 of $compute.")
  })

  it.each([
    ["case(cycleId eq 'y':NaN,true:1)", 'x ge 1', 'ac'],
    ["cast('NaN',Edm.Double)", 'x ge 0 or x lt 0', ''],
    ['durationInMilliseconds divby 0', 'x gt 0', 'b']
  ])('%s, of which %s is not true of NaN', async ($compute, $filter, expected) => {
    expect(await found($filter, { $compute: `${$compute} as x` })).toBe(expected)
  })

  it('in the order of long durations', async () => {
    expect(await found('true', { $orderby: 'maxdatetime() sub activityDateTime' })).toBe('cba')
    expect(await found('true', { $orderby: "null,duration'P20000D',activityDateTime" })).toBe('abc')
  })

  it.each([
    ['1500 divby durationInMilliseconds', 'cba'], // null, 1, INF
    ['-1500 divby durationInMilliseconds', 'cab'],
    ['-1500 divby durationInMilliseconds desc', 'bac'],
    ['durationInMilliseconds divby 0,id', 'acb'], // NaN counts as null
    ['durationInMilliseconds divby 0 desc,id desc', 'bca'],
    ['INF,NaN,-INF desc,id', 'abc']
  ])('pages in the order of %s', async ($orderby, expected) => {
    let ids = ''
    let url: string | undefined = query(path, { $orderby, $select: 'id' })
    while (url && ids.length < 5) {
      const { body } = await service.get(url, { Prefer: 'maxpagesize=1' })
      ids += (body.value as Json[]).map(({ id }) => id).join('')
      url = (body['@odata.nextLink'] as string | undefined)?.slice(service.url.length)
    }
    expect(ids).toBe(expected)
  })

  it.each([
    'null',
    'length(null)',
    "concat(null,'x')",
    'cast(null,Edm.String)',
    'cast(@missing,Edm.Int32)',
    'date(null)'
  ])('and orders by what is always null: %s', async ($orderby) => {
    expect(await found('true', { $orderby: `${$orderby},id` })).toBe('abc')
    const items = await service.get(query(`${path}('a')/provisioningSteps`, { $orderby: `${$orderby} desc` }))
    expect(items.status).toBe(200)
    expect(await found('true', { $apply: `topcount(3,${$orderby})`, $orderby: 'id' })).toBe('abc')
  })

  it('literals of GUIDs with their type', async () => {
    const id = '01234567-89ab-cdef-0123-456789abcdef'
    const { body } = await service.get(query(path, { $compute: `${id} as g`, $select: 'g', $top: '1' }))
    expect(body.value).toMatchObject([{ 'g@odata.type': '#Guid', g: id }])
  })

  it('casts that cannot be', async () => {
    expect(await computed("cast(contains('abc','b'),Edm.Double)")).toEqual([null, null, null])
    expect(await found("cast(contains(cycleId,'x'),Edm.Int32) eq null and cycleId in ('x1','y')")).toBe('ab')
  })

  it('what fails or is null each time, however often it is asked and whatever was asked before', async () => {
    const each = "cast('x',Edm.Int32) add (1 div durationInMilliseconds)"
    const answers = await Array.fromAsync(Array(20).keys(), () => computed(each))
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1)
    const none = (text: string) => found(`durationInMilliseconds eq -1 and 1 div length('${text}') eq 1`)
    const first = await none('')
    for (let index = 0; index < 20; index++) expect(await none('text')).toBe('')
    expect(await none('')).toBe(first)
  })

  it('values that later options use', async () => {
    expect(await found("v eq duration'P2D'", { $compute: 'activityDateTime sub 2024-05-01T00:00:00Z as v' })).toBe('c')
    expect(await found("t eq 'text'", { $compute: 'targetSystem/details/t as t' })).toBe('b')
    expect(await found('f eq false', { $compute: 'targetSystem/details/f as f' })).toBe('a')
    expect(await found('v', { $compute: 'durationInMilliseconds gt 0 as v' })).toBe('b')
  })
})
