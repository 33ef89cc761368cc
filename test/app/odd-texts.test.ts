/** Texts and numbers that nobody expects, as anyone who may post events can send them. */
import { describeInBrowser, eventually, startBrowser, type Locator, type Page } from '../support/browser.ts'
import { sharedService, type Json } from '../support/service.ts'
import { batchOf } from './events.ts'

const service = sharedService()
const { open } = startBrowser(() => service.url)

const at = (minute: number) => `2024-05-08T08:${minute}:00Z`
const WEEK = 'from=2024-05-06T00:00:00.000Z&to=2024-05-13T00:00:00.000Z'
const HTML = '"><img src=x onerror="document.title=1"><script>document.title=1</script>'
const details = '{"big":12345678901234567890,"huge":1e400,"exact":0.10,"plain":1.5}'

beforeAll(async () => {
  const events: Json[] = [
    { id: 'none', activityDateTime: at(10) },
    { id: 'empty', activityDateTime: at(11), action: '', jobId: '', statusInfo: { status: '' } },
    { id: 'turned', activityDateTime: at(12), sourceIdentity: { displayName: '\u202egpj.exe' } },
    {
      id: 'long',
      activityDateTime: at(13),
      action: 'A'.repeat(2000),
      sourceIdentity: { displayName: 'W'.repeat(9000) }
    },
    {
      id: 'plain',
      activityDateTime: at(16),
      statusInfo: {
        '@odata.type': '#microsoft.graph.statusDetails',
        status: 'failure',
        reason: 'The disk is full.\nReally.'
      }
    },
    {
      id: 'line',
      activityDateTime: '2024-04-01T08:00:00Z',
      initiatedBy: { id: 'admin-1', initiatorType: 'user' },
      statusInfo: {
        '@odata.type': '#microsoft.graph.statusDetails',
        status: 'failure',
        errorCode: 'Conflict',
        reason: 'The mail address belongs to Bob.',
        recommendedAction: 'Wait. '.repeat(5000)
      }
    },
    {
      id: 'hiding',
      activityDateTime: '2024-04-02T08:00:00Z',
      sourceIdentity: { id: 'watched' },
      statusInfo: { status: 'hidden' },
      modifiedProperties: [
        { displayName: 'mail', oldValue: 'a@b.c', newValue: 'a@b.c\u200b' },
        { displayName: 'phone', oldValue: '', newValue: null }
      ]
    },
    {
      id: 'hebrew',
      activityDateTime: '2024-04-03T08:00:00Z',
      jobId: 'job-of-two',
      action: '\u202eUpdate',
      sourceIdentity: { id: 'watched', displayName: 'דוד' },
      sourceSystem: { displayName: 'מקור' },
      targetSystem: { displayName: 'יעד' }
    },
    { id: HTML, activityDateTime: at(14), action: HTML, sourceIdentity: { displayName: HTML } }
  ]
  for (const event of events) expect((await service.post('/auditLogs/provisioning', event)).status).toBe(201)
  const numbers = `{"id":"numbers","activityDateTime":"${at(15)}","targetSystem":{"details":${details}}}`
  expect((await service.post('/auditLogs/provisioning', numbers)).status).toBe(201)
})

const labels = async (page: Page, name: string) => {
  const group = page.getByRole('group', { name })
  await group.getByRole('checkbox').first().waitFor()
  return (await group.locator('label').allInnerTexts()).map((text) => text.replace(/\s+/g, ' ').trim())
}

