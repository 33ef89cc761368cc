import { once } from 'node:events'
import { request, type IncomingMessage } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { brotliDecompressSync, gunzipSync, gzipSync } from 'node:zlib'
import type { Route } from 'playwright-core'
import { describeInBrowser, eventually, startBrowser } from '../support/browser.ts'
import { sharedService } from '../support/service.ts'
import { batchOf, event, events, WEEK } from './events.ts'

const service = sharedService()
const { open } = startBrowser(() => service.url)
beforeAll(() => service.post('/$batch', batchOf(events)))

/** Sends a request, and returns the body as it came. */
async function raw(path: string, headers: Record<string, string>, method: string) {
  const sent = request(`${service.url}${path}`, { method, headers }).end()
  const [answer] = (await once(sent, 'response')) as [IncomingMessage]
  return { status: answer.statusCode, headers: answer.headers, body: await buffer(answer) }
}

describe('The files of the page', () => {
  it('may load nothing but themselves and the service, and run nothing that is written into markup', async () => {
    const { status, headers } = await service.get('/app/')
    expect([status, headers.get('content-type'), headers.get('cache-control')]).toEqual([
      200,
      'text/html; charset=utf-8',
      'no-cache'
    ])
    expect(headers.get('content-security-policy')).toBe(
      "default-src 'none';script-src 'self';style-src 'self';img-src 'self';connect-src 'self';" +
        "base-uri 'none';form-action 'none';frame-ancestors 'none';require-trusted-types-for 'script'"
    )
  })

  it('are kept by browsers for as long as they do not change, and are less than 100 KB compressed', async () => {
    const { text } = await service.get('/app/')
    const names = [...text.matchAll(/(?:src|href)="([^".]+\.(?:js|css|svg))"/g)].map(([, name]) => name as string)
    expect(names).toHaveLength(4)
    let size = 0
    for (const name of names) {
      const response = await fetch(`${service.url}/app/${name}`, { headers: { 'Accept-Encoding': 'gzip' } })
      expect(response.headers.get('cache-control')).toBe('public, max-age=31536000, immutable')
      expect(response.headers.get('content-encoding') ?? 'none').toBe(/svg|theme/.test(name) ? 'none' : 'gzip')
      size += gzipSync(await response.text()).length
    }
    expect(size).toBeLessThan(100_000)
  })

  it('are compressed once, when they are built', async () => {
    const { text } = await service.get('/app/')
    const [, main] = /src="(main-[^"]+)"/.exec(text) ?? []
    const get = async (encoding: string, method = 'GET') => {
      const { headers, ...response } = await raw(`/app/${main}`, { 'Accept-Encoding': encoding }, method)
      // what is compressed while it is sent has no length
      expect(headers['content-length']).toBeDefined()
      expect([headers['content-type'], headers.vary]).toEqual(['text/javascript; charset=utf-8', 'Accept-Encoding'])
      return { ...response, encoding: headers['content-encoding'], etag: headers.etag }
    }
    const plain = await get('identity')
    expect([plain.status, plain.encoding]).toEqual([200, undefined])
    const [br, gzip] = [await get('br'), await get('gzip, br;q=0.5')]
    expect([br.status, br.encoding, gzip.status, gzip.encoding]).toEqual([200, 'br', 200, 'gzip'])
    expect(brotliDecompressSync(br.body).equals(plain.body)).toBe(true)
    expect(gunzipSync(gzip.body).equals(plain.body)).toBe(true)
    expect(new Set([plain.etag, br.etag, gzip.etag]).size).toBe(3)
    expect((await get('br;q=0, gzip;q=0')).body.equals(plain.body)).toBe(true)
    expect(await get('br', 'HEAD')).toMatchObject({ status: 200, encoding: 'br' })
  })

  it('are only those that were built', async () => {
    for (const path of ['/app/missing.js', '/app/build.ts', '/app/../package.json', '/app/..%2fpackage.json'])
      expect((await service.get(path)).status).toBe(404)
  })
})

