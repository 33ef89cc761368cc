import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import Ajv2020 from 'ajv/dist/2020'
import addFormats from 'ajv-formats'
import { temporaryFolder } from '../../support/process.ts'
import { startProduction } from '../../support/production.ts'
import { errorOf, query, sharedService, valuesOf, type Json } from '../../support/service.ts'

const service = sharedService()

const ROOTS = ['', '/beta', '/v1.0']

interface Content {
  schema: Json
  example?: Json
}
interface Operation {
  parameters: { $ref: string }[]
  requestBody?: { content: Record<string, Content> }
  responses: Record<string, { content?: Record<string, Content>; headers?: Json }>
}
interface Document {
  servers: { url: string }[]
  paths: Record<string, { get?: Operation; post?: Operation }>
  components: { parameters: Record<string, { name: string; schema: { examples?: string[] } }> } & Json
}

const described = async (root: string) => (await service.get(`${root}/openapi.json`)).body as unknown as Document

const jsonOf = (operation: Operation | undefined, status: number) =>
  operation?.responses[status]?.content?.['application/json']

/** Checks values against schemas of the document. */
function schemasOf(document: Document) {
  const ajv = addFormats(new Ajv2020({ strict: false, allErrors: true }), { mode: 'full' })
  ajv
    .addFormat('int32', true)
    .addFormat('int64', true)
    .addSchema({ $id: 'openapi', ...document })
  return (schema: Json, value: unknown) => {
    const local = JSON.parse(JSON.stringify(schema).replaceAll('"#/', '"openapi#/')) as Json
    return ajv.validate(local, value) ? [] : ajv.errors
  }
}

