import { describeInBrowser, eventually, startBrowser, type Page } from '../support/browser.ts'
import { sharedService } from '../support/service.ts'
import { batchOf, event, events, job, WEEK } from './events.ts'

const service = sharedService()
const { open } = startBrowser(() => service.url)
beforeAll(() => service.post('/$batch', batchOf(events)))

const rows = (page: Page) => page.getByRole('table', { name: 'Events' }).locator('tbody').getByRole('row')
const names = (page: Page) => page.locator('tbody .name').allInnerTexts()
const group = (page: Page, name: string) => page.getByRole('group', { name })
const figure = (page: Page) => page.getByRole('figure')
const period = (page: Page) => figure(page).locator('.period')

/** Waits until the table has as many rows. */
const untilRows = (page: Page, count: number) => eventually(() => page.locator('tbody .name').count(), count)

/** The values of a filter with their counts. */
async function values(page: Page, name: string) {
  await group(page, name).getByRole('checkbox').first().waitFor()
  const texts = await group(page, name).locator('label').allInnerTexts()
  return texts.map((text) => text.replace(/\s+/g, ' ').trim())
}

/** What a list of definitions says. */
const definition = (page: Page, name: string) =>
  page.getByRole('term').filter({ hasText: name }).locator('xpath=following-sibling::dd').innerText()

