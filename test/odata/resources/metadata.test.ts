import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { DOMParser } from '@xmldom/xmldom'
import Ajv from 'ajv'
import addFormats from 'ajv-formats'
import { validateXML } from 'xmllint-wasm'
import { startProcess, temporaryFolder } from '../../support/process.ts'
import { sharedService, type Json } from '../../support/service.ts'

const service = sharedService()

/** The schemas of OASIS: a folder of one's own, or those that come with the package odata-csdl. */
const schemas = process.env.ODATA_SCHEMAS ?? join(dirname(require.resolve('odata-csdl')), '../schemas')
const schema = (name: string) => readFileSync(join(schemas, name), 'utf8')

async function xml(root = '') {
  return (await service.get(`${root}/$metadata`)).text
}

async function json(root = '') {
  const { body } = await service.get(`${root}/$metadata`, { Accept: 'application/json' })
  return body['microsoft.graph'] as Record<string, Json>
}

const ROOTS = ['', '/beta', '/v1.0']

describe('$metadata', () => {
  it.each<[string, Record<string, string>, string]>([
    ['/$metadata', {}, 'application/xml'],
    ['/beta/$metadata', { Accept: '*/*' }, 'application/xml'],
    ['/$metadata', { Accept: 'application/xml' }, 'application/xml'],
    ['/$metadata', { Accept: 'application/json' }, 'application/json'],
    ['/$metadata?$format=json', {}, 'application/json'],
    ['/$metadata?$format=xml', { Accept: 'application/json' }, 'application/xml'],
    ['/$metadata?$format=application/json', {}, 'application/json']
  ])('is served at %s with %j as %s', async (path, headers, type) => {
    const answer = await service.get(path, headers)
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, type])
  })

  it.each(
    ROOTS.flatMap((root) => [
      [root, '4.0'],
      [root, '4.01']
    ])
  )('in XML is valid against the schemas of OASIS, at %j for %s', async (root, version) => {
    const { text } = await service.get(`${root}/$metadata`, { 'OData-MaxVersion': version })
    const result = await validateXML({
      xml: [{ fileName: 'metadata.xml', contents: text }],
      schema: [{ fileName: 'edmx.xsd', contents: schema('edmx.xsd') }],
      preload: [{ fileName: 'edm.xsd', contents: schema('edm.xsd') }]
    })
    expect(result.errors).toEqual([])
  })

  it.each(ROOTS)('in JSON is valid against the schema of OASIS, at %j', async (root) => {
    const ajv = addFormats(new Ajv({ strict: false, allErrors: true }))
    const validate = ajv.compile(JSON.parse(schema('csdl.schema.json')) as object)
    validate((await service.get(`${root}/$metadata?$format=json`)).body)
    expect(validate.errors).toBeNull()
  })

  it.each(ROOTS)('has annotations with terms of the vocabularies of OASIS only, at %j', async (root) => {
    const folder = join(dirname(require.resolve('@sap/cds-dk/package.json')), 'lib/import/odata/vocabularies')
    const terms = (name: string) =>
      (JSON.parse(readFileSync(join(folder, `Org.OData.${name}.V1.json`), 'utf8')) as Json)[
        `Org.OData.${name}.V1`
      ] as Json
    const known = new Map(['Core', 'Capabilities', 'Validation'].map((name) => [name, terms(name)]))
    const document = new DOMParser().parseFromString(await xml(root), 'text/xml')
    const used = [...document.getElementsByTagName('Annotation')].map((each) => each.getAttribute('Term') ?? '')
    const unknown = used.filter((term) => {
      const [vocabulary = '', name = ''] = term.split('.')
      return known.has(vocabulary) && !known.get(vocabulary)![name]
    })
    expect(used.filter((term) => term.startsWith('Capabilities.')).length).toBeGreaterThan(10)
    expect(unknown).toEqual([])
  })

  it.each(ROOTS)('includes other schemas only, and defines each type once, at %j', async (root) => {
    const document = new DOMParser().parseFromString(await xml(root), 'text/xml')
    const named = (tag: string, attribute: string) =>
      [...document.getElementsByTagName(tag)].map((element) => element.getAttribute(attribute))
    expect(named('Schema', 'Namespace')).toEqual(['microsoft.graph'])
    expect(named('edmx:Include', 'Namespace').filter((each) => each?.startsWith('microsoft'))).toEqual([])
    const types = ['EntityType', 'ComplexType', 'EnumType'].flatMap((tag) => named(tag, 'Name'))
    expect(types).toEqual([...new Set(types)])
    const annotated = named('Annotations', 'Target').map((target) => target?.split('/', 1)[0])
    const known = [...types, 'EntityContainer'].map((name) => `microsoft.graph.${name}`)
    expect(annotated.filter((each) => !known.includes(each!))).toEqual([])
  })

  it.concurrent('is the same whichever root is read first', async () => {
    const read = async (first: string, second: string) => {
      const { url, stop } = await startProcess({ file: join(temporaryFolder(), 'events.sqlite') })
      const texts: Record<string, string> = {}
      for (const root of [first, second])
        for (const format of ['xml', 'json'])
          texts[root + format] = await (await fetch(`${url}${root}/$metadata?$format=${format}`)).text()
      await stop()
      return texts
    }
    const [one, other] = await Promise.all([read('/beta', ''), read('', '/beta')])
    expect(one).toEqual(other)
  })

  // UI5 and SAP's tools find keys and properties of an entity on the type itself only
  it('has entity types with all that they inherit at the root, and with base types as in Graph at /beta', async () => {
    const plain = await json()
    const graph = await json('/beta')
    expect(plain.entity).toBeUndefined()
    expect(graph.entity).toEqual({ $Kind: 'EntityType', $Abstract: true, $Key: ['id'], id: { $MaxLength: 128 } })
    const { $Key, id, ...rest } = plain.provisioningObjectSummary!
    const { $BaseType, ...others } = graph.provisioningObjectSummary!
    expect(rest).toEqual(others)
    expect([$Key, id, $BaseType]).toEqual([['id'], { $MaxLength: 128 }, 'microsoft.graph.entity'])
  })

  it('describes the entity exactly as documented', async () => {
    const { provisioningObjectSummary } = await json('/beta')
    const properties = Object.entries(provisioningObjectSummary!).filter(([name]) => !/[@$]/.test(name))
    const complex = (name: string) => ({ $Type: `microsoft.graph.${name}`, $Nullable: true })
    const string = { $Nullable: true }
    expect(provisioningObjectSummary).toMatchObject({ $Kind: 'EntityType', $BaseType: 'microsoft.graph.entity' })
    expect(Object.fromEntries(properties)).toEqual({
      activityDateTime: { $Type: 'Edm.DateTimeOffset', $Precision: 7 },
      tenantId: { ...string, $MaxLength: 256 },
      jobId: string,
      cycleId: string,
      changeId: string,
      action: string,
      durationInMilliseconds: { $Type: 'Edm.Int32', $Nullable: true },
      initiatedBy: complex('initiator'),
      sourceSystem: complex('provisioningSystemDetails'),
      targetSystem: complex('provisioningSystemDetails'),
      sourceIdentity: complex('provisionedIdentity'),
      targetIdentity: complex('provisionedIdentity'),
      statusInfo: complex('statusBase'),
      provisioningSteps: { $Collection: true, $Type: 'microsoft.graph.provisioningStep' },
      modifiedProperties: { $Collection: true, $Type: 'microsoft.graph.modifiedProperty' }
    })
  })

  it.each([
    ['initiator', ['id', 'displayName', 'initiatorType']],
    ['provisioningSystemDetails', ['id', 'displayName', 'details']],
    ['provisionedIdentity', ['id', 'displayName', 'identityType', 'details']],
    ['statusBase', ['status']],
    ['statusDetails', ['errorCode', 'reason', 'additionalDetails', 'errorCategory', 'recommendedAction']],
    ['provisioningStep', ['name', 'status', 'description', 'provisioningStepType', 'details']],
    ['modifiedProperty', ['displayName', 'oldValue', 'newValue']],
    ['detailsInfo', []]
  ])('describes the complex type %s', async (name, properties) => {
    const type = (await json())[name]!
    expect(type.$Kind).toBe('ComplexType')
    expect(Object.keys(type).filter((each) => !/[@$]/.test(each))).toEqual(properties)
    expect(type.$BaseType).toBe(name === 'statusDetails' ? 'microsoft.graph.statusBase' : undefined)
    expect(type.$OpenType).toBe(name === 'detailsInfo' ? true : undefined)
  })

  it('has the singleton auditLogs with two contained collections', async () => {
    const { EntityContainer, auditLogRoot } = await json()
    expect(EntityContainer!.auditLogs).toMatchObject({ $Type: 'microsoft.graph.auditLogRoot' })
    const contained = { $Collection: true, $ContainsTarget: true, $Type: 'microsoft.graph.provisioningObjectSummary' }
    expect(auditLogRoot).toMatchObject({ provisioning: contained, directoryProvisioning: contained })
  })

  it('has an entity set at the root only, which can do what the contained collection can', async () => {
    const { EntityContainer, $Annotations: annotations } = (await json()) as Record<string, Record<string, Json>>
    expect(EntityContainer!.provisioningEvents).toEqual({
      $Collection: true,
      $Type: 'microsoft.graph.provisioningObjectSummary'
    })
    expect(Object.keys((await json('/beta')).EntityContainer!)).toEqual(['$Kind', 'auditLogs'])
    const { '@Capabilities.NavigationRestrictions': restrictions } =
      annotations!['microsoft.graph.EntityContainer/auditLogs']!
    const { RestrictedProperties } = restrictions as { RestrictedProperties: Json[] }
    const { NavigationProperty: _, '@type': __, ...expected } = RestrictedProperties[0]!
    const terms = Object.entries(expected).map(([name, value]) => [`@Capabilities.${name}`, value])
    expect(terms).toHaveLength(11)
    const { '@Capabilities.CollectionPropertyRestrictions': within, ...ofSet } =
      annotations!['microsoft.graph.EntityContainer/provisioningEvents']!
    const unchanged = { Insertable: false, Updatable: false, Deletable: false }
    expect(within).toMatchObject(
      ['provisioningSteps', 'modifiedProperties'].map((name) => ({ CollectionProperty: name, ...unchanged }))
    )
    expect(ofSet).toEqual({
      ...Object.fromEntries(terms),
      ...annotations!['microsoft.graph.auditLogRoot/provisioning']
    })
    expect(Object.keys(annotations!)).not.toContain('')
  })

  it.each([
    ['', 52],
    ['/beta', 53],
    ['/v1.0', 52]
  ])('describes every type and every property, at %j', async (root, count) => {
    const document = new DOMParser().parseFromString(await xml(root), 'text/xml')
    const described = new Set<string | null>()
    for (const annotations of document.getElementsByTagName('Annotations'))
      for (const annotation of annotations.getElementsByTagName('Annotation'))
        if (annotation.getAttribute('Term') === 'Core.Description') described.add(annotations.getAttribute('Target'))
    const expected: string[] = []
    for (const kind of ['EntityType', 'ComplexType'])
      for (const type of document.getElementsByTagName(kind)) {
        const name = `microsoft.graph.${String(type.getAttribute('Name'))}`
        expected.push(name)
        for (const tag of ['Property', 'NavigationProperty'])
          for (const property of type.getElementsByTagName(tag))
            expected.push(`${name}/${String(property.getAttribute('Name'))}`)
      }
    expect(expected).toHaveLength(count)
    expect([...described].sort()).toEqual(expect.arrayContaining(expected.sort()))
  })

  it('describes the entity for those who read it, not for those who store it', async () => {
    const annotations = (await json()).$Annotations as Record<string, Json>
    expect(annotations['microsoft.graph.provisioningObjectSummary']!['@Core.Description']).toBe(
      'What happened to one object in one provisioning cycle. An event is never changed after it was stored.'
    )
    expect(await xml()).not.toMatch(/srv\/|\.ts\b/)
  })

  it('describes the entity, its types and enumerations at /v1.0 as Graph does today', async () => {
    const graph = (name: string) => ({ $Type: `microsoft.graph.${name}`, $Nullable: true })
    const many = (name: string) => ({ $Collection: true, $Type: `microsoft.graph.${name}` })
    const string = { $Nullable: true }
    const type = (kind: object, properties: object) => ({ $Kind: 'ComplexType', ...kind, ...properties })
    const derived = { $BaseType: 'microsoft.graph.identity', $OpenType: true }
    const members = (...names: string[]) =>
      Object.fromEntries([...names, 'unknownFutureValue'].map((name, value) => [name, value]))
    const { $Annotations, EntityContainer, ...types } = await json('/v1.0')
    const named = Object.entries(types).filter(([name]) => !name.startsWith('@'))
    const withoutDescriptions = named.map(([name, each]) => [
      name,
      Object.fromEntries(Object.entries(each).filter(([member]) => !member.includes('@')))
    ])
    expect($Annotations).toBeDefined()
    expect(EntityContainer).toMatchObject({ auditLogs: { $Type: 'microsoft.graph.auditLogRoot' } })
    expect(Object.fromEntries(withoutDescriptions)).toEqual({
      auditLogRoot: {
        $Kind: 'EntityType',
        provisioning: {
          $Kind: 'NavigationProperty',
          $Collection: true,
          $ContainsTarget: true,
          $Type: 'microsoft.graph.provisioningObjectSummary'
        }
      },
      entity: { $Kind: 'EntityType', $Abstract: true, $Key: ['id'], id: { $MaxLength: 128 } },
      provisioningObjectSummary: {
        $Kind: 'EntityType',
        $BaseType: 'microsoft.graph.entity',
        activityDateTime: { $Type: 'Edm.DateTimeOffset', $Precision: 7 },
        tenantId: { ...string, $MaxLength: 256 },
        jobId: string,
        cycleId: string,
        changeId: string,
        provisioningAction: graph('provisioningAction'),
        durationInMilliseconds: { $Type: 'Edm.Int32', $Nullable: true },
        initiatedBy: graph('initiator'),
        provisioningStatusInfo: graph('provisioningStatusInfo'),
        servicePrincipal: graph('provisioningServicePrincipal'),
        sourceSystem: graph('provisioningSystem'),
        targetSystem: graph('provisioningSystem'),
        sourceIdentity: graph('provisionedIdentity'),
        targetIdentity: graph('provisionedIdentity'),
        provisioningSteps: many('provisioningStep'),
        modifiedProperties: many('modifiedProperty')
      },
      identity: type({ $OpenType: true }, { id: string, displayName: string }),
      initiator: type(derived, { initiatorType: graph('initiatorType') }),
      provisioningSystem: type(derived, { details: graph('detailsInfo') }),
      provisionedIdentity: type(derived, { identityType: string, details: graph('detailsInfo') }),
      provisioningServicePrincipal: type(derived, {}),
      detailsInfo: type({ $OpenType: true }, {}),
      provisioningStatusInfo: type(
        {},
        { status: graph('provisioningResult'), errorInformation: graph('provisioningErrorInfo') }
      ),
      provisioningErrorInfo: type(
        {},
        {
          errorCode: string,
          reason: string,
          additionalDetails: string,
          errorCategory: graph('provisioningStatusErrorCategory'),
          recommendedAction: string
        }
      ),
      provisioningStep: type(
        {},
        {
          name: string,
          status: graph('provisioningResult'),
          description: string,
          provisioningStepType: graph('provisioningStepType'),
          details: graph('detailsInfo')
        }
      ),
      modifiedProperty: type({}, { displayName: string, oldValue: string, newValue: string }),
      provisioningAction: {
        $Kind: 'EnumType',
        ...members('other', 'create', 'delete', 'disable', 'update', 'stagedDelete')
      },
      provisioningResult: { $Kind: 'EnumType', ...members('success', 'failure', 'skipped', 'warning') },
      provisioningStepType: {
        $Kind: 'EnumType',
        ...members('import', 'scoping', 'matching', 'processing', 'referenceResolution', 'export')
      },
      provisioningStatusErrorCategory: { $Kind: 'EnumType', ...members('failure', 'nonServiceFailure', 'success') },
      initiatorType: { $Kind: 'EnumType', ...members('user', 'application', 'system') }
    })
  })

  it.each([
    ['4.0', '4.0'],
    ['4.01', '4.01'],
    ['4.02', '4.01']
  ])('to clients that know %s names %s, as the answer does', async (most, version) => {
    const { text, headers } = await service.get('/$metadata', { 'OData-MaxVersion': most })
    expect([headers.get('odata-version'), / Version="(.*?)"/.exec(text)?.[1]]).toEqual([version, version])
  })

  it('in JSON names 4.01, as 4.0 has none', async () => {
    const { body, headers } = await service.get('/$metadata', { Accept: 'application/json' })
    expect([headers.get('odata-version'), body.$Version]).toEqual(['4.01', '4.01'])
  })

  it.each([
    ['statusBase/status', ['success', 'failure', 'skipped', 'warning']],
    ['provisioningStep/status', ['success', 'failure', 'skipped', 'warning']],
    ['initiator/initiatorType', ['user', 'application', 'system']]
  ])('has the known values of %s as examples, as any text is taken', async (property, known) => {
    const annotations = (await json()).$Annotations as Record<string, Record<string, Json>>
    const examples = Object.entries(annotations[`microsoft.graph.${property}`]!).filter(([, each]) => each.Value)
    expect(examples.map(([term, { Value }]) => [term, Value])).toEqual(
      known.map((each) => [`@Core.Example#${each}`, each])
    )
    expect(await xml()).not.toContain('AllowedValues')
  })

  it.each([
    ['', ['provisioningObjectSummary/id', 'provisioningObjectSummary/tenantId']],
    ['/beta', ['entity/id', 'provisioningObjectSummary/tenantId']],
    ['/v1.0', ['entity/id', 'provisioningObjectSummary/servicePrincipal', 'provisioningObjectSummary/tenantId']]
  ])('says what the service knows where it is not sent, at %j', async (root, expected) => {
    const annotations = Object.entries((await json(root)).$Annotations as Record<string, Json>)
    const computed = annotations.filter(([, each]) => each['@Core.ComputedDefaultValue'])
    expect(computed.map(([name]) => name).toSorted()).toEqual(expected.map((name) => `microsoft.graph.${name}`))
  })

  it('says which open types take no members, and these take none', async () => {
    const annotations = Object.entries((await json('/v1.0')).$Annotations as Record<string, Json>)
    const constrained = annotations.filter(([, each]) => each['@Validation.OpenPropertyTypeConstraint'])
    expect(constrained.map(([name, each]) => [name, each['@Validation.OpenPropertyTypeConstraint']])).toEqual(
      ['identity', 'initiator', 'provisioningSystem', 'provisionedIdentity', 'provisioningServicePrincipal'].map(
        (name) => [`microsoft.graph.${name}`, []]
      )
    )
    for (const property of ['initiatedBy', 'sourceSystem', 'targetIdentity', 'servicePrincipal']) {
      const event = { activityDateTime: '2024-05-01T12:00:00Z', [property]: { further: 1 } }
      const { status, body } = await service.post('/v1.0/auditLogs/provisioning', event)
      expect([status, (body.error as Json).code]).toEqual([400, 'unknownProperty'])
    }
  })

  it('says what the service does not allow', async () => {
    const annotations = (await json()).$Annotations as Record<string, Json>
    const { '@Capabilities.NavigationRestrictions': restrictions } =
      annotations['microsoft.graph.EntityContainer/auditLogs']!
    expect(restrictions).toMatchObject({
      RestrictedProperties: ['provisioning', 'directoryProvisioning'].map((name) => ({
        NavigationProperty: name,
        UpdateRestrictions: { Updatable: false },
        DeleteRestrictions: { Deletable: false }
      }))
    })
    const ofSingleton = annotations['microsoft.graph.EntityContainer/auditLogs']!
    expect(ofSingleton['@Capabilities.DeleteRestrictions']).toMatchObject({ Deletable: false })
    const within = ofSingleton['@Capabilities.CollectionPropertyRestrictions'] as Json[]
    expect(within.map(({ CollectionProperty, Insertable }) => [CollectionProperty, Insertable])).toEqual([
      ['provisioning/provisioningSteps', false],
      ['provisioning/modifiedProperties', false],
      ['directoryProvisioning/provisioningSteps', false],
      ['directoryProvisioning/modifiedProperties', false]
    ])
    const service = annotations['microsoft.graph.EntityContainer']!
    expect(service['@Capabilities.ConformanceLevel']).toBe('Advanced')
    expect(service['@Capabilities.CrossJoinSupported']).toBe(false)
    expect(service['@Capabilities.QuerySegmentSupported']).toBe(true)
    expect(service['@Core.ODataVersions']).toBe('4.0 4.01')
    expect(service['@Capabilities.BatchSupport']).toMatchObject({
      SupportedFormats: ['application/json', 'multipart/mixed']
    })
  })
})
