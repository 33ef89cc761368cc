import fc from 'fast-check'
import { query, sharedService, valuesOf, type Answer, type Json } from '../support/service.ts'
import { condition, event } from './filter.ts'
import { effort } from './effort.ts'

const service = sharedService()
const path = '/auditLogs/provisioning'
const runs = effort(50, 500, 10_000)
/** In milliseconds, on a machine that is busy. */
const TIMEOUT = Math.max(300_000, runs * 500)

const events = fc.sample(event, { numRuns: 60, seed: 1 }).map((each, index): Json => ({ id: `e${index}`, ...each }))

beforeAll(async () => {
  for (const each of events) expect((await service.post(path, each)).status).toBe(201)
})

describe('Any filter', () => {
  it(
    'finds what a straightforward evaluation finds',
    async () => {
      await fc.assert(
        fc.asyncProperty(condition, async ({ text, of }) => {
          const answer = await service.get(query(path, { $filter: text, $select: 'id', $top: '1000' }), {
            Prefer: 'maxpagesize=1000'
          })
          expect([answer.status, answer.text]).toEqual([200, expect.any(String)])
          const found = valuesOf(answer).map(({ id }) => id)
          expect(found.sort()).toEqual(
            events
              .filter((event) => of(event) === true)
              .map(({ id }) => id)
              .sort()
          )
        }),
        { numRuns: runs }
      )
    },
    TIMEOUT
  )
})

describe('Any order', () => {
  const term = fc
    .tuple(
      fc.constantFrom(
        'activityDateTime',
        'jobId',
        'durationInMilliseconds',
        'statusInfo/status',
        'initiatedBy/displayName',
        'targetSystem/details/ApplicationId',
        'length(jobId)',
        'durationInMilliseconds divby 3',
        'tolower(action)'
      ),
      fc.constantFrom('', ' asc', ' desc')
    )
    .map((parts) => parts.join(''))

  it(
    'is paged through completely and in order while others insert',
    async () => {
      let inserted = 0
      await fc.assert(
        fc.asyncProperty(
          fc.array(term, { minLength: 1, maxLength: 3 }),
          fc.integer({ min: 5, max: 40 }),
          fc.array(event, { minLength: 1, maxLength: 10 }),
          async (terms, size, others) => {
            const $orderby = terms.join(',')
            const mine = "startswith(id,'e')"
            const whole = await service.get(query(path, { $filter: mine, $orderby, $select: 'id' }))
            const paged: unknown[] = []
            for (let url: string | undefined = query(path, { $orderby, $select: 'id' }); url;) {
              const page: Answer = await service.get(url, { Prefer: `maxpagesize=${size}` })
              expect([page.status, page.text]).toEqual([200, expect.any(String)])
              paged.push(...valuesOf(page).map(({ id }) => id))
              url = (page.body['@odata.nextLink'] as string | undefined)?.slice(service.url.length)
              const other = others.pop()
              if (other) await service.post(path, { ...other, id: `x${inserted++}` })
            }
            const known = paged.filter((id) => String(id).startsWith('e'))
            expect(known).toEqual(valuesOf(whole).map(({ id }) => id))
            expect(new Set(paged).size).toBe(paged.length)
          }
        ),
        { numRuns: Math.ceil(runs / 10) }
      )
    },
    TIMEOUT
  )
})
