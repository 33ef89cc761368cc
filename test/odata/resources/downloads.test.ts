import { batchesTo, get } from '../../support/batch.ts'
import { recordsIn } from '../../support/csv.ts'
import {
  documentedExample,
  errorOf,
  query,
  startService,
  valuesOf,
  type Answer,
  type Json
} from '../../support/service.ts'

// pages of 100 kB: the events of a test take many of them
const service = startService({ CDS_REQUIRES_DB_RESULT__BYTES: '100000' })
const { batch } = batchesTo(service)
const path = '/auditLogs/provisioning'
const COUNT = 1250 // more than a page may have
const EXAMPLE = '2d2db518-e357-4c3e-90f3-4fe2b2db142e'
const PATHS = ['', '/beta'].flatMap((root) => [`${root}${path}`, `${root}/auditLogs/directoryProvisioning`])
PATHS.push('/provisioningEvents')

const at = (index: number) => new Date(Date.UTC(2024, 4, 1) + index * 1000).toISOString()

beforeAll(async () => {
  const example = { ...documentedExample, id: EXAMPLE }
  expect((await service.post(path, example)).status).toBe(201)
  const events = Array.from({ length: COUNT }, (_, index) => ({
    id: `e${String(index).padStart(4, '0')}`,
    activityDateTime: at(index),
    jobId: `job${index % 7}`,
    durationInMilliseconds: index,
    action: index % 50 ? 'Update' : 'x'.repeat(5000)
  }))
  for (let first = 0; first < COUNT; first += 500) {
    const headers = { 'content-type': 'application/json' }
    const posts = events
      .slice(first, first + 500)
      .map((body) => ({ id: body.id, method: 'POST', url: path, headers, body }))
    for (const { status } of (await batch(posts)).values()) expect(status).toBe(201)
  }
})

const linesOf = ({ text }: Answer) => (text === '' ? [] : text.trimEnd().split('\n'))

/** All that the links of JSON lead to, each entity as its text. */
async function pagesOf(url: string) {
  const all: string[] = []
  for (let next: string | undefined = url; next;) {
    const page: Answer = await service.get(next, { Prefer: 'maxpagesize=1000' })
    expect([page.status, errorOf(page)]).toEqual([200, undefined])
    all.push(...valuesOf(page).map((value) => JSON.stringify(value)))
    next = (page.body['@odata.nextLink'] as string | undefined)?.slice(service.url.length)
  }
  return all
}

const OPTIONS: Record<string, string>[] = [
  {},
  { $filter: "jobId eq 'job3'" },
  { $filter: "contains(action,'xx')", $orderby: 'durationInMilliseconds' },
  { $search: 'job3 OR Value', $select: 'id,jobId' },
  { $select: 'activityDateTime,initiatedBy/displayName', $orderby: 'jobId desc,id' },
  { $compute: 'durationInMilliseconds mul 2 as twice', $filter: 'twice gt 2000', $orderby: 'twice' },
  { $skip: '1150' },
  { $apply: 'filter(durationInMilliseconds lt 1200)/orderby(durationInMilliseconds)' },
  { $apply: 'groupby((durationInMilliseconds,jobId))', $orderby: 'jobId,durationInMilliseconds' },
  { $apply: 'groupby((jobId),aggregate($count as events))' },
  { $filter: 'false' }
]

