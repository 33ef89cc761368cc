import { AxeBuilder } from '@axe-core/playwright'
import { describeInBrowser, eventually, startBrowser, type Page } from '../support/browser.ts'
import { sharedService } from '../support/service.ts'
import { batchOf, events, job, WEEK } from './events.ts'

const service = sharedService()
const { open } = startBrowser(() => service.url)
beforeAll(() => service.post('/$batch', batchOf(events)))

/** What axe finds, in one line each. */
async function findings(page: Page) {
  const { violations } = await new AxeBuilder({ page }).setLegacyMode().analyze()
  return violations.flatMap(({ id, impact, nodes }) =>
    nodes.map(({ html }) => `${impact}: ${id}: ${html.slice(0, 200)}`)
  )
}

const VIEWS: [name: string, query: string, ready: string][] = [
  ['the table', WEEK, 'Dora Nagy'],
  ['steps', `${WEEK}&event=e03&tab=steps`, 'EntryExportUpdate'],
  ['troubleshooting', `${WEEK}&event=e03`, 'What to do'],
  ['modified properties', `${WEEK}&event=e03&tab=properties`, 'Principal'],
  ['the summary', `${WEEK}&event=e03&tab=summary`, 'Change id'],
  ['the JSON', `${WEEK}&event=e03&tab=json`, 'provisioningSteps'],
  ['failures', `${WEEK}&show=failures`, 'What to do'],
  ['a timeline', `${WEEK}&object=source-anna.müller`, 'Delete, Microsoft'],
  ['a job', `${WEEK}&timeline=${job}`, 'cycle-1'],
  ['nothing found', `${WEEK}&search=nobody`, 'No events match']
]

describeInBrowser.each([
  ['light', 1360, VIEWS],
  ['dark', 1360, VIEWS.slice(0, 4)],
  ['light', 390, VIEWS.slice(0, 3)]
] as const)('In %s colours, %i pixels wide', (colorScheme, width, views) => {
  it('axe finds nothing', async () => {
    const page = await open(`?${WEEK}`, { colorScheme, viewport: { width, height: 800 }, bypassCSP: true })
    const found: Record<string, string[]> = {}
    for (const [name, query, ready] of views) {
      await page.goto(`${service.url}/app/?${query}`)
      await page.getByText(ready).first().waitFor()
      await page.locator('[aria-busy=true]').first().waitFor({ state: 'detached' })
      found[name] = await findings(page)
    }
    expect(found).toEqual(Object.fromEntries(views.map(([name]) => [name, []])))
  })
})