describeInBrowser('A range of time', () => {
  it('is relative to now, and says where the newest events are if it has none', async () => {
    const page = await open('?last=24h')
    await page.getByText('The newest event of the log is of 2024-05-13 01:30:00.').waitFor()
    await page.getByRole('button', { name: 'Show the last days with events' }).click()
    await untilRows(page, 10)
    await page.getByLabel('Range of time').last().selectOption('Last hour')
    await page.getByText('No events match').waitFor()
    await page.getByRole('button', { name: 'All time' }).click()
    await untilRows(page, 10)
    expect(new URL(page.url()).search).toBe('?last=all')
  })

  it('that has nothing of what is searched leads to where it is, if it is anywhere', async () => {
    const page = await open('?last=24h&search=bob')
    await page.getByText('The newest event that matches is of 2024-05-07 11:00:00.').waitFor()
    await page.getByRole('button', { name: 'Show the last days with events' }).click()
    await untilRows(page, 2)
    await page.goto(`${service.url}/app/?last=24h&search=nobody`)
    await page.getByText('There is none in the whole log.').waitFor()
    expect(await page.getByRole('button', { name: 'All time' }).count()).toBe(0)
    await page.getByRole('main').getByRole('button', { name: 'Clear all filters' }).waitFor()
  })

  it('goes from one point in time to another', async () => {
    const page = await open('?time=utc')
    await page.getByLabel('Range of time').last().selectOption('From … to …')
    await page.getByLabel('From').fill('2024-05-08T08:30:00')
    await page.getByLabel('to', { exact: true }).fill('2024-05-08T08:00:00')
    await page.getByRole('button', { name: 'Apply' }).click()
    expect(await page.getByRole('alert').innerText()).toBe('The end must be after the start.')
    await page.getByLabel('to', { exact: true }).fill('2024-05-10T12:00:01')
    await page.getByRole('button', { name: 'Apply' }).click()
    await untilRows(page, 3)
    expect(await names(page)).toEqual(['Emil Novák', 'Dora Nagy', 'Chen Wei'])
  })

  it('has the results over time, and is zoomed by drawing over them', async () => {
    const page = await open(`?${WEEK}&time=utc`)
    await figure(page).getByRole('status').getByText('10 events').waitFor()
    expect((await figure(page).locator('figcaption').innerText()).replace(/\s+/g, ' ')).toBe(
      '2024-05-06 00:00:00 – 2024-05-13 00:00:00 Failure 3 Warning 1 Skipped 1 Success 5 10 events'
    )
    const chart = page.locator('.u-over')
    const box = await chart.boundingBox()
    const at = (day: number) => [box!.x + (box!.width * day) / 7, box!.y + 40] as const
    await page.mouse.move(...at(1.02))
    await page.mouse.down()
    await page.mouse.move(...at(1.5))
    await page.mouse.move(...at(1.98))
    await page.mouse.up()
    await untilRows(page, 2)
    expect(new URL(page.url()).search).toBe(
      '?from=2024-05-07T00%3A00%3A00.000Z&to=2024-05-08T00%3A00%3A00.000Z&time=utc'
    )
    await page.getByRole('button', { name: 'Later' }).click()
    await page.waitForURL('**/*from=2024-05-08*')
    await page.getByRole('button', { name: 'Zoom out' }).click()
    await page.waitForURL('**/*from=2024-05-07T12*')
  })

  it('is widened to all the years that there are, and no further', async () => {
    const page = await open('?last=90d')
    const widen = page.getByRole('button', { name: 'Zoom out' })
    for (let click = 0; click < 25; click++) await widen.click()
    expect(new URL(page.url()).search).toBe('?from=0100-01-01T00%3A00%3A00.000Z&to=9900-01-01T00%3A00%3A00.000Z')
    await page.getByRole('button', { name: 'Later' }).click()
    await figure(page).getByText('10 events').waitFor()
    await untilRows(page, 10)
    expect(await page.getByRole('alert').count()).toBe(0)
  })

  it('is not zoomed by a click, nor by what is given up', async () => {
    const page = await open(`?${WEEK}&time=utc`)
    await figure(page).getByText('10 events').waitFor()
    const url = page.url()
    const box = await page.locator('.u-over').boundingBox()
    await page.mouse.click(box!.x + 100, box!.y + 40)
    await page.mouse.down()
    await page.mouse.move(box!.x + 300, box!.y + 40)
    await period(page).filter({ hasNotText: '2024-05-06 00:00:00 – 2024-05-13 00:00:00' }).waitFor()
    await page.keyboard.press('Escape')
    await page.mouse.up()
    await page.mouse.move(0, 0)
    await period(page).filter({ hasText: '2024-05-06 00:00:00 – 2024-05-13 00:00:00' }).waitFor()
    expect(page.url()).toBe(url)
  })

  it('is zoomed by a finger, while one that goes up or down scrolls', async () => {
    const page = await open(`?${WEEK}&time=utc`, {
      hasTouch: true,
      isMobile: true,
      viewport: { width: 390, height: 500 }
    })
    await figure(page).getByText('10 events').waitFor()
    const session = await page.context().newCDPSession(page)
    const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd', x?: number, y = 0) =>
      session.send('Input.dispatchTouchEvent', { type, touchPoints: x === undefined ? [] : [{ x, y }] })
    const box = await page.locator('.u-over').boundingBox()
    const at = (day: number) => box!.x + (box!.width * day) / 7

    await touch('touchStart', at(2), box!.y + 20)
    for (const up of [10, 30, 60]) await touch('touchMove', at(2) + up / 10, box!.y + 20 + up)
    await touch('touchEnd')
    await touch('touchStart', at(1.02), box!.y + 40)
    for (const day of [1.2, 1.5, 1.98]) await touch('touchMove', at(day), box!.y + 45)
    await period(page).filter({ hasText: '2024-05-07 00:00:00 – 2024-05-08 00:00:00' }).waitFor()
    await touch('touchEnd')
    await untilRows(page, 2)
    expect(new URL(page.url()).search).toBe(
      '?from=2024-05-07T00%3A00%3A00.000Z&to=2024-05-08T00%3A00%3A00.000Z&time=utc'
    )
  })

  it('is zoomed by keyboard, and says what is chosen', async () => {
    const page = await open(`?${WEEK}&time=utc`)
    await figure(page).getByText('10 events').waitFor()
    const slider = page.getByRole('slider', { name: 'Results over time' })
    await slider.focus()
    for (let step = 0; step < 9; step++) await page.keyboard.press('ArrowRight')
    for (let step = 0; step < 7; step++) await page.keyboard.press('Shift+ArrowRight')
    const spoken = '2024-05-07 00:00:00 – 2024-05-08 00:00:00: Failure 2, Warning 0, Skipped 0, Success 0'
    await eventually(() => slider.getAttribute('aria-valuetext'), spoken)
    await page.keyboard.press('Escape')
    const all = '2024-05-06 00:00:00 – 2024-05-13 00:00:00: Failure 3, Warning 1, Skipped 1, Success 5'
    await eventually(() => slider.getAttribute('aria-valuetext'), all)
    await page.keyboard.press('End')
    await page.keyboard.press('Shift+Home')
    await page.keyboard.press('ArrowRight')
    await page.keyboard.press('Shift+End')
    await page.keyboard.press('Enter')
    await untilRows(page, 10)
    expect(new URL(page.url()).search).toBe(
      '?from=2024-05-06T03%3A00%3A00.000Z&to=2024-05-13T00%3A00%3A00.000Z&time=utc'
    )
  })
})

