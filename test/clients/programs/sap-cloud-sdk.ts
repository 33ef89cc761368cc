/** SAP Cloud SDK: `sap-cloud-sdk.ts <root>` generates a client from the metadata, compiles and uses it. */
import { mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { generate } from '@sap-cloud-sdk/generator'
import { desc } from '@sap-cloud-sdk/odata-v4'
import moment from 'moment'

const [, , root = ''] = process.argv
const folder = mkdtempSync(join(tmpdir(), 'sap-cloud-sdk-'))
const [inputDir, outputDir] = [join(folder, 'metadata'), join(folder, 'generated')]
mkdirSync(inputDir)
symlinkSync(join(import.meta.dirname, 'node_modules'), join(folder, 'node_modules'))
writeFileSync(join(inputDir, 'log.edmx'), await (await fetch(`${root}/$metadata`)).text())
await generate({ input: inputDir, outputDir, transpile: true })

// as a program would that was written after the generation
const { log } = (await import(join(outputDir, 'log/index.js'))).default
const { provisioningEventsApi: events, batch, changeset } = log()
const { ID, STATUS_INFO, ACTIVITY_DATE_TIME } = events.schema
const destination = { url: root }
const ids = (found: { id: string }[]) => found.map(({ id }) => id)
const list = () => events.requestBuilder().getAll().orderBy(desc(ACTIVITY_DATE_TIME))

const listed = ids(await list().top(3).execute(destination))
const filtered = ids(await list().filter(STATUS_INFO.status.equals('failure')).execute(destination))
const paged: string[] = []
for (let page: string[] = ['']; page.length; paged.push(...page))
  page = ids(await list().select(ID).skip(paged.length).top(2).execute(destination))

const read = await events.requestBuilder().getByKey('e2').execute(destination)

const activityDateTime = moment('2024-02-01T00:00:00Z')
const event = (id: string) => events.entityBuilder().fromJson({ id, jobId: 'by the Cloud SDK', activityDateTime })
const posted = await events.requestBuilder().create(event('posted')).execute(destination)

const failed = await events
  .requestBuilder()
  .getByKey('none')
  .execute(destination)
  .catch((error: unknown) => error)
const { status, data } = failed.rootCause.response

const get = (id: string) => events.requestBuilder().getByKey(id)
const change = changeset(events.requestBuilder().create(event('batched')))
const answers = await batch(get('e1'), change, get('none')).execute(destination) // a batch ends at its first error

console.log(
  JSON.stringify({
    listed,
    filtered,
    paged,
    read: [read.id, read.statusInfo?.status],
    posted: [posted.id, posted.jobId],
    error: [status, data.error.code],
    batched: answers.map((answer: { httpCode?: number; responses?: { httpCode: number }[] }, index: number) => [
      String(index + 1),
      answer.httpCode ?? answer.responses?.[0]?.httpCode
    ])
  })
)
