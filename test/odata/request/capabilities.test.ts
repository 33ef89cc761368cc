/** What `$metadata` announces is what the service does. */
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib'
import { FUNCTIONS } from '../../../srv/odata/expressions/functions.ts'
import { query, sharedService } from '../../support/service.ts'

const service = sharedService()
const path = '/auditLogs/provisioning'

/** The texts of a collection in the metadata. */
async function announced(name: string): Promise<string[]> {
  const { text } = await service.get('/$metadata')
  const [, collection = ''] = new RegExp(`"[\\w.]*${name}">\\s*<Collection>([^]*?)</Collection>`).exec(text) ?? []
  return [...collection.matchAll(/<String>(.*?)<\/String>/g)].map(([, value]) => value as string)
}

it('The operators and functions for filters are those that there are', async () => {
  const operators = ['eq', 'ne', 'gt', 'ge', 'lt', 'le', 'in', 'and', 'or', 'not', 'any', 'all']
  const arithmetic = ['add', 'sub', 'mul', 'div', 'divby', 'mod']
  const others = ['now', 'mindatetime', 'maxdatetime', 'cast', 'isof', 'case']
  const names = (await announced('FilterFunctions')).map((name) => name.toLowerCase())
  expect(names.slice(0, 18)).toEqual([...operators, ...arithmetic])
  expect(names.slice(18).toSorted()).toEqual([...FUNCTIONS.keys(), ...others].toSorted())
})

it.each([
  ...['eq', 'ne', 'gt', 'ge', 'lt', 'le'].map((name) => `durationInMilliseconds ${name} 1`),
  ...['add', 'sub', 'mul', 'div', 'divby', 'mod'].map((name) => `durationInMilliseconds ${name} 1 eq 1`),
  ...['true and true', 'true or true', 'not true', "id in ('a')"],
  ...['any', 'all'].map((name) => `provisioningSteps/${name}(step:step/name eq 'a')`)
])('Filters take the operator in %s', async ($filter) => {
  expect((await service.get(query(path, { $filter }))).status).toBe(200)
})

it('has, which is not announced, is 501', async () => {
  expect(await announced('FilterFunctions')).not.toContain('has')
  expect((await service.get(query(path, { $filter: "action has 'a'" }))).status).toBe(501)
})

it('The formats are those that answers come in', async () => {
  const formats = await announced('SupportedFormats')
  expect(formats).toHaveLength(14)
  for (const $format of formats) {
    const { status, headers } = await service.get(query(path, { $format }))
    const [type, ...parameters] = headers.get('content-type')!.split(';')
    expect(status).toBe(200)
    expect([type, ...parameters]).toEqual(expect.arrayContaining($format.split(';')))
  }
})

it.each([
  ['', ['application/xml', 'application/json']],
  ['/v1.0', ['application/xml', 'application/json']]
])('The formats of $metadata are those that it comes in, at %j', async (root, expected) => {
  expect(await announced('SupportedMetadataFormats')).toEqual(expected)
  for (const $format of expected) {
    const { status, headers } = await service.get(query(`${root}/$metadata`, { $format }))
    expect([status, headers.get('content-type')]).toEqual([200, $format])
  }
})

it('The transformations of $apply are known: what is wrong with these calls is that they end too early', async () => {
  const names = await announced('Transformations')
  expect(names).toHaveLength(16)
  for (const name of names) {
    const { status } = await service.get(query(path, { $apply: name === 'identity' ? name : `${name}(` }))
    expect([name, status]).toEqual([name, name === 'identity' ? 200 : 400])
  }
  expect((await service.get(query(path, { $apply: 'nest(' }))).status).toBe(501)
})

it('The encodings of requests are those that are taken', async () => {
  const body = JSON.stringify({ activityDateTime: '2024-05-01T12:00:00Z' })
  const encoders = { gzip: gzipSync, deflate: deflateSync, br: brotliCompressSync }
  expect(await announced('AcceptableEncodings')).toEqual(Object.keys(encoders))
  for (const [encoding, encode] of Object.entries({ ...encoders, 'x-gzip': gzipSync })) {
    // another name: RFC 9110, 8.4.1.3
    const { status } = await service.post(path, encode(body), { 'Content-Encoding': encoding })
    expect([encoding, status]).toEqual([encoding, 201])
  }
})

describe('What collections support is supported', () => {
  it.each<[string, Record<string, string>]>([
    ['FilterRestrictions', { $filter: 'true' }],
    ['SearchRestrictions', { $search: 'x' }],
    ['SortRestrictions', { $orderby: 'id' }],
    ['TopSupported', { $top: '1' }],
    ['SkipSupported', { $skip: '1' }],
    [
      'SelectSupport',
      { $select: 'provisioningSteps($filter=true;$orderby=name;$top=1;$skip=1;$count=true;$search=x)' }
    ],
    ['SelectSupport', { $select: 'provisioningSteps($compute=1 as one)' }]
  ])('%s: %j', async (name, options) => {
    expect((await service.get('/$metadata')).text).toContain(name)
    expect((await service.get(query(path, options))).status).toBe(200)
  })

  it('QuerySegmentSupported', async () => {
    expect((await service.get('/$metadata')).text).toContain('Capabilities.QuerySegmentSupported" Bool="true"')
    expect((await service.post(`${path}/$query`, '$top=1', { 'Content-Type': 'text/plain' })).status).toBe(200)
  })

  it.each([
    ['CrossJoinSupported', '/$crossjoin(auditLogs)'],
    ['AnnotationValuesInQuerySupported', query(path, { $filter: "@Core.Description eq 'x'" })]
  ])('%s is not', async (name, url) => {
    expect((await service.get('/$metadata')).text).toContain(`Capabilities.${name}" Bool="false"`)
    expect((await service.get(url)).status).toBe(501)
  })
})

describe('What is announced as unchangeable is: it takes no', () => {
  it.each([
    ['DELETE', '/auditLogs'],
    ['PATCH', '/auditLogs'],
    ['POST', `${path}('any')/provisioningSteps`],
    ['PUT', `${path}('any')/provisioningSteps`],
    ['DELETE', `${path}('any')/modifiedProperties`],
    ['POST', "/provisioningEvents('any')/modifiedProperties"]
  ])('%s %s', async (method, target) => {
    const { status } = await fetch(service.url + target, { method })
    expect(status).toBe(405)
  })
})