describeInBrowser('Filters', () => {
  it('have each value with its count', async () => {
    const page = await open(`?${WEEK}`)
    expect(await values(page, 'Status')).toEqual(['Failure 3', 'Warning 1', 'Skipped 1', 'Success 5'])
    expect(await values(page, 'Action')).toEqual(['Update 4', 'Create 3', 'Delete 1', 'Disable 1', 'Other 1'])
    expect(await values(page, 'Job')).toEqual([
      'Microsoft Entra ID → Slack scim · 7e01ddb9 8',
      'Workday → Microsoft Entra ID workday · cdaf41f8 2'
    ])
    expect(await values(page, 'Source system')).toEqual(['Microsoft Entra ID 8', 'Workday 2'])
    expect(await values(page, 'Target system')).toEqual(['Slack 8', 'Microsoft Entra ID 2'])
  })

  it('confine table, histogram and the counts of each other', async () => {
    const page = await open(`?${WEEK}`)
    await group(page, 'Status').getByLabel('Failure').check()
    await untilRows(page, 3)
    await figure(page).getByText('3 events').waitFor()
    expect(await values(page, 'Status')).toEqual(['Failure 3', 'Warning 1', 'Skipped 1', 'Success 5'])
    expect(await values(page, 'Action')).toEqual(['Create 2', 'Update 1', 'Delete 0', 'Disable 0', 'Other 0'])
    await group(page, 'Action').getByLabel('Update').check()
    await untilRows(page, 1)
    expect(await names(page)).toEqual(['Emil Novák'])
    await group(page, 'Status').getByLabel('Skipped').check()
    await page.waitForURL('**/*status=skipped*')
    expect(await values(page, 'Action')).toEqual(['Create 2', 'Other 1', 'Update 1', 'Delete 0', 'Disable 0'])
    await page.getByRole('button', { name: 'Clear all filters' }).click()
    await untilRows(page, 10)
  })
})

describeInBrowser('The title of the page', () => {
  it.each([
    ['', 'Events – Last 7 days – Provisioning log'],
    ['?last=all&show=failures&code=Conflict', 'Conflict – Failures by error – All time – Provisioning log'],
    [
      `?${WEEK}&time=utc&search=anna&status=success&target=Slack&action=(none)`,
      'anna, Success, (none), Slack – Events – 2024-05-06 00:00 – 2024-05-13 00:00 – Provisioning log'
    ],
    ['?object=source-bob.stone&last=all', 'Everything that happened to Bob Stone – Provisioning log'],
    ['?cycle=cycle-2&last=all', 'Cycle cycle-2 – Provisioning log'],
    [`?timeline=${job}&last=all`, `The cycles of job ${job} – Provisioning log`]
  ])('says what is shown: %s', async (query, title) => {
    const page = await open(query)
    await eventually(() => page.title(), title)
  })

  it('names the event that is open, and again what is behind it', async () => {
    const page = await open('?object=source-bob.stone&last=all')
    await page.getByRole('link', { name: 'Create' }).first().click()
    await eventually(() => page.title(), 'Bob Stone: Create, Failure – Provisioning log')
    expect(await page.locator('.facts').innerText()).toContain('bob.stone@contoso.com')
    expect(await page.locator('.timeline > code').innerText()).toBe('source-bob.stone')
    await page.keyboard.press('Escape')
    await eventually(() => page.title(), 'Everything that happened to Bob Stone – Provisioning log')
    await page.getByRole('link', { name: 'All events' }).click()
    await eventually(() => page.title(), 'Events – All time – Provisioning log')
  })
})

