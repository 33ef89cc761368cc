import { sharedService, valuesOf, type Json } from '../support/service.ts'

/**
 * Clients that need another runtime, such as .NET, Go, PHP and Python. Their requests are written out here as their
 * sources build them, and the answers are checked for what those sources parse. See docs/clients.md.
 */

const service = sharedService()

beforeAll(async () => {
  for (let day = 1; day <= 3; day++)
    await service.post('/auditLogs/provisioning', {
      ...{ id: `e${day}`, activityDateTime: `2024-01-0${day}T12:00:00.1234567+02:00`, action: 'Create', jobId: 'job' },
      ...{
        durationInMilliseconds: day,
        initiatedBy: { displayName: 'Ann' },
        modifiedProperties: [{ displayName: 'x' }]
      },
      statusInfo: { status: 'failure', '@odata.type': '#microsoft.graph.statusDetails', errorCode: 'Conflict' }
    })
})

const POWER_QUERY = {
  Accept:
    'application/json;odata.metadata=minimal;q=1.0,application/json;odata=minimalmetadata;q=0.9,application/atomsvc+xml;q=0.8,application/atom+xml;q=0.8,application/xml;q=0.7,text/plain;q=0.7',
  'OData-MaxVersion': '4.0',
  MaxDataServiceVersion: '3.0'
}
const NET = { 'OData-Version': '4.0', 'OData-MaxVersion': '4.0', 'Accept-Charset': 'UTF-8' }
const NET_MINIMAL = { ...NET, Accept: 'application/json;odata.metadata=minimal' }
const NET_FULL = { ...NET, Accept: 'application/json;odata.metadata=full' }
const GO_SDK = {
  Accept: 'application/json; charset=utf-8; IEEE754Compatible=false; odata.metadata=full',
  ...{ 'OData-MaxVersion': '4.0', 'OData-Version': '4.0', ConsistencyLevel: 'eventual' }
}
const SIMPLE = { Accept: 'application/json, application/xml, application/text' }
const PHP = { Accept: 'application/json', 'Content-Type': 'application/json', Prefer: 'odata.maxpagesize=25' }
const PYTHON = { Accept: 'application/json', 'OData-Version': '4.0' }
const SPLUNK = { Accept: '*/*', 'Content-type': 'application/json' }

const sets = { value: [{ name: 'provisioningEvents', kind: 'EntitySet', url: 'provisioningEvents' }, {}] }
const three = { value: [{ id: 'e3' }, { id: 'e2' }, { id: 'e1' }] }
const count = { value: [{ '@odata.id': null, action: 'Create', Count: 3 }] }

type Headers = Record<string, string>

