import { join } from 'node:path'
import fc from 'fast-check'
import { startProcess, temporaryFolder } from '../support/process.ts'
import { query, type Json } from '../support/service.ts'
import { condition, event, point, small, word } from './filter.ts'
import { effort } from './effort.ts'

const path = '/auditLogs/provisioning'
const runs = effort(50, 500, 10_000)
/** In milliseconds, on a machine that is busy. */
const TIMEOUT = Math.max(300_000, runs * 500)
const events = fc.sample(event, { numRuns: 60, seed: 2 }).map((each, index): Json => ({ id: `e${index}`, ...each }))

/** The same log, by a service as it comes, and by one that finds out of each request anew what it asks. */
const urls: { planned: string; plain: string } = { planned: '', plain: '' }

beforeAll(async () => {
  const file = join(temporaryFolder(), 'events.sqlite')
  const planned = await startProcess({ file })
  const env = { CDS_CONFIG: JSON.stringify({ odata: { plan_bytes: 0, stored_forms: false } }) }
  const plain = await startProcess({ file, env })
  Object.assign(urls, { planned: planned.url, plain: plain.url })
  for (const each of events) {
    const init = { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(each) }
    expect((await fetch(planned.url + path, init)).status).toBe(201)
  }
})

/** What is answered, but for what differs with each answer: the address, and identifiers of the request. */
async function answer(url: string, relative: string) {
  const response = await fetch(url + relative, { headers: { Prefer: 'maxpagesize=7' } })
  const text = (await response.text()).replaceAll(url, '').replace(/"innerError":\{[^}]*\}/, '')
  const ids = [...text.matchAll(/"id":"(e\d+)"/g)].map(([, id]) => id) // said first, as they are easier to compare
  const headers = ['content-type', 'preference-applied', 'odata-version'].map((name) => response.headers.get(name))
  return { status: response.status, headers, ids, text }
}

async function expectSame(relative: string) {
  const [planned, plain] = await Promise.all([answer(urls.planned, relative), answer(urls.plain, relative)])
  expect({ relative, ...planned, text: '' }).toEqual({ relative, ...plain, text: '' })
  expect(planned.text).toBe(plain.text)
  return planned
}

/** The same expression with other literals. */
const varied = (text: string, words: string[], numbers: number[], points: string[]) => {
  let turn = 0
  const next = <Value>(list: Value[]) => list[turn++ % list.length] as Value
  return text.replaceAll(/'(?:[^']|'')*'|\d{4}-\d\d-\d\dT[^\s,)]+|\b\d+\b/g, (literal) => {
    if (literal.startsWith("'")) return `'${next(words).replaceAll("'", "''")}'`
    return literal.includes('T') ? next(points) : String(Math.abs(next(numbers)))
  })
}

describe('Any query', () => {
  it(
    'has the same answer with plans and without, to the byte',
    async () => {
      const form = fc.constantFrom<(filter: string) => string>(
        ($filter) => query(path, { $filter }),
        ($filter) => query(path, { $filter, $count: 'true', $top: '3' }),
        ($filter) => query(path, { $filter, $orderby: 'jobId desc,durationInMilliseconds', $skip: '2' }),
        ($filter) => query(path, { $filter, $orderby: 'length(jobId),tolower(action) desc' }),
        ($filter) => query(path, { $filter, $select: 'id,initiatedBy/displayName,provisioningSteps' }),
        ($filter) => query(path, { $filter, $format: 'application/json;odata.metadata=full' }),
        ($filter) => query(`/beta${path}`, { $filter, $top: '5' }),
        ($filter) => query(`${path}/$count`, { $filter }),
        ($filter) => query(path, { $apply: `filter(${$filter})/groupby((jobId),aggregate($count as n))` }),
        ($filter) =>
          query(path, { $compute: 'durationInMilliseconds mul 2 as twice', $filter: `${$filter} or twice gt 4` })
      )
      const lists = fc.tuple(
        fc.array(word, { minLength: 1, maxLength: 4 }),
        fc.array(small, { minLength: 1, maxLength: 4 }),
        fc.array(point, { minLength: 1, maxLength: 4 })
      )
      await fc.assert(
        fc.asyncProperty(
          condition,
          form,
          fc.array(lists, { minLength: 2, maxLength: 3 }),
          async ({ text }, path, all) => {
            for (const filter of [text, ...all.map((each) => varied(text, ...each))]) await expectSame(path(filter))
          }
        ),
        { numRuns: runs }
      )
    },
    TIMEOUT
  )

  it('can be paged through alike', async () => {
    const pages = [
      path,
      query(path, { $orderby: 'statusInfo/status,jobId desc' }),
      query(path, { $filter: 'jobId ne null' })
    ]
    for (const first of pages) {
      let url: string | undefined = first
      for (; url !== undefined;) {
        const { text } = await expectSame(url)
        url = (JSON.parse(text) as Json)['@odata.nextLink'] as string | undefined
      }
    }
  })

  it('can be for one event', async () => {
    const relative = [
      'e0',
      'e1',
      'none',
      'e1?$select=id',
      'e2/initiatedBy',
      'e3?$format=application/json;metadata=none'
    ]
    for (const each of [...relative, ...relative]) await expectSame(`${path}/${each}`)
  })
})
