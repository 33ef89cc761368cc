import { openApi } from '../../../srv/odata/openapi/document.ts'
import type { Setup } from '../../../srv/odata/openapi/operations.ts'

type Json = Record<string, unknown>

/** A service with what ours may have: an entity set, a singleton, base types, an enumeration, an open type. */
const METADATA = {
  $Version: '4.0',
  $EntityContainer: 'shop.Container',
  shop: {
    Container: {
      $Kind: 'EntityContainer',
      things: { $Collection: true, $Type: 'shop.thing' },
      cellar: { $Type: 'shop.cellar' }
    },
    item: { $Kind: 'EntityType', $Abstract: true, $Key: ['code'], code: { $MaxLength: 8 } },
    thing: {
      $Kind: 'EntityType',
      $BaseType: 'shop.item',
      size: { $Type: 'Edm.Int32', $Nullable: true },
      color: { $Type: 'shop.color' },
      made: { $Type: 'Edm.DateTimeOffset' },
      maker: { $Type: 'shop.free', $Nullable: true },
      parts: { $Collection: true, $Type: 'shop.free' }
    },
    cellar: {
      $Kind: 'EntityType',
      latest: { $Type: 'shop.item', $Nullable: true },
      boxes: { $Kind: 'NavigationProperty', $Collection: true, $Type: 'shop.thing', $ContainsTarget: true }
    },
    free: { $Kind: 'ComplexType', $OpenType: true },
    color: { $Kind: 'EnumType', red: 0, blue: 1, '@Core.Description': 'A color.' },
    $Annotations: {
      'shop.Container': { '@Core.Description': 'A shop.' },
      'shop.Container/things': { '@Core.Description': 'What is sold.' },
      'shop.cellar/boxes': { '@Core.Description': 'What is kept.' },
      'shop.thing/made': { '@Common.FieldControl': 'Mandatory' },
      'shop.thing/size': {
        '@Core.Description': 'How large.',
        '@Core.Example#small': { Value: 1, Description: 'Small.' }
      }
    }
  }
}

const SETUP: Setup = {
  root: 'https://shop.example/api/',
  version: '1.2.3',
  access: undefined,
  examples: { sent: { code: 'a' }, answered: { code: 'a', size: null }, options: { filter: 'size eq 1' } }
}

const PROTECTED: Setup = {
  ...SETUP,
  access: {
    openIdConnectUrl: 'https://issuer.example/.well-known/openid-configuration',
    permissions: { create: ['Shop.Write'], read: ['Shop.Read', 'Shop.Write'] },
    publicMetadata: false
  }
}

const described = (setup: Setup = SETUP) =>
  openApi(METADATA, setup) as {
    paths: Record<string, Record<string, Json>>
    components: Record<string, Record<string, Json>>
  } & Json

const ref = (name: string) => ({ $ref: `#/components/schemas/${name}` })

