/** Types of values as OData URL Conventions 4.01, 5.1.1.10 and 5.1.1.15 define them. */
import { startWithEvents } from './events.ts'
import { PLAIN, query, valuesOf, type Json } from '../../support/service.ts'

const { service, path, found, computed } = startWithEvents()

describe.each<[string, [filter: string, expected: string][]]>([
  [
    'isof says what type a value has; null has none (5.1.1.10.2)',
    [
      ['isof(microsoft.graph.provisioningObjectSummary)', 'abc'],
      ['isof(microsoft.graph.entity)', 'abc'],
      ['isof($it,microsoft.graph.provisioningObjectSummary)', 'abc'],
      ['isof($it,microsoft.graph.statusBase)', ''],
      ['isof(statusInfo,microsoft.graph.statusDetails)', 'a'],
      ['isof($it/statusInfo,microsoft.graph.statusDetails)', 'a'],
      ['isof((statusInfo),microsoft.graph.statusDetails)', 'a'],
      ['isof(StatusInfo,microsoft.graph.statusDetails)', 'a'],
      ['ISOF(statusInfo,microsoft.graph.statusBase)', 'ab'],
      ['isof(statusInfo/microsoft.graph.statusDetails,microsoft.graph.statusBase)', 'a'],
      ['isof(statusInfo,microsoft.graph.initiator)', ''],
      ['not isof(statusInfo,microsoft.graph.statusDetails)', 'bc'],
      ['statusInfo/microsoft.graph.statusDetails eq null', 'bc'],
      ['statusInfo/microsoft.graph.statusDetails ne null', 'a'],
      ['not (statusInfo/microsoft.graph.statusDetails eq null)', 'a'],
      ['cast(statusInfo,microsoft.graph.statusDetails) ne null', 'a'],
      ['isof(cycleId,Edm.String)', 'ab'],
      ['isof(cycleId,Edm.Int32)', ''],
      ['isof(durationInMilliseconds,Edm.Int32)', 'ab'],
      ['isof(cast(1,Edm.Int16),Edm.Int16)', 'abc'],
      ['isof(cast(1,Edm.Int16),Edm.String)', ''],
      ["isof(cast('3f2504e0-4f89-11d3-9a0c-0305e82c3301',Edm.Guid),Edm.Guid)", 'abc'],
      ['isof(activityDateTime,Edm.DateTimeOffset)', 'abc'],
      ['isof(targetSystem/details/n,Edm.Int32)', 'ab'],
      ['isof(targetSystem/details/big,Edm.Int32)', ''],
      ['isof(targetSystem/details/big,Edm.Int64)', 'a'],
      ['isof(targetSystem/details/t,Edm.String)', 'ab'],
      ['isof(targetSystem/details/t,Edm.Int32)', ''],
      ['isof(targetSystem/details/f,Edm.Boolean)', 'ab'],
      ['isof(targetSystem/details/r,Edm.Double)', 'a'],
      ['isof(targetSystem/details,microsoft.graph.detailsInfo)', 'ab'],
      ['provisioningSteps/any(s:isof(s,microsoft.graph.provisioningStep))', 'ab'],
      ['provisioningSteps/any(s:isof(s/status,Edm.String))', 'a'],
      ['isof(provisioningSteps,Collection(microsoft.graph.provisioningStep))', 'abc'],
      ['isof(provisioningSteps,microsoft.graph.provisioningStep)', ''],
      ['isof(null,Edm.String)', '']
    ]
  ],
  [
    'cast gives the value as one of another type, or null (5.1.1.10.1)',
    [
      ["cast('abc',Edm.Int32) eq null", 'abc'],
      ['cast(jobId,Edm.Int32) eq 12', 'c'],
      ['cast(jobId,Edm.Int32) eq null', 'ab'],
      ['cast(jobId,Edm.Boolean)', 'b'],
      ['cast(jobId,Edm.Boolean) eq null', 'ac'],
      ["cast(true,Edm.String) eq 'true'", 'abc'],
      ["cast(contains(cycleId,'x'),Edm.String) eq 'false'", 'b'],
      ["cast(durationInMilliseconds,Edm.String) eq '1500'", 'b'],
      ['cast(durationInMilliseconds,Edm.Byte) eq null', 'bc'],
      ['cast(durationInMilliseconds,Edm.SByte) eq 0', 'a'],
      ['cast(1.5,Edm.Int32) eq 2', 'abc'],
      ['cast(-1.5,Edm.Int64) eq -2', 'abc'],
      ["cast('1e3',Edm.Double) eq 1000", 'abc'],
      ["cast('INF',Edm.Double) eq INF", 'abc'],
      ['cast(0 divby 0,Edm.Double) eq null', ''],
      ["cast(cast(NaN,Edm.Single),Edm.String) eq 'NaN'", 'abc'],
      ['cast(NaN,Edm.Int32) eq null', 'abc'],
      ["cast('2024-05-01T10:00:00.1234567Z',Edm.DateTimeOffset) eq activityDateTime", 'a'],
      ["cast('2024-05-03T00:00:00',Edm.DateTimeOffset) eq activityDateTime", 'c'],
      ["cast('2024-05-01',Edm.Date) eq date(activityDateTime)", 'a'],
      ["cast('25:00',Edm.TimeOfDay) eq null", 'abc'],
      ["cast('PT60S',Edm.Duration) eq duration'PT1M'", 'abc'],
      ["cast(activityDateTime,Edm.String) eq '2024-05-02T23:30:00+02:00'", 'b'],
      ["cast(duration'PT60S',Edm.String) eq 'PT1M'", 'abc'],
      ["cast('01234567-89ab-cdef-0123-456789abcdef',Edm.Guid) ne null", 'abc'],
      ["cast('x',Edm.Guid) eq null", 'abc'],
      ["cast('T0RhdGE',Edm.Binary) ne null", 'abc'],
      ['cast(null,Edm.String) eq null', 'abc'],
      ["cast(targetSystem/details/n,Edm.String) eq '7'", 'a'],
      ["cast(targetSystem/details/f,Edm.String) eq 'false'", 'a'],
      ['cast(targetSystem/details/t,Edm.Int32) eq 7', 'a']
    ]
  ],
  [
    'Members of open types keep the type that they have in JSON (5.1.1.15)',
    [
      ['targetSystem/details/n eq 7', 'a'],
      ["targetSystem/details/n eq '7'", ''],
      ["targetSystem/details/t eq '7'", 'a'],
      ['targetSystem/details/t eq 7', ''],
      ['targetSystem/details/t lt 8', ''],
      ['targetSystem/details/n lt 8', 'a'],
      ['targetSystem/details/f', 'b'],
      ['not targetSystem/details/f', 'a'],
      ['targetSystem/details/f eq false', 'a'],
      ['targetSystem/details/f eq 0', ''],
      ['targetSystem/details/f eq null', 'c'],
      ['targetSystem/details/n ne 7', 'bc'],
      ['targetSystem/details/n eq targetSystem/details/n', 'abc'],
      ['targetSystem/details/n eq targetSystem/details/t', 'c'],
      ['targetSystem/details/n eq changeId', 'c'],
      ['targetSystem/details/n ne changeId', 'ab'],
      ['changeId le targetSystem/details/n or changeId ge targetSystem/details/n', 'c'],
      ['targetSystem/details/n in (changeId)', 'c'],
      ['not (targetSystem/details/t eq activityDateTime or changeId eq targetSystem/details/f)', 'ab'],
      ['targetSystem/details/o eq provisioningSteps/$count', ''],
      ['targetSystem/details/t eq 0 divby durationInMilliseconds', 'c'],
      ['targetSystem/details/n gt targetSystem/details/r', 'a'],
      ['targetSystem/details/n add 1 eq 8', 'a'],
      ['targetSystem/details/t add 1 eq 8', ''],
      ['length(targetSystem/details/t) eq 1', 'a'],
      ['length(targetSystem/details/n) eq 1', ''],
      ['targetSystem/details/n in (7,8)', 'ab'],
      ["targetSystem/details/t in ('7','8')", 'a'],
      ["targetSystem/details/n in ('7',8)", 'b'],
      ["targetSystem/details/t in (7,'7','text')", 'ab'],
      ["targetSystem/details/f in (1,true,'x')", 'b'],
      ["not (targetSystem/details/t in (7,'text'))", 'ac'],
      ['targetSystem/details/t in (7,null)', 'c'],
      ['targetSystem/details/n in []', ''],
      ["targetSystem/details/o/deep eq 'x'", 'a'],
      ["targetSystem/details/p.q eq 'x'", 'a'],
      ['targetSystem/details/o ne null', 'a'],
      ['provisioningSteps/any(s:s/details/n eq 1)', 'a'],
      ["provisioningSteps/any(s:s/details/n eq '1')", 'a'],
      ['provisioningSteps/any(s:s/details/n eq 2)', '']
    ]
  ]
])('%s', (_, cases) => {
  it.each(cases)('%s', async (filter, expected) => {
    expect(await found(filter)).toBe(expected)
  })
})

