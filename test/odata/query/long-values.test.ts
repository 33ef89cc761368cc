/** Texts that queries would make longer and longer: what the service holds of them is limited. */
import { errorOf, query, sharedService, valuesOf } from '../../support/service.ts'

const { get, post } = sharedService()
const path = '/auditLogs/provisioning'
const LENGTH = 900_000
const reason = 'statusInfo/microsoft.graph.statusDetails/reason'
const $filter = "id eq 'long'"

/** An alias for a text that is doubled some times. */
const doubled = (times: number) => ({
  '@t0': reason,
  ...Object.fromEntries(
    Array.from({ length: times }, (_, index) => [`@t${index + 1}`, `concat(@t${index},@t${index})`])
  )
})

beforeAll(async () => {
  const statusInfo = { '@odata.type': '#microsoft.graph.statusDetails', reason: 'x'.repeat(LENGTH) }
  const provisioningSteps = Array.from({ length: 2000 }, () => ({ name: 'y'.repeat(200) }))
  const event = { id: 'long', activityDateTime: '2024-05-01T00:00:00Z', statusInfo, provisioningSteps }
  expect((await post(path, event)).status).toBe(201)
})

describe('A text of some MB', () => {
  it('may be computed', async () => {
    const answer = await get(query(path, { $filter, $compute: 'length(@t2) as n', $select: 'n', ...doubled(2) }))
    expect(valuesOf(answer)).toMatchObject([{ n: LENGTH * 4 }])
  })

  const columns = Array.from({ length: 60 }, (_, index) => `c${index}`)
  it.each<[string, Record<string, string>]>([
    ['in a condition', { $filter: `${$filter} and length(@t8) gt 0`, ...doubled(8) }],
    ['for its length', { $filter, $compute: 'length(@t8) as n', $select: 'n', ...doubled(8) }],
    ['in an order', { $filter, $orderby: '@t8', $select: 'id', ...doubled(8) }],
    ['in groups', { $apply: `filter(${$filter})/compute(@t7 as n)/groupby((n))`, ...doubled(7) }],
    [
      'in many columns',
      { $filter, $compute: columns.map((name) => `@t0 as ${name}`).join(), $select: columns.join(), ...doubled(0) }
    ],
    [
      'in the items of a collection',
      { $filter, $select: `provisioningSteps($compute=${concatenated('name', 7)} as n;$select=n)` }
    ]
  ])('is refused where it becomes longer %s', async (_, options) => {
    const answer = await get(query(path, options))
    expect([answer.status, errorOf(answer).message]).toEqual([
      400,
      'A value that the query computes is longer than the service can hold.'
    ])
    expect((await get(query(path, { $filter, $select: 'id' }))).status).toBe(200)
  })
})

describe('A row', () => {
  const compute = (count: number, text: string) =>
    Array.from({ length: count }, (_, index) => `${text} as c${index}`).join()
  it.each<[string, (count: number) => Record<string, string>]>([
    ['shown', (count) => ({ $filter, $compute: compute(count, 'id') })],
    [
      'grouped',
      (count) => ({
        $apply: `compute(${compute(count, 'id')})/groupby((${compute(count, '').replaceAll(' as ', '')}))`
      })
    ],
    ['aggregated', (count) => ({ $apply: `aggregate(${compute(count, 'id with max')})` })]
  ])('has at most 64 computed texts, %s', async (_, options) => {
    expect((await get(query(path, options(64)))).status).toBe(200)
    const answer = await get(query(path, options(65)))
    expect([answer.status, errorOf(answer).message]).toEqual([400, 'A row must have at most 64 computed texts.'])
  })
})

/** An expression for a text that is doubled some times. */
function concatenated(text: string, times: number): string {
  const half = times ? concatenated(text, times - 1) : text
  return times ? `concat(${half},${half})` : half
}
