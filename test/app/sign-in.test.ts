import { readFileSync } from 'node:fs'
import AxeBuilder from '@axe-core/playwright'
import type { Page } from 'playwright-core'
import { describeInBrowser, eventually, startBrowser } from '../support/browser.ts'
import { downloadUnderWay } from '../support/download.ts'
import { startIssuerOfPeople } from '../support/people.ts'
import { AUDIENCE } from '../support/issuer.ts'
import { startProduction } from '../support/production.ts'
import { batchOf, event, events, WEEK } from './events.ts'

type Service = Awaited<ReturnType<typeof startProduction>>
type Issuer = Awaited<ReturnType<typeof startIssuerOfPeople>>

let issuer: Issuer
let service: Service
const { open } = startBrowser(() => service.url ?? '')

const registered = {
  CDS_APP_CLIENT__ID: 'page-of-the-log',
  CDS_APP_SCOPE: 'openid profile api://log/AuditLog.Read.All'
}

const start = (url: string, env: Record<string, string> = registered) =>
  startProduction({
    CDS_REQUIRES_AUTH_ISSUER: url,
    CDS_REQUIRES_AUTH_AUDIENCE: AUDIENCE,
    CDS_REQUIRES_AUTH_LEEWAY: '0',
    ...env
  })

const creator = { tid: 'contoso', roles: ['ProvisioningLog.Create'] }

async function fill(filled: Service, of: Issuer, iss = of.url) {
  const token = await of.issue({ ...creator, iss })
  expect((await filled.post('/$batch', token, batchOf(events))).status).toBe(200)
}

beforeAll(async () => {
  issuer = await startIssuerOfPeople()
  service = await start(issuer.url)
  await fill(service, issuer)
})
beforeEach(() => {
  issuer.behave({})
  issuer.asked.length = 0
})
afterAll(async () => {
  await service.stop()
  await issuer.stop()
})

const text = expect.any(String) as string

const rowsOf = (page: Page) => page.getByRole('table', { name: 'Events' }).getByRole('row')
const seen = (page: Page, who: string) => rowsOf(page).getByText(who).first().waitFor()
const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true })

/** What keeps people with a screen reader or weak eyes from using the page. */
async function barriersOf(page: Page) {
  const { violations } = await new AxeBuilder({ page }).analyze()
  return violations.filter(({ impact }) => impact === 'serious' || impact === 'critical').map(({ id }) => id)
}

/** What the tab keeps, and other tabs and later visits could read. */
const kept = (page: Page) => page.evaluate(() => ({ local: { ...localStorage }, session: { ...sessionStorage } }))

/** Has the page ask for a file, and somebody choose one in the folder that is its own. */
const chooseFiles = (page: Page) =>
  page.evaluate(`window.showSaveFilePicker = async ({ suggestedName }) =>
    (await navigator.storage.getDirectory()).getFileHandle(suggestedName, { create: true })`)

/** The names and texts of the files in that folder. */
const filesOf = (page: Page) =>
  page.evaluate<[string, string][]>(`(async () => {
    const files = []
    for await (const [name, file] of (await navigator.storage.getDirectory()).entries())
      files.push([name, await (await file.getFile()).text()])
    return files
  })()`)

async function chooseNdjson(page: Page) {
  await page.getByText('Download', { exact: true }).click()
  await button(page, 'NDJSON, for programs').click()
}

const idsIn = (lines: string) =>
  lines
    .trim()
    .split('\n')
    .map((line) => (JSON.parse(line) as { id: string }).id)

