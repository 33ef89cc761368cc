import { documentedExample, errorOf, query, sharedService, type Json } from '../../support/service.ts'

const service = sharedService()
const path = '/auditLogs/provisioning'
const at = '2024-05-01T12:00:00Z'

async function count() {
  return Number((await service.get(`${path}/$count`)).text)
}

describe('A request body that is wrong is refused, says why, and stores nothing', () => {
  const event = (members: object) => ({ activityDateTime: at, ...members })
  const twice = (members: string) => `{"activityDateTime":"${at}",${members}}`
  const deep = (levels: number): object => (levels ? { a: deep(levels - 1) } : {})

  it.each<[string, unknown, number, string, string | undefined]>([
    ['malformed JSON', '{"activityDateTime":', 400, 'invalidBody', undefined],
    ['no body', '', 400, 'invalidBody', undefined],
    ['white space', '  ', 400, 'invalidBody', undefined],
    ['an array', [event({})], 400, 'invalidBody', undefined],
    ['null', 'null', 400, 'invalidBody', undefined],
    ['a string', '"text"', 400, 'invalidBody', undefined],
    ['a number', '5', 400, 'invalidBody', undefined],
    ['a number of many digits', '12345678901234567890', 400, 'invalidBody', undefined],
    ['bytes that are not UTF-8', new Uint8Array([0x7b, 0xff, 0x7d]), 400, 'invalidBody', undefined],
    ['a member twice', twice('"jobId":"a","jobId":"b"'), 400, 'invalidBody', undefined],
    [
      'a member twice in an open type',
      twice('"targetSystem":{"details":{"a":1,"\\u0061":1}}'),
      400,
      'invalidBody',
      undefined
    ],
    ['a type twice', twice('"statusInfo":{"@odata.type":"x","@odata.type":"y"}'), 400, 'invalidBody', undefined],
    ['an annotation with a member twice', twice('"@a.b":{"c":1,"c":1}'), 400, 'invalidBody', undefined],
    ['no activityDateTime', { jobId: 'x' }, 400, 'missingProperty', 'activityDateTime'],
    ['a null activityDateTime', { activityDateTime: null }, 400, 'missingProperty', 'activityDateTime'],
    ['a null key', event({ id: null }), 400, 'invalidType', 'id'],
    ['a null collection', event({ provisioningSteps: null }), 400, 'invalidType', 'provisioningSteps'],
    ['an unknown property', event({ foo: 1 }), 400, 'unknownProperty', 'foo'],
    ['a property in the wrong case', event({ jobid: 'x' }), 400, 'unknownProperty', 'jobid'],
    ['a column of the database', event({ initiatedBy_id: 'x' }), 400, 'unknownProperty', 'initiatedBy_id'],
    ['a hidden column', event({ activityDateTime_utc: 'x' }), 400, 'unknownProperty', 'activityDateTime_utc'],
    ['__proto__', `{"activityDateTime":"${at}","__proto__":{"x":1}}`, 400, 'unknownProperty', '__proto__'],
    ['an unknown property within', event({ initiatedBy: { foo: 1 } }), 400, 'unknownProperty', 'initiatedBy/foo'],
    [
      'one within a list',
      event({ provisioningSteps: [{}, { x: 1 }] }),
      400,
      'unknownProperty',
      'provisioningSteps/1/x'
    ],
    ['a number for a string', event({ jobId: 5 }), 400, 'invalidType', 'jobId'],
    ['a boolean for a string', event({ id: true }), 400, 'invalidType', 'id'],
    ['a string for a number', event({ durationInMilliseconds: '6' }), 400, 'invalidType', 'durationInMilliseconds'],
    ['a fraction', event({ durationInMilliseconds: 6.5 }), 400, 'invalidType', 'durationInMilliseconds'],
    ['more than Int32', event({ durationInMilliseconds: 2147483648 }), 400, 'invalidValue', 'durationInMilliseconds'],
    ['less than Int32', event({ durationInMilliseconds: -2147483649 }), 400, 'invalidValue', 'durationInMilliseconds'],
    [
      'far more',
      `{"activityDateTime":"${at}","durationInMilliseconds":1e400}`,
      400,
      'invalidType',
      'durationInMilliseconds'
    ],
    ['a number for a date', { activityDateTime: 1714564800 }, 400, 'invalidType', 'activityDateTime'],
    ['a date that is none', { activityDateTime: 'yesterday' }, 400, 'invalidValue', 'activityDateTime'],
    ['31 June', { activityDateTime: '2024-06-31T00:00:00Z' }, 400, 'invalidValue', 'activityDateTime'],
    ['no offset', { activityDateTime: '2024-05-01T12:00:00' }, 400, 'invalidValue', 'activityDateTime'],
    ['no time', { activityDateTime: '2024-05-01' }, 400, 'invalidValue', 'activityDateTime'],
    [
      'an offset of more than 14 hours',
      { activityDateTime: '2024-05-01T12:00-14:01' },
      400,
      'invalidValue',
      'activityDateTime'
    ],
    [
      '8 fractional digits',
      { activityDateTime: '2024-05-01T12:00:00.12345678Z' },
      400,
      'invalidValue',
      'activityDateTime'
    ],
    ['an array for an object', event({ initiatedBy: [] }), 400, 'invalidType', 'initiatedBy'],
    ['a string for an object', event({ statusInfo: 'failure' }), 400, 'invalidType', 'statusInfo'],
    ['an object for an array', event({ provisioningSteps: {} }), 400, 'invalidType', 'provisioningSteps'],
    ['an item that is null', event({ modifiedProperties: [null] }), 400, 'invalidType', 'modifiedProperties/0'],
    ['an array for an open type', event({ targetSystem: { details: [] } }), 400, 'invalidType', 'targetSystem/details'],
    ['an over-long id', event({ id: 'x'.repeat(129) }), 400, 'invalidValue', 'id'],
    ['an over-long tenant', event({ tenantId: 'x'.repeat(257) }), 400, 'invalidValue', 'tenantId'],
    ['an over-long id of long characters', event({ id: `${'😀'.repeat(128)}x` }), 400, 'invalidValue', 'id'],
    ['an empty id', event({ id: '' }), 400, 'invalidValue', 'id'],
    ['a NUL character', event({ jobId: 'a\0b' }), 400, 'invalidValue', 'jobId'],
    ['half a surrogate pair', `{"activityDateTime":"${at}","jobId":"\\ud83d"}`, 400, 'invalidValue', 'jobId'],
    [
      'NUL within an open type',
      event({ targetSystem: { details: { a: ['\0'] } } }),
      400,
      'invalidValue',
      'targetSystem/details'
    ],
    [
      'nesting of 200 levels',
      event({ targetSystem: { details: deep(200) } }),
      400,
      'invalidValue',
      'targetSystem/details'
    ],
    ['another type', event({ '@odata.type': '#microsoft.graph.user' }), 400, 'invalidType', '@odata.type'],
    [
      'another type within',
      event({ statusInfo: { '@odata.type': 'x' } }),
      400,
      'invalidType',
      'statusInfo/@odata.type'
    ],
    [
      'a type of another document',
      event({ '@odata.type': 'http://host/types#microsoft.graph.provisioningObjectSummary' }),
      400,
      'invalidType',
      '@odata.type'
    ],
    [
      'another type by its URL',
      event({ initiatedBy: { '@type': 'http://host/$metadata#microsoft.graph.user' } }),
      400,
      'invalidType',
      'initiatedBy/@odata.type'
    ],
    ['a type that is no string', event({ '@odata.type': 5 }), 400, 'invalidType', '@odata.type'],
    ['over 4 MiB', event({ jobId: 'x'.repeat(4 * 1024 * 1024) }), 413, 'payloadTooLarge', undefined]
  ])('%s', async (_, body, status, code, target) => {
    const before = await count()
    const answer = await service.post(path, body)
    expect([answer.status, errorOf(answer).code, errorOf(answer).target]).toEqual([status, code, target])
    expect(errorOf(answer).message).toMatch(/^[A-Z'].*[.]$/s)
    expect(await count()).toBe(before)
  })

  it('nesting of 10,000 levels', async () => {
    const details = '{"a":'.repeat(10_000) + '{}' + '}'.repeat(10_000)
    const answer = await service.post(path, `{"activityDateTime":"${at}","targetSystem":{"details":${details}}}`)
    expect([answer.status, errorOf(answer).code]).toEqual([400, 'invalidValue'])
  })

  it.each(['text/plain', 'application/xml', 'application/x-www-form-urlencoded', 'application/jsonp'])(
    'the content type %s with 415',
    async (type) => {
      const answer = await service.post(path, JSON.stringify(documentedExample), { 'Content-Type': type })
      expect([answer.status, errorOf(answer).code]).toEqual([415, 'unsupportedMediaType'])
    }
  )

  it('another charset than UTF-8 with 415', async () => {
    const sent = async (charset: string) => {
      const headers = { 'Content-Type': `application/json; charset=${charset}` }
      return service.post(path, JSON.stringify({ ...documentedExample, action: 'Ü' }), headers)
    }
    for (const charset of ['utf-8', 'UTF-8', '"utf-8"', 'utf8']) expect((await sent(charset)).status).toBe(201)
    for (const charset of ['iso-8859-1', 'utf-16', '"UTF-16LE"', 'windows-1252']) {
      const answer = await sent(charset)
      expect([answer.status, errorOf(answer).target]).toEqual([415, 'Content-Type'])
    }
  })

  it('an unknown encoding with 415, which names those that are known', async () => {
    const answer = await service.post(path, JSON.stringify(documentedExample), { 'Content-Encoding': 'zstd' })
    expect([answer.status, answer.headers.get('accept-encoding')]).toEqual([415, 'gzip, deflate, br'])
  })
})

describe('A type that is refused', () => {
  it.each<[Json, string]>([
    [{ '@odata.type': '#microsoft.graph.user' }, "'#microsoft.graph.provisioningObjectSummary'"],
    [{ initiatedBy: { '@type': '#initiator' } }, "'#microsoft.graph.initiator'"],
    [
      { statusInfo: { '@odata.type': '#graph.statusDetails', errorCode: 'x' } },
      "'#microsoft.graph.statusBase' or '#microsoft.graph.statusDetails'"
    ]
  ])('says which may be sent: %j', async (more, types) => {
    const answer = await service.post(path, { activityDateTime: at, ...more })
    const message = `The type must be ${types}.`
    expect([answer.status, errorOf(answer)]).toMatchObject([400, { code: 'invalidType', message }])
  })
})

describe('A point in time that is refused', () => {
  it.each([
    ['2024-05-01T12:00:00.123456789Z', 'must have at most 7 digits after the second'],
    ['2024-05-01T12:00:00.12345670001Z', 'must have at most 7 digits after the second'],
    ['2024-05-01T12:00:00.0000000000000Z', "must be a date and time such as '2017-01-01T00:02:10.8639373+03:00'"],
    ['2024-05-01T12:00:00.123456', 'must have an offset from UTC, or Z'],
    ['2024-05-01T12:00:00.123456789', 'must have an offset from UTC, or Z'],
    ['2024-05-01T12:00:00-14:01', 'must have an offset of at most 14 hours'],
    ['2024-05-01T12:00:00+15:00', "must be a date and time such as '2017-01-01T00:02:10.8639373+03:00'"],
    ['2024-05-01', "must be a date and time such as '2017-01-01T00:02:10.8639373+03:00'"],
    ['2016-12-31T23:59:60Z', "must be a date and time such as '2017-01-01T00:02:10.8639373+03:00'"]
  ])('says why: %s', async (activityDateTime, what) => {
    const answer = await service.post(path, { activityDateTime })
    const message = `Property 'activityDateTime' ${what}.`
    expect([answer.status, errorOf(answer)]).toMatchObject([400, { code: 'invalidValue', message }])
  })
})

describe('A request that is wrong is refused and says why', () => {
  it.each<[string, number, string]>([
    ['/nothing', 404, 'resourceNotFound'],
    ['/beta/nothing', 404, 'resourceNotFound'],
    ['/v2.0/auditLogs/provisioning', 404, 'resourceNotFound'],
    ['/auditLogs/signIns', 404, 'resourceNotFound'],
    ['/provisioning', 404, 'resourceNotFound'],
    ['/provisioningObjectSummary', 404, 'resourceNotFound'],
    [`${path}/unknown`, 404, 'resourceNotFound'],
    [`${path}('unknown')`, 404, 'resourceNotFound'],
    [`${path}('unknown')/jobId`, 404, 'resourceNotFound'],
    [`${path}/x/foo`, 404, 'resourceNotFound'],
    [`${path}/x/initiatedBy/foo`, 404, 'resourceNotFound'],
    [`${path}/x/jobId/foo`, 404, 'resourceNotFound'],
    [`${path}/$foo`, 404, 'resourceNotFound'],
    [`${path}(5)`, 400, 'badRequest'],
    [`${path}(jobId='x')`, 400, 'badRequest'],
    [`${path}/%ff`, 400, 'badRequest'],
    [`${path}?$filter=%`, 400, 'badRequest'],
    [`${path}?$foo=1`, 400, 'unknownQueryOption'],
    [`${path}?foo=1`, 400, 'unknownQueryOption'],
    [`${path}?=activityDateTime%20ge%202024-01-01`, 400, 'unknownQueryOption'],
    [`${path}?$top=1&$top=2`, 400, 'invalidQueryOption'],
    [`${path}?$top=-1`, 400, 'invalidQueryOption'],
    [`${path}?$top=x`, 400, 'invalidQueryOption'],
    [`${path}?$top=`, 400, 'invalidQueryOption'],
    [`${path}?$top=99999999999999999999`, 400, 'invalidQueryOption'],
    [`${path}?$skip=1.5`, 400, 'invalidQueryOption'],
    [`${path}?$count=maybe`, 400, 'invalidQueryOption'],
    [`${path}?$select=foo`, 400, 'invalidQueryOption'],
    [`${path}?$select=activityDateTime_utc`, 400, 'invalidQueryOption'],
    [`${path}?$select=`, 400, 'invalidQueryOption'],
    [`${path}?$orderby=foo`, 400, 'invalidQueryOption'],
    [`${path}?$orderby=jobId%20up`, 400, 'invalidQueryOption'],
    [`${path}/x?$filter=id%20eq%20'x'`, 400, 'invalidQueryOption']
  ])('%s with %i %s', async (url, status, code) => {
    const answer = await service.get(url)
    expect([answer.status, errorOf(answer).code]).toEqual([status, code])
  })

  it.each(['(', 'id("a', 'id)', '$count(x'])('$select with a member %s, which does not end', async (name) => {
    const item = `targetSystem/details/${name}`
    const answer = await service.get(query(path, { $select: `id,${item}` }))
    expect([answer.status, errorOf(answer).message]).toEqual([
      400,
      `The parentheses or quotes of '${item}' in $select do not match.`
    ])
  })

  it.each<[string, string]>([
    [
      'jobid2 eq 1',
      "'jobid2' is not a property of 'microsoft.graph.provisioningObjectSummary', at position 0 of $filter."
    ],
    ["jobId eq 'x' and", 'The expression ends too early, at position 16 of $filter.'],
    ["jobId eq 'x", "There is nothing that $filter can begin at position 9 with: '''."],
    ["jobId eq 'x' && true", "There is nothing that $filter can begin at position 13 with: '&&'."],
    ['activityDateTime gt 2024-5-1', "There is nothing that $filter can begin at position 20 with: '2024-5-1'."],
    [
      'activityDateTime gt 2024-05-01T00:00:00',
      "'2024-05-01T00:00:00' needs an offset from UTC such as Z or +02:00, at position 20 of $filter."
    ],
    [
      '(activityDateTime gt 2024-05-01T00:00:00.123+0200)',
      "'2024-05-01T00:00:00.123+0200' needs an offset from UTC such as Z or +02:00, at position 21 of $filter."
    ],
    ['jobId eq', 'The expression ends too early, at position 8 of $filter.'],
    ['jobId', 'A condition is expected, at position 0 of $filter.'],
    ['jobId and true or false', 'A condition is expected, at position 0 of $filter.'],
    [
      "statusInfo/errorCode eq 'x'",
      "'errorCode' is not a property of 'microsoft.graph.statusBase', but 'microsoft.graph.statusDetails/errorCode' is, at position 11 of $filter."
    ],
    ["jobId = 'x'", "'=' is no operator, at position 6 of $filter."],
    ["action eq 'x' and jobId like 'x%'", "'like' is no operator, at position 24 of $filter."],
    ['', 'The expression ends too early, at position 0 of $filter.'],
    ['jobId eq 5', 'A value of type string cannot be compared with one of type number, at position 6 of $filter.'],
    [
      `durationInMilliseconds eq 'x'`,
      'A value of type number cannot be compared with one of type string, at position 23 of $filter.'
    ],
    [
      'sourceSystem/details/x in (null,statusInfo)',
      'A value of type any cannot be compared with one of type complex, at position 23 of $filter.'
    ],
    ['activityDateTime gt 2024-13-01', "'2024-13-01' is not a value, at position 20 of $filter."],
    ['contains(jobId) eq true', 'The function is contains(string, string), at position 0 of $filter.'],
    ["jobId eq 'x' jobId", "'jobId' is not expected, at position 13 of $filter."],
    ["(jobId eq 'x'", "')' is expected instead of 'the end', at position 13 of $filter."],
    ["matchesPattern(jobId,'(')", 'This is not a regular expression, at position 21 of $filter.'],
    ['jobId in ["a","\\u0000"]', `'\\u0000' is not a value, at position 14 of $filter.`],
    ['Aggregation.isroot(Node=id)', "There is no function 'Aggregation.isroot', at position 0 of $filter."],
    ['now(1) eq null', 'The function is now(), at position 0 of $filter.'],
    ['jobId in (', 'The expression ends too early, at position 10 of $filter.'],
    ["not jobId eq 'x'", "'not' takes a condition; a comparison after it needs parentheses, at position 4 of $filter."]
  ])('the filter %s with 400, saying where', async (filter, message) => {
    const answer = await service.get(`${path}?$filter=${encodeURIComponent(filter)}`)
    expect([answer.status, errorOf(answer)]).toMatchObject([
      400,
      { code: 'invalidQueryOption', target: '$filter', message }
    ])
  })

  it('a property that only a derived type has, naming that type', async () => {
    const answer = await service.post(path, { activityDateTime: at, statusInfo: { errorCode: 'Conflict' } })
    expect([answer.status, errorOf(answer)]).toMatchObject([
      400,
      {
        code: 'unknownProperty',
        target: 'statusInfo/errorCode',
        message:
          "Type 'microsoft.graph.statusBase' has no property 'errorCode'; '#microsoft.graph.statusDetails' in '@odata.type' has it."
      }
    ])
  })

  it('a function that it does not have with 501', async () => {
    const answer = await service.get(`${path}?$filter=geo.length(jobId)%20eq%201`)
    expect([answer.status, errorOf(answer).code]).toEqual([501, 'notImplemented'])
  })
})

describe('No request stops the process, and no error tells internals', () => {
  it.each<[string, string, unknown?]>([
    ['GET', `${path}('x')/initiatedBy`],
    ['GET', `${path}('x')/initiatedBy/displayName`],
    ['GET', `${path}?$apply=groupby((initiatedBy/displayName))`],
    ['GET', `${path}?$filter=modifiedProperties/displayName%20eq%20'x'`],
    ['GET', `${path}?$filter=provisioningSteps/any(s:s/name%20eq%20'x')`],
    ['GET', '/auditLogs'],
    ['GET', '/auditLogs?$expand=provisioning'],
    ['POST', path, 'null'],
    ['POST', '/$batch', 'null'],
    ['POST', '/$batch', '{"requests":[null]}'],
    ['POST', '/$batch', '{"requests":[{"id":"1","method":"POST","url":"/auditLogs/provisioning","body":null}]}'],
    ['POST', '/$batch', '{"requests":{}}'],
    ['POST', '/$batch', '[]'],
    ['GET', '/%'],
    ['GET', '//'],
    ['GET', "/auditLogs/provisioning('"],
    ['GET', `${path}?$filter=${'('.repeat(5_000)}`]
  ])('%s %.80s', async (...[method, url, body]) => {
    const answer = await service.send(method, url, body)
    expect(answer.status).toBeLessThan(500 + (answer.status === 501 ? 2 : 0))
    expect(answer.text).not.toMatch(/SELECT|SQLITE|node_modules|TypeError|\.ts:|\.js:/)
    expect((await service.get(`${path}/$count`)).status).toBe(200)
  })
})