describeInBrowser('By keyboard', () => {
  /** What has the focus. */
  const focused = async (page: Page) => {
    const element = page.locator(':focus').first()
    return ((await element.getAttribute('aria-label')) ?? (await element.textContent()))?.trim()
  }

  it('rows, tabs and dialog are used, and the focus goes back to where it was', async () => {
    const page = await open(`?${WEEK}`)
    await page.getByText('Dora Nagy').waitFor()
    const first = page.locator('tbody tr[aria-rowindex="2"]')
    await first.focus()
    const down = async (name: string) => {
      await page.keyboard.press('ArrowDown')
      await eventually(() => focused(page), name)
    }
    await down('Anna Müller, Delete, success')
    await down('Emil Novák, Update, failure')
    await page.keyboard.press('Enter')
    await page.getByRole('tab', { name: 'Troubleshooting' }).waitFor()
    await page.getByRole('tab', { selected: true }).focus()
    await page.keyboard.press('ArrowRight')
    await eventually(() => focused(page), 'Modified properties')
    await page.keyboard.press('End')
    await eventually(() => focused(page), 'JSON')
    await page.keyboard.press('ArrowRight')
    await eventually(() => focused(page), 'Steps')
    expect(await page.getByRole('tab', { selected: true }).innerText()).toBe('Steps')
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    await eventually(() => focused(page), 'Emil Novák, Update, failure')
    await page.keyboard.press('End')
    await eventually(() => focused(page), 'Anna Müller, Create, success')
    await page.keyboard.press('Home')
    await eventually(() => focused(page), "Fiona O'Neill, Update, success")
    await page.keyboard.press('ControlOrMeta+k')
    expect(await focused(page)).toBe('Search by person or id')
  })

  it('the focus is never lost where what had it goes away', async () => {
    const page = await open(`?${WEEK}&event=e03`)
    const follow = async (role: 'link' | 'button', name: string, next: string) => {
      await page.getByRole(role, { name }).first().focus()
      await page.keyboard.press('Enter')
      await eventually(() => focused(page), next)
    }
    await follow('link', 'Its cycle', 'Timeline')
    await follow('link', 'All events', 'Events')
    await page.goto(`${service.url}/app/?${WEEK}&show=failures`)
    await follow('link', '2 events', 'Events')
    await follow('button', 'Any error code', 'Events')
    await follow('button', 'Clear all filters', 'Events')
    const menu = page.getByText('Download', { exact: true })
    const csv = page.getByRole('button', { name: 'CSV, for spreadsheets' })
    await menu.focus()
    await page.keyboard.press('Enter')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Escape')
    await eventually(() => focused(page), 'Download')
    await page.keyboard.press('Enter')
    await csv.waitFor()
    await page.keyboard.press('Shift+Tab')
    await csv.waitFor({ state: 'hidden' })
    await menu.click()
    await csv.waitFor()
    await page.getByRole('heading', { name: 'Provisioning log' }).click()
    await csv.waitFor({ state: 'hidden' })
  })

  it('each part is reached with Tab, and only one row of the table is', async () => {
    const page = await open(`?${WEEK}`)
    await page.getByText('Dora Nagy').waitFor()
    await page.getByRole('group', { name: 'Target system' }).getByRole('checkbox').last().waitFor()
    const order: (string | undefined)[] = []
    for (let press = 0; press < 40 && !order.includes("Fiona O'Neill, Update, success"); press++) {
      await page.keyboard.press('Tab')
      order.push(await focused(page))
    }
    expect(order).toEqual([
      'Skip to the list',
      'Search by person or id',
      'Search',
      'UTC',
      'Dark colours',
      'Range of time',
      'Earlier',
      'Later',
      'Zoom out',
      'Refresh',
      'Live',
      'Download',
      ...Array<unknown>(15).fill(expect.anything()),
      'Events',
      'Failures by error',
      'Results over time',
      'Time  ↓',
      "Fiona O'Neill, Update, success"
    ])
  })
})

describeInBrowser('Colours', () => {
  it('that are forced leave what is told apart by colour, and what is chosen', async () => {
    const page = await open(`?${WEEK}&live=on&event=e03`, { forcedColors: 'active', bypassCSP: true })
    await page.getByRole('tab', { selected: true }).waitFor()
    await page.locator('.legend.failure').waitFor()
    const colours = (property: string, ...selectors: string[]) =>
      page.evaluate<string[]>(
        `${JSON.stringify(selectors)}.map((each) => {
          const [selector, part] = each.split('::')
          return getComputedStyle(document.querySelector(selector), part && '::' + part).${property}
        })`
      )
    for (const shown of [
      colours('backgroundColor', '.legend.failure::before', '.legend.warning::before', '.legend.success::before'),
      colours('backgroundColor', '.dot.failure', '.dot.warning', '.dot.success'),
      colours('borderBottomColor', '[role=tab][aria-selected=true]', '[role=tab][aria-selected=false]'),
      colours('borderBottomColor', '.lists a[aria-current]', '.lists a:not([aria-current])'),
      colours('backgroundColor', '[aria-pressed=true]', '[aria-pressed=false]')
    ])
      expect(new Set(await shown).size).toBe((await shown).length)
  })

  it('are those of the system until others are chosen, and stay so', async () => {
    const page = await open(`?${WEEK}`, { colorScheme: 'light', bypassCSP: true })
    const ground = async () => {
      await page.getByRole('main').waitFor()
      return page.evaluate('getComputedStyle(document.querySelector("main")).backgroundColor')
    }
    expect(await ground()).toBe('rgb(255, 255, 255)')
    await page.getByRole('button', { name: 'Dark colours' }).click()
    expect(await ground()).toBe('rgb(27, 31, 38)')
    await page.reload()
    expect(await ground()).toBe('rgb(27, 31, 38)')
    await page.getByRole('button', { name: 'Light colours' }).click()
    expect(await ground()).toBe('rgb(255, 255, 255)')
  })
})
