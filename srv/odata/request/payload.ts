/** Reads the JSON of an entity, and checks every member against its type. */
import { instant } from '../../values/datetime.ts'
import { RequestError, type ErrorCode } from '../../errors/errors.ts'
import { memberNamed, type Enumeration } from '../model/enumerations.ts'
import { isStructured, type JsonObject, type ModelType, type Property, type StructuredType } from '../model/types.ts'

/** How deep the members of an open type may nest: far less than the 1,000 levels that databases read. */
const MAX_DEPTH = 100

/**
 * Reads an entity or a complex value.
 * @param path where the value stands in the request body, for errors; empty for the body itself
 * @returns the value without control information and with all properties of its type: those that
 *   were not sent are null, collections are empty, and a key that was not sent is undefined
 * @throws {RequestError} naming the first member that is unknown, missing or of the wrong type
 */
export function readObject(value: unknown, type: StructuredType, path = ''): JsonObject {
  const object = plainObject(value, path)
  const sent = typeSent(object)
  if (sent !== undefined && !isNameOf(type, sent))
    throw new RequestError('invalidType', `The type must be '#${type.name}'.`, join(path, '@odata.type'))
  if (type.open) {
    const open = sent === undefined ? object : withoutType(object)
    checkOpenValue(open, path, 0)
    return open
  }
  const members: JsonObject = {}
  for (const name of Object.keys(object)) {
    if (name.includes('@')) continue // annotations and control information may be ignored: OData JSON 4.01, 4.6
    const property = type.properties.get(name)
    if (!property)
      throw new RequestError('unknownProperty', `Type '${type.name}' has no property '${name}'.`, join(path, name))
    members[name] = readProperty(object[name], property, join(path, name))
  }
  const all: JsonObject = {}
  for (const property of type.properties.values())
    all[property.name] = members[property.name] ?? defaultOf(property, path)
  return all
}

const withoutType = ({ '@odata.type': _, '@type': _type, ...members }: JsonObject): JsonObject => members

function plainObject(value: unknown, path: string): JsonObject {
  if (typeof value === 'object' && value && !Array.isArray(value) && !JSON.isRawJSON(value)) return value as JsonObject
  const what = path ? `Property '${path}'` : 'The request body'
  throw new RequestError(path ? 'invalidType' : 'invalidBody', `${what} must be a JSON object.`, path)
}

/** The name of the type, which version 4.01 writes without the prefix `odata.`. */
const typeSent = (object: JsonObject) => object['@odata.type'] ?? object['@type']

/**
 * Whether this is the name of a type: a fragment of the URL of `$metadata`, which may be left out (OData JSON 4.01,
 * 4.6.3); the documented example has not even the `#`.
 */
function isNameOf({ name }: StructuredType, sent: unknown): boolean {
  return typeof sent === 'string' && sent.endsWith(name) && PREFIX.test(sent.slice(0, -name.length))
}

