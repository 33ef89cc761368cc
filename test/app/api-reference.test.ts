import { join } from 'node:path'
import { startProcess, temporaryFolder } from '../support/process.ts'
import { describeInBrowser, startBrowser } from '../support/browser.ts'
import { sharedService } from '../support/service.ts'

const service = sharedService()

describe('The API reference in development', () => {
  it('is a page at /docs that chooses among the roots', async () => {
    const { status, headers, text } = await service.get('/docs')
    expect([status, headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8'])
    const links = [...text.matchAll(/href="\/docs\?root=([^"]*)"/g)].map(([, root]) => root)
    expect(links).toEqual(expect.arrayContaining(['', '/beta']))
  })

  it('allows neither inline nor evaluated scripts, and nothing of others', async () => {
    for (const path of ['/docs', '/docs/start.js', '/docs/none']) {
      const policy = (await service.get(path)).headers.get('content-security-policy')!
      expect(policy).toMatch(/^default-src 'none';script-src 'self';style-src 'self';/)
      expect(policy).not.toMatch(/unsafe|http|\*/)
    }
  })

  it('has all files that it needs from the service', async () => {
    const { text } = await service.get('/docs')
    const files = [...text.matchAll(/(?:src|href)="(\/docs\/[^"]+)"/g)].map(([, file]) => file!)
    expect(files).toHaveLength(4)
    for (const file of files) expect([file, (await service.get(file)).status]).toEqual([file, 200])
    expect(text).not.toContain('http')
  })

  it.each(['/docs/package.json', '/docs/..%2fpackage.json', '/docs/index.html'])(
    'has no other files, such as %s',
    async (path) => expect((await service.get(path)).status).toBe(404)
  )
})

describeInBrowser('The API reference in a browser', () => {
  const { open } = startBrowser(() => service.url)

  it('shows each root, and sends the example as it stands', async () => {
    const page = await open('../docs?root=/beta')
    await page.locator('#operations-auditLogs-createProvisioning .opblock-summary').click()
    await page.getByRole('button', { name: 'Try it out' }).click()
    await page.getByRole('button', { name: 'Execute' }).click()
    const answer = page.locator('.live-responses-table')
    await answer.getByText('201', { exact: true }).waitFor()
    expect(await answer.innerText()).toContain(`${service.url}/beta/$metadata#auditLogs/provisioning/$entity`)
    await page.getByRole('navigation').getByRole('link', { name: '/', exact: true }).click()
    await page.locator('#operations-service-isReady').waitFor()
  })
})

it.concurrent('The service starts without the API reference where that is not installed', async () => {
  const file = join(temporaryFolder(), 'events.sqlite')
  const fixture = join(__dirname, '../fixtures/omit-swagger.cjs')
  const { url, stop } = await startProcess({ file, env: { NODE_OPTIONS: `--require ${JSON.stringify(fixture)}` } })
  const statuses = await Promise.all(['/docs', '/openapi.json'].map(async (path) => (await fetch(url + path)).status))
  expect(statuses).toEqual([404, 200])
  await stop()
})