describe('/openapi.json', () => {
  it.concurrent('passes the strict rules of Redocly, at each root', async () => {
    const folder = temporaryFolder()
    const files = ROOTS.map((_, index) => `openapi-${index}.json`)
    for (const [index, root] of ROOTS.entries())
      writeFileSync(join(folder, files[index]!), (await service.get(`${root}/openapi.json`)).text)
    // these are about a server that runs on localhost, and health checks, which a client cannot get wrong
    const rules = {
      extends: ['recommended-strict'],
      rules: { 'no-server-example.com': 'off', 'operation-4xx-response': 'off' }
    }
    writeFileSync(join(folder, 'redocly.yaml'), JSON.stringify(rules))
    const cli = join(dirname(require.resolve('@redocly/cli/package.json')), 'bin/cli.js')
    const environment = { REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' }
    const { stdout } = await promisify(execFile)(process.execPath, [cli, 'lint', ...files, '--format=json'], {
      cwd: folder,
      env: { ...process.env, ...environment }
    })
    // one object for each file
    const reports = JSON.parse(`[${stdout.replaceAll('}{', '},{')}]`) as Json[]
    expect(reports.map(({ problems }) => problems)).toEqual([[], [], []])
  })

  it.each(ROOTS)('describes the root that it is read from, %j', async (root) => {
    expect((await described(root)).servers).toEqual([{ url: service.url + root }])
  })

  it('is JSON with an ETag, and is not sent again to those who have it', async () => {
    const { status, headers } = await service.get('/openapi.json', { Accept: '*/*' })
    expect([status, headers.get('content-type')]).toEqual([200, 'application/json'])
    const again = await service.get('/openapi.json', { 'If-None-Match': headers.get('etag')! })
    expect([again.status, again.text]).toEqual([304, ''])
    expect((await service.send('HEAD', '/openapi.json')).headers.get('etag')).toBe(headers.get('etag'))
  })

  it.each<[string, string, Record<string, string>, number, string]>([
    ['POST', '/openapi.json', {}, 405, 'methodNotAllowed'],
    ['GET', '/openapi.json?$filter=true', {}, 400, 'invalidQueryOption'],
    ['GET', '/openapi.json', { Accept: 'application/xml' }, 406, 'notAcceptable'],
    ['GET', '/openapi.yaml', {}, 404, 'resourceNotFound'],
    ['GET', '/auditLogs/openapi.json', {}, 404, 'resourceNotFound']
  ])('%s %s with %j is refused with %i', async (method, path, headers, status, code) => {
    const answer = await service.send(method, path, undefined, headers)
    expect([answer.status, errorOf(answer).code]).toEqual([status, code])
  })

  it('can be read in a batch', async () => {
    const { body } = await service.post('/$batch', { requests: [{ id: '1', method: 'GET', url: '/openapi.json' }] })
    expect(body.responses).toMatchObject([{ status: 200, body: { openapi: '3.1.0' } }])
  })
})

describe('What is described', () => {
  it.each(ROOTS)('is there: each path answers with a status and a body as described, at %j', async (root) => {
    const document = await described(root)
    const isValid = schemasOf(document)
    const { sent } = examplesOf(document)
    await service.post(`${root}/auditLogs/provisioning`, sent)
    for (const [path, { get }] of Object.entries(document.paths)) {
      if (!get) continue
      const answer = await service.get(root + path.replace('{id}', String(sent.id)), { Accept: 'application/json,*/*' })
      expect([path, answer.status]).toEqual([path, 200])
      const type = answer.headers.get('content-type')!.split(';', 1)[0]!
      const content = get.responses[200]!.content![type]!
      if (type === 'application/json') expect(isValid(content.schema, answer.body)).toEqual([])
    }
  })

  it.each(ROOTS)('takes the query options that are named, at %j', async (root) => {
    const { paths, components } = await described(root)
    const options = paths['/auditLogs/provisioning']!.get!.parameters.flatMap(({ $ref }) => {
      const { name, schema } = components.parameters[$ref.slice('#/components/parameters/'.length)]!
      return name.startsWith('$') ? [{ name, examples: schema.examples }] : []
    })
    expect(options.map(({ name }) => name)).toEqual([
      ...['$filter', '$search', '$compute', '$apply', '$orderby', '$top', '$skip', '$skiptoken', '$deltatoken'],
      ...['$count', '$select', '$expand', '$format']
    ])
    const examples = options.flatMap(({ name, examples = [] }) => examples.map((each) => ({ [name]: each })))
    expect(examples.length).toBe(6)
    for (const example of examples) {
      const answer = await service.get(query(`${root}/auditLogs/provisioning`, example))
      expect([example, answer.status]).toEqual([example, 200])
      expect(valuesOf(answer).length).toBeGreaterThan(0)
    }
  })

  it('names the headers of lists', async () => {
    const path = '/auditLogs/provisioning'
    const { paths } = await described('')
    const names = Object.keys(paths[path]!.get!.responses[200]!.headers!).map((name) => name.toLowerCase())
    const page = await service.get(path, { Prefer: 'odata.maxpagesize=1' })
    const download = await service.get(`${path}?$format=csv`)
    for (const name of ['odata-version', 'request-id', 'client-request-id', 'etag', 'preference-applied'])
      expect([name, page.headers.has(name), names.includes(name)]).toEqual([name, true, true])
    expect([download.headers.has('content-disposition'), names.includes('content-disposition')]).toEqual([true, true])
  })

  it('names the formats of lists and of numbers', async () => {
    const { paths } = await described('')
    const formats = (path: string) => Object.keys(paths[path]!.get!.responses[200]!.content!)
    expect(formats('/auditLogs/provisioning')).toEqual(['application/json', 'application/x-ndjson', 'text/csv'])
    expect(formats('/auditLogs/provisioning/{id}')).toEqual(['application/json'])
    expect(formats('/auditLogs/provisioning/$count')).toEqual(['text/plain']) // for `Accept: application/json`, too
    expect(formats('/$metadata')).toEqual(['application/xml', 'application/json'])
  })

  it('are the errors, too', async () => {
    const document = await described('')
    const isValid = schemasOf(document)
    const { get } = document.paths['/auditLogs/provisioning/{id}']!
    for (const [path, status] of [
      ['none', 404],
      ['none?$select=nothing', 400],
      ['none?$format=atom', 406]
    ] as const) {
      const answer = await service.get(`/auditLogs/provisioning/${path}`)
      expect(answer.status).toBe(status)
      expect(get!.responses).toHaveProperty(String(status))
      expect(isValid({ $ref: '#/components/schemas/Error' }, answer.body)).toEqual([])
      const { headers } = (document.components.responses as Record<string, { headers: object }>)[`error${status}`]!
      expect([answer.headers.get('content-language'), 'Content-Language' in headers]).toEqual(['en', true])
    }
  })

  it('have no empty keys and no empty batches, which the service refuses', async () => {
    const isValid = schemasOf(await described(''))
    for (const [path, name, body] of [
      ['/$batch', 'BatchRequest', { requests: [] }],
      ['/auditLogs/provisioning', 'microsoft.graph.provisioningObjectSummary', { id: '' }]
    ] as const) {
      expect((await service.post(path, body)).status).toBe(400)
      expect(isValid({ $ref: `#/components/schemas/${name}` }, body)).not.toEqual([])
    }
  })
})

/** The example of an entity, as it is sent and as it is answered. */
function examplesOf({ paths }: Document) {
  const { post, get } = paths['/auditLogs/provisioning']!
  return {
    sent: post!.requestBody!.content['application/json']!.example!,
    created: jsonOf(post, 201)!.example!,
    listed: jsonOf(get, 200)!.example!,
    read: jsonOf(paths['/auditLogs/provisioning/{id}']!.get, 200)!.example!
  }
}

describe.each(ROOTS)('The examples at %j', (root) => {
  const other = sharedService()

  it('are what the service answers', async () => {
    const document = (await other.get(`${root}/openapi.json`)).body as unknown as Document
    const { sent, created, listed, read } = examplesOf(document)
    const path = `${root}/auditLogs/provisioning`
    const answer = await other.post(path, sent)
    expect([answer.status, answer.body]).toEqual([201, created])
    expect((await other.get(`${path}/${String(sent.id)}`)).body).toEqual(read)
    expect((await other.get(path)).body).toEqual(listed)
    const batch = document.paths['/$batch']!.post!.requestBody!.content['application/json']!.example
    const { body } = await other.post(`${root}/$batch`, batch)
    expect(body.responses).toMatchObject([{ id: '1', status: 200 }])
  })

  it('are valid against the schemas, which refuse what is wrong', async () => {
    const document = (await other.get(`${root}/openapi.json`)).body as unknown as Document
    const isValid = schemasOf(document)
    const { post } = document.paths['/auditLogs/provisioning']!
    const { sent, created } = examplesOf(document)
    const body = post!.requestBody!.content['application/json']!.schema
    expect(isValid(body, sent)).toEqual([])
    expect(isValid(jsonOf(post, 201)!.schema, created)).toEqual([])
    const { activityDateTime: _, ...incomplete } = sent
    for (const wrong of [incomplete, { ...sent, activityDateTime: 'today' }, { ...sent, provisioningSteps: null }])
      expect(isValid(body, wrong)).not.toEqual([])
  })
})

// that it otherwise needs a token, as all routes do: test/access/permissions.test.ts
it.concurrent('In production it is read without a token where the metadata is public, and says how to get one', async () => {
  const issuer = 'https://login.example.com/v2.0'
  const production = await startProduction({
    CDS_REQUIRES_AUTH_ISSUER: issuer,
    CDS_REQUIRES_AUTH_AUDIENCE: 'api://provisioning-log',
    CDS_REQUIRES_AUTH_PUBLIC__METADATA: 'true'
  })
  for (const path of ['/openapi.json', '/beta/openapi.json', '/$metadata'])
    expect([path, (await production.get(path)).status]).toEqual([path, 200])
  expect((await production.get('/beta/openapi.json')).body).toMatchObject({
    security: [{ bearer: [] }, { openIdConnect: [] }],
    components: {
      securitySchemes: { openIdConnect: { openIdConnectUrl: `${issuer}/.well-known/openid-configuration` } }
    }
  })
  expect((await production.get('/auditLogs/provisioning')).status).toBe(401)
  await production.stop()
})