describeInBrowser('Search', () => {
  it('finds people and ids', async () => {
    const page = await open(`?${WEEK}`)
    for (const [text, ...found] of [
      ['anna', 'Anna Müller', 'Anna Müller', 'Anna Müller'],
      ["O'Neill", "Fiona O'Neill"],
      ['MÜLLER', 'Anna Müller', 'Anna Müller', 'Anna Müller'],
      ['novák emil', 'Emil Novák'],
      ['"emil novák"', 'Emil Novák'],
      ['dora.nagy@contoso.com', 'Dora Nagy'],
      ['e05', 'Chen Wei'],
      ['change-of-e04', 'Bob Stone'],
      ['source-emil.novák', 'Emil Novák']
    ] as [string, ...string[]][]) {
      await page.keyboard.press('ControlOrMeta+k')
      await page.getByRole('searchbox').fill(text)
      await page.keyboard.press('Enter')
      await eventually(() => names(page), found)
    }
  })

  it('is a key away, also from a filter', async () => {
    const page = await open(`?${WEEK}`)
    await group(page, 'Status').getByLabel('Failure').check()
    await page.keyboard.press('ControlOrMeta+k')
    await page.keyboard.type('emil n')
    expect(await page.getByRole('searchbox').inputValue()).toBe('emil n')
    expect(await group(page, 'Status').getByLabel('Failure').isChecked()).toBe(true)
    await page.getByRole('link', { name: 'Failures by error' }).focus()
    for (const key of ['/', 'k']) await page.keyboard.press(key) // a single character does nothing (WCAG 2.1.4)
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Failures by error')
  })

  it('leaves what happened to somebody else, but not a cycle', async () => {
    const page = await open('?last=all&object=source-bob.stone')
    await page.getByRole('heading', { name: 'Everything that happened to Bob Stone' }).waitFor()
    await page.getByRole('searchbox').fill('chen')
    await page.keyboard.press('Enter')
    await eventually(() => names(page), ['Chen Wei', 'Chen Wei'])
    await page.goto(`${service.url}/app/?last=all&cycle=cycle-3`)
    await page.getByRole('searchbox').fill('chen')
    await page.keyboard.press('Enter')
    await page.waitForURL('**/?last=all&search=chen&cycle=cycle-3')
    await eventually(() => page.locator('.timeline li').count(), 1)
  })

  it('says so where it finds nothing, and leads back', async () => {
    const page = await open(`?${WEEK}&time=utc&search=nobody`)
    await page.getByText('No events match').waitFor()
    await eventually(() => period(page).innerText(), '2024-05-06 00:00:00 – 2024-05-13 00:00:00')
    await page.getByRole('status').getByRole('button', { name: 'Clear all filters' }).click()
    await untilRows(page, 10)
  })
})

describeInBrowser('The URL', () => {
  it('has the whole view, and Back works', async () => {
    const page = await open(`?${WEEK}`)
    await untilRows(page, 10)
    await group(page, 'Status').getByLabel('Failure').check()
    await untilRows(page, 3)
    await page.getByRole('searchbox').fill('bob')
    await page.getByRole('searchbox').press('Enter')
    await untilRows(page, 2)
    await page.getByRole('button', { name: 'UTC' }).click()
    await rows(page).first().click()
    await page.getByRole('tab', { name: 'Summary' }).click()
    const url = new URL(page.url())
    expect(url.search).toBe(`?${WEEK.replaceAll(':', '%3A')}&status=failure&search=bob&time=utc&event=e04&tab=summary`)

    const other = await open(url.search)
    await other.getByRole('dialog', { name: 'Bob Stone' }).waitFor()
    expect(await other.getByRole('tab', { selected: true }).innerText()).toBe('Summary')
    expect(await names(other)).toEqual(['Bob Stone', 'Bob Stone'])
    expect(await other.getByRole('searchbox', { includeHidden: true }).inputValue()).toBe('bob')

    await page.goBack()
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    await page.goBack()
    await page.goBack()
    await untilRows(page, 3)
    expect(await page.getByRole('searchbox').inputValue()).toBe('')
    await page.goBack()
    await untilRows(page, 10)
    await page.goForward()
    await untilRows(page, 3)
  })
})

