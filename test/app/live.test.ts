import { describeInBrowser, eventually, startBrowser, type Page } from '../support/browser.ts'
import { startProcess, temporaryFolder } from '../support/process.ts'
import { clientOf } from '../support/service.ts'
import { batchOf, event } from './events.ts'
import { join } from 'node:path'

const file = join(temporaryFolder(), 'events.sqlite')
let running: Awaited<ReturnType<typeof startProcess>>
const start = async (port = '0') => void (running = await startProcess({ file, env: { PORT: port } }))
const service = clientOf(() => running.url ?? '')
beforeAll(() => start())
const { open } = startBrowser(() => service.url, true)

const names = (page: Page) => page.locator('tbody .name').allInnerTexts()

/** Reads again and again until there is what is expected, on a page that need not wait between its requests. */
const soon = <Value>(page: Page, read: () => Promise<Value>, expected: Value) =>
  eventually(async () => {
    await page.clock.fastForward(2000)
    return read()
  }, expected)
let last = 0
const post = (who: string) => {
  const at = new Date(Date.now() - 60_000 + last * 1000).toISOString()
  return service.post('/auditLogs/provisioning', event({ id: `live-${last++}`, at, who }))
}

describeInBrowser('An empty log', () => {
  it('says so, and is filled with generated events on demand', async () => {
    const page = await open()
    await page.getByRole('heading', { name: 'The log is empty' }).waitFor()
    await page.getByText(`${service.url}/auditLogs/provisioning`).waitFor()
    await page.getByRole('button', { name: 'Fill it with 2,000 sample events' }).click()
    await page.getByText('2,000 events', { exact: true }).waitFor()
    expect((await service.get('/auditLogs/provisioning/$count')).text).toBe('2000')
    expect(new URL(page.url()).search).toBe('?last=30d')
  })
})

describeInBrowser('Live tail', () => {
  it('shows what comes in, by the delta link, and nothing that is filtered out', async () => {
    const page = await open('?search=tail')
    await page.getByText('No events match').waitFor()
    await post('Tail One')
    const asked = page.waitForResponse((response) => response.url().includes('deltatoken'))
    await page.getByRole('button', { name: 'Live' }).click()
    await soon(page, () => names(page), ['Tail One'])
    await asked
    await post('Tail Two')
    await post('Somebody else')
    await post('Tail Three')
    await soon(page, () => names(page), ['Tail Three', 'Tail Two', 'Tail One'])
    await page
      .getByRole('status')
      .filter({ hasText: /new events?\.$/ })
      .waitFor({ state: 'attached' })
    await page.getByRole('button', { name: 'Live' }).click()
    expect(new URL(page.url()).search).toBe('?search=tail')
  })
})

describeInBrowser('Lists without events', () => {
  it.each(['show=failures', 'cycle=cycle-1', 'timeline=job-1'])('do not offer to be live: %s', async (view) => {
    const page = await open(`?live=on&${view}`)
    await page.getByRole('button', { name: 'Refresh' }).waitFor()
    expect(await page.getByRole('button', { name: 'Live' }).count()).toBe(0)
  })
})

describeInBrowser('A row with the focus of the keyboard', () => {
  it('stays the same event while others come in', async () => {
    const page = await open('?last=1h&live=on&search=tail')
    await eventually(() => names(page), ['Tail Three', 'Tail Two', 'Tail One'])
    await page.waitForResponse((response) => response.url().includes('deltatoken'))
    const focused = () => page.locator('tbody tr:focus').innerText()
    await page.locator('tbody tr[aria-rowindex="2"]').focus()
    await page.keyboard.press('ArrowDown')
    await eventually(async () => (await focused()).includes('Tail Two'), true)
    await post('Tail Extra')
    await soon(page, () => page.locator('tbody .name').count(), 4)
    await eventually(async () => (await focused()).includes('Tail Two'), true)
    await page.keyboard.press('ArrowUp')
    await eventually(async () => (await focused()).includes('Tail Three'), true)
  })
})

