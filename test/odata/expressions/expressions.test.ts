/** Conditions as OData URL Conventions 4.01, 5.1.1 defines them: which events a filter finds, and what is refused. */
import { startWithEvents } from './events.ts'
import { errorOf, query } from '../../support/service.ts'

const { service, path, found } = startWithEvents()

describe.each<[string, [filter: string, expected: string][]]>([
  [
    'Comparisons are never null (5.1.1.1.1 to 5.1.1.1.6)',
    [
      ['cycleId eq null', 'c'],
      ['null eq cycleId', 'c'],
      ['cycleId ne null', 'ab'],
      ['null ne cycleId', 'ab'],
      ['null eq null', 'abc'],
      ['null ne null', ''],
      ['null ge null', 'abc'],
      ['null gt null', ''],
      ["cycleId ne 'y'", 'ac'],
      ["not (cycleId eq 'y')", 'ac'],
      ["not (cycleId gt 'x')", 'c'],
      ['(durationInMilliseconds gt 1) eq false', 'ac'],
      ['(durationInMilliseconds gt 1) eq true', 'b'],
      ['(durationInMilliseconds gt 1) ne true', 'ac'],
      ['(durationInMilliseconds gt 1) eq null', ''],
      ['durationInMilliseconds ge null', 'c'],
      ['durationInMilliseconds lt null', ''],
      ['null le durationInMilliseconds', 'c'],
      ['cycleId ge sourceSystem/displayName', 'c'],
      ['not (cycleId ge sourceSystem/displayName)', 'ab'],
      ['true gt false', 'abc'],
      ["(cycleId eq 'y') gt (cycleId eq 'z')", 'b'],
      ["cycleId in ('x1','y')", 'ab'],
      ["not (cycleId in ('x1'))", 'bc'],
      ["cycleId in ('x1',null)", 'ac'],
      ["not (cycleId in ('x1',null))", 'b'],
      ['cycleId in (null)', 'c'],
      ["(cycleId in ('x1')) eq false", 'bc'],
      ["null in ('x1')", ''],
      ["null in ('x1',null)", 'abc']
    ]
  ],
  [
    'Functions of null are null, and so is what is made of it (5.1.1.1.7 to 5.1.1.1.9, 5.1.1.4)',
    [
      ["contains(cycleId,'x')", 'a'],
      ["not contains(cycleId,'x')", 'b'],
      ["not startswith(cycleId,'x')", 'b'],
      ["not endswith(cycleId,'1')", 'b'],
      ["not matchesPattern(cycleId,'x')", 'b'],
      ["contains(cycleId,'x') eq null", 'c'],
      ["contains(tolower(cycleId),'x')", 'a'],
      ["not contains(tolower(cycleId),'x')", 'b'],
      ["contains(tolower(cycleId),'x') eq null", 'c'],
      ["contains(tolower(cycleId),'X') eq false", 'ab'],
      ["contains(cycleId,'x') eq false", 'b'],
      ["contains(cycleId,'x') ne true", 'bc'],
      ['not null', ''],
      ['not (null and false)', 'abc'],
      ['null and true', ''],
      ['null or true', 'abc'],
      ['contains(cycleId,null)', ''],
      ['not contains(cycleId,null)', ''],
      ...[
        'startswith(cycleId,null)',
        'endswith(cycleId,null)',
        'endswith(null,null)',
        'matchesPattern(cycleId,null)'
      ].flatMap((call): [string, string][] => [
        [call, ''],
        [`not ${call}`, ''],
        [`${call} eq null`, 'abc'],
        [call.replace('null)', '@missing)'), '']
      ]),
      ['length(null) ge 0', ''],
      ['concat(cycleId,null) eq null', 'abc'],
      ['provisioningSteps/any(s:endswith(s/name,null))', ''],
      ["not (contains(cycleId,'x') and durationInMilliseconds gt 5)", 'abc'],
      ["not (contains(cycleId,'x') or durationInMilliseconds gt 5)", ''],
      ['tolower(cycleId) eq null', 'c'],
      ['length(cycleId) eq null', 'c'],
      ['durationInMilliseconds add 1 eq null', 'c'],
      ['-durationInMilliseconds eq null', 'c'],
      ['-null eq null', 'abc'],
      ["concat(cycleId,'!') eq null", 'c'],
      ["provisioningSteps/any(s:not contains(s/status,'x'))", 'a'],
      ["provisioningSteps/all(s:contains(s/status,'s'))", 'c'],
      ["not provisioningSteps/all(s:contains(s/status,'f') or contains(s/status,'s'))", 'b']
    ]
  ],
  [
    'Keywords have no case (13.2.1)',
    [
      ["cycleId EQ 'y' AND NOT (id Eq 'a')", 'b'],
      ["cycleId IN ('y') OR FALSE", 'b'],
      ['TRUE', 'abc'],
      ['cycleId eq NULL', 'c'],
      ["provisioningSteps/ANY(s:s/name eq 'Export')", 'a'],
      ["provisioningSteps/All(s:s/name eq 'Import')", 'bc'],
      ['durationInMilliseconds ADD 1 eq 1501', 'b'],
      ["CONTAINS(cycleId,'y')", 'b'],
      ['CASE(TRUE:1) eq 1', 'abc']
    ]
  ],
  [
    'Collections (5.1.1.13, 5.1.1.15)',
    [
      ['provisioningSteps/$count eq 2', 'a'],
      ["provisioningSteps/$count($filter=status eq 'failure') eq 1", 'a'],
      ["provisioningSteps/$count($filter=name eq 'Import') eq 1", 'ab'],
      ['provisioningSteps/$count($search=export) eq 1', 'a'],
      ["provisioningSteps/$count($filter=name eq 'Import';$search=success) eq 1", 'a'],
      ["provisioningSteps/$filter(status eq 'failure')/$count eq 1", 'a'],
      ["provisioningSteps/$filter(status eq 'failure')/any()", 'a'],
      ["provisioningSteps/$filter(status eq 'failure')/any(s:s/name eq 'Import')", ''],
      ["provisioningSteps/$filter($this/name eq 'Export' and $it/id eq 'a')/any()", 'a'],
      ['provisioningSteps/any(s:s/status eq $it/statusInfo/status)', 'a'],
      ["provisioningSteps/microsoft.graph.provisioningStep/any(s:s/name eq 'Export')", 'a']
    ]
  ],
  [
    'Literals and lists (5.1.1.14)',
    [
      ['cycleId in ["x1","y"]', 'ab'],
      ['durationInMilliseconds in [0]', 'a'],
      ['cycleId in []', ''],
      ['cycleId in ()', ''],
      ['not (cycleId in ( ))', 'abc'],
      ["'PT60S' in (null,duration'PT1M')", 'abc'],
      ['2024-05-03 in (activityDateTime)', 'c'],
      ["'y' in (cycleId,jobId)", 'b'],
      ["statusInfo/status eq microsoft.graph.provisioningResult'failure'", 'a'],
      ["binary'T0RhdGE=' ne null", 'abc'],
      ['$it/microsoft.graph.provisioningObjectSummary/cycleId eq null', 'c'],
      ['$this/cycleId eq null', 'c']
    ]
  ],
  [
    'Comparisons in a row (5.1.1.17)',
    [
      ['durationInMilliseconds gt 5 eq true', 'b'],
      ['durationInMilliseconds gt 5 ne true', 'ac'],
      ['false eq durationInMilliseconds gt 5', 'ac'],
      ["cycleId eq 'y' eq false", 'ac'],
      ["cycleId eq 'y' eq true ne true", 'ac'],
      ["(not contains(cycleId,'x')) eq true", 'b'],
      ["not contains(cycleId,'x') eq true", 'b'],
      ["not contains(cycleId,'x') ne false", 'bc'],
      ["not cycleId in ('y') and true", 'ac'],
      ['not not true eq true', 'abc'],
      ['not targetSystem/details/f eq true', 'a'],
      ["cycleId in ('x1','y') eq false or cycleId eq 'y' eq true", 'bc'],
      ['1 lt 2 eq 2 gt 1 and 1 add 1 ge 2 eq true', 'abc']
    ]
  ],
  [
    'A colon may follow a literal in `case` (5.1.1.12)',
    [
      ['case(activityDateTime lt 2024-05-02T00:00:00Z:1,true:2) eq 1', 'a'],
      ['case(activityDateTime lt 2024-05-02T00:00+01:00:1,true:2) eq 1', 'a'],
      ['case(date(activityDateTime) lt 2024-05-03:1,true:2) eq 1', 'ab'],
      ['case(time(activityDateTime) gt 12:00:00:1,true:2) eq 1', 'b'],
      ['case(time(activityDateTime) gt 12:00 : 1,true:2) eq 1', 'b'],
      ["case(targetSystem/details/n eq 7:'PT60S',true:duration'PT2M') eq 'PT1M'", 'a'],
      ['case(true:targetSystem/details/n) eq 7', 'a'],
      ['case(false:targetSystem/details/f,true:targetSystem/details/n) add 1 eq 8', 'a']
    ]
  ],
  [
    'Texts may look like symbols',
    [
      ["contains(concat(cycleId,'{'),'{')", 'ab'],
      ["concat('[',cycleId) eq '[y'", 'b'],
      ["cycleId in ('{','y')", 'b'],
      ['cycleId in ["]","y"]', 'b'],
      ["cast(')',Edm.String) eq ')'", 'abc'],
      ["case(cycleId eq 'y':'(') eq '('", 'b'],
      ['provisioningSteps/$count($search="(") eq 0 and cycleId ne null', 'ab']
    ]
  ],
  [
    'A search within an expression is read as it is written',
    [
      ['provisioningSteps/$count($search=mpor) eq 1', 'ab'],
      ['provisioningSteps/$count($search=Im-port) eq 0', 'abc'],
      ['provisioningSteps/$count($search=(import OR export) NOT failure;$filter=true) eq 1', 'ab'],
      ["provisioningSteps/$count($search=ann@example.com;$filter=name ne 'x') eq 0", 'abc'],
      ["provisioningSteps/$count(search=Daniel's) eq 0 and cycleId ne 'x'", 'abc'],
      ["provisioningSteps/$count($search=50%&#?!) eq 0 and cycleId ne ')'", 'abc'],
      ['provisioningSteps/$count($search="a;b)c" OR export) eq 1', 'a'],
      ["provisioningSteps/$count($search='(fail) OR expor') eq 1", 'a']
    ]
  ]
])('%s', (_, cases) => {
  it.each(cases)('%s', async (filter, expected) => {
    expect(await found(filter)).toBe(expected)
  })
})

