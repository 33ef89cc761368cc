/** Describes a root of the service in OpenAPI 3.1, for tools that do not know OData: made from its metadata. */
import type { JsonObject } from '../model/types.ts'
import { collectionPaths, collections } from './collections.ts'
import { readCsdl, type Csdl } from './csdl.ts'
import fixed from './fixed.json' with { type: 'json' }
import type { Setup } from './operations.ts'
import { protocolPaths, SERVICE, singletonPaths } from './paths.ts'
import { sharedComponents } from './responses.ts'
import { collectionSchema, reference, typeSchemas } from './schemas.ts'

/** Makes the description of a root. @throws {Error} for a type or a query option that this does not know */
export function openApi(metadata: JsonObject, setup: Setup): JsonObject {
  const csdl = readCsdl(metadata)
  const { root, version, access, examples } = setup
  const all = collections(csdl)
  const shared = sharedComponents(access !== undefined, examples.options)
  const openIdConnectUrl = access?.openIdConnectUrl
  const securitySchemes = access && {
    bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
    ...(openIdConnectUrl !== undefined && { openIdConnect: { type: 'openIdConnect', openIdConnectUrl } })
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Provisioning audit log',
      description: csdl.description(csdl.container),
      version,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' }
    },
    servers: [{ url: root.slice(0, -1) }],
    security: Object.keys(securitySchemes ?? {}).map((name) => ({ [name]: [] })),
    tags: tags(csdl),
    paths: {
      ...Object.assign({}, ...all.map((each) => collectionPaths(csdl, setup, each))),
      ...singletonPaths(csdl, setup),
      ...protocolPaths(csdl, setup),
      ...(new URL(root).pathname === '/' && fixed.health) // of the host, which need no token
    },
    components: {
      ...shared,
      schemas: {
        ...typeSchemas(csdl),
        ...Object.fromEntries(all.map(({ type }) => [collectionSchema(type), page(type)])),
        ...shared.schemas
      },
      ...(securitySchemes && { securitySchemes })
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
const page = (type: string): JsonObject => ({
  ...fixed.page,
  properties: { ...fixed.page.properties, value: { type: 'array', items: reference(type) } }
})
