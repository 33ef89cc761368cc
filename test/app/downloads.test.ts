import { readFile } from 'node:fs/promises'
import { describeInBrowser, startBrowser } from '../support/browser.ts'
import { startService } from '../support/service.ts'
import { batchOf, events, WEEK } from './events.ts'

const service = startService()
const { open } = startBrowser(() => service.url)
beforeAll(() => service.post('/$batch', batchOf(events)))

describeInBrowser('A download', () => {
  it.each([
    ['NDJSON, for programs', /^provisioning-log-\d{4}-\d\d-\d\dT\d{6}\.ndjson$/, /^\{"@odata/],
    ['CSV, for spreadsheets', /^provisioning-log-.*\.csv$/, /^\uFEFFid,/],
    ['CSV: modified properties', /^provisioning-log-.*-properties\.csv$/, /^\uFEFFid,changeId,modifiedProperties/]
  ])('has just what is filtered: %s', async (title, name, beginning) => {
    const page = await open(`?${WEEK}&status=failure&order=oldest`)
    await page.getByText('Download', { exact: true }).click()
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: title }).click()
    ])
    expect(download.suggestedFilename()).toMatch(name)
    const text = await readFile(await download.path(), 'utf8')
    expect(text).toMatch(beginning)
    const ids = [...text.matchAll(/^(?:\{.*?"id":"|")?(e\d\d)[",]/gm)].map(([, id]) => id)
    expect([...new Set(ids)]).toEqual(['e03', 'e04', 'e08'])
    await page.getByText(/^Downloaded \d+ KB\.$/).waitFor()
  })
})
