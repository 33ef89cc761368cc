/** Transformations that order rows and take some of them (OData Data Aggregation 4.0, 3.3). */
import { errorOf, PLAIN, query, sharedService, valuesOf, type Json } from '../../support/service.ts'

const service = sharedService()
const path = '/auditLogs/provisioning'

/** The letter that is the id, the duration, the job, the action, and a member of an open type. */
const events: [id: string, duration: number | null, jobId: string, action: string, n: unknown][] = [
  ['a', 8, 'j1', 'x', 10],
  ['b', 5, 'j2', 'y', 9],
  ['c', -6, 'j1', 'y', -2],
  ['d', -7, 'j2', 'x', '1'],
  ['e', null, 'j1', 'x', null],
  ['f', 5, 'j2', 'y', 1e30]
]

beforeAll(async () => {
  for (const [index, [id, durationInMilliseconds, jobId, action, n]] of events.entries()) {
    const statusInfo = { '@odata.type': '#microsoft.graph.statusDetails', errorCode: action === 'x' ? null : id }
    const event: Json = { id, durationInMilliseconds, jobId, action, statusInfo, targetSystem: { details: { n } } }
    const { status } = await service.post(path, { ...event, activityDateTime: `2024-05-0${index + 1}T00:00:00Z` })
    expect(status).toBe(201)
  }
})

async function found(options: Record<string, string>) {
  const answer = await service.get(query(path, { $select: 'id', ...options }))
  if (answer.status !== 200) return `${answer.status} ${errorOf(answer).message}`
  return valuesOf(answer)
    .map(({ id }) => id)
    .join('')
}

describe.each<[string, [apply: string, expected: string][]]>([
  [
    'the rows with the largest and the smallest values (3.3.1.1)',
    [
      ['topcount(1,durationInMilliseconds)', 'a'],
      ['bottomcount(2,durationInMilliseconds)', 'ed'],
      // numbers by size, then texts, on every database
      ['topcount(2,targetSystem/details/n)', 'df'],
      ['topcount(3,targetSystem/details/n)', 'dfa'],
      ['bottomcount(3,targetSystem/details/n)', 'ecb']
    ]
  ],
  [
    'rows up to a sum, of values that may be negative (3.3.1.3)',
    [
      ['topsum(13,durationInMilliseconds)/orderby(id)', 'ab'],
      ['topsum(8,durationInMilliseconds)', 'a'],
      ['topsum(8.5,durationInMilliseconds)/orderby(id)', 'ab'],
      ['topsum(18,durationInMilliseconds)/orderby(id)', 'abf'],
      ['topsum(1.9e1,durationInMilliseconds)/orderby(id)', 'abcdf'],
      ['topsum(0,durationInMilliseconds)', ''],
      ['topsum(-5,durationInMilliseconds)', ''],
      ['bottomsum(0,durationInMilliseconds)', ''],
      ['bottomsum(-100,durationInMilliseconds)', ''],
      ['bottomsum(1,durationInMilliseconds)/orderby(id)', 'abcdf'],
      ["filter(id ne 'd')/bottomsum(4,durationInMilliseconds)/orderby(id)", 'bcf'],
      // a sum of doubles forgets what is small beside what is large
      ['bottomsum(17,targetSystem/details/n)/orderby(id)', 'abc']
    ]
  ],
  [
    'rows up to a part of the sum (3.3.1.2)',
    [
      ['filter(durationInMilliseconds gt 0)/toppercent(44.4,durationInMilliseconds)', 'a'],
      ['filter(durationInMilliseconds gt 0)/toppercent(44.5,durationInMilliseconds)/orderby(id)', 'ab'],
      ['filter(durationInMilliseconds gt 0)/toppercent(100,durationInMilliseconds)/orderby(id)', 'abf'],
      ["filter(id ne 'd')/toppercent(100,durationInMilliseconds)/orderby(id)", 'ab']
    ]
  ],
  [
    'rows in an order, which keeps that from before where it tells none (3.3.3)',
    [
      ['orderby(jobId)/orderby(action)', 'aedcbf'],
      ['orderby(jobId desc)/orderby(action)', 'deafbc'],
      ['orderby(jobId)/top(4)/orderby(action)', 'aecb'],
      ['orderby(jobId desc)/filter(durationInMilliseconds ne null)/orderby(action)', 'dafbc']
    ]
  ],
  [
    'the first and the following rows, newest first unless there is another order (3.3.5 and 3.3.6)',
    [
      ['top(2)', 'fe'],
      ['skip(4)', 'ba'],
      ['skip(1)/top(2)', 'ed'],
      ['orderby(jobId desc)/top(2)', 'fd'],
      ['orderby(jobId desc)/skip(2)', 'beca'],
      ['top(2)/orderby(id)', 'ef']
    ]
  ]
])('$apply gives %s', (_, cases) => {
  it.each(cases)('%s', async ($apply, expected) => expect(await found({ $apply })).toBe(expected))
})