describe('Aliases stand for expressions and for JSON (5.3)', () => {
  it.each<[string, Record<string, string>, string]>([
    ['cycleId in @a', { '@a': '["x1","y"]' }, 'ab'],
    ['cycleId in @a', { '@a': "('x1')" }, 'a'],
    ['cycleId eq @a', { '@a': "'y'" }, 'b'],
    ['cycleId eq @a', {}, 'c'],
    ['@a', { '@a': 'cycleId eq @b', '@b': "'y'" }, 'b'],
    [
      'provisioningSteps/$filter(@a)/$count eq 1 and provisioningSteps/$count($filter=@a) eq 1',
      { '@a': "name eq 'Import'" },
      'ab'
    ]
  ])('%s with %j', async (filter, aliases, expected) => expect(await found(filter, aliases)).toBe(expected))
})

describe('What is wrong is refused with 400, what the service lacks of the standard with 501', () => {
  it.each<[string, number]>([
    ['7 div 0 eq 1', 400],
    ['7 div durationInMilliseconds eq 7', 400],
    ['7 mod durationInMilliseconds eq 7', 400],
    ['7 mod 0 eq 1', 400],
    // by the type of the left operand alone (URL Conventions 4.01, 5.1.1.2.5)
    ['7 div 0.0 eq INF', 400],
    ['durationInMilliseconds div 0.0 eq INF', 400],
    ['durationInMilliseconds div (targetSystem/details/n mul 0) eq INF', 400],
    ['7.5 mod 0.0 eq 0', 400],
    ["duration'PT1H' div 0 eq duration'PT1H'", 400],
    ["substring(cycleId,0,-1) eq ''", 400],
    ["substring(cycleId,0,durationInMilliseconds sub 1) eq ''", 400],
    ["statusInfo/status eq microsoft.graph.unknown'failure'", 400],
    ['time(activityDateTime) eq 24:00:00', 400],
    ['time(activityDateTime) eq 23:60', 400],
    ["duration'+PT1S' eq null", 400],
    ["duration'PT' eq null", 400],
    ["duration'P1Y' eq null", 400],
    ['isof(statusInfo,microsoft.graph.unknown)', 400],
    ['isof(unknown)', 400],
    ['cast(cycleId,Edm.Unknown) eq null', 400],
    ['unknown(cycleId) eq 1', 400],
    ["binary'***' eq null", 400],
    ["binary'T0RhdGE' eq binary'T0RhdGE'", 400],
    ['cycleId eq "y"', 400],
    ['cycleId in ["x1"', 400],
    [String.raw`cycleId in ["\ud800"]`, 400],
    ['cycleId in (', 400],
    ["not cycleId eq 'y'", 400],
    ['not 1', 400],
    ['1 add durationInMilliseconds in (1)', 400],
    ['-durationInMilliseconds in (1)', 400],
    ['activityDateTime lt 2024-05-01T10:00:00Z1', 400],
    ['date(activityDateTime) lt 2024-05-01-02', 400],
    ['provisioningSteps/$count($search=)', 400],
    ['provisioningSteps/$count($search=x', 400],
    ['activityDateTime lt 2023-02-29T00:00Z', 400],
    ['activityDateTime lt 10000-01-01T00:00Z', 501],
    ['activityDateTime gt -0001-01-01T00:00Z', 501],
    ['date(activityDateTime) gt 0000-12-31', 501],
    ['activityDateTime lt 2016-12-31T23:59:60Z', 501],
    ['time(activityDateTime) lt 23:59:60.5', 501],
    ['@a/displayName eq null', 501],
    ['cycleId/@Measures.Currency#Reporting eq null', 501],
    ['cycleId/@Currency eq null', 501],
    ['targetSystem/details/o/$count eq 1', 501],
    ['targetSystem/details/o/any(x:true)', 501],
    ['targetSystem/details/$filter(true)/$count eq 1', 501],
    ['provisioningSteps/$count($top=1) eq 1', 400],
    ['provisioningSteps/$count($filter=true;$filter=true) eq 1', 400],
    ['cycleId add 1 eq 2', 400],
    ['activityDateTime add 1 eq null', 400],
    ['activityDateTime add activityDateTime eq null', 400],
    ["statusInfo/status has microsoft.graph.provisioningResult'failure'", 501],
    ['cast(cycleId,Edm.Stream) eq null', 501],
    ["$root/auditLogs/provisioning('a')/cycleId eq cycleId", 501],
    ['hassubset([1,2],[1])', 501],
    ['provisioningSteps eq null', 501],
    ['geo.length(cycleId) eq 1', 501],
    ["[cycleId,jobId] in [['a','b']]", 501],
    ['cycleId eq {"a":1}', 501]
  ])('%s', async ($filter, status) => {
    const answer = await service.get(query(path, { $filter }))
    expect([answer.status, errorOf(answer)?.message]).toEqual([status, expect.stringMatching(/^\S.*\.$/)])
  })
})
