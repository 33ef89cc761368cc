/** Lenient handling of request bodies (RFC 7240, 4.4). */
import type { StructuredType } from '../model/types.ts'
import { plainObject } from './payload.ts'

/**
 * A request body without what only lenient handling accepts: as some clients send it for what they do not set, null for
 * the key, which is then generated, and for collections, which are then empty; and characters that cannot be stored.
 */
export function handledLeniently(body: unknown, { properties }: StructuredType): unknown {
  const isTaken = ([name, value]: [string, unknown]) => {
    const { key, collection } = properties.get(name) ?? {}
    return value !== null || !(key || collection)
  }
  return Object.fromEntries(Object.entries(plainObject(storable(body), [])).filter(isTaken))
}

/** A value with U+FFFD, the replacement character, for each character that cannot be stored. */
function storable(value: unknown): unknown {
  if (typeof value === 'string') return value.replaceAll('\0', '\ufffd').toWellFormed()
  if (Array.isArray(value)) return value.map(storable)
  if (typeof value !== 'object' || !value || JSON.isRawJSON(value)) return value
  return Object.fromEntries(Object.entries(value).map((member) => member.map(storable) as [string, unknown]))
}
