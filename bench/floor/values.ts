/** Checks values against the types that they are to have. */
import { randomUUID } from 'node:crypto'
import { instant } from '../../srv/values/datetime.ts'

type Json = Record<string, unknown>

/** An error of a request: what its sender is told. */
export class Refusal extends Error {
  readonly status: number
  readonly code: string
  readonly target: string | undefined

  constructor(status: number, code: string, message: string, target?: string) {
    super(message)
    this.status = status
    this.code = code
    this.target = target
  }
}

/** The most levels that free members nest. */
const DEEPEST = 100

/** The members of an open type, which takes any. */
export function details(value: unknown, path: string) {
  if (value === null || value === undefined) return null
  const { '@odata.type': type, ...members } = object(value, path)
  checkType(type, 'microsoft.graph.detailsInfo', path)
  checkFree(members, path, 0)
  return { '@odata.type': 'microsoft.graph.detailsInfo', ...members }
}

function checkFree(value: unknown, path: string, depth: number) {
  if (typeof value === 'string') return checkText(value, path)
  if (typeof value !== 'object' || value === null) return
  if (depth === DEEPEST) throw invalid('invalidValue', path, `nests deeper than ${DEEPEST} levels`)
  for (const [name, member] of Object.entries(value)) {
    checkText(name, path)
    checkFree(member, path, depth + 1)
  }
}

/** The items of a collection; none for null. */
export function collection<Item>(value: unknown, path: string, read: (item: unknown, path: string) => Item): Item[] {
  if (value === null || value === undefined) return []
  if (!Array.isArray(value)) throw invalid('invalidType', path, 'must be a JSON array')
  return value.map((item: unknown) => read(item, path))
}

/** The members of a structure, none of which is unknown; annotations are ignored. */
export function membersOf(value: unknown, names: Set<string>, type: string, path: string): Json {
  const members = object(value, path)
  for (const name in members) {
    if (names.has(name)) continue
    if (!name.includes('@'))
      throw new Refusal(400, 'unknownProperty', `Type '${type}' has no property '${name}'.`, join(path, name))
  }
  checkType(members['@odata.type'], type, path)
  return members
}

function checkType(sent: unknown, type: string, path: string) {
  if (sent === undefined || sent === type || sent === `#${type}`) return
  throw new Refusal(400, 'invalidType', `The type must be '#${type}'.`, join(path, '@odata.type'))
}

/** A JSON object. */
export function object(value: unknown, path: string): Json {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Json
  if (!path) throw new Refusal(400, 'invalidBody', 'The request body must be a JSON object.')
  throw invalid('invalidType', path, 'must be a JSON object')
}

/** The id of an event: a new one where none was sent. */
export function key({ id }: Json): string {
  if (id === null || id === undefined) return randomUUID()
  if (typeof id !== 'string') throw invalid('invalidType', 'id', 'must be a string')
  checkText(id, 'id')
  if (id === '') throw invalid('invalidValue', 'id', 'must not be empty')
  if (id.length > 128) throw invalid('invalidValue', 'id', 'must have at most 128 characters')
  return id
}

/** When an event happened, as it was sent. */
export function dateTime({ activityDateTime }: Json): string {
  if (activityDateTime === null || activityDateTime === undefined)
    throw invalid('missingProperty', 'activityDateTime', 'must have a value')
  if (typeof activityDateTime === 'string' && instant(activityDateTime)) return activityDateTime
  throw invalid('invalidValue', 'activityDateTime', 'must be a date and time')
}

/** A whole number, or null. */
export function int32(members: Json, name: string): number | null {
  const value = members[name]
  if (value === null || value === undefined) return null
  if (typeof value !== 'number' || !Number.isInteger(value))
    throw invalid('invalidType', name, 'must be a whole number')
  if (value !== (value | 0)) throw invalid('invalidValue', name, 'must fit in 32 bits')
  return value
}

/** A text, or null. */
export function text(members: Json, name: string, path: string): string | null {
  const value = members[name]
  if (value === null || value === undefined) return null
  if (typeof value !== 'string') throw invalid('invalidType', join(path, name), 'must be a string')
  checkText(value, path)
  return value
}

function checkText(value: string, path: string) {
  if (value.includes('\0') || !value.isWellFormed())
    throw invalid('invalidValue', path, 'has a character that cannot be stored')
}

function invalid(code: string, path: string, what: string) {
  return new Refusal(400, code, `Property '${path}' ${what}.`, path)
}

function join(path: string, name: string) {
  return path ? `${path}/${name}` : name
}
