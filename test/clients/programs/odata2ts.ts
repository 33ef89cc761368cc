/** odata2ts: `odata2ts.ts <root>` generates a client from the metadata, compiles and uses it. It has no batches. */
import { execFile } from 'node:child_process'
import { mkdtempSync, symlinkSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { FetchClient } from '@odata2ts/http-client-fetch'

const [, , root = ''] = process.argv
const { resolve } = createRequire(import.meta.filename)
const folder = mkdtempSync(join(tmpdir(), 'odata2ts-'))
symlinkSync(join(import.meta.dirname, 'node_modules'), join(folder, 'node_modules'))
writeFileSync(join(folder, 'log.xml'), await (await fetch(`${root}/$metadata`)).text())
writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions: { strict: true, module: 'nodenext' } }))
const cli = join(dirname(resolve('@odata2ts/odata2ts')), 'run-cli.js')
const options = ['-s', 'log.xml', '-o', 'generated', '-m', 'service', '-e', 'js_dts', '-n']
await promisify(execFile)(process.execPath, [cli, ...options], { cwd: folder })

// as a program would that was written after the generation
const { MicrosoftGraphService } = (await import(join(folder, 'generated/MicrosoftGraphService.js'))).default
const service = new MicrosoftGraphService(new FetchClient(), root)
const log = service.auditLogs().provisioning()
const ids = (answer: { data: { value: { id: string }[] } }) => answer.data.value.map(({ id }) => id)

const listed = ids(await log.query((builder) => builder.top(3)))
const filtered = ids(await log.query((builder, event) => builder.filter(event.statusInfo.props.status.eq('failure'))))
const paged: string[] = []
for (let page: string[] = ['']; page.length; paged.push(...page))
  page = ids(await log.query((builder) => builder.select('id').skip(paged.length).top(2)))
const read = await service.auditLogs().provisioning('e2').query()
const properties = await service
  .auditLogs()
  .provisioning('e2')
  .modifiedProperties()
  .query((builder) => builder.top(1))
const event = { id: 'posted', jobId: 'by odata2ts', activityDateTime: '2024-02-01T00:00:00Z' }
const posted = await log.create(event)
const error = await service
  .provisioningEvents('none')
  .query()
  .catch((error: unknown) => error)

console.log(
  JSON.stringify({
    listed,
    filtered,
    paged,
    read: [read.data.id, read.data.statusInfo.status],
    posted: [posted.data.id, posted.data.jobId],
    error: [error.status, error.message],
    properties: properties.data.value
  })
)