describe('A collection as lines of JSON', () => {
  it.each(OPTIONS)('has each entity as JSON has it, all of them, with %j', async (options) => {
    const expected = await pagesOf(query(path, options))
    for (const each of [path, `/beta${path}`]) {
      const answer = await service.get(query(each, { ...options, $format: 'ndjson' }))
      expect(answer.status).toBe(200)
      const root = each.slice(0, -path.length)
      expect(linesOf(answer)).toEqual(expected.map((line) => line.replaceAll(service.url, service.url + root)))
    }
  })

  it.each(['minimal', 'none', 'full'])('has the metadata level that is asked for: %s', async (level) => {
    const parameters = `odata.metadata=${level};IEEE754Compatible=true`
    for (const root of ['', '/v1.0']) {
      const url = query(`${root}${path}`, { $top: '3', $orderby: 'activityDateTime' })
      const [json, lines] = await Promise.all([
        service.get(url, { Accept: `application/json;${parameters}` }),
        service.get(url, { Accept: `application/x-ndjson;${parameters}` })
      ])
      expect(linesOf(lines)).toEqual(valuesOf(json).map((value) => JSON.stringify(value)))
      expect(lines.headers.get('content-type')).toBe(
        `application/x-ndjson;odata.metadata=${level};odata.streaming=true;IEEE754Compatible=true`
      )
    }
  })

  it.each([...PATHS, `/v1.0${path}`])('is at %s, where $top is the number of entities', async (url) => {
    for (const $top of [0, 1, 1001, 1200]) {
      const answer = await service.get(query(url, { $format: 'application/x-ndjson', $top: `${$top}`, $select: 'id' }))
      expect([answer.status, linesOf(answer).length]).toEqual([200, $top])
    }
    const some = await service.get(query(`${url}/$filter(jobId eq 'job1')`, { $format: 'ndjson', $select: 'id' }))
    expect(linesOf(some)).toHaveLength(179)
  })
})