describe('In production', () => {
  it('the files of the page need no token, and everything else does', async () => {
    const { status, text: html } = await service.get('/app/')
    expect(status).toBe(200)
    const names = [...html.matchAll(/(?:src|href)="([^"/]+)"/g)].map(([, name]) => `/app/${name}`)
    for (const name of names) expect([name, (await service.get(name)).status]).toEqual([name, 200])
    const others = [
      '/',
      '/$metadata',
      '/auditLogs/provisioning',
      '/app/../auditLogs/provisioning',
      '/docs',
      '/openapi.json'
    ]
    for (const path of others) expect([path, (await service.get(path)).status]).toEqual([path, 401])
    const hidden = [
      '/app/.env',
      '/app/%2e%2e/package.json',
      '/app/..%5cpackage.json',
      '/app/../app/build.ts',
      '/app/%00'
    ]
    for (const path of hidden) expect([path, (await service.get(path)).status]).not.toEqual([path, 200])
  })

  it('the page is told how to sign in, and may ask nobody but the service and the issuer', async () => {
    const { headers, body } = await service.get('/app/settings.json')
    expect(headers.get('cache-control')).toBe('no-cache')
    expect(body).toEqual({
      development: false,
      signIn: {
        client_id: 'page-of-the-log',
        scope: 'openid profile api://log/AuditLog.Read.All',
        permissions: ['ProvisioningLog.Read.All', 'AuditLog.Read.All', 'ProvisioningLog.ReadWrite.All'],
        server: {
          issuer: issuer.url,
          authorization_endpoint: `${issuer.url}/authorize`,
          token_endpoint: `${issuer.url}/token`,
          end_session_endpoint: `${issuer.url}/endsession`,
          id_token_signing_alg_values_supported: ['RS256']
        }
      }
    })
    expect((await service.get('/app/')).headers.get('content-security-policy')).toBe(
      `default-src 'none';script-src 'self';style-src 'self';img-src 'self';connect-src 'self' ${issuer.url};` +
        "base-uri 'none';form-action 'none';frame-ancestors 'none';require-trusted-types-for 'script'"
    )
  })
})

