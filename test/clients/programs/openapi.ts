/** A client generated from `/openapi.json`: `openapi.ts <root>` generates its types, compiles a program with them, and runs that. */
import { mkdtempSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import openapiTS, { astToString } from 'openapi-typescript'
import ts from 'typescript'

const [, , root = ''] = process.argv
const folder = mkdtempSync(join(tmpdir(), 'openapi-'))
const program = join(folder, 'program.ts')
symlinkSync(join(import.meta.dirname, 'node_modules'), join(folder, 'node_modules'))
writeFileSync(join(folder, 'package.json'), '{"type":"module"}')
writeFileSync(join(folder, 'paths.ts'), astToString(await openapiTS(new URL(`${root}/openapi.json`))))
writeFileSync(
  program,
  `import createClient from 'openapi-fetch'
  import type { paths } from './paths.ts'

  const client = createClient<paths, 'application/json'>({ baseUrl: '${root}' })
  const log = '/auditLogs/provisioning'
  type Query = NonNullable<paths[typeof log]['get']['parameters']['query']>
  const ids = async (query: Query) => (await client.GET(log, { params: { query } })).data?.value.map(({ id }) => id)

  const listed = await ids({ $top: 3 })
  const filtered = await ids({ $filter: "statusInfo/status eq 'failure'" })
  const paged: unknown[] = []
  const page = (query: Query) => client.GET(log, { params: { query, header: { Prefer: 'odata.maxpagesize=2' } } })
  for (let query: Query | undefined = {}; query; ) {
    const { data } = await page(query)
    paged.push(...(data?.value ?? []).map(({ id }) => id))
    const next: string | undefined = data?.['@odata.nextLink']
    query = next === undefined ? undefined : Object.fromEntries(new URL(next).searchParams)
  }
  const { data: read } = await client.GET('/auditLogs/provisioning/{id}', { params: { path: { id: 'e2' } } })
  const event = { id: 'posted', jobId: 'by a generated client', activityDateTime: '2024-02-01T00:00:00Z' }
  const { data: posted } = await client.POST(log, { body: { ...event, provisioningSteps: [], modifiedProperties: [] } })
  const { error, response } = await client.GET('/auditLogs/provisioning/{id}', { params: { path: { id: 'none' } } })
  const requests = ['e1', 'none'].map((id) => ({ id, method: 'GET', url: log + '/' + id }))
  const { data: batch } = await client.POST('/$batch', { body: { requests } })

  console.log(JSON.stringify({
    ...{ listed, filtered, paged },
    read: [read?.id, read?.statusInfo?.status],
    posted: [posted?.id, posted?.jobId],
    error: [response.status, error?.error.code],
    batched: batch?.responses.map(({ id, status }) => [id, status])
  }))`
)
const options = { strict: true, noEmit: true, skipLibCheck: true, allowImportingTsExtensions: true, types: [] }
const compiled = ts.createProgram([program], {
  ...options,
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext
})
const problems = ts
  .getPreEmitDiagnostics(compiled)
  .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'))
if (problems.length) throw new Error(problems.join('\n'))
await import(program)