describe('A collection as CSV', () => {
  const HEADER =
    'id,activityDateTime,tenantId,jobId,cycleId,changeId,action,durationInMilliseconds,' +
    'initiatedBy/id,initiatedBy/displayName,initiatedBy/initiatorType,' +
    'sourceSystem/id,sourceSystem/displayName,sourceSystem/details,' +
    'targetSystem/id,targetSystem/displayName,targetSystem/details,' +
    'sourceIdentity/id,sourceIdentity/displayName,sourceIdentity/identityType,sourceIdentity/details,' +
    'targetIdentity/id,targetIdentity/displayName,targetIdentity/identityType,targetIdentity/details,' +
    'statusInfo/status,statusInfo/errorCode,statusInfo/reason,statusInfo/additionalDetails,' +
    'statusInfo/errorCategory,statusInfo/recommendedAction'
  const OWN =
    `${EXAMPLE},2017-01-01T00:02:10.8639373+03:00,Tenant Id value,Job Id value,Cycle Id value,Change Id value,` +
    'Action value,6,Id value,Display Name value,String,,,{},,,,,,Identity Type value,,,,,,String,,,,,'
  const example = { $filter: `id eq '${EXAMPLE}'` }
  const csv = async (options: Record<string, string>, url = path) => {
    const answer = await service.get(query(url, { $format: 'csv', ...options }))
    expect([answer.status, errorOf(answer)]).toEqual([200, undefined])
    return answer.text
  }

  it.each(PATHS)('has a header and the values by their paths: %s', async (url) => {
    expect(await csv(example, url)).toBe(
      `${HEADER},provisioningSteps,modifiedProperties\r\n${OWN},` +
        '"[{""name"":""Name value"",""status"":null,""description"":""Description value"",""provisioningStepType"":""String"",""details"":null}]",' +
        '"[{""displayName"":null,""oldValue"":""Old Value value"",""newValue"":""New Value value""}]"\r\n'
    )
  })

  it('has the names of the root in its columns', async () => {
    const options = { ...example, $select: 'provisioningAction,provisioningStatusInfo,servicePrincipal/id' }
    expect(await csv(options, `/v1.0${path}`)).toBe(
      'provisioningAction,provisioningStatusInfo/status,provisioningStatusInfo/errorInformation/errorCode,' +
        'provisioningStatusInfo/errorInformation/reason,provisioningStatusInfo/errorInformation/additionalDetails,' +
        'provisioningStatusInfo/errorInformation/errorCategory,' +
        'provisioningStatusInfo/errorInformation/recommendedAction,servicePrincipal/id\r\n' +
        'unknownFutureValue,unknownFutureValue,,,,,,\r\n'
    )
  })

  it('comes in three parts that are joined by the key and the change id', async () => {
    expect(await csv({ ...example, $format: 'text/csv;part=entities' })).toBe(`${HEADER}\r\n${OWN}\r\n`)
    expect(await csv({ ...example, $format: 'text/csv;part=provisioningSteps' })).toBe(
      'id,changeId,provisioningSteps/$index,provisioningSteps/name,provisioningSteps/status,provisioningSteps/description,' +
        'provisioningSteps/provisioningStepType,provisioningSteps/details\r\n' +
        `${EXAMPLE},Change Id value,0,Name value,,Description value,String,\r\n`
    )
    expect(await csv({ ...example, $format: 'text/csv;header=absent;part="modifiedproperties"' })).toBe(
      `${EXAMPLE},Change Id value,0,,Old Value value,New Value value\r\n`
    )
  })

  it('shows what is selected, with the key in parts', async () => {
    const $select = 'initiatedBy/displayName,provisioningSteps/name'
    expect(await csv({ ...example, $select })).toBe(
      'initiatedBy/displayName,provisioningSteps\r\nDisplay Name value,"[{""name"":""Name value""}]"\r\n'
    )
    expect(await csv({ ...example, $select, $format: 'text/csv;part=provisioningSteps' })).toBe(
      `id,changeId,provisioningSteps/$index,provisioningSteps/name\r\n${EXAMPLE},Change Id value,0,Name value\r\n`
    )
    expect(await csv({ ...example, $select: 'action', $format: 'text/csv;part=entities' })).toBe(
      `id,changeId,action\r\n${EXAMPLE},Change Id value,Action value\r\n`
    )
    expect(
      await csv({
        ...example,
        $select: "provisioningSteps($filter=name eq 'other')",
        $format: 'text/csv;part=provisioningSteps;header=absent'
      })
    ).toBe('')
  })

  it.each(OPTIONS)('has all entities, with %j', async (options) => {
    const [header = [], ...records] = recordsIn(await csv(options))
    const entities = (await pagesOf(query(path, options))).map((each) => JSON.parse(each) as Json)
    const cellFor = (entity: Json, name: string) => {
      const value = name.split('/').reduce<unknown>((object, each) => (object as Json | null)?.[each], entity)
      return typeof value === 'number' ? String(value) : (value ?? '')
    }
    const plain = header.filter((name) => !/details|Steps|Properties/.test(name))
    expect(records.map((record) => plain.map((name) => record[header.indexOf(name)]))).toEqual(
      entities.map((entity) => plain.map((name) => cellFor(entity, name)))
    )
  })

  it('has the rows of an aggregation', async () => {
    const $apply =
      "filter(startswith(id,'e'))/groupby((jobId),aggregate($count as n,durationInMilliseconds with max as most))"
    expect(await csv({ $apply, $top: '2' })).toBe('jobId,n,most\r\njob0,179,1246\r\njob1,179,1247\r\n')
    expect(
      await csv({
        $apply: 'groupby((statusInfo/status,initiatedBy/displayName))',
        $filter: 'statusInfo/status ne null'
      })
    ).toBe('statusInfo/status,initiatedBy/displayName\r\nString,Display Name value\r\n')
  })

  it('has a byte order mark if it is asked for', async () => {
    const options = { ...example, $select: 'id', $format: 'text/csv;bom=present' }
    const response = await fetch(service.url + query(path, options))
    const bytes = Buffer.from(await response.arrayBuffer())
    expect(bytes.toString('latin1')).toBe(`\xef\xbb\xbfid\r\n${EXAMPLE}\r\n`)
  })

  it('runs nothing in spreadsheets, unless formulas are to be kept', async () => {
    const event = { ...documentedExample, id: 'formula', action: '=cmd', targetIdentity: { displayName: '+1"2' } }
    expect((await service.post(path, event)).status).toBe(201)
    const options = { $filter: "id eq 'formula'", $select: 'action,targetIdentity/displayName' }
    const header = 'action,targetIdentity/displayName\r\n'
    expect(await csv(options)).toBe(`${header}'=cmd,"'+1""2"\r\n`)
    expect(await csv({ ...options, $format: 'text/csv;formulas=kept' })).toBe(`${header}=cmd,"+1""2"\r\n`)
  })
})