describeInBrowser('What has come in', () => {
  it('is there once, however far the list was scrolled away from it', async () => {
    const page = await open('?last=30d&live=on')
    await page.waitForResponse((response) => response.url().includes('deltatoken'))
    await post('Late Newcomer')
    await soon(page, async () => (await names(page))[0], 'Late Newcomer')
    const scrollTo = (top: number) => page.evaluate(`document.querySelector('.scroller').scrollTop = ${top}`)
    const lastRow = page.locator('tbody tr[aria-rowindex]').last()
    await eventually(async () => {
      await scrollTo(1_000_000)
      return Number(await lastRow.getAttribute('aria-rowindex')) > 1900
    }, true)
    await scrollTo(0)
    await eventually(async () => (await names(page)).includes('Late Newcomer'), true)
    await eventually(() => page.locator('.unread').count(), 0)
    expect((await names(page)).filter((name) => name === 'Late Newcomer')).toHaveLength(1)
  })
})

describeInBrowser('Somebody who reads while many events come in', () => {
  it('keeps the place, and has all of them at the top', async () => {
    const page = await open('?last=30d&live=on')
    await page.waitForResponse((response) => response.url().includes('deltatoken'))
    await page.evaluate("document.querySelector('.scroller').scrollTop = 720")
    const rowAtTop = () =>
      page.evaluate<string>(
        `[...document.querySelectorAll('tbody tr[aria-rowindex]')].find((row) => row.getBoundingClientRect().top >= 340).innerText`
      )
    await eventually(async () => (await rowAtTop()).includes('\t'), true)
    const read = await rowAtTop()
    let arrived = ''
    page.on('response', (response) => {
      const isPartOfTail = response.url().includes('deltatoken')
      const none = () => {} // of an answer that is under way when the page is closed
      if (isPartOfTail) void response.text().then((text) => (arrived += text), none)
    })
    for (const [part, length] of [600, 601, 602].entries()) {
      const many = Array.from({ length }, (_, place) =>
        event({ id: `many-${part}-${place}`, at: new Date().toISOString(), who: `Many ${part}` })
      )
      await service.post('/$batch', batchOf(many))
      await soon(page, () => Promise.resolve(arrived.includes(`many-${part}-${length - 1}"`)), true)
      await page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))')
      expect(await rowAtTop()).toBe(read)
    }
    await page.evaluate("document.querySelector('.scroller').scrollTop = 0")
    await soon(page, async () => (await names(page))[0], 'Many 2')
  })

  it('sees the list until the next one is there', async () => {
    const page = await open('?last=30d')
    await eventually(async () => (await names(page))[0], 'Many 2')
    let answer = () => {}
    const answered = new Promise<void>((resolve) => (answer = resolve))
    await page.route(/provisioning\?.*select=id/, async (route) => {
      await answered
      await route.continue()
    })
    const asked = page.waitForRequest(/provisioning\?.*select=id/)
    await page.getByRole('button', { name: 'Refresh' }).click()
    await asked
    expect((await names(page))[0]).toBe('Many 2')
    expect(await page.getByRole('table').getAttribute('aria-busy')).toBe('true')
    answer()
    await eventually(() => page.getByRole('table').getAttribute('aria-busy'), 'false')
  })
})

describeInBrowser('A service that goes away', () => {
  it('is told, and what was asked is there as soon as it comes back', async () => {
    const page = await open('?last=1h&live=on&search=tail')
    await eventually(() => names(page), ['Tail Extra', 'Tail Three', 'Tail Two', 'Tail One'])
    const port = new URL(service.url).port
    await running.stop()
    const interrupted = () => page.getByText('Live is interrupted.').count()
    await soon(page, interrupted, 1)
    await page.getByRole('button', { name: 'Refresh' }).click()
    await page.getByRole('alert').getByText('The service cannot be reached').first().waitFor()
    await page.getByText('Trying again…').first().waitFor()
    expect(await names(page)).toEqual(['Tail Extra', 'Tail Three', 'Tail Two', 'Tail One'])
    await start(port)
    await soon(page, () => names(page), ['Tail Extra', 'Tail Three', 'Tail Two', 'Tail One'])
    await soon(page, () => page.getByRole('alert').count(), 0) // the list is as it was before
    await soon(page, interrupted, 0)
    await post('Tail Four') // the tail goes on, too
    await soon(page, async () => (await names(page))[0], 'Tail Four')
  })
})
