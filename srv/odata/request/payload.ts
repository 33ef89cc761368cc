/** Reads the JSON of an entity, and checks every member against its type, by functions made once for each type. */
import { isJsonObject } from '../../values/json.ts'
import { remembered } from '../../values/remembered.ts'
import { RequestError } from '../../errors/errors.ts'
import { isControlInformation } from '../model/annotations.ts'
import { isStructured, type JsonObject, type Property, type StructuredType } from '../model/types.ts'
import { checkText, primitiveReader, refusal, wrong, type Place, type Read } from './primitive-values.ts'

/** How deep the members of an open type may nest: far less than the 1,000 levels that databases read. */
const MOST_DEPTH = 100

/**
 * Reads an entity.
 * @returns the value without control information and with all properties of its type: those that
 *   were not sent are null, collections are empty, and a key that was not sent is undefined
 * @throws {RequestError} naming the first member that is unknown, missing or of the wrong type
 */
export const readObject = (value: unknown, type: StructuredType): JsonObject => readerOf(type)(value, [])

const readerOf = remembered((type: StructuredType) => (type.open ? openReader(type) : objectReader(type)))

/** @param derived types that the object could have instead */
function objectReader(type: StructuredType, derived: StructuredType[] = []): Read<JsonObject> {
  const properties = [...type.properties.values()]
  const absent = Object.fromEntries(properties.map((each) => [each.name, valueIfAbsent(each)]))
  const required = properties.filter(isRequired)
  const read = new Map(properties.map((each) => [each.name, memberReader(each)]))
  return (value, place) => {
    const object = objectOf(value, type, place)
    const members: JsonObject = { ...absent }
    for (const name in object) {
      if (name.includes('@')) continue // annotations and control information may be ignored: OData JSON 4.01, 4.6
      const readMember = read.get(name)
      place.push(name)
      if (!readMember) {
        const other = derived.find(({ properties }) => properties.has(name))
        const hint = other ? `; '#${other.name}' in '@odata.type' has it` : ''
        throw refusal('unknownProperty', `Type '${type.name}' has no property '${name}'${hint}.`, place)
      }
      members[name] = readMember(object[name], place)
      place.pop()
    }
    for (const { name } of required)
      if (members[name] === null) throw wrong('missingProperty', [...place, name], 'must have a value')
    return members
  }
}

const NONE: readonly unknown[] = Object.freeze([])

const valueIfAbsent = ({ collection, key, input }: Property) =>
  collection ? NONE : key ? undefined : (input?.initial ?? null)

const isRequired = ({ collection, key, nullable, input }: Property) =>
  !collection && !key && !input?.computed && (!nullable || input?.mandatory === true)

function openReader(type: StructuredType): Read<JsonObject> {
  return (value, place) => {
    const object = objectOf(value, type, place)
    const open = typeSent(object) === undefined ? object : withoutType(object)
    readOpenValue(open, place, 0)
    return open
  }
}

const withoutType = ({ '@odata.type': _, '@type': _type, ...members }: JsonObject): JsonObject => members

/** An object that is not said to be of another type. */
function objectOf(value: unknown, type: StructuredType, place: Place): JsonObject {
  const object = plainObject(value, place)
  const sent = typeSent(object)
  if (sent !== undefined && !isNameOf(type, sent)) throw wrongType([type], place)
  return object
}

function wrongType(types: readonly StructuredType[], place: Place) {
  const names = types.map(({ name }) => `'#${name}'`).join(' or ')
  return refusal('invalidType', `The type must be ${names}.`, [...place, '@odata.type'])
}

/** @throws {RequestError} 400 for any other value */
export function plainObject(value: unknown, place: Place): JsonObject {
  if (isJsonObject(value)) return value
  if (place.length) throw wrong('invalidType', place, 'must be a JSON object')
  throw new RequestError('invalidBody', 'The request body must be a JSON object.')
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

function memberReader(property: Property): Read {
  if (property.input?.computed) return () => valueIfAbsent(property)
  const read = valueReader(property)
  if (!property.collection) return read
  return (value, place) => {
    if (!Array.isArray(value)) throw wrong('invalidType', place, 'must be a JSON array')
    return value.map((item, index) => {
      if (item === null) throw wrong('invalidType', place, 'must not have null items', [...place, index])
      place.push(index)
      const result = read(item, place)
      place.pop()
      return result
    })
  }
}

function valueReader(property: Property): Read {
  const { type, key } = property
  const read = isStructured(type) ? complexReader(property, type) : primitiveReader(property)
  if (!key) return (value, place) => (value === null ? null : read(value, place))
  return (value, place) => {
    if (value === '') throw wrong('invalidValue', place, 'must not be empty')
    return read(value, place)
  }
}

/** A complex value may be of a type that derives from the declared one, if it says so. */
function complexReader({ derived }: Property, declared: StructuredType): Read<JsonObject> {
  if (!derived) return readerOf(declared)
  const read = objectReader(declared, derived.types)
  return (value, place) => {
    const sent = typeSent(plainObject(value, place))
    if (sent === undefined || isNameOf(declared, sent)) return read(value, place)
    const type = derived.types.find((each) => isNameOf(each, sent))
    if (!type) throw wrongType([declared, ...derived.types], place)
    return { '@odata.type': `#${type.name}`, ...readerOf(type)(value, place) }
  }
}

/** Checks a value of an open type, and takes control information out of it: in answers it would be the service's. */
function readOpenValue(value: unknown, place: Place, depth: number) {
  if (typeof value === 'string') checkText(value, place)
  if (typeof value !== 'object' || value === null) return
  if (depth === MOST_DEPTH) throw wrong('invalidValue', place, `nests deeper than ${MOST_DEPTH} levels`)
  for (const [name, member] of Object.entries(value)) {
    checkText(name, place)
    if (isControlInformation(name)) delete (value as JsonObject)[name]
    else readOpenValue(member, place, depth + 1)
  }
}
