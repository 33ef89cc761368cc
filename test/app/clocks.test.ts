import { describeInBrowser, eventually, startBrowser, type Page } from '../support/browser.ts'
import { sharedService } from '../support/service.ts'
import { batchOf, event } from './events.ts'

const service = sharedService()
const { open } = startBrowser(() => service.url)

/** Around the days on which clocks in Berlin are put on, and put back at 3:00 to 2:00. */
const TIMES = [
  ...['2024-03-30T22:59:59Z', '2024-03-30T23:00:00Z', '2024-03-31T21:59:59Z', '2024-03-31T22:00:00Z'],
  ...['2024-10-26T21:59:59Z', '2024-10-26T22:00:00Z', '2024-10-27T00:30:00Z', '2024-10-27T01:30:00Z'],
  ...['2024-10-27T22:59:59Z', '2024-10-27T23:00:00Z']
]
beforeAll(() =>
  service.post('/$batch', batchOf(TIMES.map((at, index) => event({ id: `e${index}`, at, who: `Person ${index}` }))))
)

const slider = (page: Page) => page.getByRole('slider', { name: 'Results over time' })
const spoken = (page: Page, text: string) => eventually(() => slider(page).getAttribute('aria-valuetext'), text)

/** Chooses bars by their places. */
async function choose(page: Page, first: number, last = first) {
  await slider(page).focus()
  await page.keyboard.press('Home')
  for (let place = 0; place < last; place++)
    await page.keyboard.press(place < first ? 'ArrowRight' : 'Shift+ArrowRight')
}

const AUTUMN = '?from=2024-09-30T22:00:00Z&to=2024-11-30T23:00:00Z'
const SPRING = '?from=2024-02-29T23:00:00Z&to=2024-04-30T22:00:00Z'

describeInBrowser('A day on which clocks change', () => {
  it.each<[string, [number, string][]]>([
    [
      AUTUMN,
      [
        [25, '2024-10-26 00:00:00 – 2024-10-27 00:00:00: Success 1'],
        [26, '2024-10-27 00:00:00 – 2024-10-28 00:00:00: Success 4'],
        [27, '2024-10-28 00:00:00 – 2024-10-29 00:00:00: Success 1']
      ]
    ],
    [
      SPRING,
      [
        [29, '2024-03-30 00:00:00 – 2024-03-31 00:00:00: Success 1'],
        [30, '2024-03-31 00:00:00 – 2024-04-01 00:00:00: Success 2'],
        [31, '2024-04-01 00:00:00 – 2024-04-02 00:00:00: Success 1']
      ]
    ],
    [`${AUTUMN}&time=utc`, [[27, '2024-10-27 00:00:00 – 2024-10-28 00:00:00: Success 4']]]
  ])('has a bar with all of its events: %s', async (query, bars) => {
    const page = await open(query)
    await page.getByRole('figure').getByText('events').waitFor()
    for (const [place, text] of bars) {
      await choose(page, place)
      await spoken(page, text)
    }
  })

  it('has the hour that comes twice in one bar of several hours', async () => {
    const page = await open('?from=2024-10-24T22:00:00Z&to=2024-10-30T23:00:00Z')
    await page.getByRole('figure').getByText('6 events').waitFor()
    await choose(page, 16)
    await spoken(page, '2024-10-27 00:00:00 – 2024-10-27 03:00:00: Success 3')
  })

  it('has that hour in two bars of an hour', async () => {
    const page = await open('?from=2024-10-26T22:00:00Z&to=2024-10-28T23:00:00Z')
    await page.getByRole('figure').getByText('5 events').waitFor()
    await choose(page, 2)
    await spoken(page, '2024-10-27 02:00:00 – 2024-10-27 02:00:00: Success 1')
    await choose(page, 3)
    await spoken(page, '2024-10-27 02:00:00 – 2024-10-27 03:00:00: Success 1')
  })

  it('keeps that hour where only the other end of a range is changed', async () => {
    const page = await open('?from=2024-10-27T01:30:00.500Z&to=2024-10-27T03:00:00Z')
    await page.getByLabel('Range of time').last().selectOption('From … to …')
    expect(await page.getByLabel('From').inputValue()).toBe('2024-10-27T02:30')
    await page.getByLabel('to', { exact: true }).fill('2024-10-27T05:00:00')
    await page.getByRole('button', { name: 'Apply' }).click()
    await page.waitForURL('**/*from=2024-10-27T01%3A30%3A00.500Z&to=2024-10-27T04%3A00%3A00.000Z')
  })

  it('is followed by the next one', async () => {
    const page = await open(AUTUMN)
    await page.getByRole('figure').getByText('6 events').waitFor()
    await choose(page, 26)
    await page.keyboard.press('Enter')
    await page.waitForURL('**/*from=2024-10-26T22%3A00%3A00.000Z&to=2024-10-27T23%3A00%3A00.000Z')
    await page.getByRole('button', { name: 'Later' }).click()
    await page.waitForURL('**/*from=2024-10-27T23%3A00%3A00.000Z&to=2024-10-28T23%3A00%3A00.000Z')
    await page.getByRole('button', { name: 'Earlier' }).click()
    await page.waitForURL('**/*from=2024-10-26T22%3A00%3A00.000Z&to=2024-10-27T23%3A00%3A00.000Z')
  })
})

describeInBrowser('The results over time', () => {
  it('are of no more time than the range, however long the first and the last bar are', async () => {
    const page = await open('?from=2024-10-24T10:20:00Z&to=2024-10-27T22:59:59Z')
    await page.getByRole('figure').getByText('4 events').waitFor()
    expect(await page.locator('.period').innerText()).toBe('2024-10-24 12:20:00 – 2024-10-27 23:59:59')
    await slider(page).focus()
    await page.keyboard.press('End')
    await spoken(page, '2024-10-27 22:00:00 – 2024-10-27 23:59:59: Success 0')
    await page.keyboard.press('Enter')
    await page.waitForURL('**/*from=2024-10-27T21%3A00%3A00.000Z&to=2024-10-27T22%3A59%3A59.000Z')
  })

  it('have all events, however many results there are', async () => {
    const [hours, results] = [50, 21]
    const many = Array.from({ length: hours * results }, (_, place) => ({
      activityDateTime: new Date(Date.parse('2023-05-01T00:30:00Z') + (place % hours) * 3_600_000).toISOString(),
      statusInfo: { status: `result ${place % results}` }
    }))
    for (let from = 0; from < many.length; from += 150)
      await service.post('/$batch', batchOf(many.slice(from, from + 150)))
    const page = await open('?from=2023-05-01T00:00:00Z&to=2023-05-03T02:00:00Z')
    await page.getByRole('figure').getByText('1,050 events').waitFor()
  })

  it('begin with the first year, where somebody sent a time that was not set', async () => {
    await service.post('/auditLogs/provisioning', event({ id: 'unset', at: '0001-01-01T00:00:00Z', who: 'Nobody' }))
    const page = await open('?last=all&time=utc&status=success')
    await eventually(() => page.locator('.period').innerText(), '0001-01-01 00:00:00 – 2024-10-27 23:00:00')
    await choose(page, 0)
    await spoken(page, '0001-01-01 00:00:00 – 0001-04-23 00:00:00: Success 1')
  })

  it('are not waited for where there are none', async () => {
    const page = await open('?last=all&search=zzz')
    await page.getByRole('figure').getByText('0 events', { exact: true }).waitFor()
  })
})