const PREFIX = /^(?:(?:(?:[^#]*\/)?\$metadata)?#)?$/

/**
 * A request body without what only lenient handling accepts: as some clients send it for what they do not set, null for
 * the key, which is then generated, and for collections, which are then empty; and characters that cannot be stored.
 */
export function handledLeniently(body: unknown, { properties }: StructuredType): unknown {
  const isTaken = ([name, value]: [string, unknown]) => {
    const { key, collection } = properties.get(name) ?? {}
    return value !== null || !(key || collection)
  }
  return Object.fromEntries(Object.entries(plainObject(storable(body), '')).filter(isTaken))
}

/** A value with U+FFFD, the replacement character, for each character that {@link checkText} refuses. */
function storable(value: unknown): unknown {
  if (typeof value === 'string') return value.replaceAll('\0', '\ufffd').toWellFormed()
  if (Array.isArray(value)) return value.map(storable)
  if (typeof value !== 'object' || !value || JSON.isRawJSON(value)) return value
  return Object.fromEntries(Object.entries(value).map((member) => member.map(storable) as [string, unknown]))
}

/** A complex value may be of a type that derives from the declared one, if it says so. */
function readComplex(value: unknown, property: Property, path: string) {
  const sent = typeSent(plainObject(value, path))
  const derived = property.derived?.types.find((type) => isNameOf(type, sent))
  if (!derived) return readObject(value, property.type as StructuredType, path)
  return { '@odata.type': `#${derived.name}`, ...readObject(value, derived, path) }
}

function checkOpenValue(value: unknown, path: string, depth: number) {
  if (typeof value === 'string') checkText(value, path)
  if (typeof value !== 'object' || value === null) return
  if (depth === MAX_DEPTH) throw wrong('invalidValue', path, `nests deeper than ${MAX_DEPTH} levels`)
  for (const [name, member] of Object.entries(value)) {
    checkText(name, path)
    checkOpenValue(member, path, depth + 1)
  }
}

function readProperty(value: unknown, property: Property, path: string) {
  if (!property.collection) return readValue(value, property, path)
  if (!Array.isArray(value)) throw wrong('invalidType', path, 'must be a JSON array')
  return value.map((item, index) => {
    if (item === null) throw wrong('invalidType', path, 'must not have null items', `${path}/${index}`)
    return readValue(item, property, `${path}/${index}`)
  })
}

function readValue(value: unknown, property: Property, path: string) {
  const { type, key, maxLength, enumeration } = property
  if (value === null && !key) return null
  if (isStructured(type)) return readComplex(value, property, path)
  if (key && value === '') throw wrong('invalidValue', path, 'must not be empty')
  if (enumeration) return readMember(value, enumeration, path)
  return READERS[type as ModelType](value, path, maxLength)
}

/** A member of an enumeration, by its name in any case. */
function readMember(value: unknown, enumeration: Enumeration, path: string) {
  if (typeof value !== 'string') throw wrong('invalidType', path, 'must be a string')
  const member = memberNamed(enumeration, value)
  if (member === undefined) throw wrong('invalidValue', path, `must be one of ${enumeration.members.join(', ')}`)
  return member
}

function defaultOf(property: Property, path: string) {
  if (property.collection) return []
  if (property.key) return undefined
  if (property.nullable) return null
  throw wrong('missingProperty', join(path, property.name), 'must have a value')
}

const READERS = {
  'Edm.String'(value: unknown, path: string, maxLength = Infinity) {
    if (typeof value !== 'string') throw wrong('invalidType', path, 'must be a string')
    checkText(value, path)
    if (value.length > maxLength) throw wrong('invalidValue', path, `must have at most ${maxLength} characters`)
    return value
  },

  'Edm.Int32'(value: unknown, path: string) {
    const number = JSON.isRawJSON(value) ? Number(value.rawJSON) : value
    if (typeof number !== 'number' || !Number.isInteger(number))
      throw wrong('invalidType', path, 'must be a whole number')
    if (number !== (number | 0)) throw wrong('invalidValue', path, 'must fit in 32 bits')
    return number
  },

  'Edm.DateTimeOffset'(value: unknown, path: string) {
    if (typeof value === 'string' && instant(value)) return value
    const code = typeof value === 'string' ? 'invalidValue' : 'invalidType'
    throw wrong(code, path, "must be a date and time such as '2017-01-01T00:02:10.8639373+03:00'")
  }
} satisfies Record<ModelType, (value: unknown, path: string, maxLength?: number) => unknown>

/** Refuses text that neither databases nor UTF-8 can keep: NUL and unpaired surrogates. */
function checkText(text: string, path: string) {
  if (text.includes('\0') || !text.isWellFormed())
    throw wrong('invalidValue', path, 'has a character that cannot be stored')
}

/** @param what what the property must be or have, as the end of a sentence */
const wrong = (code: ErrorCode, path: string, what: string, target = path) =>
  new RequestError(code, `Property '${path}' ${what}.`, target)

const join = (path: string, name: string) => (path ? `${path}/${name}` : name)