describeInBrowser('Signing in', () => {
  it('leads to the issuer and back to the same view, with the code flow and PKCE', async () => {
    const page = await open(`?${WEEK}&status=failure&code=Conflict&time=utc`)
    await seen(page, 'Bob Stone')
    expect(await rowsOf(page).count()).toBe(3)
    expect(new URL(page.url()).search).toBe(
      `?${new URLSearchParams(`${WEEK}&status=failure&code=Conflict&time=utc`).toString()}`
    )
    await page.getByText('Ann Auditor').waitFor()

    const [signIn = {}, tokens = {}] = issuer.asked
    const redirect_uri = `${service.url}/app/`
    expect(signIn).toEqual({
      ...{ response_type: 'code', client_id: 'page-of-the-log', redirect_uri, code_challenge_method: 'S256' },
      ...{ scope: 'openid profile api://log/AuditLog.Read.All' },
      ...{ code_challenge: text, state: text, nonce: text }
    })
    expect(tokens).toEqual({
      ...{ grant_type: 'authorization_code', client_id: 'page-of-the-log', redirect_uri },
      ...{ code: text, code_verifier: text }
    })
    expect(issuer.asked).toHaveLength(2)
  })

  it('leaves no token and no code in the URL, in storage, in cookies or in the log of the service', async () => {
    const page = await open(`?${WEEK}`)
    const urls: string[] = []
    page.on('framenavigated', (frame) => urls.push(frame.url()))
    await seen(page, 'Anna Müller')
    expect(await kept(page)).toEqual({ local: {}, session: {} })
    expect(await page.context().cookies()).toEqual([])
    expect(page.url()).not.toMatch(/state=|nonce|eyJ/)
    expect(urls.join()).not.toContain('eyJ') // with which every token begins
    expect(service.log()).toContain('"path":"/app/"')
    expect(service.log()).not.toMatch(/code=|state=|eyJ/)
  })

  it('keeps Back and Forward working', async () => {
    const page = await open(`?${WEEK}`)
    await seen(page, 'Anna Müller')
    await page.getByRole('checkbox', { name: /Skipped/ }).check()
    await rowsOf(page).getByText('Anna Müller').first().waitFor({ state: 'detached' })
    await page.goBack()
    await seen(page, 'Anna Müller')
    await page.reload() // which signs in again
    await seen(page, 'Anna Müller')
    await page.goForward()
    await rowsOf(page).getByText('Anna Müller').first().waitFor({ state: 'detached' })
    await seen(page, 'Chen Wei')
  })

  it('is enough for downloads and for the live tail', async () => {
    const page = await open('?last=all&live=on')
    await seen(page, 'Anna Müller')
    const created = event({ id: 'e99', at: new Date().toISOString(), who: 'Zoe New' })
    await service.post('/auditLogs/provisioning', await issuer.issue(creator), created)
    await seen(page, 'Zoe New')
    await page.evaluate('delete window.showSaveFilePicker') // as in browsers that let no page write a file
    const download = page.waitForEvent('download')
    await chooseNdjson(page)
    expect((await download).suggestedFilename()).toMatch(/^provisioning-log-\d{4}-\d\d-\d\dT\d{6}\.ndjson$/)
    expect(idsIn(readFileSync(await (await download).path(), 'utf8'))).toContain('e01')
    await page.getByText(/^Downloaded \d+ KB\.$/).waitFor()
  })

  it('writes downloads into the file that is chosen, as they come', async () => {
    const page = await open(`?${WEEK}&status=failure`)
    await seen(page, 'Bob Stone')
    await chooseFiles(page)
    await chooseNdjson(page)
    await page.getByText(/^Downloaded \d+ KB\.$/).waitFor()
    const [[name = '', text = ''] = [], ...others] = await filesOf(page)
    expect([others, name]).toEqual([[], expect.stringMatching(/^provisioning-log-.*\.ndjson$/)])
    expect(idsIn(text)).toEqual(['e08', 'e04', 'e03'])
  })

  it('leaves no file of a download that the service refuses, or that is given up', async () => {
    const page = await open(`?${WEEK}`)
    await seen(page, 'Bob Stone')
    await chooseFiles(page)
    const token = await issuer.issue({ tid: 'contoso', roles: ['ProvisioningLog.ReadWrite.All'] })
    const other = await downloadUnderWay(service.url ?? '', { Authorization: `Bearer ${token}` })
    await chooseNdjson(page)
    await page.getByText('Another download is under way. Try again in 10 seconds.').waitFor()
    await eventually(() => filesOf(page), [])
    other.destroy()

    let hold = () => {}
    const held = new Promise<void>((release) => (hold = release))
    await page.route('**/*ndjson*', (route) => held.then(() => route.abort()))
    await chooseNdjson(page)
    await button(page, 'Cancel').click()
    await page.getByText('Cancelled.').waitFor()
    await eventually(() => filesOf(page), [])
    hold()
  })

  it('tells events of several tenants apart for those who may read all', async () => {
    const adatum = await issuer.issue({ ...creator, tid: 'adatum' })
    expect((await service.post('/$batch', adatum, batchOf([{ ...events[2], tenantId: 'adatum' }]))).status).toBe(200)
    issuer.behave({ claims: { tid: 'contoso', scp: 'AuditLog.Read.All', roles: ['ProvisioningLog.AllTenants'] } })
    const page = await open(`?${WEEK}&search=bob`)
    await seen(page, 'Bob Stone')
    const names = () => page.locator('td.identity').allInnerTexts()
    expect((await names()).map((name) => name.trim()).sort()).toEqual([
      'Bob Stone adatum',
      'Bob Stone contoso',
      'Bob Stone contoso'
    ])
    await page.locator('tbody tr').filter({ hasText: 'adatum' }).click()
    await page.getByRole('dialog').getByText('Tenant adatum').waitFor()
    expect(await page.locator('tbody tr.open').count()).toBe(1)
    expect(new URL(page.url()).searchParams.get('tenant')).toBe('adatum')
    await page.getByRole('link', { name: 'All that happened to Bob Stone' }).click()
    await eventually(() => page.locator('.timeline .tenant').allInnerTexts(), ['contoso', 'contoso', 'adatum'])
  })

  it('shows the log of the tenant of the token only', async () => {
    issuer.behave({ claims: { tid: 'fabrikam', scp: 'AuditLog.Read.All' } })
    const page = await open(`?${WEEK}`)
    await page.getByText('The log is empty').waitFor()
  })

  it('says which permission is missing', async () => {
    issuer.behave({ claims: { tid: 'contoso', scp: 'Something.Else' } })
    const page = await open(`?${WEEK}`)
    expect(await page.getByRole('alert').innerText()).toBe(
      'You may not read this log\n\nThe access token lacks the permission for this request. Ask an administrator for one of ' +
        'these permissions: ProvisioningLog.Read.All, AuditLog.Read.All, ProvisioningLog.ReadWrite.All.\n\n' +
        'You are signed in as Ann Auditor.\n\nSign out'
    )
  })

  it('says so when the issuer refuses, and can be tried again in the same view', async () => {
    const error_description = 'AADSTS65004: User declined to consent to access the app.'
    issuer.behave({ answer: { code: undefined, error: 'access_denied', error_description } })
    const page = await open(`?${WEEK}&status=skipped`)
    expect(await page.getByRole('alert').innerText()).toContain(
      'You did not give consent, or may not use this page: AADSTS65004: User declined to consent to access the app.'
    )
    expect(new URL(page.url()).searchParams.get('status')).toBe('skipped')
    expect(await rowsOf(page).count()).toBe(0)
    expect(await barriersOf(page)).toEqual([])
    issuer.behave({})
    await button(page, 'Try again').click()
    await seen(page, 'Chen Wei')
    expect(await rowsOf(page).count()).toBe(2)
  })

  it.each([
    ['another state', { answer: { state: 'of-another-sign-in' } }, /^That sign-in was not begun in this tab/, 1],
    ['another nonce', { identity: { sub: 'ann', nonce: 'other' } }, /^The answer of the issuer is not valid: /, 2],
    ['a token for another page', { identity: { sub: 'ann', aud: 'x' } }, /^The answer of the issuer is not valid: /, 2],
    ['the code of another sign-in', { answer: { code: 'stolen' } }, /^The issuer answered invalid_request: /, 1]
  ])('refuses an answer with %s', async (_, behaviour, sentence, asked) => {
    issuer.behave(behaviour)
    const page = await open(`?${WEEK}`)
    expect(await page.getByRole('alert').getByRole('paragraph').first().innerText()).toMatch(sentence)
    expect(issuer.asked).toHaveLength(asked)
    expect(await kept(page)).toEqual({ local: {}, session: {} })
    expect(await rowsOf(page).count()).toBe(0)
  })

  it('takes no answer to a sign-in that was not begun, nor shows what it says', async () => {
    const page = await open(
      '?error=access_denied&error_description=Call+555-0100+now&state=x&view=https://evil.example'
    )
    expect(await page.getByRole('alert').innerText()).toContain('That sign-in was not begun in this tab')
    expect(await page.content()).not.toContain('555')
    expect(page.url()).toBe(`${service.url}/app/`)
    expect(issuer.asked).toEqual([])
  })
})