describe('How a download is asked for, and announced', () => {
  it.each<[string, Record<string, string>, string, string]>([
    ['?$format=csv', {}, 'text/csv;charset=utf-8;header=present', 'provisioning.csv'],
    ['?format=CSV', {}, 'text/csv;charset=utf-8;header=present', 'provisioning.csv'],
    ['?$format=text/csv;header=absent', {}, 'text/csv;charset=utf-8;header=absent', 'provisioning.csv'],
    [
      '?$format=text/csv;charset=utf-8',
      { Accept: 'application/json' },
      'text/csv;charset=utf-8;header=present',
      'provisioning.csv'
    ],
    [
      '',
      { Accept: 'text/csv; header=present; charset=UTF-8' },
      'text/csv;charset=utf-8;header=present',
      'provisioning.csv'
    ],
    ['', { Accept: 'application/json;q=0.5, text/csv' }, 'text/csv;charset=utf-8;header=present', 'provisioning.csv'],
    ['', { Accept: 'text/*' }, 'text/csv;charset=utf-8;header=present', 'provisioning.csv'],
    [
      '?$format=text/csv;part=PROVISIONINGSTEPS',
      {},
      'text/csv;charset=utf-8;header=present',
      'provisioning-provisioningSteps.csv'
    ],
    ['?$format=text/csv;part=entities', {}, 'text/csv;charset=utf-8;header=present', 'provisioning-entities.csv'],
    [
      '?$format=ndjson',
      {},
      'application/x-ndjson;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false',
      'provisioning.ndjson'
    ],
    [
      '',
      { Accept: 'application/x-ndjson;charset=utf-8' },
      'application/x-ndjson;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8',
      'provisioning.ndjson'
    ]
  ])('%s %j', async (options, headers, type, name) => {
    const url = `${path}${options || '?'}&$top=2`
    for (const method of ['GET', 'HEAD']) {
      const answer = await service.send(method, url, undefined, headers)
      expect([answer.status, answer.headers.get('content-type'), answer.headers.get('content-disposition')]).toEqual([
        200,
        type,
        `attachment; filename="${name}"`
      ])
      expect(answer.headers.get('vary')).toContain('Accept')
      expect(answer.headers.get('odata-version')).toBe('4.0')
      expect(answer.text === '').toBe(method === 'HEAD')
    }
  })

  it('takes the name of the collection', async () => {
    const { headers } = await service.get('/beta/auditLogs/directoryProvisioning?$format=csv&$top=1')
    expect(headers.get('content-disposition')).toBe('attachment; filename="directoryProvisioning.csv"')
  })

  it.each(['*/*', 'application/*', 'application/json, text/csv', 'text/html,application/xhtml+xml,*/*;q=0.8'])(
    'whoever takes JSON as well gets pages: %s',
    async (accept) => {
      const { headers } = await service.get(path, { Accept: accept })
      expect(headers.get('content-type')).toContain('application/json')
    }
  )

  it('makes no use of preferences for pages', async () => {
    const url = query(path, { $format: 'ndjson', $select: 'id', $filter: "startswith(id,'e')" })
    const answer = await service.get(url, { Prefer: 'maxpagesize=5,track-changes' })
    expect([linesOf(answer).length, answer.headers.get('preference-applied')]).toEqual([COUNT, null])
  })

  it.each(['gzip', 'br'])('is compressed with %s', async (encoding) => {
    for (const $format of ['ndjson', 'csv']) {
      const answer = await service.get(query(path, { $format }), { 'Accept-Encoding': encoding })
      const plain = await service.get(query(path, { $format }), { 'Accept-Encoding': 'identity' })
      expect([answer.status, answer.headers.get('content-encoding')]).toEqual([200, encoding])
      expect(answer.text).toBe(plain.text)
      expect(plain.headers.get('content-encoding')).toBe(null)
    }
  })
})

const ONLY = 'The service can answer with application/json or application/x-ndjson or text/csv only'

