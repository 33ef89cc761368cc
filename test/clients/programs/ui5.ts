/** OpenUI5's ODataModel v4 in Chromium: `ui5.ts <root> <browser>`. It sends everything in batches. */
import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { createRequire } from 'node:module'
import { chromium } from 'playwright-core'

const [, , root = '', executablePath = ''] = process.argv
const { resolve } = createRequire(import.meta.filename)
const ui5 = join(dirname(resolve('@openui5/sap.ui.core/package.json')), 'src')

const SCRIPTS = '<script src="ui5loader.js"></script><script src="ui5loader-autoconfig.js"></script>'

/** What runs in the page. */
async function use(root: string) {
  // @ts-expect-error: the loader of UI5
  const load = (...names: string[]) => new Promise((done) => sap.ui.require(names, (...all) => done(all)))
  const [ODataModel, Filter, Sorter] = (await load(
    ...['sap/ui/model/odata/v4/ODataModel', 'sap/ui/model/Filter', 'sap/ui/model/Sorter']
  )) as never[]
  // @ts-expect-error: no types of UI5 here
  const model = new ODataModel({ serviceUrl: `${root}/`, autoExpandSelect: true, operationMode: 'Server' })
  const path = '/auditLogs/provisioning'
  // @ts-expect-error: no types of UI5 here
  const newest = new Sorter('activityDateTime', true)
  const list = (filters: object[] = []) =>
    model.bindList(path, undefined, [newest], filters, { $select: 'id,statusInfo' })
  const ids = (contexts: { getProperty: (name: string) => string }[]) => contexts.map((each) => each.getProperty('id'))

  const listed = ids(await list().requestContexts(0, 3))
  // @ts-expect-error: no types of UI5 here
  const filtered = ids(await list([new Filter('statusInfo/status', 'EQ', 'failure')]).requestContexts(0, 10))
  const paged = ids(await list().requestContexts(0, Infinity))

  const one = model.bindContext(`${path}('e2')`, undefined, { $select: 'id,statusInfo' })
  const read = await one.requestObject()
  const late = await one.getBoundContext().requestProperty('targetIdentity/displayName')
  await one.getBoundContext().requestRefresh()

  const all = list()
  await all.requestContexts(0, 3)
  const context = all.create({ id: 'posted', jobId: 'by UI5', activityDateTime: '2024-02-01T00:00:00Z' }, true)
  await context.created()
  const posted = [context.getProperty('id'), await context.requestProperty('jobId'), context.getPath()]
  await context.requestRefresh()

  const error = await model
    .bindContext(`${path}('none')`)
    .requestObject()
    .catch((error: unknown) => error)
  return {
    ...{ listed, filtered, paged, late, posted },
    read: [read.id, read.statusInfo.status],
    error: [error.status, error.error.code]
  }
}

const browser = await chromium.launch({ executablePath, chromiumSandbox: process.getuid?.() !== 0 })
const page = await browser.newPage()
page.on('pageerror', (error) => console.error(error))
const batches: string[] = []
page.on('request', (request) => request.url().endsWith('/$batch') && batches.push(request.url()))
const { origin } = new URL(root)
await page.route(`${origin}/ui5/**`, async (route) => {
  const file = decodeURIComponent(new URL(route.request().url()).pathname.slice('/ui5/'.length))
  if (file === '') return route.fulfill({ contentType: 'text/html', body: SCRIPTS })
  const body = await readFile(join(ui5, file)).catch(() => undefined)
  return body ? route.fulfill({ body, path: join(ui5, file) }) : route.fulfill({ status: 404 })
})
await page.goto(`${origin}/ui5/`)
console.log(JSON.stringify({ ...(await page.evaluate(use, root)), batches: batches.length }))
await browser.close()