describe('Reads as', () => {
  it.each<[client: string, headers: Headers, url: string, parsed: Json | string]>([
    ['Power Query', POWER_QUERY, '/', sets],
    ['Power Query', POWER_QUERY, '/$metadata', '<?xml version="1.0" encoding="utf-8"?>'],
    ['Power Query', POWER_QUERY, '/provisioningEvents?$top=1000', three],
    ['Power Query', POWER_QUERY, '/provisioningEvents/$count', '3'],
    [
      'Power Query',
      { ...POWER_QUERY, Prefer: 'omit-values=nulls' },
      "/provisioningEvents?$apply=filter(action%20eq%20'Create')/groupby((action)%2Caggregate(%24count%20as%20Count))",
      count
    ],
    [
      'Microsoft.OData.Client',
      NET_FULL,
      '/provisioningEvents?$filter=isof(statusInfo,%20%27microsoft.graph.statusDetails%27)%20and%20cast(durationInMilliseconds,Edm.Double)%20gt%202.5&$select=id,activityDateTime,durationInMilliseconds',
      {
        value: [
          {
            '@odata.type': '#microsoft.graph.provisioningObjectSummary',
            ...{ id: 'e3', 'activityDateTime@odata.type': '#DateTimeOffset' },
            ...{ 'durationInMilliseconds@odata.type': '#Int32', durationInMilliseconds: 3 }
          }
        ]
      }
    ],
    ['Microsoft.OData.Client', { ...NET, Accept: 'text/plain' }, '/provisioningEvents/$count', '3'],
    [
      'Microsoft.OData.Client',
      NET_MINIMAL,
      '/auditLogs/provisioning?$apply=groupby((action),aggregate($count as Count,durationInMilliseconds with average as AverageDuration))',
      { value: [{ action: 'Create', 'Count@odata.type': '#Int64', Count: 3, AverageDuration: 2 }] }
    ],
    ['Simple.OData.Client', { Accept: 'application/xml' }, '/$metadata', '<?xml version="1.0" encoding="utf-8"?>'],
    ['Simple.OData.Client', SIMPLE, "/auditLogs/provisioning('e2')", { id: 'e2' }],
    ['python-odata', { Accept: '*/*' }, '/$metadata/', '<?xml version="1.0" encoding="utf-8"?>'],
    ['python-odata', PYTHON, '/provisioningEvents?%24filter=jobId+eq+%27job%27&%24top=2', { value: [{}, {}] }],
    [
      'the OData data source of Grafana',
      { Accept: 'application/json' },
      '/provisioningEvents?%24filter=activityDateTime+ge+2024-01-01T00%3A00%3A00Z+and+activityDateTime+le+2024-01-31T00%3A00%3A00Z&%24select=action%2CactivityDateTime',
      { value: [{ action: 'Create' }, {}, {}] }
    ],
    [
      'go-azure-sdk',
      GO_SDK,
      '/v1.0/auditLogs/provisioning?%24top=1',
      { value: [{ '@odata.id': expect.stringMatching(/\('e3'\)$/) as string }] }
    ],
    [
      'graph2otel',
      { Accept: 'application/json' },
      '/v1.0/auditLogs/provisioning?%24filter=activityDateTime+gt+2024-01-01T00%3A00%3A00Z+and+activityDateTime+lt+2024-01-02T00%3A00%3A00Z&%24top=1000',
      {
        value: [
          {
            ...{ id: 'e1', activityDateTime: '2024-01-01T10:00:00.1234567Z', provisioningAction: 'create' },
            provisioningStatusInfo: { status: 'failure', errorInformation: { errorCode: 'Conflict', reason: null } }
          }
        ]
      }
    ],
    [
      "Splunk's add-on for Microsoft Azure",
      SPLUNK,
      '/v1.0/auditLogs/provisioning?$orderby=activityDateTime&$filter=activityDateTime+gt+2024-01-01T10:00:00.1234567Z+and+activityDateTime+le+2024-02-01T00:00:00.000000Z',
      { value: [{ activityDateTime: '2024-01-02T10:00:00.1234567Z' }, { id: 'e3' }] }
    ],
    [
      'Get-MgAuditLogProvisioning -CountVariable',
      { ConsistencyLevel: 'eventual' },
      '/v1.0/auditLogs/provisioning?$count=true&$top=999',
      { '@odata.count': 3, value: three.value }
    ]
  ])('%s does with %j: %s', async (_, headers, url, parsed) => {
    const answer = await service.get(url, headers)
    expect([answer.status, answer.headers.get('odata-version')]).toEqual([200, '4.0'])
    if (typeof parsed === 'string') expect(answer.text.startsWith(parsed)).toBe(true)
    else expect(answer.body).toMatchObject(parsed)
  })

  it('odata-client-php does, which takes the token out of the link', async () => {
    const first = await service.get('/provisioningEvents?$select=id', { ...PHP, Prefer: 'odata.maxpagesize=2' })
    const [, token] = String(first.body['@odata.nextLink']).split('?')[1]!.split('skiptoken=')
    const second = await service.get(`/provisioningEvents?$select=id&$skiptoken=${token}`, PHP)
    expect([first, second].map((page) => valuesOf(page).map(({ id }) => id))).toEqual([['e3', 'e2'], ['e1']])
  })
})

