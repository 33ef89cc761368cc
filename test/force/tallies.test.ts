import { join } from 'node:path'
import fc from 'fast-check'
import { startProcess, temporaryFolder } from '../support/process.ts'
import { query, type Json } from '../support/service.ts'
import { effort } from './effort.ts'
import { postJson } from '../support/http.ts'

const path = '/auditLogs/provisioning'
const runs = effort(40, 600, 10_000)
/** In milliseconds, on a machine that is busy. */
const TIMEOUT = Math.max(300_000, runs * 500)

const word = fc.constantFrom('a', 'A', 'Create', "O'Neil", 'success', 'failure', 'SUCCESS', '')
const maybe = fc.option(word, { nil: null, freq: 6 })

/** Points in time on both sides of hours and days, in several offsets, and some far away. */
const point = fc
  .record({
    day: fc.constantFrom('2024-04-30', '2024-05-01', '2024-05-02', '1970-01-01', '2044-05-01'),
    time: fc.constantFrom('00:00:00', '00:59:59', '01:00:00', '01:30:00', '22:15:00', '23:59:59'),
    fraction: fc.constantFrom('', '.0000001', '.5', '.9999999'),
    offset: fc.constantFrom('Z', 'Z', '+02:00', '-05:30', '+00:15')
  })
  .map(({ day, time, fraction, offset }) => `${day}T${time}${fraction}${offset}`)

const event = fc.record({
  activityDateTime: point,
  jobId: maybe,
  action: maybe,
  durationInMilliseconds: fc.integer({ min: 0, max: 5 }),
  statusInfo: fc.option(fc.record({ status: maybe }), { nil: null }),
  sourceSystem: fc.option(fc.record({ displayName: maybe }), { nil: null }),
  targetSystem: fc.option(fc.record({ displayName: maybe }), { nil: null })
})

const events = fc.sample(event, { numRuns: 120, seed: 7 }).map((each, index): Json => ({ id: `e${index}`, ...each }))

const quote = (text: string) => `'${text.replaceAll("'", "''")}'`
const dimension = fc.constantFrom(
  'jobId',
  'action',
  'statusInfo/status',
  'sourceSystem/displayName',
  'targetSystem/displayName'
)

const term = fc.oneof(
  fc.tuple(dimension, fc.constantFrom('eq', 'ne', 'gt', 'le'), word).map(([a, b, c]) => `${a} ${b} ${quote(c)}`),
  fc.tuple(dimension, fc.constantFrom('eq', 'ne')).map(([a, b]) => `${a} ${b} null`),
  fc
    .tuple(dimension, fc.array(word, { minLength: 1, maxLength: 3 }))
    .map(([a, b]) => `${a} in (${b.map(quote).join()})`),
  fc.tuple(dimension, word).map(([a, b]) => `contains(tolower(${a}),${quote(b.toLowerCase())})`),
  fc.tuple(dimension, dimension).map(([a, b]) => `${a} eq ${b}`),
  fc.constantFrom(
    'hour(activityDateTime) lt 2',
    'date(activityDateTime) ge 2024-05-01',
    'minute(activityDateTime) eq 30'
  ),
  fc.constantFrom('durationInMilliseconds gt 2', 'statusInfo ne null', 'year(activityDateTime) eq 2024')
)
const bound = fc
  .tuple(fc.constantFrom('ge', 'gt', 'lt', 'le', 'eq'), fc.oneof(point, fc.constantFrom('2024-05-01', '2024-05-02')))
  .map(([operator, at]) => `activityDateTime ${operator} ${at}`)
const condition = fc.oneof(
  term,
  fc.tuple(term, term, fc.constantFrom('and', 'or')).map(([a, b, operator]) => `(${a} ${operator} ${b})`),
  term.map((each) => `not (${each})`)
)
/** A filter, mostly with a range of time. */
const filter = fc
  .tuple(fc.array(bound, { maxLength: 3 }), fc.array(condition, { maxLength: 2 }))
  .map(([bounds, others]) => [...bounds, ...others].join(' and '))

