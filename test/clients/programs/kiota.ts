/** Microsoft's Graph SDK for TypeScript, made by Kiota: `kiota.ts <root> beta|v1.0`. Its packages have no request builders for audit logs. */
import {
  AnonymousAuthenticationProvider,
  HttpMethod,
  RequestInformation,
  type Parsable,
  type ParsableFactory
} from '@microsoft/kiota-abstractions'
import { BatchRequestContent, PageIterator } from '@microsoft/msgraph-sdk-core'

const [, , root = '', version = ''] = process.argv
const isBeta = version === 'beta'
const { GraphBetaRequestAdapter: Adapter } = isBeta
  ? await import('@microsoft/msgraph-beta-sdk')
  : { GraphBetaRequestAdapter: (await import('@microsoft/msgraph-sdk')).GraphRequestAdapter }
const models = isBeta
  ? await import('@microsoft/msgraph-beta-sdk/models/index.js')
  : await import('@microsoft/msgraph-sdk/models/index.js')
const { createODataErrorFromDiscriminatorValue } = isBeta
  ? await import('@microsoft/msgraph-beta-sdk/models/oDataErrors/index.js')
  : await import('@microsoft/msgraph-sdk/models/oDataErrors/index.js')

interface Event extends Parsable {
  id?: string
  jobId?: string
  activityDateTime?: Date
  [property: string]: unknown
}
interface Page extends Parsable {
  value: Event[]
  odataNextLink?: string
}

const adapter = new Adapter(new AnonymousAuthenticationProvider())
adapter.baseUrl = root
const errors = { XXX: createODataErrorFromDiscriminatorValue as ParsableFactory<Parsable> }
const asPage = models.createProvisioningObjectSummaryCollectionResponseFromDiscriminatorValue as ParsableFactory<Page>
const asEvent = models.createProvisioningObjectSummaryFromDiscriminatorValue as ParsableFactory<Event>

const get = (path: string) => new RequestInformation(HttpMethod.GET, `{+baseurl}${path}`, { baseurl: root })
const page = (query: string) => adapter.send(get(`/auditLogs/provisioning?${query}`), asPage, errors) as Promise<Page>
const statusOf = (event: Event) => ((event[isBeta ? 'statusInfo' : 'provisioningStatusInfo'] ?? {}) as Event).status

const listed = await page('$top=3')
const failure = isBeta ? "statusInfo/status eq 'failure'" : "provisioningStatusInfo/status eq 'failure'"
const filtered = await page(`$filter=${encodeURIComponent(failure)}`)
const paged: unknown[] = []
await new PageIterator(adapter, await page('$top=2'), ({ id }) => paged.push(id) > 0, asPage, errors).iterate()
const read = await adapter.send(get('/auditLogs/provisioning/e2'), asEvent, errors)

const post = new RequestInformation(HttpMethod.POST, '{+baseurl}/auditLogs/provisioning', { baseurl: root })
const event = { id: 'posted', jobId: 'by Kiota', activityDateTime: new Date('2024-02-01T00:00:00Z') }
post.setContentFromParsable(adapter, 'application/json', event, models.serializeProvisioningObjectSummary)
const posted = await adapter.send(post, asEvent, errors)

const error = await adapter.send(get('/auditLogs/provisioning/none'), asEvent, errors).catch((error: unknown) => error)
const { responseStatusCode: status, errorEscaped: told } = error as {
  responseStatusCode: number
  errorEscaped: { code: string }
}

const batch = new BatchRequestContent(adapter, errors)
batch.addBatchRequest(get('/auditLogs/provisioning/e1'), '1')
batch.addBatchRequest(get('/auditLogs/provisioning/none'), '2')
batch.addBatchRequest(post, '3')
const answers = await (await batch.postAsync())?.getResponsesStatusCodes()

console.log(
  JSON.stringify({
    listed: listed.value.map(({ id }) => id),
    filtered: filtered.value.map(({ id }) => id),
    paged,
    read: [read?.id, statusOf(read ?? {})],
    posted: [posted?.id, posted?.jobId],
    error: [status, told.code],
    batched: [...(answers ?? [])].sort()
  })
)
