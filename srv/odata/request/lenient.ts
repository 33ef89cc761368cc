/** Lenient handling of request bodies (RFC 7240, 4.4). */
import { RequestError } from '../../errors/errors.ts'
import type { StructuredType } from '../model/types.ts'
import { plainObject } from './payload.ts'
import { in7Digits } from './primitive-values.ts'

/**
 * A request body without what only lenient handling accepts: as some clients send it for what they do not set, null for
 * the key, which is then generated, and for collections, which are then empty; digits of a second beyond 100 ns, which
 * are cut off; and characters that cannot be stored.
 */
export function handledLeniently(body: unknown, { properties }: StructuredType): unknown {
  const isTaken = ([name, value]: [string, unknown]) => {
    const { key, collection } = properties.get(name) ?? {}
    return value !== null || !(key || collection)
  }
  const cut = ([name, value]: [string, unknown]): [string, unknown] => {
    const isPoint = typeof value === 'string' && properties.get(name)?.type === 'Edm.DateTimeOffset'
    return [name, isPoint ? in7Digits(value) : value]
  }
  return Object.fromEntries(
    Object.entries(plainObject(storable(body), []))
      .filter(isTaken)
      .map(cut)
  )
}

/**
 * A value with U+FFFD, the replacement character, for each character that cannot be stored.
 * @throws {RequestError} 400 if a member would take the place of another one
 */
function storable(value: unknown): unknown {
  if (typeof value === 'string') return value.replaceAll('\0', '\ufffd').toWellFormed()
  if (Array.isArray(value)) return value.map(storable)
  if (typeof value !== 'object' || !value || JSON.isRawJSON(value)) return value
  const members = Object.entries(value)
  const stored = Object.fromEntries(members.map((member) => member.map(storable) as [string, unknown]))
  if (Object.keys(stored).length === members.length) return stored
  throw new RequestError('invalidBody', 'Names of members differ by characters that cannot be stored.')
}