describeInBrowser('The page', () => {
  it('tells empty texts from none', async () => {
    const page = await open(`?${WEEK}`)
    expect(await labels(page, 'Status')).toEqual(['Failure 1', '(none) 5', '(empty) 1'])
    const legend = await page.locator('.histogram .legend').allInnerTexts()
    expect(legend.sort()).toEqual(['(empty) 1', '(none) 5', 'Failure 1'])
    expect(await labels(page, 'Job')).toEqual(['(none) 6', '(empty) 1'])
    await page.getByRole('group', { name: 'Job' }).getByLabel('(empty)').check()
    await eventually(() => page.locator('tbody .name').count(), 1)
  })

  it('shows names as they are, whatever is in them', async () => {
    const page = await open(`?${WEEK}`)
    await eventually(() => page.locator('tbody .name').count(), 7)
    const names = await page.locator('tbody .name').allInnerTexts()
    expect(names.slice(2, 3)).toEqual([HTML])
    expect(names.slice(4, 5)).toEqual(['\ufffdgpj.exe'])
    expect(await page.title()).toBe('Events – 2024-05-06 02:00 – 2024-05-13 02:00 – Provisioning log')
  })

  it('shows all texts of an event in the order in which they were written', async () => {
    const text = '\u202elive\u2066'
    const named = { id: text, displayName: text, details: { [text]: { [text]: text } } }
    const event = {
      ...{
        id: text,
        action: text,
        jobId: text,
        cycleId: text,
        changeId: text,
        activityDateTime: '2024-03-01T08:00:00Z'
      },
      ...{
        initiatedBy: { id: text, displayName: text, initiatorType: text },
        targetIdentity: named,
        sourceIdentity: named
      },
      ...{ sourceSystem: named, targetSystem: named, modifiedProperties: [{ displayName: text, newValue: text }] },
      provisioningSteps: [{ name: text, status: text, description: text, details: { SkipReason: text, [text]: text } }],
      statusInfo: {
        ...{ '@odata.type': '#microsoft.graph.statusDetails', status: text, errorCode: text, recommendedAction: text },
        ...{ reason: `${text}\n${text}`, additionalDetails: text }
      }
    }
    expect((await service.post('/auditLogs/provisioning', event)).status).toBe(201)
    const query = `last=all&${new URLSearchParams({ status: text, code: text, event: text }).toString()}`
    const page = await open(`?${query}&tab=troubleshooting`)
    await page.getByText('The whole reason').click()
    for (const tab of ['Troubleshooting', 'Steps', 'Modified properties', 'Summary']) {
      await page.getByRole('tab', { name: tab }).click()
      await page.getByRole('tabpanel').getByText('\ufffdlive\ufffd').first().waitFor()
      const shown = await page.evaluate<string>('document.title + document.body.outerHTML')
      expect([tab, shown.match(/.{40}[\u202a-\u202e\u2066-\u2069]/g)]).toEqual([tab, null])
    }
    await page.goto(`${service.url}/app/?last=all&timeline=${encodeURIComponent(text)}`)
    await page.getByRole('heading', { name: 'The cycles of job \ufffdlive\ufffd' }).waitFor()
  })

  it('shows details that are called as what an identity has anyway', async () => {
    const sourceIdentity = { id: 'real', displayName: 'Real', details: { Name: 'Other', Id: 'other', 1: 'one' } }
    await service.post('/auditLogs/provisioning', {
      id: 'twice',
      activityDateTime: '2024-03-02T08:00:00Z',
      sourceIdentity
    })
    const page = await open('?event=twice&tab=summary')
    await page.getByText('Source identity').waitFor()
    expect(await page.locator('.pair .members > div').allInnerTexts()).toEqual([
      ...['Name\nReal', 'Id\nreal', '1\none', 'Name\nOther', 'Id\nother']
    ])
  })

  it('shows every event of a timeline, whatever its status is called', async () => {
    const page = await open('?object=watched&last=all')
    const moments = page.locator('.timeline li .moment')
    await eventually(() => moments.count(), 2)
    for (const moment of await moments.all()) expect((await moment.boundingBox())!.width).toBeGreaterThan(500)
  })

  it('tells from which system to which, also where their names run from right to left', async () => {
    /** From left to right, as people see it. */
    const seen = async (place: Locator) => {
      const [source, target] = [place.getByText('מקור'), place.getByText('יעד')]
      await source.waitFor()
      return (await source.boundingBox())!.x < (await target.boundingBox())!.x
    }
    const page = await open('?object=watched&last=all')
    expect(await seen(page.locator('.timeline'))).toBe(true)
    expect(await page.locator('.timeline a').nth(1).innerText()).toBe('\ufffdUpdate, מקור → יעד')
    await page.goto(`${service.url}/app/?last=all&job=job-of-two&event=hebrew`)
    expect(await seen(page.getByRole('dialog'))).toBe(true)
    expect(await seen(page.getByRole('group', { name: 'Job', includeHidden: true }))).toBe(true)
  })

  it('spells out what changed where it cannot be seen', async () => {
    const page = await open('?event=hiding&tab=properties')
    const rows = page.locator('.changes tbody tr')
    await rows.first().waitFor()
    expect(await rows.allInnerTexts()).toEqual(['mail\ta@b.c\ta@b.c⟨U+200B⟩', 'phone\t(empty)\t(none)'])
  })

  it('leaves room for what an event with a long name is about', async () => {
    const page = await open(`?${WEEK}&event=long`, { viewport: { width: 360, height: 740 } })
    await page.getByRole('tab', { name: 'JSON' }).click()
    for (const shown of [page.getByRole('button', { name: 'Close' }), page.locator('pre.json')]) {
      const { x = -1, y = -1 } = (await shown.boundingBox()) ?? {}
      expect([x >= 0 && x < 340, y >= 0 && y < 500]).toEqual([true, true])
    }
  })

  it('leaves room for the list, whatever results there are, and for texts that cannot be broken', async () => {
    const long = 'A'.repeat(3000)
    const step = { name: long, status: long, description: long, provisioningStepType: long, details: { [long]: long } }
    const odd = Array.from({ length: 300 }, (_, number) => ({
      id: `odd-${number}`,
      activityDateTime: '2024-02-01T08:00:00Z',
      statusInfo: { status: number ? `Result ${String(number).padStart(3, '0')}` : long },
      provisioningSteps: number ? [] : [step]
    }))
    expect((await service.post('/$batch', batchOf(odd))).status).toBe(200)
    const page = await open('?from=2024-02-01&to=2024-02-02&event=odd-0&tab=steps')
    await page.locator('.steps .members').waitFor()
    expect(
      await page.evaluate(`['.content', '.steps'].map((name) => {
      const { scrollWidth, clientWidth } = document.querySelector(name)
      return scrollWidth - clientWidth
    })`)
    ).toEqual([0, 0])
    await page.keyboard.press('Escape')
    await page.locator('.histogram').getByText('and 288 others').waitFor()
    expect(await page.locator('.histogram .legend').count()).toBe(12)
    expect((await page.locator('.scroller').boundingBox())!.height).toBeGreaterThan(400)
    const { x, width } = (await page.locator('.histogram .legend').filter({ hasText: long }).boundingBox()) ?? {}
    expect([x! > 0, width]).toEqual([true, 240])
  })

  it('shows the first of many steps, changes and details, and the others on demand', async () => {
    const many = <Item>(item: (number: number) => Item) => Array.from({ length: 1500 }, (_, number) => item(number))
    const event = {
      id: 'many',
      activityDateTime: at(17),
      provisioningSteps: many((number) => ({ name: `Step ${number}` })),
      modifiedProperties: many((number) => ({ displayName: `Property ${number}` })),
      targetSystem: { details: Object.fromEntries(many((number) => [`Name ${number}`, 'x'])) }
    }
    expect((await service.post('/auditLogs/provisioning', event)).status).toBe(201)
    const page = await open(`?${WEEK}&event=many&tab=steps`)
    const more = page.getByRole('button', { name: 'Show more' })
    for (const [tab, items] of [
      ['Steps', '.steps > li'],
      ['Modified properties', '.changes tbody tr'],
      ['Summary', '.members > div']
    ] as const) {
      await page.getByRole('tab', { name: tab }).click()
      await eventually(() => page.locator(items).count(), 200)
      expect(await more.innerText()).toBe('Show more: 1,300 are left')
      await more.click()
      await eventually(() => page.locator(items).count(), 1000)
    }
    await page.getByRole('tab', { name: 'JSON' }).click()
    await more.getByText('are left').waitFor()
    expect((await page.locator('pre.json').innerText()).split('\n')).toHaveLength(5000)
  })

  it('prints all that is shown of an event, and nothing else', async () => {
    const page = await open('?event=many&tab=properties', { viewport: { width: 1000, height: 700 } })
    await eventually(() => page.locator('.changes tbody tr').count(), 200)
    await page.emulateMedia({ media: 'print' })
    const box = async (place: Locator) => (await place.boundingBox()) ?? undefined
    const end = (await box(page.locator('.changes tbody tr').last()))!
    expect([end.x >= 0, end.y > 5000]).toEqual([true, true])
    const { y, height } = (await box(page.locator('.content')))!
    expect(y + height).toBeGreaterThan(end.y + end.height)
    await page.getByText('Show more: 1,300 are left').waitFor()
    for (const hidden of ['.bar', '.filters', 'main', '.sheet header button'])
      expect(await page.locator(hidden).first().isVisible()).toBe(false)
  })

  it('has the first line of a reason that is plain text', async () => {
    const page = await open(`?${WEEK}&event=plain`)
    await page.locator('.what').getByText('The disk is full.', { exact: true }).waitFor()
  })

  it('has a reason of one line before what is known of its code, and leaves room for what follows a long text', async () => {
    const page = await open('?event=line')
    await page.locator('.verdict p').nth(1).waitFor()
    expect(await page.locator('.verdict p').allInnerTexts()).toEqual([
      'The mail address belongs to Bob.',
      'The target system already has an object with one of these values, and it is not the matched one.'
    ])
    expect((await page.getByText('All events with this code').boundingBox())!.y).toBeLessThan(700)
  })

  it('has the next failure in sight, whatever is recommended about the one before', async () => {
    const failures = ['Wait. '.repeat(5000), 'W'.repeat(3000)].map((recommendedAction, number) => ({
      id: `recommended-${number}`,
      activityDateTime: '2024-02-03T08:00:00Z',
      statusInfo: {
        '@odata.type': '#microsoft.graph.statusDetails',
        status: 'failure',
        errorCode: `Code ${number}`,
        recommendedAction
      }
    }))
    expect((await service.post('/$batch', batchOf(failures))).status).toBe(200)
    const page = await open('?from=2024-02-03&to=2024-02-04&show=failures')
    const groups = page.locator('.failures li')
    await groups.nth(1).waitFor()
    for (const group of await groups.all()) expect((await group.boundingBox())!.height).toBeLessThan(350)
    expect(
      await page.evaluate(
        '(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth)(document.querySelector(".failures"))'
      )
    ).toBe(0)
  })

  it('tells who initiated an event, also where nobody has a name', async () => {
    const page = await open('?event=line&tab=summary')
    await page.getByRole('definition').getByText('user, admin-1', { exact: true }).waitFor()
  })

  it('shows JSON in the order in which it was written, and copies the same', async () => {
    const page = await open('?event=hebrew&tab=json')
    await page.getByText('"action": "\\u202eUpdate"').waitFor()
  })

  it('copies ids', async () => {
    const page = await open('?event=numbers&tab=summary', { permissions: ['clipboard-read', 'clipboard-write'] })
    await page.getByRole('button', { name: 'Copy event id' }).click()
    await page.getByRole('status').getByText('Copied.').waitFor()
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe('numbers')
    await page.keyboard.press('Tab')
    await eventually(() => page.getByText('Copied.').count(), 0)
  })

  it('says so where the browser lets nothing be copied', async () => {
    const page = await open('?event=numbers&tab=json')
    await page.getByRole('button', { name: 'Copy' }).waitFor()
    await page.evaluate('navigator.clipboard.writeText = () => Promise.reject(new DOMException("NotAllowedError"))')
    await page.getByRole('button', { name: 'Copy' }).click()
    await page.getByRole('status').getByText('The browser does not allow that.').waitFor()
  })

  it('shows numbers of details as they were sent', async () => {
    const page = await open(`?${WEEK}&event=numbers&tab=json`)
    const text = await page.locator('pre.json').innerText()
    expect(text.replaceAll(/\s/g, '')).toContain(
      `"details":${details.replace('{', '{"@odata.type":"microsoft.graph.detailsInfo",')}`
    )
  })
})