describe('A description in OpenAPI', () => {
  it('says what it describes, and where that is', () => {
    expect(described()).toMatchObject({
      openapi: '3.1.0',
      info: { title: 'Provisioning audit log', description: 'A shop.', version: '1.2.3' },
      servers: [{ url: 'https://shop.example/api' }],
      tags: [{ name: 'things', description: 'What is sold.' }, { name: 'cellar' }, { name: 'service' }]
    })
  })

  it('has the paths of entity sets, of contained collections, and of the protocol', () => {
    expect(Object.keys(described().paths)).toEqual([
      '/things',
      '/things/$count',
      '/things/{code}',
      '/things/{code}/parts',
      '/cellar/boxes',
      '/cellar/boxes/$count',
      '/cellar/boxes/{code}',
      '/cellar/boxes/{code}/parts',
      '/cellar',
      '/',
      '/$metadata',
      '/$batch'
    ])
  })

  it('has the health checks at the root of the host only, as they are nowhere else', () => {
    const paths = Object.keys(described({ ...SETUP, root: 'https://shop.example/' }).paths)
    expect(paths.slice(-2)).toEqual(['/health/live', '/health/ready'])
  })

  it('says what the health checks answer', () => {
    const { paths } = described({ ...SETUP, root: 'https://shop.example/' })
    type Answers = Record<string, { content: Record<string, { schema: Json }> }> | undefined
    const schemaOf = (path: string) =>
      (paths[path]?.get?.responses as Answers)?.[200]?.content['application/json']?.schema.required
    expect(schemaOf('/health/live')).toEqual(['status'])
    expect(schemaOf('/health/ready')).toEqual(['status', 'writeAheadLogMegabytes'])
  })

  it('names no operation twice', () => {
    const operations = Object.values(described().paths).flatMap(({ get, post }) => [get, post])
    const names = operations.flatMap((each) => (each ? [each.operationId] : []))
    expect(names).toHaveLength(14)
    expect(new Set(names).size).toBe(14)
  })

  it('has schemas for inheritance, enumerations, open types, null and known values', () => {
    const type = { '@odata.type': { type: 'string', description: 'The name of the type, after `#`.' } }
    const names = ['#shop.item', 'shop.item', '#shop.thing', 'shop.thing']
    const mapping = Object.fromEntries(names.map((name) => [name, ref(name.replace('#', '')).$ref]))
    expect(described().components.schemas).toMatchObject({
      'shop.item': {
        type: 'object',
        properties: { ...type, code: { type: 'string', maxLength: 8, minLength: 1 } },
        discriminator: { propertyName: '@odata.type', mapping }
      },
      'shop.thing': {
        allOf: [
          ref('shop.item'),
          {
            type: 'object',
            properties: {
              size: {
                type: ['integer', 'null'],
                format: 'int32',
                description: 'How large.\n- `1`: Small.',
                examples: [1]
              },
              color: ref('shop.color'),
              made: { type: 'string', format: 'date-time' },
              maker: { anyOf: [ref('shop.free'), { type: 'null' }] },
              parts: { type: 'array', items: ref('shop.free') }
            }
          }
        ]
      },
      'shop.free': { type: 'object', properties: type, additionalProperties: true },
      'shop.color': { type: 'string', enum: ['red', 'blue'] },
      'shop.thingCollectionResponse': {
        required: ['value'],
        properties: { value: { type: 'array', items: ref('shop.thing') } }
      }
    })
  })

  it('tells derived types apart only where a property may have them', () => {
    const { cellar: _, ...others } = METADATA.shop
    const cellar = { $Kind: 'EntityType' }
    const { components } = openApi({ ...METADATA, shop: { ...others, cellar } }, SETUP) as typeof METADATA & {
      components: { schemas: Record<string, Json> }
    }
    expect(components.schemas['shop.item']).not.toHaveProperty('discriminator')
  })

  it('says what must be sent, and shows what is sent and answered', () => {
    const { requestBody, responses } = described().paths['/things']!.post!
    expect(requestBody).toEqual({
      required: true,
      content: {
        'application/json': {
          schema: { allOf: [ref('shop.thing'), { required: ['made'] }] },
          example: { code: 'a' }
        }
      }
    })
    expect(responses).toMatchObject({
      201: {
        content: {
          'application/json': {
            schema: ref('shop.thing'),
            example: { '@odata.context': 'https://shop.example/api/$metadata#things/$entity', code: 'a', size: null }
          }
        }
      }
    })
    expect(described().paths['/things/{code}']!.parameters).toMatchObject([{ name: 'code', in: 'path', example: 'a' }])
  })

  it('has an example of a query option', () => {
    expect(described().components.parameters).toMatchObject({
      filter: { name: '$filter', in: 'query', schema: { type: 'string', examples: ['size eq 1'] } },
      select: { name: '$select', in: 'query', schema: { type: 'string' } }
    })
  })

  it.each<[string, string, number[]]>([
    ['/things', 'get', [200, 304, 400, 406, 410, 412, 414, 429, 500, 501, 503]],
    ['/things', 'post', [201, 204, 400, 406, 409, 412, 413, 414, 415, 429, 500, 501, 503, 507]],
    ['/things/{code}', 'get', [200, 304, 400, 404, 406, 409, 412, 414, 429, 500, 501, 503]],
    ['/$batch', 'post', [200, 400, 406, 412, 413, 414, 415, 429, 431, 500, 501, 503]]
  ])('has the statuses of %s, %s', (path, method, statuses) => {
    expect(Object.keys(described().paths[path]![method]!.responses as Json).map(Number)).toEqual(statuses)
  })

  it('names the codes of an error', () => {
    const { error409, error401 } = described().components.responses!
    expect(error409!.description).toBe('An error with the code `resourceExists` or `ambiguousKey`.')
    expect(error401).toBeUndefined()
  })

  it('refuses a type that it does not know', () => {
    const strange = structuredClone(METADATA) as { shop: { thing: Json } }
    strange.shop.thing.place = { $Type: 'Edm.GeographyPoint' }
    expect(() => openApi(strange, SETUP)).toThrow("OpenAPI has no schema for 'Edm.GeographyPoint' yet.")
  })
})

describe('The access to a service', () => {
  it('is not described where no token is needed', () => {
    expect(described().security).toEqual([])
    expect(described().components.securitySchemes).toBeUndefined()
  })

  it('is by bearer tokens of an issuer of OpenID Connect', () => {
    expect(described(PROTECTED).security).toEqual([{ bearer: [] }, { openIdConnect: [] }])
    expect(described(PROTECTED).components.securitySchemes).toEqual({
      bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
      openIdConnect: {
        type: 'openIdConnect',
        openIdConnectUrl: 'https://issuer.example/.well-known/openid-configuration'
      }
    })
  })

  it('is by bearer tokens alone where the issuer publishes no configuration', () => {
    const access = { ...PROTECTED.access!, openIdConnectUrl: undefined }
    expect(described({ ...SETUP, access }).security).toEqual([{ bearer: [] }])
  })

  it('needs permissions, and may be refused', () => {
    const { get, post } = described(PROTECTED).paths['/things']!
    expect(get!.description).toBe('Needs one of the permissions Shop.Read, Shop.Write.')
    expect(post!.description).toBe('Needs one of the permissions Shop.Write.')
    for (const { responses } of [get!, post!])
      expect(Object.keys(responses as Json)).toEqual(expect.arrayContaining(['401', '403']))
    expect(described(PROTECTED).components.responses!.error401!.headers).toHaveProperty('WWW-Authenticate')
  })

  it('of the metadata may be open', () => {
    const metadata = (setup: Setup) => described(setup).paths['/$metadata']!.get!
    expect(metadata(PROTECTED).security).toBeUndefined()
    expect(Object.keys(metadata(PROTECTED).responses as Json)).toContain('401')
    const open = metadata({ ...SETUP, access: { ...PROTECTED.access!, publicMetadata: true } })
    expect(open.security).toEqual([])
    expect(Object.keys(open.responses as Json)).not.toContain('401')
  })
})
