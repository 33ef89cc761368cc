/** `/openapi.json`: a root described for tools that do not know OData. */
import { configurationUrl } from '../../access/discovery.ts'
import { needsTokens } from '../../access/profile.ts'
import { parseJson } from '../../values/json.ts'
import { settings } from '../../settings/settings.ts'
import service from '../../../package.json' with { type: 'json' }
import { flatten, nest } from '../model/columns.ts'
import type { ServiceSchema } from '../model/schema.ts'
import type { EntityType, JsonObject } from '../model/types.ts'
import { readObject } from '../request/payload.ts'
import { jsonFormat } from '../request/format.ts'
import { representEntity } from '../response/representation.ts'
import { openApi } from './document.ts'
import type { Access, Examples } from './operations.ts'

/**
 * Makes a function that returns the description of a root as JSON text. It keeps the last one: the URL of a root is
 * what its clients call it.
 */
export function descriptions(schema: ServiceSchema): (root: string, metadata: string) => string {
  let examples: Examples | undefined
  let last = { root: '', text: '' }
  return (root, metadata) => {
    if (last.root !== root) {
      examples ??= examplesOf(schema)
      const setup = { root, version: service.version, access: access(), examples }
      last = { root, text: JSON.stringify(openApi(JSON.parse(metadata) as JsonObject, setup)) }
    }
    return last.text
  }
}

function access(): Access | undefined {
  if (!needsTokens()) return undefined
  const { issuer, jwks_uri, permissions, public_metadata } = settings().requires.auth
  const openIdConnectUrl = jwks_uri === undefined ? configurationUrl(issuer) : undefined
  return { openIdConnectUrl, permissions, publicMetadata: public_metadata }
}

/** The examples of a service: see examples.cds. The entity is answered as the service would do, were it sent. */
function examplesOf({ entityType, examples }: ServiceSchema): Examples {
  const { entity, ...options } = examples
  const sent = parseJson(entity as string) as JsonObject
  const values = nest(flatten(read(sent, entityType), entityType), entityType, undefined)
  const answered = representEntity(values, entityType, jsonFormat(new Map(), false), {})
  return { sent, answered, options }
}

/** Reads the example as if it were sent. @throws {Error} if it does not fit the type, which is no fault of a client */
function read(sent: JsonObject, entityType: EntityType): JsonObject {
  try {
    return readObject(sent, entityType)
  } catch (cause) {
    const fault = (cause as Error).message
    throw new Error(`The example of '${entityType.name}' in examples.cds would be refused: ${fault}`, { cause })
  }
}
