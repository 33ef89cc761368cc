import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import fc from 'fast-check'
import { startProcess, temporaryFolder } from '../support/process.ts'
import { query, type Json } from '../support/service.ts'
import { condition, event } from './filter.ts'
import { answer, form, lists, path, varied } from './requests.ts'
import { effort } from './effort.ts'
import { postJson } from '../support/http.ts'

const runs = effort(50, 500, 10_000)
/** In milliseconds, on a machine that is busy. */
const TIMEOUT = Math.max(300_000, runs * 500)
const events = fc.sample(event, { numRuns: 60, seed: 2 }).map((each, index): Json => ({ id: `e${index}`, ...each }))

/**
 * The same log, by a service as it comes, and by one that finds out of each request anew what it asks, and builds the JSON
 * of events itself: they are those of another version of their type.
 */
const urls: { planned: string; plain: string } = { planned: '', plain: '' }

beforeAll(async () => {
  const folder = temporaryFolder()
  const planned = await startProcess({ file: join(folder, 'events.sqlite') })
  for (const each of events) expect((await postJson(planned.url + path, each)).status).toBe(201)
  const env = { CDS_ODATA_PLAN__BYTES: '0' }
  const plain = await startProcess({ file: staleCopy(folder), env })
  Object.assign(urls, { planned: planned.url, plain: plain.url })
})

function staleCopy(folder: string) {
  const [file, copy] = ['events.sqlite', 'stale.sqlite'].map((name) => join(folder, name)) as [string, string]
  const database = new DatabaseSync(file)
  database.exec(`VACUUM INTO '${copy}'`)
  database.close()
  const table = 'microsoft_graph_provisioningObjectSummary'
  const stale = new DatabaseSync(copy)
  stale.exec(`DROP TRIGGER ${table}_no_update; UPDATE ${table} SET representationTag = 'that of then'`)
  stale.close()
  return copy
}

async function expectSame(relative: string) {
  const [planned, plain] = await Promise.all([answer(urls.planned, relative), answer(urls.plain, relative)])
  expect({ relative, ...planned, text: '' }).toEqual({ relative, ...plain, text: '' })
  expect(planned.text).toBe(plain.text)
  return planned
}

describe('Any query', () => {
  it(
    'has the same answer with plans and without, to the byte',
    async () => {
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
