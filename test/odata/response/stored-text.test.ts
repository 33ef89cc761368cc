import { DatabaseSync } from 'node:sqlite'
import { query, sharedService, valuesOf, type Json } from '../../support/service.ts'

const service = sharedService()
const path = '/auditLogs/provisioning'

/** Texts that JSON escapes, or that other writers of JSON escape. */
const TEXTS = [
  Array.from({ length: 31 }, (_, index) => String.fromCharCode(index + 1)).join(''),
  '"quoted" \\ and / and \u007f \u2028 \u2029',
  "it's 100 % of %s, <b>&amp;</b>",
  'Máté 😀 İ K',
  '',
  'null',
  '[1]',
  '2024-05-01T10:00:00Z'
]

const TIME = '2024-05-01T10:00:00.1234567+02:00'

/** Events, each with its text as clients see it, without what is null in all of them. */
const EVENTS: [name: string, event: Json][] = [
  ...TEXTS.map((text, index): [string, Json] => [
    `with ${JSON.stringify(text).slice(0, 40)}`,
    {
      id: `text-${index}`,
      action: text,
      sourceSystem: { displayName: text, details: { [text || 'none']: text } },
      provisioningSteps: [{ name: text, details: { inner: [text, { [`${text}!`]: null }] } }],
      modifiedProperties: [{ displayName: text, oldValue: text, newValue: null }]
    }
  ]),
  [
    'with objects without values',
    { id: 'empty', sourceSystem: {}, targetSystem: { details: {} }, initiatedBy: { id: null } }
  ],
  ['with the declared status', { id: 'base', statusInfo: { status: 'success' } }],
  [
    'with a derived status',
    { id: 'derived', statusInfo: { '@odata.type': '#microsoft.graph.statusDetails', errorCode: 'E' } }
  ],
  [
    'with a derived status without values',
    { id: 'derived-empty', statusInfo: { '@odata.type': '#microsoft.graph.statusDetails' } }
  ],
  [
    'with types in it',
    { id: 'typed', provisioningSteps: [{ name: 'one', '@odata.type': '#microsoft.graph.provisioningStep' }] }
  ]
]

/** The text of an event without the context that only answers with one event have. */
const textOf = (answer: string) => answer.replace(/^\{"@odata.context":"[^"]*",/, '{')

it.each(EVENTS)(
  'An event %s has one text, whether it has just come in, is read, or is one of many',
  async (_, event) => {
    const posted = await service.post(path, { activityDateTime: TIME, ...event })
    expect(posted.status).toBe(201)
    const text = textOf(posted.text)
    const read = await service.get(`${path}/${String(event.id)}`)
    expect(textOf(read.text)).toBe(text)
    const page = await service.get(query(path, { $filter: `id eq '${String(event.id)}'` }))
    expect(page.text).toContain(`"value":[${text}]`)
    const fromColumns = await service.get(query(path, { $filter: `id eq '${String(event.id)}'`, $compute: '1 as one' }))
    expect(fromColumns.text).toContain(`"value":[${text.slice(0, -1)},"one@odata.type":"#Int64","one":1}]`)
  }
)

const SELECTED =
  'id,action,initiatedBy/id,sourceSystem/displayName,targetSystem/details,statusInfo/status,statusInfo/microsoft.graph.statusDetails/errorCode,provisioningSteps'

it.each(EVENTS)('What is selected of an event %s is the same with and without what is computed', async (_, event) => {
  await service.post(path, { activityDateTime: TIME, ...event })
  const $filter = `id eq '${String(event.id)}'`
  const plain = await service.get(query(path, { $filter, $select: SELECTED }))
  const computed = await service.get(query(path, { $filter, $select: `${SELECTED},one`, $compute: '1 as one' }))
  const valueIn = ({ text }: { text: string }) => text.slice(text.indexOf('"value":'))
  expect(valueIn(computed)).toBe(valueIn(plain).replace(/\}\]\}$/, ',"one@odata.type":"#Int64","one":1}]}'))
  expect(valuesOf(plain)).toHaveLength(1)
})

it('The text has all properties in the order of the model, each object with its type', async () => {
  expect(textOf((await service.get(`${path}/derived`)).text)).toBe(
    '{"@odata.type":"#microsoft.graph.provisioningObjectSummary","id":"derived",' +
      `"activityDateTime":"${TIME}","tenantId":null,"jobId":null,"cycleId":null,"changeId":null,"action":null,` +
      '"durationInMilliseconds":null,"initiatedBy":null,"sourceSystem":null,"targetSystem":null,' +
      '"sourceIdentity":null,"targetIdentity":null,"statusInfo":{"@odata.type":"#microsoft.graph.statusDetails",' +
      '"status":null,"errorCode":"E","reason":null,"additionalDetails":null,"errorCategory":null,' +
      '"recommendedAction":null},"provisioningSteps":[],"modifiedProperties":[]}'
  )
  expect(textOf((await service.get(`${path}/empty`)).text)).toContain(
    '"initiatedBy":{"@odata.type":"microsoft.graph.initiator","id":null,"displayName":null,"initiatorType":null},' +
      '"sourceSystem":{"@odata.type":"microsoft.graph.provisioningSystemDetails","id":null,"displayName":null,' +
      '"details":null},"targetSystem":{"@odata.type":"microsoft.graph.provisioningSystemDetails","id":null,' +
      '"displayName":null,"details":{"@odata.type":"microsoft.graph.detailsInfo"}}'
  )
})

it('The text is not stored', () => {
  const database = new DatabaseSync(service.file, { readOnly: true })
  const stored = database.prepare(
    'SELECT count(*) AS events, count(representation) AS texts FROM microsoft_graph_provisioningObjectSummary'
  )
  expect(stored.get()).toEqual({ events: EVENTS.length, texts: 0 })
  database.close()
})

it('Types in the text are no text that is searched', async () => {
  const find = async ($search: string) => valuesOf(await service.get(query(path, { $search }))).map(({ id }) => id)
  expect(await find('provisioningStep')).toEqual([])
  expect(await find('"one"')).toEqual(['typed'])
})