describeInBrowser('An expired token', () => {
  /** Waits until the service refuses the token of a page. */
  const expired = async (page: Page) => {
    await seen(page, 'Anna Müller')
    await page.waitForTimeout(5000)
  }

  it('is renewed without anybody noticing', async () => {
    issuer.behave({ lifetime: 5 })
    const page = await open(`?${WEEK}`)
    await expired(page)
    issuer.behave({})
    issuer.asked.length = 0
    await page.getByRole('checkbox', { name: /Skipped/ }).check()
    await rowsOf(page).getByText('Anna Müller').first().waitFor({ state: 'detached' })
    await seen(page, 'Chen Wei')
    expect(issuer.asked).toEqual([{ grant_type: 'refresh_token', client_id: 'page-of-the-log', refresh_token: text }])
    expect(await kept(page)).toEqual({ local: {}, session: {} })
    expect(await page.getByRole('alert').count()).toBe(0)
  })

  it('asks to sign in again, and goes on with the same view, where it cannot be renewed', async () => {
    issuer.behave({ lifetime: 5, givesRefreshTokens: false })
    const page = await open(`?${WEEK}`)
    await expired(page)
    await page.getByRole('checkbox', { name: /Skipped/ }).check()
    await page.getByText('Your sign-in has ended. Sign in again to go on with this view.').waitFor()
    expect(issuer.asked).toHaveLength(2)
    expect(await barriersOf(page)).toEqual([])
    await page.getByRole('button', { name: 'Refresh' }).click()
    await page.getByRole('main').getByText('You are not signed in').waitFor()
    await seen(page, 'Anna Müller') // what was there stays
    await page.getByRole('figure').getByText('10 events').waitFor()
    issuer.behave({})
    await button(page, 'Sign in again').first().click()
    await page.getByText('Your sign-in has ended').waitFor({ state: 'detached' })
    await seen(page, 'Chen Wei')
    expect(await page.getByRole('checkbox', { name: /Skipped/ }).isChecked()).toBe(true)
    expect(await page.getByText('Your sign-in has ended').count()).toBe(0)
  })

  it('asks to sign in again where an event is opened, before which nothing else can be used', async () => {
    issuer.behave({ lifetime: 5, givesRefreshTokens: false })
    const page = await open(`?${WEEK}`)
    await expired(page)
    await page.getByRole('row', { name: /^Dora/ }).click()
    const details = page.getByRole('dialog')
    await details.getByText('You are not signed in').waitFor()
    expect(await details.getByRole('button').allInnerTexts()).toEqual(['✕', 'Sign in again'])
    issuer.behave({})
    await details.getByRole('button', { name: 'Sign in again' }).click()
    await page.getByRole('dialog', { name: 'Dora Nagy' }).waitFor()
  })
})

