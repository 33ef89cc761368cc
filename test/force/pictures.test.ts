import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describeInBrowser, eventually, startBrowser, type Page } from '../support/browser.ts'
import { temporaryFolder } from '../support/process.ts'
import { sharedService } from '../support/service.ts'

const root = join(__dirname, '../..')

/** Where the pictures go: `PICTURES` names a folder. With `PICTURES=docs` those of the documents are renewed. */
const { PICTURES = temporaryFolder() } = process.env
const folder = PICTURES === 'docs' ? join(root, 'docs/images') : resolve(PICTURES)
const OF_DOCUMENTS = ['log-light-desktop', 'why-dark-desktop', 'failures-light-tablet', 'log-dark-phone']

/** The largest picture, in bytes. */
const LARGEST = 200_000

const COUNT = 2000
const RANGE = 'from=2026-10-17T00:00:00.000Z&to=2026-10-31T00:00:00.000Z&time=utc'

const service = sharedService()
const { open } = startBrowser(() => service.url)

beforeAll(() => {
  mkdirSync(folder, { recursive: true })
  const args = ['--count', String(COUNT), '--until', '2026-10-31', '--url', service.url]
  execFileSync(process.execPath, [join(root, 'tools/generate.ts'), ...args], { stdio: 'pipe' })
})

/** Opens a failed event as a reader would. */
async function openFailure(page: Page) {
  await page
    .getByRole('row', { name: /failure$/ })
    .first()
    .click()
  await page.getByText('What to do').waitFor()
}

const VIEWS: Record<string, { query: string; ready: (page: Page) => Promise<unknown> }> = {
  log: { query: RANGE, ready: (page) => page.getByText('Target system').first().waitFor({ state: 'attached' }) },
  why: { query: `${RANGE}&status=failure&code=Conflict`, ready: openFailure },
  failures: { query: `${RANGE}&show=failures`, ready: (page) => page.getByText('What to do').first().waitFor() }
}

const SIZES = { desktop: [1280, 800], tablet: [820, 1000], phone: [390, 844] } as const

describeInBrowser.each(Object.entries(VIEWS))('A picture of the page: %s', (name, { query, ready }) => {
  it.each(['light', 'dark'] as const)('fits all widths, in %s colours', async (colorScheme) => {
    const page = await open(`?${query}`, { colorScheme, bypassCSP: true })
    await ready(page)
    await page.locator('[aria-busy=true]').first().waitFor({ state: 'detached' })
    for (const [device, [width, height]] of Object.entries(SIZES)) {
      await page.setViewportSize({ width, height })
      await eventually(() => page.evaluate('document.documentElement.scrollWidth - innerWidth'), 0)
      const chart = "document.querySelector('.u-wrap')?.offsetWidth - document.querySelector('.chart')?.clientWidth"
      await eventually(() => page.evaluate(chart), 0) // it is drawn anew
      const picture = await page.screenshot({ animations: 'disabled', caret: 'hide' })
      const file = `${name}-${colorScheme}-${device}`
      if (PICTURES !== 'docs' || OF_DOCUMENTS.includes(file)) writeFileSync(join(folder, `${file}.png`), picture)
      expect(picture.length).toBeLessThan(LARGEST)
    }
  })
})
