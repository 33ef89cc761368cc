/** Describes a root of the service in OpenAPI 3.1, for tools that do not know OData: made from its metadata. */
import type { JsonObject } from '../model/types.ts'
import { collectionPaths, collections } from './collections.ts'
import { readCsdl, type Csdl } from './csdl.ts'
import { healthPaths, protocolPaths, SERVICE, singletonPaths } from './paths.ts'
import { sharedComponents } from './responses.ts'
import type { Access, Setup } from './setup.ts'
import { collectionSchema, reference, typeSchemas } from './schemas.ts'

/** Makes the description of a root. @throws {Error} for a type or a query option that this does not know */
export function openApi(metadata: JsonObject, setup: Setup): JsonObject {
  const csdl = readCsdl(metadata)
  const { root, version, access, examples } = setup
  const all = collections(csdl)
  const shared = sharedComponents(access !== undefined, examples.options)
  return {
    openapi: '3.1.0',
    info: {
      title: 'Provisioning audit log',
      description: csdl.description(csdl.container),
      version,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' }
    },
    servers: [{ url: root.slice(0, -1) }],
    security: access ? Object.keys(securitySchemes(access)).map((name) => ({ [name]: [] })) : [],
    tags: tags(csdl),
    paths: {
      ...Object.assign({}, ...all.map((each) => collectionPaths(csdl, setup, each))),
      ...singletonPaths(csdl, setup),
      ...protocolPaths(csdl, setup),
      ...(new URL(root).pathname === '/' && healthPaths())
    },
    components: {
      ...shared,
      schemas: {
        ...typeSchemas(csdl),
        ...Object.fromEntries(all.map(({ type }) => [collectionSchema(type), page(type)])),
        ...shared.schemas
      },
      ...(access && { securitySchemes: securitySchemes(access) })
    }
  }
}

function tags({ entries, description, container }: Csdl) {
  const described = (name: string, type = '') => description(`${container}/${name}`) || description(type)
  return [
    ...[...entries].map(([name, { $Type }]) => ({ name, description: described(name, $Type) })),
    { name: SERVICE, description: 'What every service of OData has, and the health checks.' }
  ]
}

/** The answer with a page of a collection (OData JSON 4.01, section 12). */
function page(type: string): JsonObject {
  const link = (description: string) => ({ type: 'string', format: 'uri', description })
  return {
    type: 'object',
    required: ['value'],
    properties: {
      '@odata.context': link('What the answer is, as a part of the metadata.'),
      '@odata.count': { type: 'integer', format: 'int64', description: 'How many there are in all, for `$count`.' },
      '@odata.nextLink': link('The next page; there is none on the last one.'),
      '@odata.deltaLink': link('What comes in from now on, on the last page for `odata.track-changes`.'),
      value: { type: 'array', items: reference(type) }
    }
  }
}

function securitySchemes({ openIdConnectUrl }: Access): Record<string, JsonObject> {
  return {
    bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
    ...(openIdConnectUrl !== undefined && { openIdConnect: { type: 'openIdConnect', openIdConnectUrl } })
  }
}