describe('The order of rows (3.3.7)', () => {
  it.each(['orderby(jobId)', 'orderby(jobId desc)', 'orderby(action,jobId desc)', 'identity', 'filter(true)'])(
    'after %s is the same for transformations and for options',
    async ($apply) => {
      expect(await found({ $apply: `${$apply}/top(3)` })).toBe(await found({ $apply, $top: '3' }))
      expect(await found({ $apply: `${$apply}/skip(3)` })).toBe(await found({ $apply, $skip: '3' }))
    }
  )

  it('by $orderby keeps that of $apply where it tells none', async () => {
    expect(await found({ $apply: 'orderby(jobId)', $orderby: 'action' })).toBe('aedcbf')
    expect(await found({ $apply: 'orderby(jobId desc)', $orderby: 'action' })).toBe('deafbc')
  })
})

it('Transformations and methods are taken in any case, as operators are', async () => {
  const $apply =
    "Filter(id EQ 'a')/Identity/GroupBy((jobId),Aggregate(durationInMilliseconds WITH Sum AS s,$COUNT AS n))"
  expect(valuesOf(await service.get(query(path, { $apply })))).toMatchObject([{ jobId: 'j1', s: 8, n: 1 }])
})

describe('Sets of rows', () => {
  const get = async (options: Record<string, string>) => valuesOf(await service.get(query(path, options)))

  it('have a total without anything where only groups are asked for', async () => {
    const $apply = "filter(jobId in ('j1','j2'))/groupby((rollup($all,jobId)))"
    const shown = (await get({ $apply })).map(({ '@odata.id': _, ...row }) => row)
    expect(shown).toEqual([{ jobId: 'j1' }, { jobId: 'j2' }, {}])
    expect((await service.get(query(`${path}/$count`, { $apply }))).text).toBe('3')
  })

  it('show what is selected of them', async () => {
    const type = '#microsoft.graph.provisioningObjectSummary'
    const $apply = 'concat(topcount(1,durationInMilliseconds),bottomcount(1,jobId))'
    expect(await get({ $apply, $select: 'id,jobId' })).toEqual([
      { '@odata.type': type, id: 'a', jobId: 'j1' },
      { '@odata.type': type, id: 'a', jobId: 'j1' }
    ])
    const groups = 'concat(groupby((action,jobId),aggregate($count as n)),groupby((action),aggregate($count as n)))'
    expect(await get({ $apply: `filter(id eq 'a')/${groups}`, $select: 'n' })).toMatchObject([{ n: 1 }, { n: 1 }])
    expect((await get({ $apply: `filter(id eq 'a')/${groups}`, $select: 'n' }))[0]).not.toHaveProperty('action')
  })

  it('that lack what is selected are refused', async () => {
    const $apply = 'concat(top(1),aggregate($count as n))'
    expect(await found({ $apply, $select: 'id' })).toMatch(/^400 'id' in \$select is not a property/)
  })
})

describe('Sums may have more than 64 bits', () => {
  const only = 'filter(durationInMilliseconds gt 0)'
  const large = 'durationInMilliseconds mul 9007199254740991 mul 100'

  it.each<[string, Json]>([
    [
      `aggregate(${large} with sum as s,${large} with average as a)`,
      { s: 16212958658533784000, a: 5404319552844594000 }
    ],
    [
      `compute(${large} as x)/aggregate(x with sum as s,x with max as m)`,
      { s: 16212958658533784000, m: 7205759403792792600 }
    ],
    [`topsum(8e18,${large})/aggregate($count as n)`, { n: 2 }],
    [`toppercent(100,${large})/aggregate($count as n)`, { n: 3 }]
  ])('%s', async ($apply, expected) => {
    expect(valuesOf(await service.get(query(path, { $apply: `${only}/${$apply}` })))).toMatchObject([expected])
  })
})

describe('Rows can be grouped', () => {
  it('by a property of a derived type', async () => {
    const $apply = 'groupby((statusInfo/microsoft.graph.statusDetails/errorCode),aggregate($count as n))'
    expect(valuesOf(await service.get(query(path, { $apply }), PLAIN))).toEqual([
      { statusInfo: { errorCode: null }, n: 3 },
      { statusInfo: { errorCode: 'b' }, n: 1 },
      { statusInfo: { errorCode: 'c' }, n: 1 },
      { statusInfo: { errorCode: 'f' }, n: 1 }
    ])
  })
})

