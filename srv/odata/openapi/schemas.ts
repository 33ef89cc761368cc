/** The types of a service as schemas of OpenAPI 3.1, that is JSON Schema 2020-12. */
import type { JsonObject } from '../model/types.ts'
import { members, type Csdl, type CsdlElement } from './csdl.ts'

/** The primitive types as JSON shows them (OData JSON 4.01, 7.1). */
const PRIMITIVE: Record<string, { type: string; format?: string }> = {
  'Edm.String': { type: 'string' },
  'Edm.Boolean': { type: 'boolean' },
  'Edm.Int32': { type: 'integer', format: 'int32' },
  'Edm.Int64': { type: 'integer', format: 'int64' },
  'Edm.DateTimeOffset': { type: 'string', format: 'date-time' },
  'Edm.Date': { type: 'string', format: 'date' },
  'Edm.Duration': { type: 'string', format: 'duration' },
  'Edm.Guid': { type: 'string', format: 'uuid' }
}

export const reference = (name: string) => ({ $ref: `#/components/schemas/${name}` })

/** The name of the schema for answers with a collection of a type, as Graph's own description has it. */
export const collectionSchema = (type: string) => `${type}CollectionResponse`

/** The schemas of all types, by their qualified names. */
export function typeSchemas(csdl: Csdl): Record<string, JsonObject> {
  return Object.fromEntries([...csdl.types].map(([name, type]) => [name, typeSchema(csdl, name, type)]))
}

function typeSchema(csdl: Csdl, name: string, type: CsdlElement): JsonObject {
  const description = csdl.description(name)
  if (type.$Kind === 'EnumType') return { type: 'string', enum: [...members(type).keys()], description }
  const properties = [...members(type)].map(([each, property]): [string, JsonObject] => [
    each,
    { ...propertySchema(csdl, `${name}/${each}`, property), ...(type.$Key?.includes(each) && { minLength: 1 }) }
  ])
  const object = {
    type: 'object',
    description,
    properties: {
      ...(!type.$BaseType && { '@odata.type': { type: 'string', description: 'The name of the type, after `#`.' } }),
      ...Object.fromEntries(properties)
    },
    ...discriminator(csdl, name),
    ...(type.$OpenType && { additionalProperties: true })
  }
  return type.$BaseType ? { allOf: [reference(type.$BaseType), object], description } : object
}

/** Tells derived types apart where a property has their base. The service takes their names with `#` and without. */
function discriminator({ types }: Csdl, name: string): JsonObject {
  const derived = [...types].filter(([, { $BaseType }]) => $BaseType === name).map(([each]) => each)
  const isDeclared = [...types.values()].some((type) => [...members(type).values()].some(({ $Type }) => $Type === name))
  if (!derived.length || !isDeclared) return {}
  const mapping = [name, ...derived].flatMap((each) => [
    [`#${each}`, reference(each).$ref],
    [each, reference(each).$ref]
  ])
  return { discriminator: { propertyName: '@odata.type', mapping: Object.fromEntries(mapping) as JsonObject } }
}

/**
 * The schema of a property.
 * @param path its type and its name, which annotations are found by
 * @throws {Error} for a primitive type that is not in the table above
 */
export function propertySchema(csdl: Csdl, path: string, property: CsdlElement): JsonObject {
  const { $Type: type = 'Edm.String', $Nullable: nullable = false, $Collection: isCollection } = property
  const value = { ...valueSchema(csdl, type), ...(property.$MaxLength && { maxLength: property.$MaxLength }) }
  const schema = isCollection ? { type: 'array', items: value } : nullable ? orNull(value) : value
  return { ...schema, ...described(csdl, path) }
}

function valueSchema({ types }: Csdl, name: string): JsonObject {
  if (types.has(name)) return reference(name)
  const primitive = PRIMITIVE[name]
  if (!primitive) throw new Error(`OpenAPI has no schema for '${name}' yet.`)
  return primitive
}

const orNull = (schema: JsonObject): JsonObject =>
  'type' in schema ? { ...schema, type: [schema.type, 'null'] } : { anyOf: [schema, { type: 'null' }] }

/** What a property means, and examples of its values. */
function described({ examples, description: descriptionOf }: Csdl, path: string): JsonObject {
  const known = examples(path)
  const meanings = known.map(({ Value, Description = '' }) => `\n- \`${String(Value)}\`: ${Description}`)
  const description = [descriptionOf(path), ...meanings].join('')
  return { ...(description && { description }), ...(known.length && { examples: known.map(({ Value }) => Value) }) }
}
