import { execFileSync } from 'node:child_process'
import { existsSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { chromium, type Browser, type BrowserContextOptions, type Locator, type Page } from 'playwright-core'
import { browserPath } from './chromium.ts'

export type { Locator, Page }

const root = join(__dirname, '../..')

/** As `describe`; where there is no browser, its tests are skipped. */
export const describeInBrowser = browserPath ? describe : describe.skip

/** Builds the page, unless another test file of this run has. */
function buildOnce() {
  const mark = join(tmpdir(), 'page-is-built')
  if (existsSync(mark)) return
  execFileSync(process.execPath, [join(root, 'app/build.ts')])
  writeFileSync(mark, '')
}

/**
 * Builds the page and starts a browser, once for a test file.
 * @param base gives the URL of the service, once it has started
 * @param hasOwnClock whether pages have clocks that tests can set forward: https://playwright.dev/docs/clock
 * @returns a function that opens the page at a view, in a window of its own
 */
export function startBrowser(base: () => string, hasOwnClock = false) {
  let browser: Browser | undefined
  const pages: Page[] = []
  /** What went wrong in pages that nobody expected. */
  const problems: string[] = []

  beforeAll(async () => {
    if (!browserPath) return
    buildOnce()
    const isRoot = process.getuid?.() === 0 // for which the sandbox does not work
    browser = await chromium.launch({
      executablePath: browserPath,
      chromiumSandbox: !isRoot,
      args: ['--disable-lcd-text']
    })
  })
  afterEach(async () => {
    for (const page of pages.splice(0)) await page.context().close()
    expect(problems.splice(0)).toEqual([])
  })
  afterAll(() => browser?.close())

  async function open(query = '', options: BrowserContextOptions = {}, url = base()) {
    const context = await (browser as Browser).newContext({
      ...{ viewport: { width: 1360, height: 860 }, locale: 'en-GB', timezoneId: 'Europe/Berlin', ...options }
    })
    context.setDefaultTimeout(20_000)
    if (hasOwnClock) await context.clock.install()
    const page = await context.newPage()
    pages.push(page)
    page.on('pageerror', (error) => problems.push(String(error)))
    page.on('console', (message) => {
      // a browser logs each answer that is an error, and some tests want those
      if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
        problems.push(message.text())
    })
    await page.goto(`${url}/app/${query}`)
    return page
  }
  return { open }
}

/** Reads again and again until there is what is expected, for as long as a busy machine may need. */
export async function eventually<Value>(read: () => Promise<Value>, expected: Value) {
  const end = Date.now() + 20_000
  let value = await read()
  while (JSON.stringify(value) !== JSON.stringify(expected) && Date.now() < end) {
    await delay(30)
    value = await read()
  }
  expect(value).toEqual(expected)
}