describe('A number of an open type beyond 2^53', () => {
  it('is calculated with', async () => {
    expect(await computed('targetSystem/details/huge add durationInMilliseconds')).toEqual([
      1_152_921_504_606_846_976,
      null,
      null
    ])
  })

  it('orders pages', async () => {
    const $orderby = 'targetSystem/details/huge desc'
    const page = await service.get(query(path, { $orderby, $select: 'id' }), { Prefer: 'maxpagesize=1' })
    const next = String(page.body['@odata.nextLink']).slice(service.url.length)
    expect([page, await service.get(next)].flatMap(valuesOf)).toMatchObject([{ id: 'a' }, { id: 'c' }])
  })
})

describe('$apply groups and aggregates members of open types', () => {
  it.each<[string, Json[]]>([
    [
      'groupby((targetSystem/details/t))',
      [
        { targetSystem: { details: { t: null } } },
        { targetSystem: { details: { t: '7' } } },
        { targetSystem: { details: { t: 'text' } } }
      ]
    ],
    [
      'groupby((targetSystem/details/f),aggregate($count as n))',
      [
        { targetSystem: { details: { f: null } }, n: 1 },
        { targetSystem: { details: { f: false } }, n: 1 },
        { targetSystem: { details: { f: true } }, n: 1 }
      ]
    ],
    ['aggregate(targetSystem/details/n with sum as s)', [{ s: 15 }]],
    ['aggregate(targetSystem/details/t with max as m)', [{ m: 'text' }]],
    ['aggregate(targetSystem/details/n with max as m)', [{ m: 8 }]],
    ['aggregate(case(true:targetSystem/details/n) with max as m)', [{ m: 8 }]],
    ['aggregate(targetSystem/details/f with max as m,targetSystem/details/f with min as l)', [{ m: true, l: false }]],
    ['aggregate(targetSystem/details/f with max as m)/filter(m eq true)', [{ m: true }]],
    ['compute(targetSystem/details/f as f)/aggregate(f with max as m)/compute(not m as n)', [{ m: true, n: false }]],
    ['compute(case(true:targetSystem/details/f) as f)/aggregate(f with min as l)', [{ l: false }]],
    [
      'filter(case(true:targetSystem/details/n,false:targetSystem/details/t) eq 8)/compute(case(false:targetSystem/details/t,true:null,true:targetSystem/details/n) as c,case(true:targetSystem/details/n) add 1 as m)/groupby((c,m))',
      [{ c: null, m: 9 }]
    ],
    ['aggregate(null with sum as s,null add 1 with average as a,$count as n)', [{ s: null, a: null, n: 3 }]],
    ['topsum(1,null)', []],
    ['toppercent(50,null add 1)', []],
    ['aggregate(targetSystem/details/t with max as m)/filter(m gt 1)', []],
    ["aggregate(targetSystem/details/t with max as m)/filter(m gt 'a')", [{ m: 'text' }]],
    ['aggregate(targetSystem/details/t with countdistinct as c)', [{ c: 2 }]],
    ['compute(targetSystem/details/t as t)/groupby((t))', [{ t: null }, { t: '7' }, { t: 'text' }]],
    ['groupby((statusInfo/status))/filter(statusInfo ne null)/aggregate($count as n)', [{ n: 3 }]]
  ])('%s', async ($apply, expected) => {
    const answer = await service.get(query(path, { $apply }), PLAIN)
    expect([answer.status, answer.body.value ?? answer.text]).toEqual([200, expected])
  })
})