describeInBrowser('A link of the service', () => {
  it('is followed at the host of the page, whatever host and path it has', async () => {
    const page = await open()
    const asked: string[] = []
    page.on('request', (request) => asked.push(request.url()))
    await page.route(/provisioning\?.*select=id/, async (route) => {
      const response = await route.fetch()
      const json = {
        ...((await response.json()) as object),
        '@odata.nextLink': 'https://user@inside:8443//evil.example/log?a=b#c'
      }
      await route.fulfill({ response, json })
    })
    await page.goto(`${service.url}/app/?${WEEK}`)
    await eventually(
      () => Promise.resolve(asked.filter((url) => url.includes('evil'))),
      [`${service.url}//evil.example/log?a=b`]
    )
  })
})

describeInBrowser('The details of an event', () => {
  it('tell in three clicks why the provisioning of a person failed', async () => {
    const page = await open(`?${WEEK}`)
    await page.getByRole('searchbox').fill('bob')
    await page.getByRole('button', { name: 'Search' }).click() // one
    await untilRows(page, 2)
    await rows(page).first().click() // two, and no third is needed
    const dialog = page.getByRole('dialog', { name: 'Bob Stone' })
    expect(await dialog.getByRole('tab', { selected: true }).innerText()).toBe('Troubleshooting & Recommendations')
    await dialog.getByText('A user with this name exists.', { exact: true }).waitFor()
    await dialog.getByText('The target system already has an object with one of these values').waitFor()
    await dialog.getByText(/^Find the object in the target system/).waitFor()
    await dialog.getByText('An error of the other system').waitFor()
    await dialog.getByText("In step 2 (export): Failed to update User 'bob.stone@contoso.com' in Slack").waitFor()
    await dialog.getByText('The whole reason').click()
    await dialog.getByText('StatusCode: Conflict').waitFor()
    await dialog.getByRole('link', { name: 'All events with this code' }).click()
    await untilRows(page, 2)
    expect(new URL(page.url()).searchParams.get('code')).toBe('Conflict')
    await page.getByText('Error code Conflict').waitFor()
    await page.getByRole('button', { name: 'Any error code' }).click()
    await untilRows(page, 10)
  })

  it('have the steps in their order', async () => {
    const page = await open(`?${WEEK}&event=e02`)
    const steps = page.getByRole('dialog').getByRole('tabpanel', { name: 'Steps' }).getByRole('listitem')
    await steps.first().waitFor()
    expect((await steps.allInnerTexts()).map((text) => text.split(/\s*\n\s*/))).toEqual([
      [
        '1. Import: read from the source',
        '✓',
        'Success',
        "Received User 'anna.müller@contoso.com' change of type (Update) from Microsoft Entra ID",
        'EntryImportUpdate',
        'objectId',
        'source-anna.müller',
        'accountEnabled',
        'True'
      ],
      [
        '2. Export: write to the target',
        '✓',
        'Success',
        "User 'anna.müller@contoso.com' was updated in Slack",
        'EntryExportUpdate',
        'ReportableIdentifier',
        'anna.müller@contoso.com'
      ]
    ])
  })

  it('have old and new values side by side, with what differs marked', async () => {
    const page = await open(`?${WEEK}&event=e02&tab=properties`)
    const table = page.getByRole('dialog').getByRole('table')
    await table.waitFor()
    expect((await table.getByRole('row').allInnerTexts()).map((text) => text.split('\t'))).toEqual([
      ['Property', 'Old value', 'New value'],
      ['title', 'Senior Engineer', 'Principal Engineer'],
      ['department', '(none)', 'Research'],
      ['userName', 'anna.müller@contoso.com', 'anna.müller@contoso.com']
    ])
    expect(await table.locator('del').allInnerTexts()).toEqual(['Senior'])
    expect(await table.locator('ins').allInnerTexts()).toEqual(['Principal', 'Research'])
  })

  it('have a summary of all that is known, and the JSON of it', async () => {
    const page = await open(`?${WEEK}&event=e02&tab=summary`)
    await page.getByRole('tabpanel', { name: 'Summary' }).waitFor()
    expect(await definition(page, 'Change id')).toBe('change-of-e02 Copy ')
    expect(await definition(page, 'Duration')).toBe('640 ms')
    expect(await definition(page, 'Initiated by')).toBe('Azure AD Provisioning Service, system')
    expect(await definition(page, 'UserPrincipalName')).toBe('anna.müller@contoso.com')
    await page.getByRole('tab', { name: 'JSON' }).click()
    const text = await page.getByRole('tabpanel', { name: 'JSON' }).locator('pre').innerText()
    expect(JSON.parse(text)).toEqual((await service.get("/auditLogs/provisioning('e02')")).body)
  })

  it('say so where an event is not there', async () => {
    const page = await open(`?${WEEK}&event=missing`)
    await page.getByRole('alert').getByText('This event is not there').waitFor()
  })
})