const computed = fc.constantFrom(
  'date(activityDateTime) as x',
  'hour(activityDateTime) as x',
  'year(activityDateTime) mul 100 add month(activityDateTime) as x',
  'minute(activityDateTime) as x',
  'tolower(action) as x',
  'length(jobId) as x',
  'case(action eq null:0,true:1) as x',
  'totaloffsetminutes(activityDateTime) as x',
  ...[3600, 7200, 86_400, 1800, 5400, 1_209_600].map(
    (width) => `floor(totalseconds(activityDateTime sub 2024-05-01T00:00:00Z) divby ${width}) as x`
  ),
  'floor(totalseconds(activityDateTime sub 2024-05-01T00:30:00Z) divby 3600) as x',
  'floor(totalseconds(activityDateTime sub 2024-04-30T23:00:00+02:00) div 43200) as x'
)
const aggregate = fc.constantFrom(
  '$count as n',
  '$count as n',
  'jobId with countdistinct as n',
  '$count as n,action with min as first,statusInfo/status with max as last',
  'durationInMilliseconds with sum as n',
  'action with countdistinct as n,$count as m'
)
const apply = fc
  .tuple(filter, fc.option(computed, { nil: '' }), fc.uniqueArray(dimension, { maxLength: 3 }), fc.boolean(), aggregate)
  .map(([where, value, names, isGrouped, values]) => {
    const groups = [...names, ...(value && isGrouped ? ['x'] : [])]
    const last = groups.length ? `groupby((${groups.join()}),aggregate(${values}))` : `aggregate(${values})`
    return [where && `filter(${where})`, value && `compute(${value})`, last].filter(Boolean).join('/')
  })

/** The same in the shape of /v1.0, whose statuses and actions are members of enumerations. */
const inToday = (apply: string) =>
  apply
    .replaceAll('statusInfo', 'provisioningStatusInfo')
    .replaceAll(/\baction\b/g, 'provisioningAction')
    .replaceAll("'Create'", "'create'")

/** The same log, by a service that keeps counts, and by one that looks at the events each time. */
const urls: { kept: string; plain: string } = { kept: '', plain: '' }

beforeAll(async () => {
  const file = join(temporaryFolder(), 'events.sqlite')
  const kept = await startProcess({ file })
  const plain = await startProcess({ file, env: { CDS_CONFIG: JSON.stringify({ odata: { kept_counts: false } }) } })
  Object.assign(urls, { kept: kept.url, plain: plain.url })
  for (const each of events) expect((await postJson(kept.url + path, each)).status).toBe(201)
})

async function answer(url: string, relative: string) {
  const response = await fetch(url + relative, { headers: { Prefer: 'maxpagesize=7' } })
  const text = (await response.text()).replaceAll(url, '').replace(/"innerError":\{[^}]*\}/, '')
  return { relative, status: response.status, text }
}

async function expectSame(relative: string) {
  const [kept, plain] = await Promise.all([answer(urls.kept, relative), answer(urls.plain, relative)])
  expect(kept).toEqual(plain)
  return kept
}

describe('Any count and any group', () => {
  it(
    'is the same with kept counts and without, to the byte',
    async () => {
      const statuses = new Map<number, number>()
      await fc.assert(
        fc.asyncProperty(apply, filter, async ($apply, $filter) => {
          const requests = [
            query(path, { $apply, $count: 'true' }),
            query(path, { $apply, $orderby: 'n desc', $top: '3' }),
            $filter ? query(`${path}/$count`, { $filter }) : `${path}/$count`,
            query(`/v1.0${path}`, { $apply: inToday($apply) })
          ]
          for (const each of requests) {
            const { status } = await expectSame(each)
            statuses.set(status, (statuses.get(status) ?? 0) + 1)
          }
        }),
        { numRuns: runs }
      )
      expect([...statuses.keys()].filter((status) => status >= 500)).toEqual([])
      expect(statuses.get(200)).toBeGreaterThan(runs * 2)
    },
    TIMEOUT
  )
})