describeInBrowser('The page in development', () => {
  it('signs nobody in, and loads nothing for it', async () => {
    const page = await open(`?${WEEK}`)
    await page.getByRole('table', { name: 'Events' }).getByRole('row').nth(10).waitFor()
    const loaded = await page.evaluate(() => performance.getEntriesByType('resource').map(({ name }) => name))
    expect(loaded.filter((name) => name.includes('sign-in'))).toEqual([])
    expect(loaded.filter((name) => name.endsWith('/app/settings.json'))).toHaveLength(1)
    expect(await page.getByRole('button', { name: 'Sign out' }).count()).toBe(0)
  })
})

describeInBrowser('The table', () => {
  it('has the columns of the portal, newest first', async () => {
    const page = await open(`?${WEEK}`)
    const rows = page.getByRole('table', { name: 'Events' }).getByRole('row')
    await rows.nth(10).waitFor()
    expect((await rows.nth(0).getByRole('columnheader').allInnerTexts()).map((text) => text.trim())).toEqual([
      'Time ↓',
      'Identity',
      'Action',
      'Source system',
      'Target system',
      'Status'
    ])
    const cells = await rows.nth(3).getByRole('cell').allInnerTexts()
    expect(cells.map((text) => text.replace(/\s+/g, ' '))).toEqual([
      '2024-05-10 14:00:00',
      'Emil Novák',
      'Update',
      'Microsoft Entra ID',
      'Slack',
      '✕ Failure LicenseLimitExceeded'
    ])
    expect(await rows.count()).toBe(11)
  })

  it('is scrolled without an end, with few rows in the document', async () => {
    const many = Array.from({ length: 350 }, (_, place) => ({
      id: `many-${place}`,
      activityDateTime: new Date(Date.UTC(2023, 0, 1, 0, place)).toISOString(),
      sourceIdentity: { displayName: `Person ${place}` }
    }))
    await service.post('/$batch', batchOf(many))
    const page = await open('?from=2023-01-01T00:00:00Z&to=2023-01-02T00:00:00Z')
    const shown = page.locator('tbody tr[aria-rowindex]')
    await page.getByText('Person 349', { exact: true }).waitFor()
    expect(await page.getByRole('table').getAttribute('aria-rowcount')).toBe('-1')
    await shown.first().focus()
    await eventually(async () => {
      await page.keyboard.press('End')
      expect(await shown.count()).toBeLessThan(60)
      return shown.last().getAttribute('aria-rowindex')
    }, '351')
    await page.getByText('Person 0', { exact: true }).waitFor()
    expect(await page.getByRole('table').getAttribute('aria-rowcount')).toBe('351')
    await page.keyboard.press('Home')
    await page.getByText('Person 349', { exact: true }).waitFor()
  })

  it('has each row once, though a page comes late and another one fails meanwhile', async () => {
    const minutes = Array.from({ length: 2500 }, (_, place) => ({
      id: `minute-${place}`,
      activityDateTime: new Date(Date.UTC(2022, 0, 1, 0, place)).toISOString()
    }))
    for (const part of [minutes.slice(0, 900), minutes.slice(900, 1800), minutes.slice(1800)])
      await service.post('/$batch', batchOf(part))
    const page = await open('?from=2022-01-01T00:00:00Z&to=2022-01-03T00:00:00Z')
    const scrollTo = (top: number) => page.evaluate(`document.querySelector('.scroller').scrollTop = ${top}`)
    const last = page.locator('tbody tr[aria-rowindex]').last()
    const goDown = async () => {
      await scrollTo(1_000_000)
      return last.getAttribute('aria-rowindex')
    }
    await last.waitFor()
    const pass = (route: Route) => void route.continue()
    const held: Route[] = []
    let asked = 0
    let answer = (route: Route) => {
      if (++asked <= 8) return pass(route)
      answer = pass
      held.push(route)
    }
    await page.route(/skiptoken/, (route) => answer(route))
    await eventually(async () => {
      await goDown()
      return held.length
    }, 1) // of the page after 1,700 events; the second page is not kept any longer
    const failed = new Promise<void>((resolve) => {
      answer = (route) => {
        answer = pass
        resolve()
        void route.fulfill({ status: 503, json: { error: { code: 'serviceUnavailable', message: 'Busy.' } } })
      }
    })
    await scrollTo(8000)
    await failed
    await eventually(() => page.locator('.unread').count(), 0) // it was read again
    await goDown()
    await held[0]?.continue()
    await eventually(goDown, '2501')
    expect(await page.getByRole('table').getAttribute('aria-rowcount')).toBe('2501')
  })

  it('is reached in a window of 320 by 256 pixels, which a zoom of 400 % leaves', async () => {
    const page = await open(`?${WEEK}`, { viewport: { width: 320, height: 256 } })
    const row = page.locator('tbody tr').filter({ hasText: 'Dora Nagy' })
    await row.scrollIntoViewIfNeeded()
    const { x = -1, y = -1, width = 0, height = 0 } = (await row.boundingBox()) ?? {}
    expect([x, y >= 0, x + width <= 320, y + height <= 256]).toEqual([0, true, true, true])
    await row.click()
    const end = page.getByRole('dialog').getByRole('link', { name: 'Its job' })
    await end.scrollIntoViewIfNeeded()
    expect((await end.boundingBox())!.y).toBeLessThan(256)
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(320)
  })

  it('is as wide as a low window allows, as is the chart', async () => {
    const page = await open(`?${WEEK}`, { viewport: { width: 1000, height: 400 } })
    await page.getByText('Dora Nagy').waitFor()
    await page.locator('.u-over').waitFor()
    expect((await page.locator('.chart canvas').boundingBox())!.width).toBeLessThan(700)
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(1000)
  })

  it('has room for whom events are about, however wide the window is', async () => {
    const page = await open(`?${WEEK}`)
    await page.locator('.name').first().waitFor()
    for (const width of [320, 390, 600, 640, 800, 861, 900, 1024, 1101, 1280, 1440, 1920]) {
      await page.setViewportSize({ width, height: 800 })
      const cell = await page.locator('td.identity').first().boundingBox()
      expect([width, cell!.width >= 110 && cell!.x + cell!.width < width]).toEqual([width, true])
      expect(await page.evaluate("document.querySelector('.scroller table').offsetWidth")).toBeLessThanOrEqual(width)
    }
  })

  it('prints which events they are, and from when', async () => {
    const page = await open(`?${WEEK}&search=an&status=success`)
    await page.locator('.name').first().waitFor()
    await page.emulateMedia({ media: 'print' })
    await page
      .getByText('an, Success – Events – 2024-05-06 02:00 – 2024-05-13 02:00 – times in Europe/Berlin')
      .waitFor()
    expect(await page.getByText('are on paper').count()).toBe(0) // as all rows are
    await page.emulateMedia({ media: 'screen' })
    await eventually(() => page.locator('.paper').isVisible(), false)
  })

  it.each([1360, 1024, 390])('shows times with the spacing that people may need, %i pixels wide', async (width) => {
    const page = await open(`?${WEEK}`, { viewport: { width, height: 800 }, bypassCSP: true })
    // as WCAG 2.2 has it in 1.4.12
    const content =
      '* { letter-spacing: 0.12em !important; word-spacing: 0.16em !important; line-height: 1.5 !important }'
    await page.addStyleTag({ content })
    const row = page.locator('tbody tr').filter({ hasText: 'Dora Nagy' })
    const time = (await row.locator('time').boundingBox())!
    expect(time.x + time.width).toBeLessThan((await row.locator('.name').boundingBox())!.x)
    expect(await page.evaluate('getComputedStyle(document.querySelector("td.time")).overflow')).toBe('visible')
  })

  it('is a few keys away', async () => {
    const page = await open(`?${WEEK}`)
    await page.locator('.name').first().waitFor()
    await page.getByRole('slider').waitFor()
    const clipped = () => page.evaluate("getComputedStyle(document.querySelector('.skip')).clipPath")
    expect(await clipped()).toBe('inset(50%)')
    await page.keyboard.press('Tab')
    expect(await clipped()).toBe('none')
    await page.keyboard.press('Enter')
    for (let press = 0; press < 5; press++) await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await page.getByRole('dialog', { name: "Fiona O'Neill" }).waitFor()
  })

  it('is where it was for who comes back to it', async () => {
    const page = await open(`?${WEEK}`, { viewport: { width: 1000, height: 400 } })
    const top = () => page.evaluate("document.querySelector('.scroller')?.scrollTop")
    await page.locator('.name').first().waitFor()
    await page.evaluate("document.querySelector('.scroller').scrollTo(0, 100)")
    await eventually(top, 100)
    await page.locator('tbody tr').filter({ hasText: 'Chen Wei' }).last().click()
    await page.getByRole('link', { name: 'All that happened to Chen Wei' }).click()
    await page.getByRole('heading', { name: 'Everything that happened to Chen Wei' }).waitFor()
    await page.goBack()
    await page.getByRole('dialog', { name: 'Chen Wei' }).waitFor()
    await page.goBack()
    await eventually(top, 100)
    await page.getByRole('group', { name: 'Status' }).getByLabel('Failure').check()
    await eventually(() => page.locator('tbody .name').count(), 3)
    expect(await top()).toBe(0)
    await page.goBack()
    await eventually(() => page.locator('tbody .name').count(), 10)
    await eventually(top, 100)
  })

  it('is where it was, also as a timeline', async () => {
    const page = await open('?last=all&cycle=cycle-2', { viewport: { width: 700, height: 570 } })
    const top = () => page.evaluate("document.querySelector('.timeline')?.scrollTop")
    await page.locator('.timeline li').last().waitFor()
    await page.evaluate("document.querySelector('.timeline').scrollTo(0, 50)")
    await eventually(top, 50)
    await page.getByRole('link', { name: /Chen Wei/ }).click()
    await page.getByRole('link', { name: 'All that happened to Chen Wei' }).click()
    await page.getByRole('heading', { name: 'Everything that happened to Chen Wei' }).waitFor()
    expect(await top()).toBe(0)
    await page.goBack()
    await page.goBack()
    await page.getByRole('heading', { name: 'Cycle cycle-2' }).waitFor()
    await eventually(top, 50)
  })

  it('is read anew by who does not come back, but chooses the same again', async () => {
    const page = await open('?last=all&search=zoe')
    await page.getByText('No events match').waitFor()
    await service.post('/auditLogs/provisioning', event({ id: 'zoe', at: '2022-05-01T08:00:00Z', who: 'Zoe Late' }))
    await page.getByRole('searchbox').fill('')
    await page.getByRole('searchbox').fill('zoe')
    await page.keyboard.press('Enter')
    await page.locator('.name').getByText('Zoe Late').waitFor()
  })

  it('opens events in tabs of their own', async () => {
    const page = await open(`?${WEEK}`)
    const click = page.getByText('Dora Nagy').click({ modifiers: ['ControlOrMeta'] })
    const [tab] = await Promise.all([page.context().waitForEvent('page'), click])
    await tab.getByRole('dialog', { name: 'Dora Nagy' }).waitFor()
    expect(await page.getByRole('dialog').count()).toBe(0)
    await page.getByRole('row', { name: /^Fiona/ }).focus()
    const key = page.keyboard.press('ControlOrMeta+Enter')
    const [other] = await Promise.all([page.context().waitForEvent('page'), key])
    await other.getByRole('dialog', { name: "Fiona O'Neill" }).waitFor()
  })

  it('opens the event that is clicked beside one that is open', async () => {
    const page = await open(`?${WEEK}`)
    const click = async (name: string) => {
      const { x, y } = (await page.locator('tbody .name').getByText(name).first().boundingBox())!
      await page.mouse.click(x + 5, y + 5)
    }
    await click('Dora Nagy')
    await page.getByRole('dialog', { name: 'Dora Nagy' }).waitFor()
    await click('Emil Novák')
    await page.getByRole('dialog', { name: 'Emil Novák' }).getByText('What to do').waitFor()
    await click('Emil Novák')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    await click('Dora Nagy')
    const title = (await page.getByRole('heading', { name: 'Dora Nagy' }).boundingBox())!
    await page.mouse.move(title.x + 80, title.y + 10)
    await page.mouse.down()
    await page.mouse.move(title.x - 60, title.y + 10, { steps: 5 })
    await page.mouse.up() // who selects a text lets go of it anywhere
    await page.getByRole('dialog', { name: 'Dora Nagy' }).waitFor()
    await page.mouse.click(300, 200)
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    expect(new URL(page.url()).searchParams.has('event')).toBe(false)
  })

  it('shows what is cut off in the tooltips of cells', async () => {
    const page = await open(`?${WEEK}`, { viewport: { width: 1360, height: 860 } })
    const row = page.locator('tbody tr').filter({ hasText: 'Emil Novák' })
    await row.waitFor()
    const titles: (string | null)[] = []
    for (const cell of await row.locator('td').all()) titles.push(await cell.getAttribute('title'))
    expect(titles).toEqual([null, 'Emil Novák', null, 'Microsoft Entra ID', 'Slack', 'LicenseLimitExceeded'])
  })

  it('lets people copy a name, without opening its event', async () => {
    const page = await open(`?${WEEK}`)
    const { x, y, width, height } = (await page.getByText('Dora Nagy').boundingBox())!
    await page.mouse.move(x + 1, y + height / 2)
    await page.mouse.down()
    await page.mouse.move(x + width + 4, y + height / 2, { steps: 5 })
    await page.mouse.up()
    expect(await page.evaluate('getSelection().toString()')).toBe('Dora Nagy')
    expect(await page.getByRole('dialog').count()).toBe(0)
    await page.mouse.click(x + 5, y + height / 2)
    await page.getByRole('dialog', { name: 'Dora Nagy' }).waitFor()
  })

  it('is read at once on demand, where the service asks for patience', async () => {
    const page = await open(`?${WEEK}`)
    const headers = { 'Retry-After': '600' }
    const json = {
      error: { code: 'tooManyRequests', message: 'The tenant has more requests under way than it may have.' }
    }
    await page.route(/provisioning\?.*select=id/, (route) => route.fulfill({ status: 429, headers, json }))
    await page.reload()
    const alert = page.getByRole('alert').filter({ hasText: 'There are too many requests' })
    await alert.getByText('The tenant has more requests under way than it may have.', { exact: true }).waitFor()
    await alert.getByText('Trying again…').waitFor()
    await page.unroute(/provisioning\?.*select=id/)
    await alert.getByRole('button', { name: 'Try now' }).click()
    await page.getByText('Dora Nagy').waitFor()
  })

  it('says what is wrong where events cannot be read, and what to do', async () => {
    const page = await open(`?${WEEK}`)
    await page.getByText('Dora Nagy').waitFor()
    await page.getByRole('searchbox').fill('x'.repeat(20_000))
    await page.getByRole('searchbox').press('Enter')
    const alert = page.getByRole('alert').filter({ hasText: 'This is too much to ask for at once' })
    await alert.getByText('Choose fewer values, or search for a shorter text.').first().waitFor()
    await alert.getByRole('button', { name: 'Try again' }).first().waitFor()
    await page.getByRole('searchbox').fill('dora')
    await page.getByRole('searchbox').press('Enter')
    await eventually(() => page.locator('tbody .name').allInnerTexts(), ['Dora Nagy'])
  })
})