const NET_BATCH = { ...NET, Accept: 'multipart/mixed', 'Content-Type': 'multipart/mixed; boundary=batch_b' }
const HTTP = 'Content-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n'
const entity = (id: string) =>
  `{"@odata.type":"#microsoft.graph.provisioningObjectSummary","action":"Update","activityDateTime@odata.type":"#DateTimeOffset","activityDateTime":"2024-02-01T00:00:00+01:00","id":"${id}","initiatedBy":{"@odata.type":"#microsoft.graph.initiator","displayName":null},"modifiedProperties@odata.type":"#Collection(microsoft.graph.modifiedProperty)","modifiedProperties":[]}`

/** What clients write as a batch of a change set and a query, in this order. */
const BATCHES: [client: string, headers: Headers, body: (url: string) => string][] = [
  [
    'Microsoft.OData.Client',
    NET_BATCH,
    (url) => {
      const headers =
        'OData-Version: 4.0\r\nOData-MaxVersion: 4.0\r\nAccept: application/json;odata.metadata=minimal\r\nAccept-Charset: UTF-8\r\nUser-Agent: Microsoft.OData.Client/8.2.3\r\n'
      return `--batch_b\r\nContent-Type: multipart/mixed; boundary=changeset_c\r\n\r\n--changeset_c\r\n${HTTP}Content-ID: 1\r\n\r\nPOST ${url}/auditLogs/provisioning HTTP/1.1\r\n${headers}Content-Type: application/json;odata.metadata=minimal\r\n\r\n${entity('net')}\r\n--changeset_c--\r\n--batch_b\r\n${HTTP}\r\nGET ${url}/auditLogs/provisioning?$top=1&$select=id HTTP/1.1\r\n${headers}\r\n\r\n--batch_b--`
    }
  ],
  [
    'SAP Cloud SDK for Java',
    { 'OData-Version': '4.0', 'Content-Type': 'multipart/mixed;boundary=batch_b' },
    () =>
      `--batch_b\r\nContent-Type: multipart/mixed;boundary=changeset_c\r\n\r\n--changeset_c\r\n${HTTP}Content-ID: 1\r\n\r\nPOST auditLogs/provisioning HTTP/1.1\r\nAccept: application/json\r\nContent-Type: application/json\r\n\r\n${entity('java')}\r\n\r\n--changeset_c--\r\n\r\n--batch_b\r\n${HTTP}Content-ID: 2\r\n\r\nGET auditLogs/provisioning?$select=id&$top=1 HTTP/1.1\r\nAccept: application/json\r\n\r\n\r\n--batch_b--\r\n`
  ]
]

describe('A batch', () => {
  it.each(BATCHES)('of %s is answered as it reads it', async (_, headers, body) => {
    const { status, text, headers: received } = await service.send('POST', '/$batch', body(service.url), headers)
    expect([status, received.get('content-type')]).toEqual([
      200,
      expect.stringMatching(/^multipart\/mixed;boundary=batch_/)
    ])
    const lines = text.split('\r\n')
    expect(lines.filter((line) => /^HTTP/.test(line))).toEqual(['HTTP/1.1 201 Created', 'HTTP/1.1 200 OK'])
    expect(lines.filter((line) => line === 'content-type: application/http')).toHaveLength(2)
    expect(lines.filter((line) => line === 'content-transfer-encoding: binary')).toHaveLength(2)
    expect(lines).toContain('content-id: 1')
    expect(
      lines.filter((line) => line.startsWith('{')).map((line) => Object.keys(JSON.parse(line) as Json)[0])
    ).toEqual(['@odata.context', '@odata.context'])
  })

  it('of odata-client-php, which is multipart, is answered in JSON, which is all that it reads', async () => {
    const body = `--batch_b\r\n${HTTP}Content-ID: 1\r\n\r\nGET ${service.url}/auditLogs/provisioning('e1') HTTP/1.1\r\n\r\n\r\n--batch_b--\r\n`
    const headers = { ...PHP, 'Content-Type': 'multipart/mixed; boundary=batch_b' }
    const answer = await service.send('POST', '/$batch', body, headers)
    expect(answer.body).toMatchObject({ responses: [{ id: '1', status: 200, body: { id: 'e1' } }] })
  })
})