describe('Numbers of open types are equal whatever form they have in JSON', () => {
  beforeAll(async () => {
    for (const [index, [m, k]] of ['1 1.0', '1.0 2', '1e0 10e-1', '"1" 1', '0.10 0.1', '1e30 1.0E30']
      .map((each) => each.split(' '))
      .entries()) {
      const event = `{"id":"form${index}","activityDateTime":"2020-01-01T00:00:00Z","jobId":"forms","targetSystem":{"details":{"m":${m},"k":${k}}}}`
      expect((await service.post(path, event)).status).toBe(201)
    }
  })
  const only = "filter(jobId eq 'forms')"
  const groups = [
    { m: '1', n: 1 },
    { m: 0.1, n: 1 },
    { m: 1, n: 3 },
    { m: 1e30, n: 1 }
  ]

  it('in groups', async () => {
    const $apply = `${only}/groupby((targetSystem/details/m),aggregate($count as n))`
    const expected = groups.map(({ m, n }) => ({ targetSystem: { details: { m } }, n }))
    expect(valuesOf(await service.get(query(path, { $apply })))).toMatchObject(expected)
  })

  it('in groups by computed values', async () => {
    const $apply = `${only}/compute(targetSystem/details/m as m)/groupby((m),aggregate($count as n))`
    expect(valuesOf(await service.get(query(path, { $apply })))).toMatchObject(groups)
  })

  it('in numbers of different values', async () => {
    const $apply = `${only}/aggregate(targetSystem/details/m with countdistinct as m,targetSystem/details/k with countdistinct as k)`
    expect(valuesOf(await service.get(query(path, { $apply })))).toMatchObject([{ m: 4, k: 4 }])
  })

  it('in comparisons with each other', async () => {
    const equal = "jobId eq 'forms' and targetSystem/details/m eq targetSystem/details/k"
    expect(await found({ $filter: equal, $orderby: 'id' })).toBe('form0form2form4form5')
  })
})

it.each([
  ['topcount(0,durationInMilliseconds)', 'A whole number of 1 or more is expected, at position 9 of $apply.'],
  ['bottomcount(1.5,durationInMilliseconds)', 'A whole number of 1 or more is expected, at position 12 of $apply.'],
  ['topcount(1,targetSystem)', 'Only primitive values can be ordered by, at position 11 of $apply.'],
  ['topsum(INF,durationInMilliseconds)', 'A number is expected, at position 7 of $apply.'],
  ['topsum(durationInMilliseconds,1)', 'A number is expected, at position 7 of $apply.'],
  ['toppercent(0,durationInMilliseconds)', 'A number above 0 and up to 100 is expected, at position 11 of $apply.'],
  [
    'bottompercent(101,durationInMilliseconds)',
    'A number above 0 and up to 100 is expected, at position 14 of $apply.'
  ],
  ['top(-1)', 'A whole number of 0 or more is expected, at position 4 of $apply.']
])('$apply=%s is refused', async ($apply, message) => expect(await found({ $apply })).toBe(`400 ${message}`))

it('An alias may stand for a number of rows, and for a sum', async () => {
  for (const [count, expected] of [
    ['1', 'a'],
    [' 2', 'af']
  ] as const)
    expect(await found({ $apply: 'topcount(@n,durationInMilliseconds)/orderby(id)', '@n': count })).toBe(expected)
  expect(await found({ $apply: 'topsum(@n,durationInMilliseconds)', '@n': '8' })).toBe('a')
  expect(await found({ $apply: 'top(@n)', '@n': '1e0' })).toHaveLength(1)
  const refused = '400 A whole number of 0 or more is expected, at position'
  expect(await found({ $apply: 'top(@n)', '@n': '-1' })).toBe(`${refused} 0 of @n.`)
  expect(await found({ $apply: 'top(@n)', '@n': '0x1' })).toMatch(/^400 /)
  expect(await found({ $apply: 'top(@n)', '@n': '1 2' })).toBe("400 '2' is not expected, at position 2 of @n.")
  expect(await found({ $apply: 'top(@n)' })).toBe(`${refused} 4 of $apply.`)
})

it('The order of rows does not depend on the language of the client, nor does their number', async () => {
  for (const [id, action] of [
    ['u', 'B'],
    ['v', 'a'],
    ['w', 'C']
  ] as const) {
    const event = {
      id,
      activityDateTime: '2020-01-01T00:00:00Z',
      jobId: 'language',
      action,
      cycleId: action === 'a' ? 'y' : 'x'
    }
    expect((await service.post(path, event)).status).toBe(201)
  }
  const first = "filter(jobId eq 'language')/orderby(action)/top(2)"
  const $apply = `${first}/groupby((cycleId),aggregate($count as n))`
  for (const language of ['de', '*', 'en-US,en;q=0.5']) {
    const headers = { 'Accept-Language': language }
    const { body } = await service.get(query(path, { $apply, $count: 'true' }), headers)
    expect(body).toMatchObject({ '@odata.count': 1, value: [{ cycleId: 'x', n: 2 }] })
    expect((await service.get(query(`${path}/$count`, { $apply }), headers)).text).toBe('1')
    const concat = await service.get(query(path, { $apply: `concat(${first},${first})`, $select: 'id' }), headers)
    expect(valuesOf(concat).map(({ id }) => id)).toEqual(['u', 'w', 'u', 'w'])
  }
})
