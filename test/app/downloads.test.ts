import { readFile } from 'node:fs/promises'
import { counter, TooLarge } from '../../app/service/counter.ts'
import { describeInBrowser, startBrowser, type Page } from '../support/browser.ts'
import { until } from '../support/command.ts'
import { downloadUnderWay } from '../support/download.ts'
import { sharedService } from '../support/service.ts'
import { batchOf, events, WEEK } from './events.ts'

const service = sharedService()
const { open } = startBrowser(() => service.url)
beforeAll(() => service.post('/$batch', batchOf(events)))

async function choose(page: Page, format: string) {
  await page.getByText('Download', { exact: true }).click()
  await page.getByRole('button', { name: format }).click()
}

describeInBrowser('A download', () => {
  it.each([
    ['NDJSON, for programs', 'provisioning.ndjson', /^\{"@odata/],
    ['CSV, for spreadsheets', 'provisioning.csv', /^\uFEFFid,/],
    ['CSV: modified properties', 'provisioning-modifiedProperties.csv', /^\uFEFFid,changeId,modifiedProperties/]
  ])('has just what is filtered, and goes from the service to the disk: %s', async (title, name, beginning) => {
    const page = await open(`?${WEEK}&status=failure&order=oldest`)
    const [download] = await Promise.all([page.waitForEvent('download'), choose(page, title)])
    expect([new URL(download.url()).origin, download.suggestedFilename()]).toEqual([service.url, name])
    const text = await readFile(await download.path(), 'utf8')
    expect(text).toMatch(beginning)
    const ids = [...text.matchAll(/^(?:\{.*?"id":"|")?(e\d\d)[",]/gm)].map(([, id]) => id)
    expect([...new Set(ids)]).toEqual(['e03', 'e04', 'e08'])
    await page.getByText('Your browser is downloading it.').waitFor()
  })

  it('says so while another one is under way, and can be tried again', async () => {
    const page = await open(`?${WEEK}`)
    const downloads: unknown[] = []
    page.on('download', (download) => downloads.push(download))
    const other = await downloadUnderWay(service.url)
    await choose(page, 'CSV: steps')
    await page.getByRole('status').getByText('Another download is under way. Try again in 10 seconds.').waitFor()
    expect(downloads).toEqual([])
    other.destroy()
    await until(async () => (await service.get('/auditLogs/provisioning?$format=csv&$top=0')).status === 200)
    await choose(page, 'CSV: steps')
    await page.getByText('Your browser is downloading it.').waitFor()
  })
})

describe('A browser that has to hold what it saves', () => {
  const passed = async (most: number, ...sizes: number[]) => {
    const reported: number[] = []
    const { stream, bytes } = counter(most, (count) => reported.push(count))
    const source = new ReadableStream<Uint8Array<ArrayBuffer>>({
      start: (controller) => {
        for (const size of sizes) controller.enqueue(new Uint8Array(size))
        controller.close()
      }
    })
    const { length } = new Uint8Array(await new Response(source.pipeThrough(stream)).arrayBuffer())
    return { length, bytes: bytes(), reported }
  }

  it('gets up to a limit, and no more', async () => {
    expect(await passed(10, 4, 6)).toEqual({ length: 10, bytes: 10, reported: [] })
    await expect(passed(10, 4, 7)).rejects.toThrow(TooLarge)
  })

  it('is told how much there is, a million bytes at a time', async () => {
    expect(await passed(Infinity, 1_000_000, 1, 500_000, 600_000)).toMatchObject({ reported: [1_000_001, 2_100_001] })
  })
})