describe('No download', () => {
  it.each<[Record<string, string>, number, string, string]>([
    [{ $count: 'true' }, 400, 'A download has no count: the address with /$count gives it.', '$count'],
    [{ $count: '1' }, 400, '$count must be true or false.', '$count'],
    [{ $skiptoken: 'x' }, 400, 'A download has no pages, so it does not take $skiptoken.', '$skiptoken'],
    [{ $deltatoken: 'x' }, 400, 'A download has no pages, so it does not take $deltatoken.', '$deltatoken'],
    [{ $top: '-1' }, 400, '$top must be a whole number of 0 or more.', '$top'],
    [
      { $apply: 'concat(identity,identity)' },
      501,
      'The service does not implement downloads of concat or rollup.',
      '$apply'
    ],
    [
      { $select: 'nothing' },
      400,
      "'nothing' in $select is not a property of 'microsoft.graph.provisioningObjectSummary'.",
      '$select'
    ]
  ])('is of a request with %j', async (options, status, message, target) => {
    for (const $format of ['ndjson', 'csv', 'text/csv;part=modifiedProperties'])
      for (const method of ['GET', 'HEAD']) {
        const answer = await service.send(method, query(path, { ...options, $format }))
        expect([answer.status, answer.headers.get('content-disposition')]).toEqual([status, null])
        if (method === 'GET') expect(errorOf(answer)).toMatchObject({ message, target })
      }
  })

  it('is of a request that fails with its first page', async () => {
    const answer = await service.get(
      query(path, { $format: 'csv', $filter: '1 div (durationInMilliseconds mul 0) eq 1' })
    )
    expect([answer.status, errorOf(answer).code]).toEqual([400, 'invalidValue'])
  })

  it.each([
    ['text/csv;part=steps', 'The parts in CSV are entities, provisioningSteps, modifiedProperties.'],
    ['text/csv;part=constructor', 'The parts in CSV are entities, provisioningSteps, modifiedProperties.'],
    ['text/csv;header=maybe', `${ONLY}, without 'header=maybe'.`],
    ['text/csv;formulas=run', `${ONLY}, without 'formulas=run'.`],
    ['text/csv;charset=latin1', `${ONLY}, without 'charset=latin1'.`],
    ['text/csv;odata.metadata=full', `${ONLY}, without 'odata.metadata=full'.`],
    ['application/x-ndjson;part=entities', `${ONLY}, without 'part=entities'.`],
    ['application/json;odata=nometadata', `${ONLY}, without 'odata=nometadata'.`],
    ['application/ndjson', `${ONLY}.`]
  ])('is in the format %s', async ($format, message) => {
    for (const [url, headers, target] of [
      [query(path, { $format }), {}, '$format'],
      [path, { Accept: $format }, 'Accept']
    ] as const) {
      const answer = await service.get(url, headers)
      expect([answer.status, errorOf(answer)]).toEqual([406, expect.objectContaining({ message, target })])
    }
  })

  it.each([[{ $select: 'id,action' }], [{ $apply: 'groupby((id))' }]])(
    'has a part that %j leaves out',
    async (options) => {
      const answer = await service.get(query(path, { ...options, $format: 'text/csv;part=provisioningSteps' }))
      expect([answer.status, errorOf(answer)]).toEqual([
        400,
        expect.objectContaining({
          message: "The query options leave out the part 'provisioningSteps'.",
          target: '$format'
        })
      ])
    }
  )

  it.each([
    '/',
    '/$metadata',
    '/auditLogs',
    `${path}/$count`,
    `${path}/$ref`,
    `${path}/${EXAMPLE}`,
    `${path}/${EXAMPLE}/action`,
    `${path}/${EXAMPLE}/action/$value`,
    `${path}/${EXAMPLE}/provisioningSteps`
  ])('is of %s', async (url) => {
    for (const $format of ['ndjson', 'csv']) {
      const answer = await service.get(query(url, { $format }))
      expect([answer.status, errorOf(answer).code]).toEqual([406, 'notAcceptable'])
    }
  })

  it('comes of a POST', async () => {
    const event = { ...documentedExample, id: 'not-created' }
    for (const headers of [{ Accept: 'text/csv' }, { Accept: 'application/x-ndjson' }])
      expect((await service.post(path, event, headers)).status).toBe(406)
    expect((await service.get(`${path}/not-created`)).status).toBe(404)
  })

  it('is in a batch', async () => {
    const answers = await batch([
      get('option', `${path}?$format=csv`),
      get('header', path, { headers: { accept: 'application/x-ndjson' } }),
      get('json', `${path}?$top=1`, { headers: { accept: 'text/csv, application/json;q=0.5' } })
    ])
    expect([...answers.values()].map(({ status }) => status)).toEqual([406, 406, 200])
    expect((answers.get('option')?.body.error as Json | undefined)?.message).toBe(
      'The service can answer with application/json only.'
    )
  })
})