describeInBrowser('A timeline', () => {
  const moments = async (page: Page) => {
    await page.getByRole('region', { name: 'Timeline' }).getByRole('listitem').first().waitFor()
    const texts = await page.getByRole('region', { name: 'Timeline' }).getByRole('listitem').allInnerTexts()
    return texts.map((text) => text.replace(/\s+/g, ' '))
  }

  it('has all that happened to one object', async () => {
    const page = await open(`?${WEEK}&time=utc&event=e02&tab=summary`)
    await page.getByRole('link', { name: 'All that happened to Anna Müller' }).click()
    await page.getByRole('heading', { name: 'Everything that happened to Anna Müller' }).waitFor()
    expect(await moments(page)).toEqual([
      '2024-05-10 12:00:01 Delete, Microsoft Entra ID → Slack ✓ Success title, department, userName · 640 ms',
      '2024-05-06 09:00:00 Update, Microsoft Entra ID → Slack ✓ Success title, department, userName · 640 ms',
      '08:00:00 Create, Microsoft Entra ID → Slack ✓ Success title, department, userName · 640 ms'
    ])
    await page.getByRole('link', { name: 'Create, Microsoft' }).click()
    await page.getByRole('dialog', { name: 'Anna Müller' }).waitFor()
  })

  it('has the cycles of one job, and the events of one cycle', async () => {
    const page = await open(`?${WEEK}&time=utc&timeline=${job}`)
    expect(await moments(page)).toEqual([
      '2024-05-07 09:00:00 5 events in 6 days Failure 2 Skipped 1 Success 2 cycle-2',
      '2024-05-06 08:00:00 3 events in 24 h Failure 1 Success 2 cycle-1'
    ])
    await page.getByRole('link', { name: '3 events' }).click()
    await page.getByRole('heading', { name: 'Cycle cycle-1' }).waitFor()
    await page.getByRole('link', { name: 'Anna Müller: Create' }).click()
    await page.getByRole('link', { name: 'Its job' }).click() // it has this cycle, however old that is
    await eventually(async () => (await moments(page)).length, 2)
    await page.goBack()
    await page.goBack()
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    expect((await moments(page)).map((text) => text.split(':').slice(0, 4).join(':'))).toEqual([
      '2024-05-07 08:00:00 Bob Stone: Create, Microsoft Entra ID → Slack ✕ Failure Conflict title, department, userName · 640 ms',
      '2024-05-06 09:00:00 Anna Müller: Update, Microsoft Entra ID → Slack ✓ Success title, department, userName · 640 ms',
      '08:00:00 Anna Müller: Create, Microsoft Entra ID → Slack ✓ Success title, department, userName · 640 ms'
    ])
  })

  it('has no link where there is no cycle to show', async () => {
    const loose = { id: 'loose', activityDateTime: '2023-07-01T10:00:00Z', jobId: 'loose-job' }
    const cycle = { ...loose, id: 'bound', activityDateTime: '2023-07-02T10:00:00Z', cycleId: 'bound-cycle' }
    await service.post('/$batch', batchOf([loose, cycle]))
    const page = await open('?timeline=loose-job&last=all&time=utc')
    expect(await moments(page)).toEqual([
      '2023-07-02 10:00:00 1 event in 0 ms (none) 1 bound-cycle',
      '2023-07-01 10:00:00 1 event in 0 ms (none) 1 Events without a cycle'
    ])
    expect(await page.locator('.cycles').getByRole('link').count()).toBe(1)
  })
})

