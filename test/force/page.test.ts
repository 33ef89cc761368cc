import { batchOf } from '../../tools/generator/posting.ts'
import { describeInBrowser, eventually, startBrowser, type Page } from '../support/browser.ts'
import { sharedService } from '../support/service.ts'

const COUNT = 100_000
const BATCH = 1000
const START = Date.parse('2024-05-01T00:00:00Z')

/** How many rows may be in the document, with about twenty that can be seen. */
const ROWS = 60

/** By how much memory may grow while the log is scrolled, in bytes: what is kept of a page that is not, is its link. */
const GROWTH = 12_000_000

const service = sharedService()
const { open } = startBrowser(() => service.url)

beforeAll(async () => {
  const event = (number: number) => ({
    id: `n${number}`,
    activityDateTime: new Date(START + number * 1000).toISOString(),
    action: 'Update',
    sourceIdentity: { id: `p${number}`, displayName: `Person ${number}` },
    statusInfo: { status: 'success' }
  })
  for (let from = 0; from < COUNT; from += BATCH) {
    const texts = Array.from({ length: BATCH }, (_, place) => JSON.stringify(event(from + place)))
    await service.post('/$batch', batchOf(texts, '/auditLogs/provisioning'))
  }
}, 900_000)

/** The bytes that scripts of the page use after garbage was collected. */
async function memory(page: Page) {
  const session = await page.context().newCDPSession(page)
  await session.send('HeapProfiler.collectGarbage')
  const { usedSize } = await session.send('Runtime.getHeapUsage')
  await session.detach()
  return usedSize
}

const first = (page: Page) => page.locator('tbody .name').first().innerText()

describeInBrowser('A log of 100,000 events', () => {
  it('is seen within a second', async () => {
    const waits: number[] = []
    for (let count = 0; count < 5; count++) {
      const page = await open('?last=all')
      await page.locator('tbody .name').first().waitFor()
      // from the start of the navigation, on the clock of the page
      waits.push(await page.evaluate<number>('performance.now()'))
    }
    expect(Math.min(...waits)).toBeLessThan(1000) // the best, as machines are busy
  })

  it('is scrolled to its end and back without memory growing', async () => {
    const page = await open('?last=all')
    const shown = page.locator('tbody tr[aria-rowindex]')
    await shown.first().focus()
    const last = async () => Number(await shown.last().getAttribute('aria-rowindex')) - 1

    /** Scrolls until as many rows were read. */
    const scrollTo = async (count: number) => {
      while ((await last()) < count) {
        await page.keyboard.press('End')
        expect(await shown.count()).toBeLessThan(ROWS)
      }
    }
    await scrollTo(10_000)
    const early = await memory(page)
    await scrollTo(COUNT)
    await page.getByText('Person 0', { exact: true }).waitFor()
    expect((await memory(page)) - early).toBeLessThan(GROWTH)
    expect(await page.getByRole('table', { name: 'Events' }).getAttribute('aria-rowcount')).toBe(String(COUNT + 1))
    await page.keyboard.press('Home')
    await eventually(() => first(page), `Person ${COUNT - 1}`)
    await page.emulateMedia({ media: 'print' })
    await page.getByText(/^Rows 1 to \d\d are on paper\. A download has all\.$/).waitFor()
    await page.emulateMedia({ media: 'screen' })
    // in the middle, where pages were forgotten, they are read again
    await page.mouse.move(900, 700)
    await page.mouse.wheel(0, 36 * 50_000)
    await page
      .getByText('Person 50000', { exact: true })
      .or(page.getByText('Person 49990', { exact: true }))
      .first()
      .waitFor()
    expect((await memory(page)) - early).toBeLessThan(GROWTH)
  }, 900_000)
})
