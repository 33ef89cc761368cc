import { errorOf, PLAIN, query, valuesOf, type Json } from '../../support/service.ts'
import { startWithEvents } from './events.ts'

const { service, path, rows } = startWithEvents()

/** All properties of an event. */
const ALL =
  'id,activityDateTime,tenantId,jobId,cycleId,changeId,action,durationInMilliseconds,initiatedBy,sourceSystem,' +
  'targetSystem,sourceIdentity,targetIdentity,statusInfo,provisioningSteps,modifiedProperties'

describe('$apply', () => {
  const only = "filter(activityDateTime gt 2001-01-01 and startswith(id,'e'))"

  it.each<[string, Json[]]>([
    [`${only}/aggregate($count as total)`, [{ total: 4 }]],
    [
      `${only}/aggregate(durationInMilliseconds with sum as sum,durationInMilliseconds with min as min,durationInMilliseconds with max as max,durationInMilliseconds with average as average,jobId with countdistinct as jobs)`,
      [{ sum: 600, min: 100, max: 300, average: 200, jobs: 2 }]
    ],
    [
      `${only}/aggregate(durationInMilliseconds gt 200 with max as any,durationInMilliseconds gt 0 with min as all,contains(jobId,null) with max as none)`,
      [{ any: true, all: false, none: null }]
    ],
    // of no rows, also where the numbers of rows are kept
    ["filter(jobId eq 'none')/compute(5 as x)/groupby((x),aggregate($count as n))", []],
    ["filter(jobId eq 'none')/compute(5 as x)/groupby((x))", []],
    [
      "filter(jobId eq 'none')/compute('x' as x)/aggregate(x with max as m,x with countdistinct as d,$count as n)",
      [{ m: null, d: 0, n: 0 }]
    ],
    ['filter(false)/compute(true as x)/aggregate(x with min as m)', [{ m: null }]],
    [`${only}/groupby((jobId))`, [{ jobId: 'scim.1' }, { jobId: 'scim.2' }]],
    [
      `${only}/groupby((statusInfo/status),aggregate($count as total))`,
      [
        { statusInfo: { status: null }, total: 1 },
        { statusInfo: { status: 'failure' }, total: 2 },
        { statusInfo: { status: 'success' }, total: 1 }
      ]
    ],
    [
      `${only}/compute(date(activityDateTime) as day)/groupby((day,statusInfo/status),aggregate($count as total))/filter(total gt 0 and day eq 2024-05-01)`,
      [
        { day: '2024-05-01', statusInfo: { status: 'failure' }, total: 1 },
        { day: '2024-05-01', statusInfo: { status: 'success' }, total: 1 }
      ]
    ],
    [
      `${only}/groupby((jobId),aggregate(activityDateTime with max as latest))`,
      [
        { jobId: 'scim.1', latest: '2024-05-01T11:00:00.0000000Z' },
        { jobId: 'scim.2', latest: '2024-05-02T12:00:00.0000000Z' }
      ]
    ],
    [
      `${only}/groupby((targetSystem/details/ApplicationId),aggregate($count as n))/filter(n eq 2)`,
      [{ targetSystem: { details: { ApplicationId: null } }, n: 2 }]
    ],
    [
      "compute(date(activityDateTime) as day)/filter(jobId eq 'scim.1' and action ne null)/groupby((day),aggregate($count as n))",
      [{ day: '2024-05-01', n: 2 }]
    ],
    [`${only}/search(conflict)/aggregate($count as total)`, [{ total: 1 }]],
    [`${only}/search("(" OR conf-lict)/aggregate($count as total)`, [{ total: 0 }]],
    [`${only}/filter(provisioningSteps/any(s:s/status eq 'failure'))/aggregate($count as total)`, [{ total: 1 }]],
    [
      `${only}/groupby((jobId),aggregate($count as n))/aggregate(n with sum as all,n with max as most)`,
      [{ all: 4, most: 2 }]
    ],
    [
      `${only}/concat(groupby((jobId),aggregate($count as n)),aggregate($count as n))`,
      [{ jobId: 'scim.1', n: 2 }, { jobId: 'scim.2', n: 2 }, { n: 4 }]
    ],
    [
      `${only}/groupby((rollup($all,jobId,action)),aggregate($count as n))`,
      [
        { jobId: 'scim.1', action: 'Create', n: 2 },
        { jobId: 'scim.2', action: null, n: 1 },
        { jobId: 'scim.2', action: 'Update', n: 1 },
        { jobId: 'scim.1', n: 2 },
        { jobId: 'scim.2', n: 2 },
        { n: 4 }
      ]
    ],
    [`${only}/topcount(2,durationInMilliseconds)/aggregate(durationInMilliseconds with sum as sum)`, [{ sum: 500 }]],
    [`${only}/topsum(400,durationInMilliseconds)/groupby((id))`, [{ id: 'e2' }, { id: 'e4' }]],
    [`${only}/topsum(300,durationInMilliseconds)/groupby((id))`, [{ id: 'e2' }]],
    [`${only}/bottomsum(101,durationInMilliseconds)/groupby((id))`, [{ id: 'e1' }, { id: 'e4' }]],
    [`${only}/toppercent(50,durationInMilliseconds)/groupby((id))`, [{ id: 'e2' }]],
    [`${only}/bottompercent(20,durationInMilliseconds)/groupby((id))`, [{ id: 'e1' }, { id: 'e4' }]],
    [
      `${only}/groupby((action),aggregate($count as n))/filter(n eq 1)/topsum(1,n)`, // null comes first among equals
      [{ action: null, n: 1 }]
    ],
    [`${only}/bottomcount(1,activityDateTime)/groupby((id))`, [{ id: 'e1' }]],
    [`${only}/orderby(id desc)/top(1)/groupby((id))`, [{ id: 'e4' }]],
    [`${only}/orderby(id)/skip(3)/groupby((id))`, [{ id: 'e4' }]],
    [`${only}/identity/aggregate($count as n)`, [{ n: 4 }]]
  ])('%s', async ($apply, expected) =>
    expect(valuesOf(await service.get(query(path, { $apply }), PLAIN))).toEqual(expected)
  )

  it('is followed by the other options', async () => {
    const answer = await service.get(
      query(path, {
        $apply: `${only}/groupby((jobId,statusInfo/status),aggregate($count as total))`,
        $filter: "jobId eq 'scim.1'",
        $orderby: 'statusInfo/status desc',
        $select: 'total,statusInfo/status',
        $count: 'true'
      })
    )
    expect(answer.body).toEqual({
      '@odata.context': `${service.url}/$metadata#auditLogs/provisioning(total,statusInfo/status)`,
      '@odata.count': 2,
      value: [
        { '@odata.id': null, statusInfo: { status: 'success' }, 'total@odata.type': '#Int64', total: 1 },
        { '@odata.id': null, statusInfo: { status: 'failure' }, 'total@odata.type': '#Int64', total: 1 }
      ]
    })
  })

  it('names its shape in the context', async () => {
    const $apply = 'groupby((statusInfo/status,targetSystem/details/a,jobId),aggregate($count as n))'
    const { body } = await service.get(query(path, { $apply }))
    // paths, as in 4.0, and no parentheses (Protocol 4.01, 10.7)
    expect(body['@odata.context']).toBe(
      `${service.url}/$metadata#auditLogs/provisioning(statusInfo/status,targetSystem/details/a,jobId,n)`
    )
  })

  it('knows what it groups by under the same path, also a cast to a derived type', async () => {
    const code = 'statusInfo/microsoft.graph.statusDetails/errorCode'
    const $apply = `${only}/groupby((${code}),aggregate($count as n))`
    const conflict = { '@odata.id': null, statusInfo: { errorCode: 'Conflict' }, 'n@odata.type': '#Int64', n: 1 }
    const other = { '@odata.id': null, statusInfo: { errorCode: null }, 'n@odata.type': '#Int64', n: 3 }
    const { body } = await service.get(query(path, { $apply, $orderby: `${code} desc` }))
    expect(body).toEqual({
      '@odata.context': `${service.url}/$metadata#auditLogs/provisioning(${code},n)`,
      value: [conflict, other]
    })
    expect(await rows({ $apply, $filter: `${code} eq 'Conflict'` })).toEqual([conflict])
    expect(await rows({ $apply: `${$apply}/filter(${code} eq null)` })).toEqual([other])
    expect(await rows({ $apply: `${$apply}/aggregate(${code} with max as m)` })).toEqual([
      { '@odata.id': null, m: 'Conflict' }
    ])
    const selected = await service.get(query(path, { $apply, $select: code, $orderby: 'statusInfo/errorCode' }))
    expect(selected.body['@odata.context']).toBe(`${service.url}/$metadata#auditLogs/provisioning(${code})`)
    expect(valuesOf(selected)).toHaveLength(2)
    const byStatus = `${only}/groupby((statusInfo/microsoft.graph.statusBase/status))`
    const $orderby = 'statusInfo/microsoft.graph.statusBase/status'
    expect((await rows({ $apply: byStatus, $orderby })).map(({ statusInfo }) => statusInfo)).toEqual([
      { status: null },
      { status: 'failure' },
      { status: 'success' }
    ])
    expect((await service.get(query(path, { $apply: byStatus, $orderby: code }))).status).toBe(400)
  })

  it.each<[string, string]>([
    ['concat(groupby((jobId),aggregate($count as n)),aggregate($count as n))', '(n)'],
    ['groupby((rollup($all,jobId,action)),aggregate($count as n))', '(n)'],
    ['groupby((rollup(jobId,action)))', '(jobId)'],
    ['groupby((rollup($all,jobId)))', '(@Core.AnyStructure)'],
    ['concat(aggregate($count as n),groupby((jobId)))', '(@Core.AnyStructure)'],
    ['concat(topcount(1,jobId),aggregate($count as n))', '(@Core.AnyStructure)'],
    ['concat(topcount(1,jobId),groupby((jobId),aggregate($count as n)))', '(jobId)'],
    ['concat(topcount(1,jobId),bottomcount(1,jobId))', ''],
    ['concat(compute(1 as n),identity)', `(${ALL})`],
    ['concat(compute(1 as n),aggregate($count as n))', '(n)']
  ])('names in the context what all rows have: %s', async ($apply, list) => {
    const { body } = await service.get(query(path, { $apply: `${only}/${$apply}` }))
    expect(body['@odata.context']).toBe(`${service.url}/$metadata#auditLogs/provisioning${list}`)
  })

  it('of entities gives entities', async () => {
    const found = await rows({ $apply: `${only}/filter(jobId eq 'scim.1')`, $select: 'id' })
    expect(found).toEqual([
      { '@odata.type': '#microsoft.graph.provisioningObjectSummary', id: 'e2' },
      { '@odata.type': '#microsoft.graph.provisioningObjectSummary', id: 'e1' }
    ])
  })

  it.each<[string, number]>([
    ['groupby(jobId)', 400],
    ['groupby((foo))', 400],
    ['groupby((targetSystem))', 501], // docs/odata.md and Data Aggregation 4.0, 3.2.3.1
    ['groupby((provisioningSteps))', 400],
    ['aggregate(jobId with sum as x)', 400],
    ['aggregate(jobId with foo as x)', 400],
    ['aggregate($count)', 400],
    ['aggregate($count as n,$count as N)', 400],
    ['aggregate($count as JOBID)', 400],
    ['groupby((statusInfo/status),aggregate($count as statusinfo_status))', 400],
    ['foo(1)', 501],
    ['topsum(1,jobId)', 400],
    ['concat(aggregate($count as n),identity)/aggregate(n with sum as m)', 501],
    ['groupby((jobId),topcount(1,durationInMilliseconds))', 501],
    ['groupby((jobId),groupby((action)))', 501],
    ['groupby((jobId),aggregate($count as n)/filter(n gt 1))', 501],
    ['aggregate(durationInMilliseconds with sum from jobId with average as m)', 501],
    ['aggregate($count from jobId with average as m)', 501],
    ['aggregate(provisioningSteps/$count as n)', 501],
    ['aggregate(durationInMilliseconds as n)', 400],
    ['aggregate(statusInfo with countdistinct as n)', 501],
    ['aggregate(provisioningSteps with countdistinct as n)', 501],
    ['aggregate(statusInfo with max as n)', 400],
    ['groupby((targetSystem/details))', 501],
    ['groupby((rollup($all,sourceIdentity)))', 501],
    ['groupby((rolluprecursive($root/provisioningEvents,Hierarchy,id)),aggregate($count as n))', 501],
    ['compute(durationInMilliseconds div $these/aggregate(durationInMilliseconds with sum) as x)', 501],
    ['filter(provisioningSteps/aggregate(name with max) eq 1)', 501],
    ['aggregate(provisioningSteps/name with max as x)', 501],
    ['filter(isdefined(jobId))', 501],
    ['groupby((jobId),(1))', 400],
    ['', 400],
    ['filter(', 400],
    ['top(x)', 400]
  ])('refuses %s with %i', async ($apply, status) => {
    expect((await service.get(query(path, { $apply }))).status).toBe(status)
  })
})

it('rollup is named where no transformation can follow', async () => {
  const $apply = 'groupby((rollup($all,jobId)),aggregate($count as n))/filter(n gt 1)'
  const answer = await service.get(query(path, { $apply }))
  expect([answer.status, errorOf(answer).message]).toEqual([
    501,
    'A transformation after concat or rollup is not implemented, at position 53 of $apply.'
  ])
})