describeInBrowser('Failures', () => {
  it('are grouped by error code, with what to do about each', async () => {
    const page = await open(`?${WEEK}&time=utc`)
    await page.getByRole('link', { name: 'Failures by error' }).click()
    const groups = page.getByRole('list', { name: 'Failures by error code' }).getByRole('listitem')
    await groups.first().waitFor()
    expect((await groups.allInnerTexts()).map((text) => text.split(/\s*\n\s*/))).toEqual([
      [
        'Conflict',
        '2 events',
        'The target system already has an object with one of these values, and it is not the matched one.',
        'What to do: Find the object in the target system that has the same user name or mail address. Correct the matching attribute, or rename or remove the other object.',
        '1 object, first 2024-05-07 08:00:00, last 2024-05-07 09:00:00'
      ],
      [
        'LicenseLimitExceeded',
        '1 event',
        'The target system has no licence left for this user.',
        'What to do: Buy licences, free some of them, or assign fewer users to the application.',
        '1 object, first 2024-05-10 12:00:00, last 2024-05-10 12:00:00'
      ]
    ])
    expect((await figure(page).locator('figcaption').innerText()).replace(/\s+/g, ' ')).toBe(
      '2024-05-06 00:00:00 – 2024-05-13 00:00:00 Failure 3 3 events'
    )
    expect(await values(page, 'Action')).toEqual(['Create 2', 'Update 1', 'Delete 0', 'Disable 0', 'Other 0'])
    await page.getByRole('link', { name: '2 events' }).click()
    await untilRows(page, 2)
    expect(await names(page)).toEqual(['Bob Stone', 'Bob Stone'])
  })

  it('without an error code are led to, too', async () => {
    const told = { at: '2023-06-01T10:00:00Z', who: 'Hana Ito', status: 'failure' }
    const coded = [event({ ...told, id: 'coded', errorCode: 'Conflict' }), event({ ...told, id: 'uncoded' })]
    const bare = { id: 'bare', activityDateTime: told.at, statusInfo: { status: 'failure' } }
    await service.post('/$batch', batchOf([...coded, bare]))
    const page = await open('?from=2023-06-01T00:00:00.000Z&to=2023-06-02T00:00:00.000Z&show=failures')
    const group = page.getByRole('listitem').filter({ hasText: 'No error code' })
    await group.getByRole('link', { name: '2 events' }).click()
    await untilRows(page, 2)
    expect(await names(page)).toEqual(expect.arrayContaining(['Hana Ito', 'Unnamed object']))
    await page.getByText('Error code (none)').waitFor()
    expect(new URL(page.url()).searchParams.get('code')).toBe('(none)')
  })

  it('are confined by the other filters', async () => {
    const page = await open(`?${WEEK}&show=failures&search=anna`)
    await page.getByText('Nothing failed').waitFor()
  })
})