describeInBrowser('Signing out', () => {
  it('forgets who was there in all tabs, ends the session at the issuer, and signs nobody in unasked', async () => {
    const page = await open(`?${WEEK}&search=anna`)
    await seen(page, 'Anna Müller')
    const other = await page.context().newPage()
    await other.goto(`${service.url}/app/?${WEEK}`)
    await seen(other, 'Anna Müller')
    const end = page.waitForRequest((request) => request.url().startsWith(`${issuer.url}/endsession`))

    await button(page, 'Sign out').click()
    expect(Object.fromEntries(new URL((await end).url()).searchParams)).toEqual({
      client_id: 'page-of-the-log',
      post_logout_redirect_uri: `${service.url}/app/`
    })
    for (const tab of [page, other]) {
      await tab.getByText('You are signed out').waitFor()
      expect([tab.url(), await rowsOf(tab).count()]).toEqual([`${service.url}/app/`, 0])
      await tab.reload()
      await tab.getByText('You are signed out').waitFor()
    }
    await page.goBack()
    await page.getByText('You are signed out').waitFor()
    expect(await rowsOf(page).count()).toBe(0)

    await button(other, 'Sign in').click()
    await other.getByText('Ann Auditor').waitFor()
  })
})

describeInBrowser('Where each tenant has its own issuer', () => {
  let issuers: Issuer
  let tenants: Service
  beforeAll(async () => {
    issuers = await startIssuerOfPeople('/{tenantid}/v2.0')
    tenants = await start(`${issuers.url}/{tenantid}/v2.0`)
    await fill(tenants, issuers, `${issuers.url}/contoso/v2.0`)
  })
  afterAll(async () => {
    await tenants.stop()
    await issuers.stop()
  })

  it('waits for the issuer while that does not answer, and says so', async () => {
    issuers.state.fails = true
    const page = await open(`?${WEEK}`, {}, tenants.url)
    const alert = page.getByRole('alert')
    expect(await alert.innerText()).toBe(
      'The page cannot be opened now\n\nNobody can sign in now, as the issuer of tokens does not answer as it should.\n\nTry now\nTrying again…'
    )
    issuers.state.fails = false
    await seen(page, 'Anna Müller')
  })

  it('is told no endpoints by an issuer that is not the configured one', async () => {
    const confused = await start(issuer.url, { ...registered, CDS_APP_AUTHORITY: `${issuers.url}/contoso/v2.0` })
    const { status, headers, body } = await confused.get('/app/settings.json')
    expect([status, headers.get('retry-after'), body.error]).toMatchObject([503, '2', { code: 'serviceUnavailable' }])
    expect((await confused.get('/app/')).headers.get('content-security-policy')).toContain("connect-src 'self';")
    expect(confused.log()).toContain('The configuration of the issuer is that of another one')
    await confused.stop()
  })

  it('takes an answer of the tenant in it, and of no other', async () => {
    const page = await open(`?${WEEK}`, {}, tenants.url)
    await seen(page, 'Anna Müller')
    issuers.behave({ identity: { sub: 'ann', tid: 'fabrikam' } })
    await page.reload()
    expect(await page.getByRole('alert').innerText()).toContain('The answer of the issuer is not valid: ')
  })
})

describeInBrowser('Where the page is not registered at the issuer', () => {
  it('it says that nobody can sign in', async () => {
    const unregistered = await start(issuer.url, {})
    const page = await open(`?${WEEK}`, {}, unregistered.url)
    expect(await page.getByRole('alert').innerText()).toBe(
      'Signing in is not set up\n\nThis page is not registered at the issuer of tokens. Whoever runs the service sets ' +
        'app.client_id, as its documentation for operators says.'
    )
    expect((await unregistered.get('/app/settings.json')).body).toEqual({ development: false })
    await unregistered.stop()
  })
})