describeInBrowser('Points in time', () => {
  it('are local or in UTC, with the other in a tooltip', async () => {
    const page = await open(`?${WEEK}`)
    await untilRows(page, 10)
    const time = rows(page).first().locator('time')
    expect([await time.innerText(), await time.getAttribute('title')]).toEqual([
      '2024-05-13 01:30:00',
      '2024-05-12 23:30:00 UTC'
    ])
    await page.getByRole('button', { name: 'UTC' }).click()
    expect([await time.innerText(), await time.getAttribute('title')]).toEqual([
      '2024-05-12 23:30:00',
      '2024-05-13 01:30:00 Europe/Berlin'
    ])
    expect(await page.getByRole('columnheader').first().innerText()).toMatch(/^Time \(UTC\)/)
  })

  it('are written alike by browsers that have no language but English, in any zone and year', async () => {
    for (const [id, at] of [
      ['first', '0001-01-01T00:00:00Z'],
      ['last', '9999-12-31T23:59:59.9999999Z']
    ])
      await service.post('/auditLogs/provisioning', { id, activityDateTime: at })
    const page = await open(`?${WEEK}`, { timezoneId: 'Asia/Kolkata' })
    await page.addInitScript(`Intl.DateTimeFormat = class extends Intl.DateTimeFormat {
      constructor(_, options) {
        super('en-US', options)
      }
    }`)
    await page.reload()
    await untilRows(page, 10)
    expect(await rows(page).nth(1).locator('time').innerText()).toBe('2024-05-10 17:30:01')
    await page.getByLabel('Range of time').last().selectOption('edit')
    expect(await page.getByLabel('From').inputValue()).toBe('2024-05-06T05:30')
    for (const [id, text] of [
      ['first', '0001-01-01 05:53:28'],
      ['last', '10000-01-01 05:29:59']
    ]) {
      await page.goto(`${service.url}/app/?event=${id}`)
      expect(await page.getByRole('dialog').locator('time').first().innerText()).toBe(text)
    }
  })
})

describeInBrowser('The order', () => {
  it('is newest first, or oldest first', async () => {
    const page = await open(`?${WEEK}`)
    await untilRows(page, 10)
    expect((await names(page))[0]).toBe("Fiona O'Neill")
    await page.getByRole('columnheader', { name: 'Time' }).getByRole('button').click()
    await page.waitForURL('**/*order=oldest*')
    await eventually(async () => (await names(page))[0], 'Anna Müller')
  })
})

describeInBrowser('Numbers', () => {
  it('are written as in English, like the rest, whatever the browser speaks', async () => {
    const page = await open(`?${WEEK}`, { locale: 'ar-EG' })
    await figure(page).getByText('10 events', { exact: true }).waitFor()
    expect(await values(page, 'Status')).toEqual(['Failure 3', 'Warning 1', 'Skipped 1', 'Success 5'])
  })
})

describeInBrowser('A result that is not known', () => {
  it('stands after those that are', async () => {
    const told = { at: '2023-05-01T10:00:00Z', who: 'Gina Park' }
    const added = [event({ ...told, id: 'deferred', status: 'deferred' }), event({ ...told, id: 'succeeded' })]
    await service.post('/$batch', batchOf(added))
    const page = await open('?from=2023-05-01T00:00:00.000Z&to=2023-05-02T00:00:00.000Z&time=utc')
    expect(await values(page, 'Status')).toEqual(['Success 1', 'Deferred 1'])
    await figure(page).getByText('2 events').waitFor()
    expect((await figure(page).locator('figcaption').innerText()).replace(/\s+/g, ' ')).toBe(
      '2023-05-01 00:00:00 – 2023-05-02 00:00:00 Success 1 Deferred 1 2 events'
    )
    await page.goto(`${page.url()}&timeline=${job}`)
    const cycle = page.getByRole('region', { name: 'Timeline' }).getByRole('listitem')
    expect((await cycle.innerText()).replace(/\s+/g, ' ')).toBe(
      '2023-05-01 10:00:00 2 events in 0 ms Success 1 Deferred 1 cycle-1'
    )
  })
})
